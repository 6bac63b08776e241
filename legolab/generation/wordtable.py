"""Which of some words is nearest in meaning to another: a small static table of word vectors.

It knows single English words only, without context ("bank" has one vector), and lower case only.
It says what is nearest, not whether that is near enough: the caller sets the floor. The table is
built by `legolab.training.words`; reading it needs numpy alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors import SafetensorError
from safetensors.numpy import load_file

from legolab.errors import ModelError

TABLE = Path(__file__).parent / "weights" / "words.safetensors"

_IRREGULAR = {
    "children": "child",
    "feet": "foot",
    "geese": "goose",
    "men": "man",
    "mice": "mouse",
    "oxen": "ox",
    "people": "person",
    "teeth": "tooth",
    "women": "woman",
}
_PLURALS = (
    ("ies", "y"),
    ("ves", "f"),
    ("ves", "fe"),
    ("s", ""),
    ("es", ""),
)
"""Plural ending -> singular ending, the likelier first."""


@dataclass(frozen=True, slots=True)
class Nearest:
    """The nearest word, and its cosine to what was asked: 1 the same, about 0 unrelated."""

    name: str
    similarity: float


def singulars(word: str) -> Iterator[str]:
    """What `word` may be the plural of, the likelier first; not all of them are words.

    >>> list(singulars("dogs"))
    ['dog']
    >>> list(singulars("benches"))
    ['benche', 'bench']
    >>> list(singulars("glass"))
    []
    """
    if word in _IRREGULAR:
        yield _IRREGULAR[word]
    if word.endswith("ss"):
        return
    for plural, singular in _PLURALS:
        stem = word.removesuffix(plural)
        if stem != word and len(stem) > 1:
            yield stem + singular


def spellings(word: str) -> Iterator[str]:
    """The entries to try for `word`: as it is, run together, then its last part; singulars too.

    >>> list(spellings("Fire-trucks"))
    ['firetrucks', 'firetruck', 'trucks', 'truck']
    """
    parts = re.findall(r"[^\s_-]+", re.sub(r"['\u2019]s?(?=[\s_-]|$)", "", word.lower()))
    for form in dict.fromkeys(("".join(parts), *parts[-1:])):
        yield form
        yield from singulars(form)


@dataclass(frozen=True, slots=True, eq=False)
class WordTable:
    """Word vectors, one row a word.

    rows: word -> row.
    codes: int8 [words, dims]; the coordinates are `codes * scale`.
    scale: float32 [dims].
    """

    rows: dict[str, int]
    codes: npt.NDArray[np.int8]
    scale: npt.NDArray[np.float32]

    @classmethod
    def load(cls, path: Path) -> WordTable:
        """Read a table written by `legolab.training.words`.

        Raises:
            ModelError: missing, damaged, or not a word table.
        """
        try:
            tensors = load_file(path)
            words = tensors["words"].tobytes().decode("ascii").split("\n")
            codes, scale = tensors["codes"], tensors["scale"]
        except FileNotFoundError:
            raise ModelError(f"cannot read {path}: there is no such file") from None
        except OSError as error:
            raise ModelError(f"cannot read {path}: {error.strerror or error}") from error
        except SafetensorError as error:
            raise ModelError(f"cannot read {path}: expected safetensors ({error})") from error
        except KeyError as error:
            raise ModelError(f"cannot read {path}: expected a word table, no {error}") from None
        except UnicodeDecodeError:
            raise ModelError(f"cannot read {path}: expected ASCII words") from None
        rows = {word: row for row, word in enumerate(words)}
        if codes.shape != (len(rows), scale.size) or len(rows) != len(words):
            raise ModelError(
                f"cannot read {path}: {len(words)} words ({len(rows)} distinct) and "
                f"{scale.size} scales do not fit vectors of shape {codes.shape}"
            )
        if codes.dtype != np.int8 or scale.dtype != np.float32 or not np.isfinite(scale).all():
            raise ModelError(f"cannot read {path}: expected int8 codes and finite float32 scales")
        return cls(rows, codes, scale)

    def find(self, word: str) -> str | None:
        """The entry that stands for `word`, or None where there is none.

        >>> word_table().find("Dogs")
        'dog'
        """
        return next((form for form in spellings(word) if form in self.rows), None)

    def vectors(self, entries: Sequence[str]) -> npt.NDArray[np.float32]:
        """float32 [entries, dims]; about unit length for a category, shorter for other words."""
        return self.codes[[self.rows[entry] for entry in entries]] * self.scale

    def nearest(self, word: str, among: Sequence[str]) -> Nearest | None:
        """Of `among` the one nearest to `word`, the earlier on a tie; None for an unknown word.

        Similarity is the plain product a . b. The vectors are cut so that it is the cosine of the
        full vectors wherever a or b is a category; between other words it is a lower estimate.

        Raises:
            ModelError: a word of `among` is not in the table.
            ValueError: `among` is empty.
        """
        if not among:
            raise ValueError("expected words to choose from, got none")
        entry = self.find(word)
        if entry is None:
            return None
        found = [self.find(name) for name in among]
        targets = [target for target in found if target is not None]
        if len(targets) < len(found):
            missing = among[found.index(None)]
            raise ModelError(f"the word table has no vector for {missing!r}")
        similarities = self.vectors(targets) @ self.vectors([entry])[0]
        best = int(similarities.argmax())
        return Nearest(among[best], min(1.0, float(similarities[best])))


@lru_cache(maxsize=1)
def word_table() -> WordTable:
    """The table that comes with the package, read once."""
    return WordTable.load(TABLE)


def nearest(word: str, among: Sequence[str]) -> Nearest | None:
    """Of `among` the one nearest in meaning to `word`; None for a word not in the table.

    >>> nearest("couches", ["guitar", "sofa", "tower"]).name
    'sofa'
    """
    return word_table().nearest(word, among)
