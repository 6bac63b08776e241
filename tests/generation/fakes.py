"""A model that knows nothing but is willing to go on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


class FakeModel:
    """Logits are a fixed random function of the text; the end can be made unlikely."""

    name = digest = "fake"
    context = 4000

    def __init__(self, sharpness: float = 2.0, end: float | None = None) -> None:
        self.text: list[int] = []
        self.read: list[list[int]] = []  # every text that was read, as it was then
        self.sharpness = sharpness
        self.end = end
        self.taught: frozenset[int] = frozenset()
        self.descriptions: dict[str, list[list[str | int]]] = {}
        self._tokens: dict[str, int] = {}

    @property
    def length(self) -> int:
        return len(self.text)

    def session(self) -> FakeModel:
        return FakeModel(self.sharpness, self.end)

    def encode(self, text: str) -> list[int]:
        return [199]

    def token(self, piece: str) -> int:
        return self._tokens.setdefault(piece, len(self._tokens))

    def rewind(self, length: int) -> None:
        del self.text[length:]

    def step(self, tokens: list[int], rows: NDArray[np.intp]) -> NDArray[np.float32]:
        self.text += tokens
        self.read.append(list(self.text))
        rng = np.random.default_rng([7, *self.text])
        logits = rng.normal(scale=self.sharpness, size=200)
        if self.end is not None:
            logits[self.token("<|eot|>")] = self.end
        return logits[rows].astype(np.float32)

    def steps(self, tokens: list[int], rows: list[NDArray[np.intp]]) -> list[NDArray[np.float32]]:
        first = len(tokens) - len(rows)
        self.text += tokens[:first]
        return [self.step([token], own) for token, own in zip(tokens[first:], rows, strict=True)]
