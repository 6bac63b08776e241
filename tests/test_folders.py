"""A folder for each model: whole, or not there at all."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legolab.errors import FileError
from legolab.folders import check_free, folder_name, whole_file, whole_folder


@pytest.mark.parametrize(
    ("caption", "name"),
    [
        ("a chair with four legs and a high back", "a-chair-with-four-legs-and-a-high-back-seed7"),
        ("  A  Chair!  ", "a-chair-seed7"),
        ("Ein schöner Stuhl", "ein-schoner-stuhl-seed7"),
        ("стул", "model-seed7"),
        ("../../etc/passwd", "etc-passwd-seed7"),
        ("tower " * 40, "tower-" * 9 + "tower-seed7"),
        ("x" * 1000, "x" * 60 + "-seed7"),
    ],
)
def test_a_caption_names_its_folder(caption, name):
    assert folder_name(caption, 7) == name


@given(st.text())
def test_any_caption_gives_a_name_that_any_file_system_takes(caption):
    name = folder_name(caption, 0)
    assert 0 < len(name) <= 70
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


def test_a_block_that_ends_well_leaves_the_folder_and_nothing_else(tmp_path):
    with whole_folder(tmp_path / "deep" / "model", force=False) as draft:
        (draft / "model.txt").write_text("bricks")
        assert not (tmp_path / "deep" / "model").exists()
    assert os.listdir(tmp_path / "deep") == ["model"]
    assert (tmp_path / "deep" / "model" / "model.txt").read_text() == "bricks"


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_a_block_that_ends_badly_leaves_nothing(tmp_path, error):
    with pytest.raises(error), whole_folder(tmp_path / "model", force=False) as draft:
        (draft / "model.txt").write_text("half")
        raise error
    assert os.listdir(tmp_path) == []


def test_a_full_disk_is_said_in_words(tmp_path):
    with (
        pytest.raises(FileError, match=r"cannot write .*No space left on device"),
        whole_folder(tmp_path / "model", force=False),
    ):
        raise OSError(28, "No space left on device")
    assert os.listdir(tmp_path) == []


def test_a_folder_that_is_there_is_kept(tmp_path):
    (tmp_path / "model").mkdir()
    with pytest.raises(FileError, match="already there and is kept; use --force"):
        check_free(tmp_path / "model", force=False)
    with (
        pytest.raises(FileError, match="already there and is kept"),
        whole_folder(tmp_path / "model", force=False) as draft,
    ):
        (draft / "model.txt").write_text("new")
    assert os.listdir(tmp_path) == ["model"]
    assert os.listdir(tmp_path / "model") == []


def test_force_replaces_the_folder_whole(tmp_path):
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "old.txt").write_text("old")
    with whole_folder(tmp_path / "model", force=True) as draft:
        (draft / "model.txt").write_text("new")
    assert os.listdir(tmp_path) == ["model"]
    assert os.listdir(tmp_path / "model") == ["model.txt"]


def test_force_keeps_the_old_folder_when_the_new_one_fails(tmp_path):
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "old.txt").write_text("old")
    with pytest.raises(KeyboardInterrupt), whole_folder(tmp_path / "model", force=True):
        raise KeyboardInterrupt
    assert (tmp_path / "model" / "old.txt").read_text() == "old"
    assert os.listdir(tmp_path) == ["model"]


def test_what_is_no_folder_is_never_replaced(tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(FileError, match="expected a folder or nothing"):
        check_free(tmp_path / "file", force=True)
    with pytest.raises(FileError, match="file is not a folder"):
        check_free(tmp_path / "file" / "model", force=True)
    (tmp_path / "link").symlink_to(tmp_path)
    with pytest.raises(FileError, match="expected a folder or nothing"):
        check_free(tmp_path / "link", force=True)


def test_a_file_is_whole_or_not_there(tmp_path):
    with pytest.raises(KeyboardInterrupt), whole_file(tmp_path / "a.png", force=False) as draft:
        draft.write_text("half")
        raise KeyboardInterrupt
    assert os.listdir(tmp_path) == []
    with whole_file(tmp_path / "a.png", force=False) as draft:
        assert draft.suffix == ".png"
        draft.write_text("whole")
    assert (tmp_path / "a.png").read_text() == "whole"
    with (
        pytest.raises(FileError, match="already there and is kept"),
        whole_file(tmp_path / "a.png", force=False),
    ):
        pass
