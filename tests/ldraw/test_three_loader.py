"""The web viewer's loader sees our packed files as we mean them.

It needs node and three: `npm install` in tests/ldraw/three_loader.
"""

import json
import subprocess
from pathlib import Path

import pytest

from legolab import Brick, BrickStructure
from legolab.bricks.catalog import KIND_OF_SIZE, SIZES
from legolab.bricks.colors import PALETTE, rgb
from legolab.ldraw.packed import write_mpd
from legolab.ldraw.parts import mesh
from legolab.ldraw.writer import layer_steps
from tests.ldraw.part_lines import volume
from tests.needs import PWA, npm
from tests.rendering.models import chair, house


def every_kind() -> BrickStructure:
    """Every kind of brick in both turns, every colour, each at another height."""
    colors = sorted(PALETTE)
    bricks = [Brick(*SIZES[z % len(SIZES)], 0, 0, z) for z in range(len(colors))]
    return BrickStructure(bricks, world=(20, 20, len(bricks)), colors=colors)


def odd_colors() -> BrickStructure:
    """Codes that mean something else inside parts, that state themselves, that nobody knows."""
    colors = [16, 24, 999, 0x2FF8800, 0x2000000, 0x3123456, 0x10000000]
    bricks = [Brick(2, 2, 2 * k, k, k) for k in range(len(colors))]
    return BrickStructure(bricks, colors=colors)


def far_away() -> BrickStructure:
    """A brick in each far corner of a larger world."""
    bricks = [Brick(4, 2, 44, 0, 0), Brick(2, 4, 0, 44, 0), Brick(1, 6, 47, 42, 39)]
    return BrickStructure(bricks, world=(48, 48, 40))


def alone() -> BrickStructure:
    return BrickStructure([Brick(1, 1, 5, 5, 0)])


def loaded(folder: Path, texts: list[str], *options: str) -> list[dict]:
    """What the loader makes of the files."""
    paths = [folder / f"{number}.mpd" for number in range(len(texts))]
    for path, text in zip(paths, texts, strict=True):
        path.write_text(text, encoding="utf-8")
    npm()
    command = ["node", str(PWA / "tests" / "parse.mjs"), *options, *map(str, paths)]
    result = subprocess.run(command, capture_output=True, text=True, check=True, timeout=200)
    return json.loads(result.stdout)


def box(brick: Brick) -> list[float]:
    """Lowest, then highest corner in a file: x, y down from the top of the first layer, z."""
    h, w, x, y, z = brick.h, brick.w, brick.x, brick.y, brick.z
    return [20 * x, -24 * z - 4, 20 * y, 20 * (x + h), 24 - 24 * z, 20 * (y + w)]


def agrees(model: dict, structure: BrickStructure) -> bool:
    """True for a loaded model that is the structure, to the last brick; else an assertion fails."""
    assert model["complaints"] == []
    assert model["steps"] == len(layer_steps(structure))
    kinds = [KIND_OF_SIZE[brick.h, brick.w] for brick in structure]
    assert [part["name"] for part in model["parts"]] == [f"{kind.part}.DAT" for kind in kinds]
    steps = [n for n, count in enumerate(layer_steps(structure)) for _ in range(count)]
    assert [part["step"] for part in model["parts"]] == steps
    for brick, color, kind, part in zip(
        structure, structure.colors, kinds, model["parts"], strict=True
    ):
        assert part["box"] == pytest.approx(box(brick), abs=1e-6)
        assert part["triangles"] == len(mesh(kind))
        assert part["volume"] == pytest.approx(volume(mesh(kind)), rel=1e-5)
        red, green, blue = rgb(color)
        assert part["colors"] == [red << 16 | green << 8 | blue]
        assert part["edges"] == [PALETTE[color].edge if color in PALETTE else 0x333333]
        assert part["objects"] == 3 and part["outlines"] == 1
    boxes = list(zip(*map(box, structure), strict=True))
    whole = [min(side) for side in boxes[:3]] + [max(side) for side in boxes[3:]]
    assert model["box"] == pytest.approx(whole, abs=1e-6)
    assert model["geometries"] == 3 * len(set(kinds))
    return True


MODELS = [every_kind, odd_colors, far_away, alone, chair, house]


@pytest.mark.parametrize("options", [[], ["--parts-first"]], ids=["plain", "parts first"])
def test_every_brick_is_where_we_say_and_of_its_colour(options: list[str], tmp_path: Path):
    structures = [make() for make in MODELS]
    models = loaded(tmp_path, [write_mpd(structure) for structure in structures], *options)
    for model, structure in zip(models, structures, strict=True):
        assert agrees(model, structure)


def test_titles_and_comments_change_nothing(tmp_path: Path):
    titles = ["file cabinet", "STEP", "!LDRAW_ORG Part", "!COLOUR Red", "BFC CERTIFY CW", "NOFILE"]
    texts = [write_mpd(every_kind(), title=title, comments=[title, "4 16"]) for title in titles]
    assert all(agrees(model, every_kind()) for model in loaded(tmp_path, texts))


def test_what_a_file_lacks_is_noticed(tmp_path: Path):
    text = write_mpd(every_kind())
    without_a_part = text.replace("0 FILE 3001.dat", "0 FILE 9999.dat")
    without_a_color = text.replace("0 !COLOUR Red", "0 // Red")
    lacks_part, lacks_color = loaded(tmp_path, [without_a_part, without_a_color])
    assert "asked for https://parts.invalid/parts/3001.dat" in lacks_part["complaints"]
    assert "code 4 not available" in lacks_color["complaints"][0]
