"""Files by their suffix, and what is said about files that are no good."""

import pytest

from legolab import formats
from legolab.bricks.structure import BrickStructure
from legolab.errors import FileError

STRUCTURE = BrickStructure.from_text("2x4 (0,0,0)\n2x2 (1,1,1)\n")


@pytest.mark.parametrize("name", ["model.txt", "model.ldr", "model.mpd", "MODEL.TXT"])
def test_what_is_saved_is_loaded(tmp_path, name):
    STRUCTURE.save(tmp_path / name)
    assert BrickStructure.load(tmp_path / name) == STRUCTURE


def test_text_is_written_the_same_everywhere(tmp_path):
    STRUCTURE.save(tmp_path / "model.txt")
    assert (tmp_path / "model.txt").read_bytes() == b"2x4 (0,0,0)\n2x2 (1,1,1)\n"


def test_a_picture_can_be_saved(tmp_path):
    STRUCTURE.save(tmp_path / "model.png")
    assert (tmp_path / "model.png").read_bytes().startswith(b"\x89PNG")


def test_a_byte_order_mark_is_no_brick(tmp_path):
    (tmp_path / "model.txt").write_bytes(b"\xef\xbb\xbf2x4 (0,0,0)\r\n2x2 (1,1,1)\r\n")
    assert BrickStructure.load(tmp_path / "model.txt") == STRUCTURE


@pytest.mark.parametrize(
    ("content", "seen"),
    [
        (b"", "expected bricks, got an empty file"),
        (b" \n\n", "expected bricks, got an empty file"),
        (b"\x89PNG\r\n\x1a\n", "expected text, got a binary file"),
        (b"2x4 (0,0,0)\n\0", "expected text, got a binary file"),
        (b"2x4 (0,0,0)\n" * 1_500_000, "expected at most 16 MB, got 18 MB"),
    ],
)
def test_a_file_that_holds_no_text_is_refused(tmp_path, content, seen):
    path = tmp_path / "model.txt"
    path.write_bytes(content)
    with pytest.raises(FileError) as caught:
        BrickStructure.load(path)
    assert str(caught.value) == f"cannot read {path}: {seen}"


def test_missing_files_and_folders_are_told_apart(tmp_path):
    with pytest.raises(FileError, match="there is no such file"):
        BrickStructure.load(tmp_path / "none.txt")
    (tmp_path / "folder.ldr").mkdir()
    with pytest.raises(FileError, match="expected a file, got a folder"):
        BrickStructure.load(tmp_path / "folder.ldr")


def test_an_unknown_suffix_lists_those_that_are_known(tmp_path):
    with pytest.raises(FileError, match=r"expected a file ending in .txt, .ldr, .mpd, got .docx"):
        BrickStructure.load(tmp_path / "model.docx")
    with pytest.raises(
        FileError, match=r"expected a file ending in .txt, .ldr, .mpd, .png, got no"
    ):
        STRUCTURE.save(tmp_path / "model")


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    with pytest.raises(FileError, match=r"cannot write .*No such file or directory"):
        STRUCTURE.save(tmp_path / "nowhere" / "model.txt")


@pytest.mark.parametrize("table", [formats.LOADERS, formats.SAVERS, formats.DISPLAYS])
def test_every_entry_of_the_table_leads_somewhere(table):
    for target in table.values():
        assert callable(formats._resolve(target))
