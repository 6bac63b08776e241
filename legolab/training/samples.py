"""What a model in training writes: one draft each for shapes that it was never shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from legolab.bricks.connectivity import count_parts
from legolab.generation.features import Form, observe
from legolab.generation.generator import generate
from legolab.generation.models.embedded import EmbeddedModel
from legolab.training.corpus import Row


@dataclass(frozen=True)
class Samples:
    """How first drafts came out, with nothing that chooses among several."""

    count: int
    described: float  # share of what can be seen of their descriptions that is so
    whole: float  # share in one piece


def sample(folder: Path, rows: Sequence[Row]) -> Samples:
    """Let a model build the descriptions of some rows, at least one.

    Args:
        folder: the exported model.
        rows: of the corpus, held out.
    """
    model = EmbeddedModel(folder)
    is_right: list[bool] = []
    pieces = []
    for seed, row in enumerate(rows):
        built = generate(
            f"a {row.category}", fields=row.fields, seed=seed, model=model, drafts=1
        ).structure
        seen = observe(row.category, Form.of(built), row.fields)
        is_right += [value == row.fields[name] for name, value in seen.items()]
        pieces.append(count_parts(built))
    return Samples(len(rows), sum(is_right) / len(is_right), pieces.count(1) / len(pieces))
