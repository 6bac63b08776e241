"""Packed files: nothing else is needed to draw them, and they read back the same."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legolab import Brick, BrickStructure
from legolab.bricks.colors import DEFAULT_COLOR, PALETTE
from legolab.errors import InputError
from legolab.ldraw.packed import write_mpd
from legolab.ldraw.reader import read_ldr
from legolab.ldraw.writer import write_ldr
from tests.ldraw.strategies import WORLD, structures
from tests.rendering.models import house

ONE = BrickStructure([Brick(1, 1, 0, 0, 0)], colors=[4])


def entries(text: str) -> dict[str, list[str]]:
    """The lines of every file that is packed."""
    found: dict[str, list[str]] = {}
    name = ""
    for line in text.splitlines():
        if line.startswith("0 FILE "):
            name = line.removeprefix("0 FILE ")
            assert name not in found
            found[name] = []
        elif line == "0 NOFILE":
            name = ""
        else:
            found[name].append(line)
    return found


@given(structures(), st.text(max_size=40), st.lists(st.text(max_size=40), max_size=3))
def test_what_is_written_reads_back_the_same(structure, title, comments):
    text = write_mpd(structure, title=title, comments=comments)
    assert read_ldr(text, WORLD) == structure


@given(structures())
def test_every_part_and_colour_it_uses_is_in_it_and_no_other(structure: BrickStructure):
    packed = entries(write_mpd(structure))
    model = packed["model.ldr"]
    named = {line.split()[14].lower() for line in model if line.startswith("1 ")}
    for name in sorted(named):
        named |= {line.split()[14] for line in packed[name] if line.startswith("1 ")}
    assert named == set(packed) - {"model.ldr"}
    painted = {line.split()[1] for line in model if line.startswith("1 ")}
    listed = [line.split()[4] for line in model if line.startswith("0 !COLOUR")]
    assert sorted(listed) == sorted(painted)


def test_the_smallest_holds_a_brick_and_a_stud():
    text = write_mpd(ONE)
    assert text.startswith("0 FILE model.ldr\n0 legolab model\n")
    assert list(entries(text)) == ["model.ldr", "3005.dat", "stud.dat"]
    assert text.endswith("0 NOFILE\n")


def test_the_model_is_the_one_of_the_plain_file():
    structure = house()
    plain = write_ldr(structure, title="a house", comments=["Stands"])
    packed = entries(write_mpd(structure, title="a house", comments=["Stands"]))["model.ldr"]
    assert [line for line in packed if not line.startswith("0 !COLOUR")] == plain.splitlines()


@pytest.mark.parametrize(
    ("code", "line"),
    [
        (4, "0 !COLOUR Red CODE 4 VALUE #B40000 EDGE #333333"),
        (0, "0 !COLOUR Black CODE 0 VALUE #1B2A34 EDGE #808080"),
        (0x2FF8800, "0 !COLOUR Code_0x2FF8800 CODE 0x2FF8800 VALUE #FF8800 EDGE #333333"),
        (999, f"0 !COLOUR Code_999 CODE 999 VALUE #{PALETTE[DEFAULT_COLOR].value:06X} EDGE"),
    ],
)
def test_a_colour_is_what_our_pictures_show(code: int, line: str):
    assert f"\n{line}" in write_mpd(ONE.with_colors([code]))


def test_a_verdict_is_marked_in_the_model():
    comment = "UNVERIFIED: no solver looked"
    model = entries(write_mpd(ONE, comments=[comment]))["model.ldr"]
    assert model.index(f"0 // {comment}") < model.index("")


@pytest.mark.parametrize("write", [write_ldr, write_mpd])
def test_steps_are_those_asked_for(write):
    structure = BrickStructure([Brick(1, 1, x, 0, 0) for x in range(3)])
    kinds = re.findall(r"^(1|0 STEP)", write(structure, steps=[1, 2]).split("0 NOFILE")[0], re.M)
    assert kinds == ["1", "0 STEP", "1", "1", "0 STEP"]
    for steps in ([1, 1], [1, 1, 2], [0, 3], [4, -1], []):
        with pytest.raises(InputError, match=r"expected steps .* add up to 3, got \["):
            write(structure, steps=steps)


@pytest.mark.parametrize(
    "title",
    [
        "NOFILE",
        "file cabinet",
        "FILE x.dat",
        "STEP",
        "!LDRAW_ORG Part",
        "!COLOUR",
        "BFC CERTIFY CW",
    ],
)
def test_a_title_that_looks_like_a_command_is_a_comment(title: str):
    text = write_mpd(ONE, title=title)
    assert text.splitlines()[1] == f"0 // {title}"
    assert read_ldr(text) == ONE


def test_a_title_of_several_lines_is_one():
    text = write_mpd(ONE, title="a\r\n0 FILE b.dat\x85c\u2028d")
    assert text.splitlines()[1] == "0 a 0 FILE b.dat c d"


def test_a_structure_without_bricks_is_a_header():
    assert list(entries(write_mpd(BrickStructure([])))) == ["model.ldr"]


def test_a_saved_file_has_plain_line_ends_and_loads(tmp_path):
    structure = house()
    structure.save(tmp_path / "house.MPD")
    assert b"\r" not in (tmp_path / "house.MPD").read_bytes()
    assert BrickStructure.load(tmp_path / "house.MPD") == structure
