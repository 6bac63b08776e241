"""Nearest words: what the shipped table answers, and how a damaged one is refused."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from legolab.errors import ModelError
from legolab.generation.lexicon import CATEGORIES
from legolab.generation.wordtable import TABLE, WordTable, nearest, spellings

NAMES = list(CATEGORIES)


def write(path: Path, words: str, codes: np.ndarray, scale: np.ndarray) -> Path:
    text = np.frombuffer(words.encode(), dtype=np.uint8)
    save_file({"words": text, "codes": codes, "scale": scale}, path)
    return path


@pytest.fixture
def small(tmp_path: Path) -> WordTable:
    """Cosines by hand: hot is 0.8 from warm and 0 from cold."""
    codes = np.array([[10, 0], [8, 6], [0, 10]], dtype=np.int8)
    scale = np.full(2, 0.1, dtype=np.float32)
    return WordTable.load(write(tmp_path / "small.safetensors", "hot\nwarm\ncold", codes, scale))


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("couch", {"sofa"}),
        ("ship", {"vessel"}),
        ("yacht", {"vessel"}),
        ("skyscraper", {"tower"}),
        ("lighthouse", {"tower"}),
        ("cup", {"mug"}),
        ("truck", {"bus", "car"}),
        ("lorry", {"bus", "car"}),
        ("motorbike", {"car"}),
        ("violin", {"guitar"}),
        ("desk", {"table"}),
        ("throne", {"chair"}),
        ("wardrobe", {"bookshelf"}),
        ("crib", {"bed"}),
    ],
)
def test_a_new_noun_goes_to_the_category_people_would_choose(word: str, expected: set[str]) -> None:
    found = nearest(word, NAMES)
    assert found is not None
    assert found.name in expected
    assert 0.3 < found.similarity < 1


@pytest.mark.parametrize("word", ["dog", "elephant", "airplane", "snowman", "robot", "tree"])
def test_what_is_like_no_category_stays_far_from_all(word: str) -> None:
    found = nearest(word, NAMES)
    assert found is not None
    assert found.similarity < 0.4


@pytest.mark.parametrize("name", NAMES)
def test_a_category_is_nearest_to_itself(name: str) -> None:
    found = nearest(name, NAMES)
    assert found is not None
    assert found.name == name
    assert found.similarity == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize("word", ["qwzxv", "", "-", "'s", "42", "стул", "\x00"])
def test_an_unknown_word_has_no_nearest(word: str) -> None:
    assert nearest(word, NAMES) is None


@pytest.mark.parametrize(
    ("written", "word"),
    [
        ("Dogs", "dog"),
        ("COUCHES", "couch"),
        ("ferries", "ferry"),
        ("wolves", "wolf"),
        ("knives", "knife"),
        ("mice", "mouse"),
        ("dog's", "dog"),
        ("sky-scraper", "skyscraper"),
        ("fire engine-trucks", "truck"),
    ],
)
def test_inflection_and_hyphens_do_not_matter(written: str, word: str) -> None:
    assert nearest(written, NAMES) == nearest(word, NAMES)
    assert nearest(word, NAMES) is not None


def test_a_word_is_tried_as_written_before_its_singular() -> None:
    assert next(iter(spellings("bus"))) == "bus"
    assert nearest("bus", NAMES) == nearest("buses", NAMES)


def test_the_similarity_is_the_cosine(small: WordTable) -> None:
    found = small.nearest("hot", ["cold", "warm"])
    assert found is not None
    assert found.name == "warm"
    assert found.similarity == pytest.approx(0.8)


def test_of_equals_the_earlier_wins(small: WordTable) -> None:
    tied = [small.nearest("cold", names) for names in (["hot", "hots"], ["hots", "hot"])]
    assert [found.name for found in tied if found] == ["hot", "hots"]


def test_choosing_among_nothing_or_the_unknown_is_an_error(small: WordTable) -> None:
    with pytest.raises(ValueError, match="got none"):
        small.nearest("hot", [])
    with pytest.raises(ModelError, match="'tepid'"):
        small.nearest("hot", ["cold", "tepid"])


def test_two_readings_answer_alike() -> None:
    first, second = WordTable.load(TABLE), WordTable.load(TABLE)
    words = list(first.rows)[::97]
    assert [first.nearest(w, NAMES) for w in words] == [second.nearest(w, NAMES) for w in words]


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"words\.safetensors: there is no such file"):
        WordTable.load(tmp_path / "words.safetensors")


@pytest.mark.parametrize("kept", [0, 7, 1000, -1])
def test_a_file_cut_short_is_refused(tmp_path: Path, kept: int) -> None:
    path = tmp_path / "words.safetensors"
    path.write_bytes(TABLE.read_bytes()[:kept])
    with pytest.raises(ModelError, match="expected safetensors"):
        WordTable.load(path)


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot read"):
        WordTable.load(tmp_path)


def test_another_safetensors_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.safetensors"
    save_file({"weight": np.zeros(3, np.float32)}, path)
    with pytest.raises(ModelError, match="no 'words'"):
        WordTable.load(path)


@pytest.mark.parametrize(
    ("words", "codes", "scale"),
    [
        ("hot", np.zeros((2, 2), np.int8), np.ones(2, np.float32)),
        ("hot\nhot", np.zeros((2, 2), np.int8), np.ones(2, np.float32)),
        ("hot\ncold", np.zeros((2, 2), np.int8), np.ones(3, np.float32)),
        ("hot\ncold", np.zeros((2, 2), np.float32), np.ones(2, np.float32)),
        ("hot\ncold", np.zeros((2, 2), np.int8), np.full(2, np.nan, np.float32)),
        ("hot\ncöld", np.zeros((2, 2), np.int8), np.ones(2, np.float32)),
    ],
    ids=["rows", "twice", "dims", "type", "nan", "ascii"],
)
def test_parts_that_do_not_fit_are_refused(
    tmp_path: Path, words: str, codes: np.ndarray, scale: np.ndarray
) -> None:
    with pytest.raises(ModelError, match="cannot read"):
        WordTable.load(write(tmp_path / "words.safetensors", words, codes, scale))


def test_reading_the_table_needs_no_torch() -> None:
    code = (
        "import sys; from legolab.generation.wordtable import nearest; nearest('dog', ['cat']);"
        "sys.exit('torch' in sys.modules or 'transformers' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], check=False, cwd=Path(__file__).parents[2])
    assert run.returncode == 0
