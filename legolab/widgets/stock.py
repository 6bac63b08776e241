"""The bricks that a person has, as lines they write: "2x4 10", "2x4 red 3"."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping

import ipywidgets

from legolab.bricks.inventory import Inventory
from legolab.errors import InputError
from legolab.widgets import cards
from legolab.widgets.fold import Fold

TITLE = "Bricks I have"

_MAX_TEXT = 10_000  # characters
_HINT = "One kind a line, with its colour if that matters. Empty: as many as it takes."
_EXAMPLE = "2x4 10\n2x4 red 3\n1x2 20"
_SEPARATORS = re.compile(r"[\s,;:=]+")


class Stock(Fold):
    """Where they are written down; closed, it says how many there are."""

    def __init__(self) -> None:
        """Set up, empty: as many of each kind as it takes."""
        self.lines = ipywidgets.Textarea(
            placeholder=_EXAMPLE, rows=3, continuous_update=False, description=TITLE
        )
        self.lines.add_class("ll-stock-lines")
        self.said = ipywidgets.HTML(cards.note(_HINT, "quiet"))
        self.lines.observe(lambda _: self._tell(), "value")
        super().__init__(TITLE, [self.lines, self.said])
        self.add_class("ll-stock")

    def fill(self, inventory: Mapping[str, int]) -> None:
        """Write down bricks as `Inventory.of` reads them."""
        self.lines.value = "\n".join(f"{words} {count}" for words, count in inventory.items())

    def read(self) -> dict[str, int]:
        """The bricks, as `Inventory.of` reads them; nothing for as many as it takes.

        Raises:
            InputError: a line is none of a brick and a number.
        """
        return read_stock(self.lines.value)

    def _tell(self) -> None:
        """What was understood, at once and not only when something is built."""
        try:
            stock = self.read()
        except InputError as error:
            self.words = TITLE
            self.said.value = cards.note(str(error), "bad")
            self.is_open = True
            return
        if not stock:
            self.words, self.said.value = TITLE, cards.note(_HINT, "quiet")
            return
        counts = Inventory.of(stock).counts
        number, kinds = sum(counts.values()), len(counts)
        words = f"{number:,} of {kinds} kind{'s' * (kinds != 1)}"
        self.words = f"{TITLE}: {words}"
        self.said.value = cards.note(f"Built with these alone: {words}.", "quiet")


def read_stock(text: str) -> dict[str, int]:
    """Read lines of a brick, perhaps its colour, and a number; or a mapping as JSON.

    >>> read_stock("2x4 10\\n2x4 red 3\\n\\n1x2: 4")
    {'2x4': 10, '2x4 red': 3, '1x2': 4}
    >>> read_stock('{"2x4": 10}')
    {'2x4': 10}

    Raises:
        InputError: a line is something else, or there is no brick in it.
    """
    if len(text) > _MAX_TEXT:
        raise InputError(f"Expected at most {_MAX_TEXT:,} characters, got {len(text):,}.")
    stock = _mapping(text) if text.strip().startswith("{") else _lines(text)
    if stock:
        Inventory.of(stock)
    return stock


def _lines(text: str) -> dict[str, int]:
    stock: Counter[str] = Counter()
    for number, line in enumerate(text.splitlines(), start=1):
        words = [word for word in _SEPARATORS.split(line) if word]
        if not words:
            continue
        count = words.pop()
        brick = " ".join(words)
        if not brick or not (count.isascii() and count.isdigit()):
            raise InputError(
                f"Line {number}: expected a brick and how many, such as 2x4 10; "
                f"I read {line.strip()!r:.60}."
            )
        try:
            Inventory.of({brick: max(int(count), 1)})  # a single line may say that there is none
        except (InputError, ValueError) as error:  # int refuses thousands of digits
            raise InputError(f"Line {number}: {error}") from None
        stock[brick] += int(count)
    return dict(stock)


def _mapping(text: str) -> dict[str, int]:
    """A mapping, as it stands in a notebook or in a file."""
    try:
        stock = json.loads(text.replace("'", '"'))
    except (ValueError, RecursionError):
        raise InputError(
            'Expected a mapping such as {"2x4": 10, "2x4 red": 3}, or lines such as 2x4 10.'
        ) from None
    return dict(stock)
