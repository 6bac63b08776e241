"""Bricks that a person writes down, and what is said of lines that cannot be read."""

import pytest

from legolab.errors import InputError
from legolab.widgets.stock import TITLE, Stock, read_stock


@pytest.mark.parametrize(
    ("text", "stock"),
    [
        ("", {}),
        ("\n  \n", {}),
        ("2x4 10", {"2x4": 10}),
        ("2x4 10\n2x4 red 3", {"2x4": 10, "2x4 red": 3}),
        ("2x4, light bluish grey, 3", {"2x4 light bluish grey": 3}),
        ("4x2: 1\n4x2 = 2", {"4x2": 3}),
        ("3001 14 5", {"3001 14": 5}),
        ("2x4 0\n1x1 1", {"2x4": 0, "1x1": 1}),
        ('{"2x4": 10, "2x4 red": 3}', {"2x4": 10, "2x4 red": 3}),
        ("{'2x4': 10}", {"2x4": 10}),
    ],
)
def test_bricks_are_read(text, stock):
    assert read_stock(text) == stock


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2x4", "Line 1: expected a brick and how many, such as 2x4 10; I read '2x4'"),
        ("1x1 3\n2x4 red", "Line 2: expected a brick and how many"),
        ("2x4 -3", "I read '2x4 -3'"),
        ("2x4 ³", "expected a brick and how many"),
        ("2x5 3", "Line 1: expected a brick (1x1, "),
        ("2x4 loud 3", "Line 1: expected a colour"),
        ("2x4 " + "9" * 5000, "Line 1: "),
        ("2x4 0", "at least one brick"),
        ("{2x4: 10}", 'a mapping such as {"2x4": 10'),
        ('{"2x4": "many"}', "expected a number of bricks"),
        ('{"a":' * 1500, "a mapping such as"),
        ("2x4 1\n" * 2000, "at most 10,000 characters"),
    ],
)
def test_what_cannot_be_read_is_said_with_its_line(text, words):
    with pytest.raises(InputError) as caught:
        read_stock(text)
    assert words in str(caught.value)


def test_what_was_understood_is_said_at_once():
    stock = Stock()
    assert not stock.is_open and stock.words == TITLE
    stock.fill({"2x4": 1000, "1x2 red": 200})
    assert stock.words == "Bricks I have: 1,200 of 2 kinds"
    assert stock.read() == {"2x4": 1000, "1x2 red": 200}
    stock.lines.value = "2x4 many"
    assert "ll-bad" in stock.said.value and "Line 1" in stock.said.value
    assert stock.is_open and stock.words == TITLE
    stock.lines.value = ""
    assert "ll-bad" not in stock.said.value and stock.read() == {}
