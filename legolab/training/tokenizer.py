"""The embedded model's tokenizer: words for prompts, and four tokens for a brick.

`2x4 (3,5,0)\\n` becomes `2x4 (` `3,` `5,` `0)\\n`: what is always the same costs no step.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from legolab.bricks.catalog import SIZES

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

PAD, BEGIN, SEPARATOR, END = "<|pad|>", "<|begin|>", "<|sep|>", "<|eot|>"
VOCABULARY = 1024
_WORLD = 20
_SPLIT = r"\d+x\d+ \(|\d+,|\d+\)\n|\d+| ?[A-Za-z]+|\s|[^\sA-Za-z\d]"

CHAT_TEMPLATE = (
    "{% for message in messages %}"
    "{% if message['role'] == 'user' %}"
    "<|begin|>{{ message['content'].split('### Input:\\n')[-1] }}<|sep|>"
    "{% elif message['role'] == 'assistant' %}"
    "{{ message['content'] }}{% if not continue_final_message %}<|eot|>{% endif %}"
    "{% endif %}{% endfor %}"
)
"""Keeps only what follows `### Input:`, so that the published long instruction costs nothing."""


def brick_pieces() -> list[str]:
    """The strings that must be one token each, in a fixed order: kinds, then x and y, then z."""
    return [
        *(f"{h}x{w} (" for h, w in SIZES),
        *(f"{number}," for number in range(_WORLD)),
        *(f"{number})\n" for number in range(_WORLD)),
    ]


def train_tokenizer(texts: Iterable[str]) -> PreTrainedTokenizerFast:
    """Learn the words of the texts; every piece of a brick is one token.

    Args:
        texts: descriptions and captions, no bricks.

    Raises:
        AssertionError: a piece of a brick came out as several tokens.
    """
    from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_SPLIT), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=[PAD, BEGIN, END, SEPARATOR],
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    pieces = brick_pieces() + [str(number) for number in range(_WORLD + 1)]
    tokenizer.train_from_iterator(
        [*texts, *(piece for piece in pieces for _ in range(2000))], trainer
    )
    for piece in pieces:
        tokens = tokenizer.encode(piece).tokens
        assert len(tokens) == 1, f"expected one token for {piece!r}, got {tokens}"
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token=PAD,
        bos_token=BEGIN,
        eos_token=END,
        clean_up_tokenization_spaces=False,
    )
    fast.chat_template = CHAT_TEMPLATE
    return fast


def load_tokenizer(folder: Path) -> PreTrainedTokenizerFast:
    """The tokenizer of a trained model."""
    from transformers import PreTrainedTokenizerFast

    loaded: PreTrainedTokenizerFast = PreTrainedTokenizerFast.from_pretrained(folder)
    return loaded
