import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legolab import Brick, BrickStructure
from legolab.errors import LDrawError, PlacementError
from legolab.ldraw.reader import read_ldr
from legolab.ldraw.writer import write_ldr
from tests.ldraw.strategies import structures

ALONG_Y = "0 0 1 0 1 0 -1 0 0"
LINE = f"1 4 20 0 40 {ALONG_Y} 3001.DAT"
BRICK = Brick(2, 4, 0, 0, 0)


def only(text: str) -> Brick:
    (brick,) = read_ldr(text)
    return brick


@pytest.mark.parametrize(
    "part",
    ["3001.DAT", "3001.dat", "3001.Dat", "3001", "parts\\3001.dat", "PARTS/3001.DAT", "3001.dat  "],
)
def test_part_names_in_any_case_and_with_their_folder(part: str):
    assert only(f"1 4 20 0 40 {ALONG_Y} {part}") == BRICK


@pytest.mark.parametrize(
    ("matrix", "brick"),
    [
        ("0 0 1 0 1 0 -1 0 0", Brick(2, 4, 0, 0, 0)),
        ("0 0 -1 0 1 0 1 0 0", Brick(2, 4, 0, 0, 0)),
        ("1 0 0 0 1 0 0 0 1", Brick(4, 2, 0, 0, 0)),
        ("-1 0 0 0 1 0 0 0 -1", Brick(4, 2, 0, 0, 0)),
        ("-1e-7 0.0000 1.0 0 1.0000 -0 -.99999 0 4e-8", Brick(2, 4, 0, 0, 0)),
    ],
)
def test_every_quarter_turn_however_its_numbers_are_written(matrix: str, brick: Brick):
    x, z = 10 * brick.h, 10 * brick.w
    assert only(f"1 4 {x}.000 -0 {z} {matrix} 3001.DAT") == brick


@pytest.mark.parametrize(
    "matrix",
    [
        "1 0 0 0 -1 0 0 0 -1",  # upside down
        "0 1 0 -1 0 0 0 0 1",  # on its side
        ".7071 0 .7071 0 1 0 -.7071 0 .7071",  # an eighth of a turn
        "-1 0 0 0 1 0 0 0 1",  # mirrored
        "2 0 0 0 1 0 0 0 1",  # stretched
        "0 0 0 0 0 0 0 0 0",
    ],
)
def test_other_matrices_are_refused(matrix: str):
    with pytest.raises(LDrawError, match=r"^line 1: expected an upright brick .* got the matrix"):
        read_ldr(f"1 4 20 0 40 {matrix} 3001.DAT")


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_comments_meta_lines_blank_lines_and_any_line_end(ending: str):
    lines = [
        "\ufeff0 title",
        "",
        "0 // 1 4 0",
        "0 !LDRAW_ORG Model",
        "0",
        "  ",
        f"\t{LINE} ",
        "0 STEP",
    ]
    assert only(ending.join(lines)) == BRICK


@pytest.mark.parametrize(
    ("word", "code"), [("4", 4), ("0x2FF8800", 0x2FF8800), ("0X2ff8800", 0x2FF8800), ("16", 16)]
)
def test_colours_are_kept(word: str, code: int):
    assert read_ldr(LINE.replace("1 4", f"1 {word}", 1)).colors == (code,)


def test_the_order_of_the_file_is_the_building_order():
    text = f"1 4 20 -24 40 {ALONG_Y} 3001.DAT\n1 1 20 0 40 {ALONG_Y} 3001.DAT\n"
    assert [brick.z for brick in read_ldr(text)] == [1, 0]


@given(structures(), st.tuples(*[st.integers(0, 30)] * 3))
def test_a_model_at_negative_coordinates_moves_to_zero(structure: BrickStructure, shift):
    low = [min(getattr(b, axis) for b in structure) for axis in "xyz"]
    # Away by a whole number of studs and layers, at least to one below zero.
    away = [low[k] + shift[k] + 1 for k in range(3)]
    lines = []
    for line in write_ldr(structure).splitlines():
        words = line.split()
        if words[:1] == ["1"]:
            words[2] = str(float(words[2]) - 20 * away[0])
            words[3] = str(float(words[3]) + 24 * away[2])
            words[4] = str(float(words[4]) - 20 * away[1])
        lines.append(" ".join(words))
    expected = [Brick(b.h, b.w, b.x - low[0], b.y - low[1], b.z - low[2]) for b in structure]
    assert list(read_ldr("\n".join(lines))) == expected


def test_only_the_axis_that_needs_it_moves():
    assert only(f"1 4 -60 -48 100 {ALONG_Y} 3001.DAT") == Brick(2, 4, 0, 3, 2)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("1 4 20 0 40 0 0 1 0 1 0 -1 0 0 3002.DAT", "expected one of the parts 3005 (1x1)"),
        ("1 4 20 0 40 0 0 1 0 1 0 -1 0 0 wheel.ldr", "got 'wheel.ldr'"),
        ("1 4 20 0 40 0 0 1 0 1 0 -1 0 0 s\\3001.dat", "got 's\\\\3001.dat'"),
        ("1 4 20 0 40 0 0 1 0 1 0 -1 0 0", "nine matrix numbers and a part"),
        ("1 red 20 0 40 0 0 1 0 1 0 -1 0 0 3001.DAT", "expected a colour code"),
        ("1 -4 20 0 40 0 0 1 0 1 0 -1 0 0 3001.DAT", "expected a colour code"),
        ("1 4 x 0 40 0 0 1 0 1 0 -1 0 0 3001.DAT", "expected a position, got 'x'"),
        ("1 4 nan 0 40 0 0 1 0 1 0 -1 0 0 3001.DAT", "within ten million, got 'nan'"),
        ("1 4 1e300 0 40 0 0 1 0 1 0 -1 0 0 3001.DAT", "within ten million"),
        ("1 4 20 0 40 0 0 1 0 inf 0 -1 0 0 3001.DAT", "expected a matrix number within"),
        ("1 4 25 0 40 0 0 1 0 1 0 -1 0 0 3001.DAT", "expected x on the grid"),
        ("1 4 20 -8 40 0 0 1 0 1 0 -1 0 0 3001.DAT", "got y = -8"),
        ("1 4 20 0 45 0 0 1 0 1 0 -1 0 0 3001.DAT", "got z = 45"),
        ("2 24 0 0 0 1 1 1", "expected a part ('1 ...') or a comment"),
        ("2x4 (0,0,0)", "expected a part ('1 ...') or a comment"),
    ],
)
def test_a_line_that_is_no_brick_is_named(line: str, message: str):
    with pytest.raises(LDrawError, match=f"^line 3: .*{re.escape(message)}"):
        read_ldr(f"0 title\n{LINE}\n{line}\n")


@pytest.mark.parametrize("text", ["", "\n", "0 only\n0 comments\n"])
def test_a_file_without_bricks_is_refused(text: str):
    with pytest.raises(LDrawError, match="got no bricks"):
        read_ldr(text)


def test_a_brick_outside_the_world_is_named():
    with pytest.raises(PlacementError, match=r"^line 2: expected a brick inside the 20x20x20"):
        read_ldr(f"{LINE}\n1 4 420 0 40 {ALONG_Y} 3001.DAT")


def test_a_model_too_large_even_after_moving_is_refused():
    with pytest.raises(PlacementError, match=r"^line 2: .*moved to start at 0"):
        read_ldr(f"1 4 -20 0 40 {ALONG_Y} 3001.DAT\n1 4 380 0 40 {ALONG_Y} 3001.DAT")


def test_an_overlap_is_named():
    with pytest.raises(PlacementError, match=r"^line 2: .*overlaps"):
        read_ldr(f"{LINE}\n{LINE}")


def test_a_larger_world_takes_a_larger_model():
    assert list(read_ldr(f"1 4 420 0 40 {ALONG_Y} 3001.DAT", (48, 48, 40))) == [
        Brick(2, 4, 20, 0, 0)
    ]


def test_a_packed_file_with_one_model_and_its_parts():
    text = f"0 FILE model.ldr\n{LINE}\n0 NOFILE\nnoise\n0 FILE 3001.dat\n4 16 0 0 0\n0 NOFILE\n"
    assert only(text) == BRICK


def test_a_packed_file_with_two_models_is_refused():
    text = f"0 FILE one.ldr\n{LINE}\n0 FILE two.ldr\n{LINE}\n"
    with pytest.raises(LDrawError, match=r"^line 3: expected a single model, got another, 'two"):
        read_ldr(text)
