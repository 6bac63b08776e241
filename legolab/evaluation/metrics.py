"""What is measured of a generation, and what a batch of them comes to.

The measures are those of the field: arXiv 2505.05469 (BrickGPT) reports which structures are valid
(bricks of the library, inside the world, none in another), which are stable, and the mean and the
least stability of their bricks. There a brick's stability is 1 unloaded and 0 where it fails: 1
minus the score of a `StabilityReport`. What it took is ours: rollbacks, drafts, bricks trimmed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from legolab.bricks.brick import Brick
from legolab.bricks.connectivity import count_parts, is_connected
from legolab.bricks.placement import Cell, World, cells, reject
from legolab.evaluation.extra import library
from legolab.stability.report import Verdict

if TYPE_CHECKING:
    import pandas as pd

    from legolab.generation.result import Generation

SHARES = ("valid", "grounded", "stable_first", "stable", "one_piece", "as_described")
"""Measures that hold or not; what is not known of a row (no solver looked) is left out."""

MEANS = (
    "mean_stability",
    "min_stability",
    "bricks",
    "rollbacks",
    "trimmed",
    "drafts",
    "seconds",
    "seconds_load",
    "seconds_decode",
    "seconds_verify",
)
"""Measures that only a structure has."""

NO_CATEGORY = "(none)"


@dataclass(frozen=True)
class Measures:
    """Of one generation; without arguments, of a caption that gave no structure.

    Attributes:
        valid: every brick is of the library, in the world and overlaps no other.
        grounded: every brick reaches the ground through studs.
        stable_first: it stands, and physics never had to take a brick back, in any draft; None
            when no solver looked.
        stable: it stands at the end; None when no solver looked.
        one_piece: it stays together when lifted off the ground.
        as_described: nothing that can be seen of it differs from the description.
        verdict: of the report; empty without a structure.
        mean_stability, min_stability: over the bricks, 1 unloaded to 0 fails; None when no solver
            looked.
        safety_factor: how many times its own load it holds; infinite when nothing pulls.
        bricks, layers, pieces: what was built.
        rollbacks, regrounded: times bricks were taken back, by physics and because they could not
            reach the ground; over all drafts.
        trimmed, pruned: bricks taken out at the end because they would not stand or hung free.
        drafts, proposals, rejections, steps: what it took, see `Trace`.
        finished: the model said it was done before the bricks it was allowed were used up.
    """

    valid: bool = False
    grounded: bool = False
    stable_first: bool | None = False
    stable: bool | None = False
    one_piece: bool = False
    as_described: bool = False
    verdict: str = ""
    mean_stability: float | None = None
    min_stability: float | None = None
    safety_factor: float | None = None
    bricks: int | None = None
    layers: int | None = None
    pieces: int | None = None
    rollbacks: int | None = None
    regrounded: int | None = None
    trimmed: int | None = None
    pruned: int | None = None
    drafts: int | None = None
    proposals: int | None = None
    rejections: int | None = None
    steps: int | None = None
    finished: bool | None = None


def measure(result: Generation) -> Measures:
    """Measure a generation; validity and the way to the ground are looked up, not believed."""
    structure, report, trace = result.structure, result.report, result.trace
    seen = report.verdict is not Verdict.UNVERIFIED
    stable = report.verdict is Verdict.STABLE if seen else None
    stability = 1 - report.scores if seen else None
    pieces = count_parts(structure)
    return Measures(
        valid=is_valid(list(structure), structure.world),
        grounded=is_connected(structure),
        stable_first=stable and trace.rollbacks == 0,
        stable=stable,
        one_piece=pieces == 1,
        as_described=not result.differences,
        verdict=report.verdict.value,
        mean_stability=None if stability is None else float(stability.mean()),
        min_stability=None if stability is None else float(stability.min()),
        safety_factor=report.known_safety_factor,
        bricks=len(structure),
        layers=1 + max(brick.z for brick in structure),
        pieces=pieces,
        rollbacks=trace.rollbacks,
        regrounded=trace.regrounded,
        trimmed=trace.trimmed,
        pruned=trace.pruned,
        drafts=trace.drafts,
        proposals=trace.proposals,
        rejections=trace.rejections,
        steps=trace.steps,
        finished=trace.finished,
    )


def is_valid(bricks: Sequence[Brick], world: World) -> bool:
    """Whether there are bricks, all of the library, in the world and none in another.

    >>> is_valid([Brick(2, 4, 0, 0, 0), Brick(2, 2, 1, 1, 0)], (20, 20, 20))
    False
    """
    taken: set[Cell] = set()
    for brick in bricks:
        if reject(brick, world, taken) is not None:
            return False
        taken.update(cells(brick))
    return bool(bricks)


def summary(rows: pd.DataFrame) -> pd.DataFrame:
    """What a batch comes to, over all rows and over the valid ones.

    A caption that gave no structure counts as one that does not stand; figures that only a
    structure has are over those that have it.

    Args:
        rows: as `runs.load` gives them.

    Returns:
        One line a measure, first the shares (0 to 1), then the means: columns `all` and `valid`,
        and `all_of` and `valid_of`, how many rows are behind each.
    """
    pandas = library("pandas")
    valid = rows[rows["valid"]]
    lines = {}
    for name in (*SHARES, *MEANS):
        known, known_valid = rows[name].dropna(), valid[name].dropna()
        lines[name] = {
            "all": _mean(known),
            "all_of": len(known),
            "valid": _mean(known_valid),
            "valid_of": len(known_valid),
        }
    return pandas.DataFrame.from_dict(lines, orient="index").rename_axis("measure")


def by_category(rows: pd.DataFrame) -> pd.DataFrame:
    """The shares and some means for each category, in the order of the captions file.

    Returns:
        One line a category: `rows`, then shares over all of them and means over structures.
    """
    groups = rows.groupby(rows["category"].replace("", NO_CATEGORY), sort=False)
    shown = ("valid", "stable_first", "stable", "one_piece", "as_described")
    means = ("min_stability", "bricks", "rollbacks", "drafts", "seconds")
    table = groups.size().to_frame("rows")
    for name in (*shown, *means):
        table[name] = groups[name].apply(lambda column: _mean(column.dropna()))
    return table.sort_index()


def _mean(column: pd.Series[Any]) -> float:
    """NaN of nothing."""
    return float(column.astype("float64").mean()) if len(column) else float("nan")
