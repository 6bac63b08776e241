"""Files of captions: what is read, and everything that is wrong with one, said in one go."""

from collections import Counter

import pytest

from legolab.errors import FileError, InputError
from legolab.evaluation.captions import PEOPLE, SHIPPED, Caption, read_captions
from legolab.generation.lexicon import CATEGORIES
from legolab.generation.prompt import understand


@pytest.fixture
def read(tmp_path):
    """Read a file of these bytes or this text."""

    def read(content):
        file = tmp_path / "captions.csv"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_captions(file)

    return read


def complaint(read, content):
    with pytest.raises(InputError) as error:
        read(content)
    return str(error.value)


def test_a_caption_alone_is_enough(read):
    assert read("caption\na chair\na bench\n") == [
        Caption("a chair", id="1"),
        Caption("a bench", id="2"),
    ]


def test_category_id_and_columns_of_other_people(read):
    found = read('id,caption,who,Category\nc7,"a chair, high",me,chair\n')
    assert found == [Caption("a chair, high", "chair", "c7")]


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbfcaption\r\na chair\r\n",  # as a spreadsheet writes it
        b"caption\na chair",
        b"caption\na chair\n\n \n",
        b'caption\n"a\n  chair"\n',
    ],
)
def test_ways_to_write_the_same(read, content):
    assert read(content) == [Caption("a chair", id="1")]


def test_a_caption_in_any_script_is_kept(read):
    assert read("caption\n椅子 \u2028 çhair\n")[0].text == "椅子 çhair"


def test_a_column_is_missing(read):
    assert complaint(read, "text,category\na chair,chair\n").endswith(
        "line 1: expected a column caption, got text, category"
    )


def test_a_column_is_there_twice(read):
    assert "line 1: expected one column caption" in complaint(read, "caption,caption\na,b\n")


def test_nothing_in_it(read):
    assert "got no lines" in complaint(read, "")
    assert "below line 1, got none" in complaint(read, "caption\n\n")


def test_every_faulty_line_is_named(read):
    words = complaint(
        read,
        "id,caption\n"  # 1
        "1,a chair\n"
        "\n"
        "2,  \n"  # 4
        "3,a chair\n"
        "1,a bench\n"
        "4,a table, round\n"  # 7
        "5\n"
        " , \n"
        '6,"a sofa\nwith arms"\n'  # 10 and 11
        "7,a sofa with arms\n",
    )
    assert words.splitlines()[1:] == [
        "line 3 is empty",
        "line 4 has no caption",
        "line 5 has the caption of line 2: a chair",
        "line 6 has the id of line 2: 1",
        "line 7 has 3 cells, the first line 2; a caption with a comma needs quotes",
        "line 8 has 1 cell, the first line 2",
        "line 9 is empty",
        "line 12 has the caption of line 10: a sofa with arms",
    ]


def test_a_number_given_by_us_may_not_be_somebody_elses(read):
    assert "has the id of line 2: 2" in complaint(read, "caption,id\na chair,2\na bench,\n")


def test_many_faults_do_not_fill_the_screen(read):
    words = complaint(read, "caption\n" + "a chair\n" * 30)
    assert len(words.splitlines()) == 12 and words.endswith("and 19 more")


def test_a_quote_that_does_not_end(read):
    assert "line 2: cannot be read as CSV" in complaint(read, 'caption\n"a chair\na bench\n')


def test_it_is_not_there_or_not_text(read, tmp_path):
    with pytest.raises(FileError, match="No such file"):
        read_captions(tmp_path / "none.csv")
    with pytest.raises(FileError, match="expected UTF-8"):
        read(b"caption\nchaise longue d'\xe9t\xe9\n")
    with pytest.raises(FileError, match="cannot read"):
        read_captions(tmp_path)


def test_the_shipped_set_is_five_of_each_category_and_each_is_understood():
    captions = read_captions(SHIPPED)
    assert Counter(c.category for c in captions) == dict.fromkeys(CATEGORIES, 5)
    assert {c.category for c in captions[: len(CATEGORIES)]} == set(CATEGORIES)
    assert [c.id for c in captions if understand(c.text).category != c.category] == []


def test_people_ask_for_every_category():
    captions = read_captions(PEOPLE)
    assert len(captions) == 100
    counts = Counter(c.category for c in captions)
    assert set(counts) == set(CATEGORIES) and set(counts.values()) == {4, 5}
