"""Rows as tokens, and the batches they are trained in. Knows numpy and the tokenizer, no torch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from legolab.training.corpus import Row
from legolab.training.tokenizer import BEGIN, END, SEPARATOR

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

Tokens = NDArray[np.uint16]

DESCRIPTION_SHARE, CAPTION_SHARE = 0.8, 0.17
"""How often a row is read with its description, with a free caption; else with its category."""

_POOL = 2048  # rows sorted by length together: short enough to stay random, long enough to pack

_STEP = 32
"""Lengths are rounded up to this: every new shape of batch costs torch time and memory."""


@dataclass(frozen=True)
class Example:
    """One row as tokens: uint16 [n] each; prompts begin with BEGIN and end with SEPARATOR."""

    category: str
    description: Tokens
    captions: tuple[Tokens, ...]
    bare: Tokens
    bricks: Tokens  # ends with END


def encode_rows(rows: Iterable[Row], tokenizer: PreTrainedTokenizerFast) -> list[Example]:
    """Rows as tokens, in order."""
    backend = tokenizer.backend_tokenizer

    def encode(texts: Sequence[str]) -> list[Tokens]:
        return [np.array(coded.ids, dtype=np.uint16) for coded in backend.encode_batch(texts)]

    examples: list[Example] = []
    chunk: list[Row] = []

    def flush() -> None:
        prompts = [
            f"{BEGIN}{text}{SEPARATOR}"
            for row in chunk
            for text in (row.description, row.category, *row.captions)
        ]
        coded = iter(encode(prompts))
        bricks = encode([row.bricks + END for row in chunk])
        for row, brick_tokens in zip(chunk, bricks, strict=True):
            description, bare = next(coded), next(coded)
            captions = tuple(next(coded) for _ in row.captions)
            examples.append(Example(row.category, description, captions, bare, brick_tokens))
        chunk.clear()

    for row in rows:
        chunk.append(row)
        if len(chunk) == 1000:
            flush()
    flush()
    return examples


@dataclass(frozen=True)
class Batch:
    """Token ids int64 [rows, length], padded with 0, and which of them are bricks."""

    tokens: NDArray[np.int64]
    targets: NDArray[np.bool_]  # [rows, length], True on brick tokens

    @classmethod
    def of(cls, pairs: Sequence[tuple[Tokens, Tokens]], budget: int = 0) -> Batch:
        """Pad (prompt, bricks) pairs into one block.

        With a budget, rows are padded to as many as the budget holds at this length, so that few
        shapes of batch occur.
        """
        length = _rounded(max(len(prompt) + len(bricks) for prompt, bricks in pairs))
        rows = max(len(pairs), budget // length)
        tokens = np.zeros((rows, length), dtype=np.int64)
        targets = np.zeros((rows, length), dtype=bool)
        for row, (prompt, bricks) in enumerate(pairs):
            end = len(prompt) + len(bricks)
            tokens[row, : len(prompt)] = prompt
            tokens[row, len(prompt) : end] = bricks
            targets[row, len(prompt) : end] = True
        return cls(tokens, targets)


def training_batches(
    examples: Sequence[Example], seed: int, epoch: int, budget: int
) -> Iterator[Batch]:
    """One epoch in random order, in batches of about `budget` tokens of rows of like length.

    The order and the prompt each row is read with depend on the seed and the epoch alone.
    """
    rng = np.random.default_rng(np.random.SeedSequence([seed, epoch]))
    order = rng.permutation(len(examples))
    for start in range(0, len(order), _POOL):
        pool = [examples[index] for index in order[start : start + _POOL]]
        pairs = [(_prompt(example, rng), example.bricks) for example in pool]
        pairs.sort(key=lambda pair: len(pair[0]) + len(pair[1]))
        groups: list[list[tuple[Tokens, Tokens]]] = [[]]
        for pair in pairs:
            length = len(pair[0]) + len(pair[1])
            if groups[-1] and _rounded(length) * (len(groups[-1]) + 1) > budget:
                groups.append([])
            groups[-1].append(pair)
        for group in rng.permutation(len(groups)):
            yield Batch.of(groups[int(group)], budget)


def _rounded(length: int) -> int:
    return -(-length // _STEP) * _STEP


def _prompt(example: Example, rng: np.random.Generator) -> Tokens:
    dice = rng.random()
    if dice < DESCRIPTION_SHARE:
        return example.description
    if dice < DESCRIPTION_SHARE + CAPTION_SHARE:
        return example.captions[int(rng.integers(len(example.captions)))]
    return example.bare
