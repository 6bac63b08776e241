"""The largest part that stands: never larger than what stands, and none larger is left out."""

import itertools
import sys

import numpy as np
import pytest

from legolab.bricks.connectivity import is_connected
from legolab.bricks.structure import BrickStructure
from legolab.errors import InputError
from legolab.stability import support
from legolab.stability.analysis import analyze
from legolab.stability.report import Verdict
from legolab.stability.support import largest_stable, part_of
from tests.stability.structures import random_structure


def unstable_structures(count: int, bricks: int, seed: int) -> list[BrickStructure]:
    rng = np.random.default_rng(seed)
    found: list[BrickStructure] = []
    while len(found) < count:
        structure = random_structure(rng, bricks)
        falls = analyze(structure).verdict is Verdict.UNSTABLE
        if falls and len(structure) <= bricks and any(b.z == 0 for b in structure):
            found.append(structure)
    return found


def test_what_stands_is_kept_whole() -> None:
    structure = BrickStructure.from_text("2x4 (0,0,0)\n2x2 (1,1,1)\n")
    part = largest_stable(structure)
    assert (part.structure, part.kept, part.proven) == (structure, (0, 1), True)


def test_every_part_stands_in_building_order_and_colours() -> None:
    for structure in unstable_structures(8, 40, seed=1):
        structure = structure.with_colors(range(1, len(structure) + 1))
        part = largest_stable(structure)
        assert part.report.verdict is Verdict.STABLE
        assert 0 < len(part.kept) < len(structure)
        assert part.structure == part_of(structure, part.kept)
        assert list(part.structure.colors) == [index + 1 for index in part.kept]


def test_no_larger_part_stands_in_the_strict_sense() -> None:
    """Against every subset of up to eight bricks."""
    for structure in unstable_structures(5, 8, seed=4):
        part = largest_stable(structure)
        if part.proven:
            assert len(part.kept) == largest_by_trying(structure)
        else:
            assert len(part.kept) <= largest_by_trying(structure)


def largest_by_trying(structure: BrickStructure) -> int:
    for size in range(len(structure), 0, -1):
        for kept in itertools.combinations(range(len(structure)), size):
            part = part_of(structure, kept)
            if is_connected(part) and analyze(part, strict=True).verdict is Verdict.STABLE:
                return size
    return 0


def cut_at_failures(structure: BrickStructure) -> BrickStructure:
    """What greedy trimming leaves: the first brick that fails goes, and all after it."""
    left = structure
    while (first := analyze(left).first_unstable) is not None:
        assert first > 0, "the first brick stands on the ground"
        left = left[:first]
    return left


def test_it_is_larger_than_what_cutting_from_the_first_failure_leaves() -> None:
    cut = searched = 0
    for structure in unstable_structures(6, 40, seed=9):
        cut += len(cut_at_failures(structure))
        searched += len(largest_stable(structure).kept)
    assert searched > cut


@pytest.mark.parametrize("missing", [True, False])
def test_without_a_search_bricks_go_one_by_one(
    monkeypatch: pytest.MonkeyPatch, missing: bool
) -> None:
    (structure,) = unstable_structures(1, 30, seed=2)
    if missing:
        monkeypatch.setitem(sys.modules, "highspy", None)  # type: ignore[arg-type]
        part = largest_stable(structure, backend="ortools")
    else:
        monkeypatch.setattr(support, "_search", lambda *_: (None, False))
        part = largest_stable(structure)
    assert part.report.verdict is Verdict.STABLE
    assert not part.proven and 0 < len(part.kept) < len(structure)


def test_unverified_takes_nothing_away() -> None:
    (structure,) = unstable_structures(1, 20, seed=2)
    part = largest_stable(structure, backend="unverified")
    assert part.structure == structure and not part.proven
    assert part.report.verdict is Verdict.UNVERIFIED


def test_where_nothing_reaches_the_ground_no_part_stands() -> None:
    with pytest.raises(InputError, match="reaches the ground"):
        largest_stable(BrickStructure.from_text("2x2 (0,0,3)\n"))
