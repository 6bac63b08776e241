"""What is read from a structure is what was drawn, and what is missing is missed."""

import numpy as np
import pytest

from legolab.bricks import Brick, BrickStructure
from legolab.generation.features import OTHER, Difference, Form, differences, observe, pieces
from legolab.generation.lexicon import CATEGORIES, Choice, Value
from legolab.training.shapes import DRAWERS, Shape, draw

UNTOLD = {("bowl", "foot"), ("car", "wheels")}
"""Choices that a shape does not show for certain: a step of the wall may be as narrow as a foot."""


def drawn(category: str, count: int) -> list[Shape]:
    shapes = (draw(category, np.random.default_rng([7, number])) for number in range(count))
    return [shape for shape in shapes if shape is not None]


@pytest.mark.parametrize("category", DRAWERS)
def test_drawn_shapes_are_read_as_what_they_were_drawn_as(category: str) -> None:
    told: set[str] = set()
    for shape in drawn(category, 200):
        seen = observe(category, Form(shape.voxels), shape.fields)
        told |= set(seen)
        assert {name: shape.fields[name] for name in seen} == seen
    choices = {field.name for field in CATEGORIES[category].fields if isinstance(field, Choice)}
    assert told >= {name for name in choices if (category, name) not in UNTOLD}


@pytest.mark.parametrize(
    ("category", "field", "value", "cut"),
    [
        ("basket", "handle", "yes", lambda v, f: v[:, :, int(f["wall"]) :]),
        ("chair", "back", "high", lambda v, f: v[:, :, int(f["seat"]) + 2 :]),
        ("mug", "handle", "big", lambda v, f: v[-4:]),
        ("table", "legs", "four", lambda v, f: v[: v.shape[0] // 2, :, :1]),
        ("table", "top", "long", lambda v, f: v[2:-1, 1:-1, -3:]),
        ("bus", "windows", "none", lambda v, f: ~v[3:5, :1, 4:6]),
        ("birdhouse", "roof", "pitched", lambda v, f: v[:, :, -2:]),
        ("bookshelf", "shelves", "four", lambda v, f: v[1:-1, :, 4:]),
        # What is left looks much like it, and is no handle, roof, wall or leg for all that.
        ("basket", "handle", "yes", lambda v, f: v[3:4, :, int(f["wall"]) :]),
        ("basket", "shape", "square", lambda v, f: v[3:5, :, int(f["wall"]) - 1]),
        ("bowl", "shape", "round", lambda v, f: v[v.shape[0] // 2, :, -1:]),
        ("jar", "shape", "round", lambda v, f: v[v.shape[0] // 2, :, 4:5]),
        ("mug", "shape", "square", lambda v, f: v[2:3, :, 3:4]),
        ("pot", "kind", "flower", lambda v, f: v[v.shape[0] // 2, :, -1:]),
        ("pot", "kind", "cooking", lambda v, f: v[v.shape[0] // 2, :, 3:4]),
        ("tower", "top", "flat", lambda v, f: v[v.shape[0] // 2, :, -1:]),
        ("tower", "top", "pointed", lambda v, f: v[:, :, int(f["walls"]) :]),
        ("birdhouse", "roof", "flat", lambda v, f: v[:2, :, -1:]),
        ("vessel", "kind", "sail", lambda v, f: v[-v.shape[0] // 2 :, :, int(f["hull"]) + 4]),
        ("chair", "legs", "four", lambda v, f: v[:1, :1, 2:3]),
        ("chair", "legs", "pedestal", lambda v, f: v[1:3, 1:3, int(f["seat"]) :]),
        ("chair", "slats", "none", lambda v, f: v[1:2, :, int(f["seat"]) + 3 :]),
        ("bench", "legs", "four", lambda v, f: v[3:5, :, int(f["seat"]) :]),
        ("sofa", "corner", "none", lambda v, f: v[3:5, 2:4, int(f["seat"]) - 1 :]),
        ("bed", "legs", "four", lambda v, f: v[:2, :2, :1]),
    ],
)
def test_what_is_cut_away_is_missed(category: str, field: str, value: str, cut) -> None:  # type: ignore[no-untyped-def]
    shapes = [shape for shape in drawn(category, 120) if shape.fields[field] == value]
    assert len(shapes) > 5
    for shape in shapes[:20]:
        voxels = Form(shape.voxels).voxels.copy()
        part = cut(voxels, shape.fields)
        if field == "windows":
            voxels[3:5, :1, 4:6] = False
        else:
            part[...] = False
        assert observe(category, Form(voxels), shape.fields).get(field) != value


@pytest.mark.parametrize("category", DRAWERS)
def test_any_heap_of_bricks_can_be_looked_at(category: str) -> None:
    """Drafts may be anything, and need not have the measures that say where to look."""
    rng = np.random.default_rng(2)
    fields = drawn(category, 1)[0].fields
    for size in (1, 2, 3, 6, 20):
        for _ in range(5):
            voxels = rng.random((size, size, size)) < 0.4
            voxels[0, 0, 0] = True
            seen = observe(category, Form(voxels), fields)
            for field in CATEGORIES[category].fields:
                if isinstance(field, Choice):
                    assert seen.get(field.name, OTHER) in {OTHER, *field.words}


def test_differences_say_what_came_out_instead() -> None:
    plate = BrickStructure([Brick(2, 4, 3, 3, 0), Brick(2, 4, 3, 3, 1)])
    fields: dict[str, Value] = {"shape": "round", "width": 3, "height": 2}
    found = differences("bottle", fields, plate)
    assert found == (Difference("shape", "round", "square"), Difference("width", 3, 2))
    assert [str(difference) for difference in found] == [
        "shape square instead of round",
        "width 2 instead of 3",
    ]
    assert str(Difference("legs", "four", OTHER)) == "legs something else instead of four"


def test_pieces_do_not_touch_by_corners() -> None:
    assert pieces(np.eye(3, dtype=bool)) == 3
    assert pieces(np.ones((2, 3), dtype=bool)) == 1
    assert pieces(np.zeros((2, 3), dtype=bool)) == 0


def test_a_bottle_that_is_wide_to_its_top_has_no_neck() -> None:
    voxels = np.ones((8, 8, 6), dtype=np.bool_)
    voxels[:2, :, 3] = False  # narrower somewhere below the top, as below a cap
    voxels[:, :2, 3] = False
    assert observe("bottle", Form(voxels), {})["neck"] == OTHER
