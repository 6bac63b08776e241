"""What the worker of the browser tests runs: a real generation, event by event, its files kept.

The seed says what is done otherwise: HELD waits at the gate before each event, FALLING and
UNLOOKED end with a model that falls, and one that no solver looked at, FAILS with a reason.
"""

import json
import os

from rq import get_current_job

from legolab.bricks.inventory import brick_counts
from legolab.bricks.structure import BrickStructure
from legolab.errors import CaptionError
from legolab.generation.events import event_to_json
from legolab.generation.order import Order
from legolab.generation.result import Finished
from legolab.ldraw.packed import write_mpd
from legolab.ldraw.writer import write_ldr
from legolab.rendering.preview import png_bytes
from legolab.serve.events import publish
from legolab.serve.storage import open_store
from legolab.stability.analysis import analyze
from tests.serve.tasks import gate

HELD, FALLING, UNLOOKED, FAILS = 15, 22, 23, 24
KEEP = 3600
STORE = "LEGOLAB_TEST_STORE"
"""Variable with the folder of the store."""
FALLS = (
    "2x4 (4,2,0)\n2x4 (4,2,1)\n1x8 (4,5,2)\n2x6 (4,12,3)\n2x6 (4,12,4)\n2x6 (4,12,5)\n2x2 (4,2,2)\n"
)


def build(owner, order):
    job, order = get_current_job(), Order.from_json(order)
    seed = order.seed

    def tell(document):
        if seed == HELD:
            job.connection.blpop(gate(job.id), timeout=60)
        if publish(job.connection, job.id, document, KEEP) is None:
            raise RuntimeError("the job is over")

    if seed == FAILS:
        tell({"type": "failed", "reason": "The engine stopped twice; asking again may help."})
        job.retries_left = 0
        raise RuntimeError("failed on purpose")
    ended = {}
    try:
        for event in order.events():
            if isinstance(event, Finished):
                ended = event_to_json(event) | _otherwise(seed, event.result)
            else:
                tell(event_to_json(event))
    except CaptionError as error:
        tell({"type": "failed", "reason": str(error)})
        return None
    structure = BrickStructure.from_text(ended["structure"]).with_colors(ended["colors"])
    files = _files(structure, ended["report"])
    result = open_store(os.environ[STORE]).publish(files, owner)
    tell(ended | {"result": result, "files": list(files), "brick_counts": brick_counts(structure)})
    return result


def _otherwise(seed, result):
    """Members of the last event that a test wants different."""
    if seed == FALLING:
        structure = BrickStructure.from_text(FALLS)
        return {
            "structure": FALLS,
            "colors": list(structure.colors),
            "report": analyze(structure).to_json(),
        }
    if seed == UNLOOKED:
        report = analyze(result.structure, backend="unverified")
        return {"report": report.to_json()}
    return {}


def _files(structure, report):
    text = "text/plain; charset=utf-8"
    failing = [i for i, score in enumerate(report["scores"]) if score >= 1]
    mark = "UNVERIFIED" if report["verdict"] == "UNVERIFIED" else ""
    picture = png_bytes(structure, failing=failing, watermark=mark)
    return {
        "preview.png": (picture, "image/png"),
        "model.ldr": (write_ldr(structure).encode(), "application/x-ldraw"),
        "model.txt": (structure.to_text().encode(), text),
        "report.json": (json.dumps(report).encode(), "application/json"),
        "model.mpd": (write_mpd(structure).encode(), "application/x-ldraw"),
    }
