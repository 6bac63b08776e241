"""A model that reads a text twice, with all that is asked and with the subject alone.

What the two disagree on is what was asked; drawing leans that way (classifier-free guidance, Ho and
Salimans, arXiv 2207.12598, for text as in arXiv 2306.17806). Both texts go through in one pass.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from legolab.generation.models.embedded import EmbeddedModel
from legolab.generation.models.forward import Floats


class Guided:
    """Looks like the model of the full text to whoever decodes."""

    def __init__(
        self, model: EmbeddedModel, full: Sequence[int], bare: Sequence[int], strength: float
    ) -> None:
        """Read both prompts but for their last token, which they share.

        Args:
            model: that has read nothing.
            full: tokens of the whole description.
            bare: tokens of its subject alone.
            strength: how far to lean; 0 is the model itself.
        """
        self._model, self._bare = model, model.session()
        self._strength = np.float32(strength)
        self._shift = len(full) - len(bare)
        model.logits(full[:-1], 1)
        self._bare.logits(bare[:-1], 1)

    @property
    def length(self) -> int:
        """Tokens read of the full text."""
        return self._model.length

    def token(self, piece: str) -> int:
        """The one token of a piece of text."""
        return self._model.token(piece)

    def rewind(self, length: int) -> None:
        """Forget every token from position `length` of the full text on."""
        self._model.rewind(length)
        self._bare.rewind(length - self._shift)

    def step(self, tokens: Sequence[int], rows: NDArray[np.intp]) -> Floats:
        """As `EmbeddedModel.step`."""
        return self.steps(tokens, [rows])[0]

    def steps(self, tokens: Sequence[int], rows: Sequence[NDArray[np.intp]]) -> list[Floats]:
        """As `EmbeddedModel.steps`."""
        full, bare = self._model.steps_beside(self._bare, tokens, rows)
        return [own + self._strength * (own - other) for own, other in zip(full, bare, strict=True)]

    def logits(self, tokens: Sequence[int], last: int) -> Floats:
        """As `EmbeddedModel.logits`, without guidance."""
        return self._model.logits(tokens, last)
