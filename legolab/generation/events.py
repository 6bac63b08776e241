"""Events as plain JSON documents and back: what goes through sockets, queues and browsers.

Knows nothing of who sends them and who reads them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from legolab.bricks.brick import parse_brick
from legolab.bricks.structure import BrickStructure
from legolab.errors import InputError
from legolab.generation.features import Difference
from legolab.generation.result import (
    BrickPlaced,
    Event,
    Finished,
    Generation,
    RolledBack,
    Settled,
    Started,
    Trimmed,
)
from legolab.generation.trace import Trace
from legolab.stability.report import StabilityReport, Verdict

SCHEMA = "legolab.event/1"


def event_to_json(event: Event) -> dict[str, Any]:
    """An event as plain values that any JSON writer takes.

    >>> from legolab.bricks.brick import Brick
    >>> event_to_json(BrickPlaced(0, Brick(2, 4, 0, 1, 3)))
    {'schema': 'legolab.event/1', 'type': 'brick_placed', 'index': 0, 'brick': '2x4 (0,1,3)'}

    The types are started, brick_placed, rolled_back, trimmed, settled and finished. Settled
    carries the structure, as brick text, its world and colours; the last one the result, with the
    documents of its report and trace. For the report it works out the safety factor, which is one
    more solve.
    """
    return {"schema": SCHEMA, **_content(event)}


def event_from_json(document: Mapping[str, Any]) -> Event:
    """The event a document was made from.

    It equals that event. The results of two `Finished` have no equality of their own, because
    their reports hold arrays: there it means that structure, trace, differences and words are
    equal, and the report is what `StabilityReport.from_json` promises. In every case
    `event_to_json` gives the same document again.

    Raises:
        InputError: it is not a document of this schema.
    """
    if document.get("schema") != SCHEMA:
        raise InputError(f"expected schema {SCHEMA}, got {document.get('schema')!r}")
    try:
        return _event(document)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise InputError(f"expected an event as {SCHEMA} has it, got {error!r}") from error


def _content(event: Event) -> dict[str, Any]:
    match event:
        case Started():
            return {"type": "started", **asdict(event), "notes": list(event.notes)}
        case BrickPlaced(index, brick):
            return {"type": "brick_placed", "index": index, "brick": str(brick)}
        case RolledBack():
            return {"type": "rolled_back", **asdict(event)}
        case Trimmed(kept):
            return {"type": "trimmed", "kept": kept}
        case Settled(structure, verdict):
            return {"type": "settled", **_shape(structure), "verdict": verdict.value}
        case Finished(result):
            return {"type": "finished", **_result_to_json(result)}


def _event(document: Mapping[str, Any]) -> Event:
    match document["type"]:
        case "started":
            return Started(
                document["caption"],
                document["description"],
                document["seed"],
                tuple(document["notes"]),
            )
        case "brick_placed":
            return BrickPlaced(document["index"], parse_brick(document["brick"]))
        case "rolled_back":
            described = document.get("description", "")  # older services do not tell
            return RolledBack(document["kept"], document["reason"], described)
        case "trimmed":
            return Trimmed(document["kept"])
        case "settled":
            return Settled(_structure(document), Verdict(document["verdict"]))
        case "finished":
            return Finished(_result_from_json(document))
        case other:
            raise InputError(f"expected an event of {SCHEMA}, got the type {other!r}")


def _result_to_json(result: Generation) -> dict[str, Any]:
    return {
        "caption": result.caption,
        "description": result.description,
        "notes": list(result.notes),
        "seed": result.seed,
        **_shape(result.structure),
        "report": result.report.to_json(),
        "trace": result.trace.to_json(),
        "differences": [asdict(difference) for difference in result.differences],
        "paint": dict(result.paint),
        "kept": result.kept,
        "missing": dict(result.missing),
    }


def _result_from_json(document: Mapping[str, Any]) -> Generation:
    structure = _structure(document)
    return Generation(
        caption=document["caption"],
        description=document["description"],
        notes=tuple(document["notes"]),
        seed=document["seed"],
        structure=structure,
        report=StabilityReport.from_json(document["report"], structure),
        trace=Trace.from_json(document["trace"]),
        differences=tuple(Difference(**difference) for difference in document["differences"]),
        paint=dict(document.get("paint", {})),
        kept=document.get("kept", 0),
        missing=dict(document.get("missing", {})),
    )


def _shape(structure: BrickStructure) -> dict[str, Any]:
    return {
        "structure": structure.to_text(),
        "world": list(structure.world),
        "colors": list(structure.colors),
    }


def _structure(document: Mapping[str, Any]) -> BrickStructure:
    x, y, z = document["world"]
    structure = BrickStructure.from_text(document["structure"], (x, y, z))
    return structure.with_colors(document["colors"])
