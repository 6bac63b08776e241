"""The corpus: the same bytes from any number of processes, every row true and buildable."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from legolab.bricks import BrickStructure
from legolab.bricks.connectivity import count_parts
from legolab.bricks.legolize import building_order, cover
from legolab.generation.lexicon import CATEGORIES, Value
from legolab.generation.prompt import describe, understand
from legolab.training.corpus import (
    MAX_BRICKS,
    built,
    is_held_out,
    make_corpus,
    make_row,
    read_corpus,
)
from legolab.training.shapes import Shape, draw


def test_one_and_two_processes_write_the_same_bytes(tmp_path: Path) -> None:
    for processes in (1, 2):
        for _ in make_corpus(tmp_path / str(processes), 84, seed=5, processes=processes):
            pass
    assert (tmp_path / "1").read_bytes() == (tmp_path / "2").read_bytes()
    assert len(list(read_corpus(tmp_path / "1"))) == 84


def test_another_seed_makes_another_corpus() -> None:
    assert make_row(1, 0) != make_row(2, 0)


def test_categories_take_turns_and_every_row_can_be_built() -> None:
    rows = [make_row(3, number) for number in range(42)]
    assert [row.category for row in rows] == 2 * list(CATEGORIES)
    for row in rows:
        structure = BrickStructure.from_text(row.bricks)
        assert count_parts(structure) == 1
        assert len(structure) <= MAX_BRICKS
        assert list(structure) == sorted(structure, key=building_order)
        assert row.description == describe(row.category, row.fields)


def test_what_stands_in_two_pieces_is_not_built() -> None:
    """Grounded and stable, but lifted it would fall apart: two posts, and with a beam on them."""
    voxels = np.zeros((20, 20, 20), dtype=bool)
    voxels[0:2, 18:20, :3] = voxels[4:6, 18:20, :3] = True
    assert built(Shape("table", voxels, {})) is None
    voxels[0:6, 18:20, 3] = True
    assert built(Shape("table", voxels, {})) is not None


def test_what_a_plan_leaves_in_parts_is_tied() -> None:
    """Of sixty bowls one plan leaves two in three in parts."""
    shapes = (draw("bowl", np.random.default_rng([6, number])) for number in range(30))
    in_parts = [s for s in shapes if s is not None and count_parts(cover(s.voxels)) > 1]
    structures = [structure for structure in map(built, in_parts) if structure is not None]
    assert len(structures) > len(in_parts) / 2 > 5
    for structure in structures:
        assert count_parts(structure) == 1
        assert list(structure) == sorted(structure, key=building_order)


@pytest.mark.parametrize("category", CATEGORIES)
def test_some_of_every_category_are_never_trained_on(category: str) -> None:
    """Whole combinations of attributes: what is held out has no like among what is not."""
    shapes = (draw(category, np.random.default_rng([5, number])) for number in range(400))
    fields = [shape.fields for shape in shapes if shape is not None]
    held_out = [is_held_out(category, known) for known in fields]
    assert 0.01 < np.mean(held_out) < 0.25

    def alike(known: Mapping[str, Value]) -> tuple[Value, ...]:
        return tuple(v if isinstance(v, str) else v // 3 for _, v in sorted(known.items()))

    trained = {alike(f) for f, held in zip(fields, held_out, strict=True) if not held}
    kept = {alike(f) for f, held in zip(fields, held_out, strict=True) if held}
    assert not trained & kept


def test_captions_are_true_of_their_shape() -> None:
    """What is read back from a caption holds for the shape it was written for."""
    for number in range(105):
        row = make_row(9, number)
        for caption in row.captions:
            understood = understand(caption)
            assert understood.category == row.category, caption
            for name, wish in understood.wishes.items():
                assert wish.holds(row.fields[name]), (caption, name, wish, row.description)


def test_an_interrupted_corpus_is_not_taken_for_a_complete_one(tmp_path: Path) -> None:
    path = tmp_path / "corpus.jsonl"
    rows = make_corpus(path, 1000, seed=1, progress_every=1)
    next(rows)
    rows.close()
    assert not path.exists()
