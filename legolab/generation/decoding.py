"""Sample the next brick from what the model thinks, among all that is legal, without a bias.

Masking token by token distorts: a likely first token may lead to nothing legal but an absurd
brick. Here the tokens of one brick form a tree; whenever a branch turns out to hold less legal
probability than believed, that is written back to the root, and with just the missing
probability the brick is begun again. What comes out follows P(brick | legal).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from legolab.bricks.catalog import SIZES
from legolab.generation.grammar import WORLD, Mask, Placement

_RESTARTS = 24
"""After this many restarts of one brick what is legal is sampled as it comes."""

_LEAST = 1e-60
"""Nothing legal is impossible: the product over the four choices of a brick stays above zero."""

TOKENS_PER_BRICK = 4

END = len(SIZES)
"""In the first slot: the structure is complete."""


class LanguageModel(Protocol):
    """What decoding needs of a model."""

    context: int
    """Tokens of the longest text."""

    def token(self, piece: str) -> int:
        """The one token of a piece of text."""
        ...

    def rewind(self, length: int) -> None:
        """Forget every token from position `length` on."""
        ...

    def step(self, tokens: list[int], rows: NDArray[np.intp]) -> NDArray[np.float32]:
        """Read tokens; logits of the given rows of the vocabulary for the next one."""
        ...

    def steps(
        self, tokens: list[int], rows: Sequence[NDArray[np.intp]]
    ) -> list[NDArray[np.float32]]:
        """Read tokens; logits of the given rows after each of the last ones."""
        ...

    def logits(self, tokens: list[int], last: int) -> NDArray[np.float32]:
        """Read tokens; logits of the whole vocabulary after each of the last so many."""
        ...


@dataclass
class Counts:
    """What decoding did, for the trace."""

    proposals: int = 0  # bricks sampled
    restarts: int = 0  # bricks begun again because a branch held nothing legal
    steps: int = 0  # forward passes


@dataclass
class _Node:
    """The choices after some tokens of a brick: how likely they are drawn, what share is legal, and
    how likely the model finds them, as a logarithm."""

    p: NDArray[np.float64]
    log: NDArray[np.float64]
    alive: NDArray[np.float64]

    @property
    def mass(self) -> float:
        """Legal probability under this node, as far as known."""
        return float(self.p @ self.alive)


_Path = tuple[int, ...]

Guess = Callable[[_Path], _Path]
"""Some choices of a brick, and after them what probably follows, of further bricks too."""

_Odds = tuple[NDArray[np.float64], NDArray[np.float64]]
"""Probabilities over all values of a slot at a temperature; logarithms of the model's own."""


@dataclass
class BrickDecoder:
    """Draws bricks from a model.

    A brick is four choices: size (or the end), x, y, z; one token each. The model has often read
    further than the text goes, along a guess or a branch that was left: as far as that is the text
    after all, it is not read again.
    """

    model: LanguageModel
    rng: np.random.Generator
    temperature: float
    text: list[int]  # tokens decided on: the prompt, then those of bricks
    counts: Counts = field(default_factory=Counts)
    likelihood: float = 0.0  # of the last brick or the end, nats
    dead_ends: list[str] = field(default_factory=list)  # why the last brick was begun again

    def __post_init__(self) -> None:
        sizes = [self.model.token(f"{h}x{w} (") for h, w in SIZES]
        numbers = [self.model.token(f"{number},") for number in range(WORLD)]
        layers = [self.model.token(f"{number})\n") for number in range(WORLD)]
        end = self.model.token("<|eot|>")
        self._rows = [np.array(row) for row in ([*sizes, end], numbers, numbers, layers)]
        self._read: list[int] = []  # what the model has read
        self._shared = 0  # tokens at the beginning that are known to be the same in both
        self._known: dict[int, _Odds] = {}  # after so many tokens of `_read`

    @property
    def length(self) -> int:
        """Tokens decided on."""
        return len(self.text)

    def go_back(self, length: int) -> None:
        """Forget everything decided after that."""
        del self.text[length:]
        self._shared = min(self._shared, length)

    def next_brick(self, mask: Mask, may_end: bool, guess: Guess = tuple) -> Placement | None:
        """Sample a brick that the mask allows; None when the model ends the structure.

        Args:
            mask: bool [14, 20, 20, 20], see `grammar.Mask`; may be empty only if `may_end`.
            may_end: whether the end is legal here.
            guess: what probably follows some choices of the brick, after those: read in the
                same pass.
        """
        self.counts.proposals += 1
        self.dead_ends = []
        tree = _Tree(self, mask, may_end, guess)
        path = tree.sample()
        self.likelihood = tree.likelihood(path)
        if path == (END,):
            return None
        placement = Placement(*path)
        self.append(placement)
        return placement

    def append(self, placement: Placement) -> None:
        """Write a brick."""
        self.text += self.tokens(placement.choices)

    def odds(self, path: _Path, guess: Guess) -> _Odds:
        """The odds of what follows the text and some choices of its next brick.

        Args:
            path: fewer than four choices.
            guess: as for `next_brick`.
        """
        wanted = [*self.text, *self.tokens(path)]
        here = len(wanted)
        shared = self._shared
        for one, other in zip(wanted[shared:], self._read[shared:], strict=False):
            if one != other:
                break
            shared += 1
        self._shared = min(shared, len(self.text))
        if shared == here and here in self._known:
            return self._known[here]
        shared = min(shared, here - 1)  # the last one again, for what follows it
        wanted += self.tokens(guess(path))[len(path) :][: max(self.model.context - here, 0)]
        self.model.rewind(shared)
        slots = [(len(path) + n) % TOKENS_PER_BRICK for n in range(len(wanted) - here + 1)]
        found = self.read(wanted[shared:], slots)
        self._read = wanted
        self._known = dict(enumerate(found, here))
        return found[0]

    def likelihoods(
        self, prompt: list[int], placements: Iterable[Placement]
    ) -> NDArray[np.float64]:
        """How likely the model finds each of some bricks after a prompt, nats: float64 [bricks].

        It must not have read anything yet, and has not afterwards.
        """
        slots = [placement.choices for placement in placements]
        text = [*prompt, *(token for path in slots for token in self.tokens(path))]
        logits = self.model.logits(text, TOKENS_PER_BRICK * len(slots) + 1)[:-1].astype(np.float64)
        self.model.rewind(0)
        found = np.zeros(len(slots))
        for index, value in enumerate(value for values in slots for value in values):
            row = logits[index][self._rows[index % TOKENS_PER_BRICK]]
            found[index // TOKENS_PER_BRICK] += (
                row[value] - row.max() - np.log(np.exp(row - row.max()).sum())
            )
        return found

    def read(self, tokens: list[int], slots: Sequence[int]) -> list[_Odds]:
        """Read tokens; the odds in the slots that follow the last of them."""
        self.counts.steps += 1
        rows = [self._rows[slot] for slot in slots]
        if len(rows) == 1:
            return [self._odds(self.model.step(tokens, rows[0]))]
        return [self._odds(logits) for logits in self.model.steps(tokens, rows)]

    def _odds(self, given: NDArray[np.float32]) -> _Odds:
        logits = given.astype(np.float64)
        logits -= logits.max()
        weights = np.exp(logits / self.temperature)
        probabilities: NDArray[np.float64] = weights / weights.sum()
        return np.maximum(probabilities, _LEAST), logits - np.log(np.exp(logits).sum())

    def tokens(self, path: Iterable[int]) -> list[int]:
        """The tokens of choices, from the first of a brick on."""
        return [int(self._rows[n % TOKENS_PER_BRICK][value]) for n, value in enumerate(path)]


class _Tree:
    """The choices explored for one brick."""

    def __init__(self, decoder: BrickDecoder, mask: Mask, may_end: bool, guess: Guess) -> None:
        self.decoder = decoder
        self.mask = mask
        self.guess = guess
        p, log = decoder.odds((), guess)
        alive = np.append(mask.any((1, 2, 3)), may_end).astype(np.float64)
        self.nodes: dict[_Path, _Node] = {(): _Node(p, log, alive)}

    def sample(self) -> _Path:
        """A legal path from the root to a leaf."""
        for attempt in range(_RESTARTS + 1):
            path = self._descend(insist=attempt == _RESTARTS)
            if path is not None:
                return path
            self.decoder.counts.restarts += 1
            self.decoder.dead_ends.append(self._dead_end())
        raise AssertionError("the last attempt insists, and what it follows is legal")

    def _dead_end(self) -> str:
        """Where the last attempt found too little that is legal."""
        size, *place = self.dead
        h, w = SIZES[size]
        at = ", ".join(f"{axis} {value}" for axis, value in zip("xyz", place, strict=False))
        return f"a {h}x{w}{' at ' if at else ''}{at} leads to little that is legal"

    def likelihood(self, path: _Path) -> float:
        """How likely the model finds a path that was sampled, nats."""
        return sum(float(self.nodes[path[:n]].log[value]) for n, value in enumerate(path))

    def _descend(self, insist: bool) -> _Path | None:
        rng = self.decoder.rng
        path: _Path = ()
        while len(path) < TOKENS_PER_BRICK:
            if path not in self.nodes:
                mass = self._open(path)
                if not insist and rng.random() > mass:
                    self.dead = path
                    return None
            node = self.nodes[path]
            weights = node.p * node.alive
            path = (*path, int(rng.choice(len(weights), p=weights / weights.sum())))
            if path == (END,):
                return path
        return path

    def _open(self, path: _Path) -> float:
        """Ask the model what follows `path`; tells the nodes above how much of it is legal."""
        p, log = self.decoder.odds(path, self.guess)
        legal = self.mask[path]
        if legal.ndim > 1:
            legal = legal.any(tuple(range(1, legal.ndim)))
        node = self.nodes[path] = _Node(p, log, legal.astype(np.float64))
        mass = node.mass
        for depth in range(len(path) - 1, -1, -1):
            above = self.nodes[path[:depth]]
            above.alive[path[depth]] = self.nodes[path[: depth + 1]].mass
        return mass
