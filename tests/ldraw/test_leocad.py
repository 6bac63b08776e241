"""LeoCAD, an independent reader, sees our files as we mean them."""

import os
from pathlib import Path

import numpy as np
import pytest

from legolab import Brick, BrickStructure
from legolab.bricks.catalog import CATALOG, KIND_OF_SIZE, SIZES
from legolab.bricks.colors import PALETTE
from legolab.ldraw import parts as our_parts
from tests.ldraw.leocad_boxes import is_installed, leocad_parts
from tests.ldraw.part_lines import volume
from tests.rendering.models import chair, house

STUD_ON_TOP = 4

pytestmark = pytest.mark.skipif(
    not is_installed() and "CI" not in os.environ, reason="leocad and xvfb are not installed"
)


def every_kind() -> BrickStructure:
    """Every kind of brick in both turns, every colour, each at another height."""
    colors = sorted(PALETTE)
    bricks = [Brick(*SIZES[z % len(SIZES)], 0, 0, z) for z in range(len(colors))]
    return BrickStructure(bricks, world=(20, 20, len(bricks)), colors=colors)


def far_away() -> BrickStructure:
    """A brick in each far corner of a larger world."""
    bricks = [Brick(4, 2, 44, 0, 0), Brick(2, 4, 0, 44, 0), Brick(1, 6, 47, 42, 39)]
    return BrickStructure(bricks, world=(48, 48, 40))


@pytest.mark.parametrize("make", [every_kind, far_away, house, chair])
def test_every_brick_is_where_we_say_and_of_its_colour(make, tmp_path: Path):
    structure = make()
    structure.save(tmp_path / "model.ldr")
    parts = leocad_parts(tmp_path / "model.ldr")
    assert len(parts) == len(structure)
    for brick, color, part in zip(structure, structure.colors, parts, strict=True):
        h, w, x, y, z = brick.h, brick.w, brick.x, brick.y, brick.z
        low = [20 * x, 20 * y, 24 * z]
        high = [20 * (x + h), 20 * (y + w), 24 * (z + 1) + STUD_ON_TOP]
        assert part.box == pytest.approx([*low, *high], abs=0.01), brick
        assert part.material == PALETTE[color].name


def test_our_parts_are_read_as_a_parts_library(tmp_path: Path):
    library = tmp_path / "library"
    bricks = [our_parts.part(kind) for kind in CATALOG]
    for folder, files in (("parts", bricks), ("p", our_parts.primitives().values())):
        (library / folder).mkdir(parents=True)
        for file in files:
            (library / folder / file.name).write_text(file.text(), encoding="utf-8")
    (library / "LDConfig.ldr").write_text("0 no colours\n", encoding="utf-8")
    structure = every_kind()
    structure.save(tmp_path / "model.ldr")
    seen = leocad_parts(tmp_path / "model.ldr", library)
    for brick, part in zip(structure, seen, strict=True):
        ours = our_parts.mesh(KIND_OF_SIZE[brick.h, brick.w])
        low = np.array([20 * brick.x, 20 * brick.y, 24 * brick.z])
        size = [20 * brick.h, 20 * brick.w, 24 + STUD_ON_TOP]
        assert part.box == pytest.approx([*low, *(low + size)], abs=0.01), brick
        assert len(part.triangles) == len(ours)
        # Parts are open where studs and tubes stand: the sum needs the origin that ours has.
        middle = low + np.array([10 * brick.h, 10 * brick.w, 0])
        assert volume(part.triangles - middle) == pytest.approx(volume(ours), rel=1e-3)
