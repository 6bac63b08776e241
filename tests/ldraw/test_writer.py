from pathlib import Path

from hypothesis import given

from legolab import Brick, BrickStructure
from legolab.ldraw.reader import load_ldr, read_ldr
from legolab.ldraw.writer import save_ldr, write_ldr
from tests.ldraw.strategies import WORLD, structures


def parts(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("1 ")]


def test_positions_and_matrices_are_those_of_the_published_models():
    # BrickGPT's Brick.to_ldr: x = (x + h/2) 20, y = -24 z, z = (y + w/2) 20; turned when h > w.
    bricks = [Brick(2, 4, 3, 5, 0), Brick(4, 2, 3, 5, 1), Brick(1, 1, 0, 0, 2)]
    assert parts(write_ldr(BrickStructure(bricks, colors=[115, 4, 0x2FF8800]))) == [
        "1 115 80 0 140 0 0 1 0 1 0 -1 0 0 3001.DAT",
        "1 4 100 -24 120 -1 0 0 0 1 0 0 0 -1 3001.DAT",
        "1 0x2FF8800 10 -48 10 0 0 1 0 1 0 -1 0 0 3005.DAT",
    ]


def test_every_run_of_a_layer_is_a_step():
    bricks = [
        Brick(2, 4, 0, 0, 0),
        Brick(2, 4, 4, 0, 0),
        Brick(2, 2, 0, 0, 1),
        Brick(1, 1, 9, 9, 0),
    ]
    kinds = [line[:6] for line in write_ldr(BrickStructure(bricks)).splitlines() if line]
    assert kinds[3:] == ["1 73 2", "1 73 1", "0 STEP", "1 73 2", "0 STEP", "1 73 1", "0 STEP"]


def test_the_header_says_what_it_is_one_line_each():
    structure = BrickStructure([Brick(2, 4, 0, 0, 0)])
    text = write_ldr(structure, title="a small\nhouse", name="h.ldr", comments=["seed 7", "1 4\n1"])
    assert text.splitlines()[:5] == [
        "0 a small house",
        "0 Name: h.ldr",
        "0 Author: legolab",
        "0 // seed 7",
        "0 // 1 4 1",
    ]


def test_a_title_that_looks_like_a_command_hides_no_brick():
    structure = BrickStructure([Brick(2, 4, 0, 0, 0)])
    for title in ("NOFILE", "FILE", "FILE x.dat", "STEP"):
        assert read_ldr(write_ldr(structure, title=title)) == structure


@given(structures())
def test_what_is_written_reads_back_the_same(structure: BrickStructure):
    assert read_ldr(write_ldr(structure), WORLD) == structure


def test_a_saved_file_has_its_name_and_plain_line_ends(tmp_path: Path):
    structure = BrickStructure([Brick(1, 8, 0, 0, 0)])
    save_ldr(structure, tmp_path / "tower.ldr")
    content = (tmp_path / "tower.ldr").read_bytes()
    assert b"0 Name: tower.ldr\n" in content
    assert b"\r" not in content
    assert load_ldr(tmp_path / "tower.ldr", WORLD) == structure


def test_a_structure_without_bricks_is_a_header():
    assert parts(write_ldr(BrickStructure([]))) == []
