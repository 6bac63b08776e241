"""The embedded model: a small Llama, read in C where that is compiled and in numpy elsewhere.

At this size numpy is as fast as torch and needs no seconds of import; C is faster still.
Knows tokens, not bricks. Tested against the logits of AutoModelForCausalLM on the same files.
"""

from __future__ import annotations

import copy
import hashlib
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import safetensors
from numpy.typing import NDArray
from tokenizers import Tokenizer

from legolab.errors import ModelError
from legolab.generation.lexicon import CATEGORIES
from legolab.generation.models.forward import Cache, Forward, Sizes

Floats = NDArray[np.float32]
Tensor = NDArray[Any]
"""float32, or bfloat16 as uint16."""

_KINDS = {"BF16": "<u2", "F32": "<f4"}

EMBEDDED_FOLDER = Path(__file__).resolve().parent.parent / "weights" / "embedded"


@dataclass(frozen=True)
class _Layer:
    """Weights of one block, fused and laid out for one token: [out, in] each."""

    input_norm: Tensor  # [hidden]
    qkv: Tensor  # [(heads + 2 kv heads) * head size, hidden]
    out: Tensor  # [hidden, heads * head size]
    mlp_norm: Tensor  # [hidden]
    gate_up: Tensor  # [2 * feed forward, hidden]
    down: Tensor  # [hidden, feed forward]

    @property
    def matrices(self) -> tuple[Tensor, ...]:
        """All but the norms."""
        return self.qkv, self.out, self.gate_up, self.down

    @property
    def norms(self) -> dict[str, Floats]:
        """The norms by name, float32."""
        return {"input_norm": _floats(self.input_norm), "mlp_norm": _floats(self.mlp_norm)}

    @property
    def floats(self) -> _Layer:
        """The same in float32."""
        return _Layer(**{name: _floats(tensor) for name, tensor in vars(self).items()})


class EmbeddedModel:
    """Weights, tokenizer and a key-value cache that can be rewound to any earlier length."""

    def __init__(self, folder: Path = EMBEDDED_FOLDER, compiled: bool = True) -> None:
        """Load from a folder of config.json, model.safetensors and tokenizer.json.

        Args:
            folder: where they are; taught.npy beside them tells what was trained on.
            compiled: whether to read in C where that is there and knows the sizes.

        Raises:
            ModelError: a file is missing, damaged or does not fit the others.
        """
        self.name = "embedded" if folder == EMBEDDED_FOLDER else str(folder)
        try:
            config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
            content = (folder / "model.safetensors").read_bytes()
            tensors = _tensors(content)
            self.tokenizer = _tokenizer((folder / "tokenizer.json").read_text(encoding="utf-8"))
            self.descriptions = _descriptions(
                (folder / "descriptions.json").read_text(encoding="utf-8")
            )
            self.taught = _taught(folder / "taught.npy")
            self.digest = hashlib.sha256(content).hexdigest()[:12]
            self._heads: int = config["num_attention_heads"]
            self._kv_heads: int = config["num_key_value_heads"]
            self._size: int = config.get("head_dim") or config["hidden_size"] // self._heads
            self._eps = np.float32(config["rms_norm_eps"])
            self.context: int = config["max_position_embeddings"]
            self._cos, self._sin = _rotations(_theta(config), self._size, self.context)
            embedding = tensors["model.embed_tokens.weight"]
            self._embedding = _floats(embedding)
            self._head = _floats(tensors.get("lm_head.weight", embedding))
            self._final_norm = _floats(tensors["model.norm.weight"])
            layers = [_layer(tensors, i) for i in range(config["num_hidden_layers"])]
            rows = (self._heads + 2 * self._kv_heads) * self._size
            if any(len(layer.qkv) != rows for layer in layers):
                raise ValueError("the sizes in config.json are not those of the weights")
            self._depth = len(layers)
            self.forward = self._compiled(layers, embedding) if compiled else None
            self._layers = [] if self.forward else [layer.floats for layer in layers]
        except FileNotFoundError as error:
            name = Path(str(error.filename)).name
            raise ModelError(f"expected a model in {folder}, but {name} is missing") from None
        except OSError as error:
            raise ModelError(f"the model in {folder} cannot be read: {error.strerror}") from error
        except KeyError as error:
            raise ModelError(f"the model in {folder} cannot be read: {error} is missing") from None
        except (
            *(AttributeError, EOFError, TypeError, ValueError),
            safetensors.SafetensorError,
        ) as error:
            raise ModelError(f"the model in {folder} cannot be read: {error}") from error
        self._forget()

    def _compiled(self, layers: Sequence[_Layer], embedding: Tensor) -> Forward | None:
        """The compiled pass, where there is one for these weights."""
        sizes = Sizes(
            layers=len(layers),
            hidden=embedding.shape[1],
            inner=len(layers[0].gate_up) // 2,
            heads=self._heads,
            kv_heads=self._kv_heads,
            size=self._size,
            context=self.context,
            vocabulary=len(embedding),
        )
        matrices = [embedding, *(matrix for layer in layers for matrix in layer.matrices)]
        are_halves = all(matrix.dtype == np.uint16 for matrix in matrices)
        if not (are_halves and sizes.is_known and Forward.is_there()):
            return None
        parts = [vars(layer) | layer.norms for layer in layers]
        norms = self._final_norm, self._cos, self._sin
        return Forward(sizes, float(self._eps), parts, embedding, *norms)

    def _forget(self) -> None:
        shape = (self._depth, self._kv_heads, self.context, self._size)
        self._cache = Cache(np.zeros(shape, np.float32), np.zeros(shape, np.float32))
        self.length = 0

    def session(self) -> EmbeddedModel:
        """The same weights with an empty cache of their own: texts do not mix."""
        session = copy.copy(self)
        session._forget()
        return session

    def encode(self, text: str) -> list[int]:
        """Token ids of a text; special tokens may be written out in it."""
        ids: list[int] = self.tokenizer.encode(text).ids
        return ids

    def token(self, piece: str) -> int:
        """The one token of a piece of text.

        Raises:
            ModelError: the tokenizer cuts the piece into several tokens.
        """
        ids = self.encode(piece)
        if len(ids) != 1:
            raise ModelError(f"expected one token for {piece!r}, the tokenizer makes {len(ids)}")
        return ids[0]

    def rewind(self, length: int) -> None:
        """Forget every token from position `length` on."""
        self.length = min(self.length, length)

    def step(self, tokens: Sequence[int], rows: NDArray[np.intp] | None = None) -> Floats:
        """Read tokens after those already read.

        Args:
            tokens: at least one token id.
            rows: token ids whose logits are wanted; all when not given.

        Returns:
            Logits of the next token, float32 [rows].

        Raises:
            ModelError: the text would be longer than the model's context.
        """
        last = self._read(tokens, 1)[0]
        head = self._head if rows is None else self._head[rows]
        logits: Floats = head @ last
        return logits

    def steps(self, tokens: Sequence[int], rows: Sequence[NDArray[np.intp]]) -> list[Floats]:
        """Read tokens after those already read, and tell what was to follow the last of them.

        Args:
            tokens: at least as many token ids as there are `rows`.
            rows: for each of the last tokens, the token ids whose logits are wanted.

        Returns:
            Logits of what follows each of the last tokens, float32 [rows] each.

        Raises:
            ModelError: the text would be longer than the model's context.
        """
        seen = self._read(tokens, len(rows))
        return [self._head[wanted] @ x for wanted, x in zip(rows, seen, strict=True)]

    def logits(self, tokens: Sequence[int], last: int) -> Floats:
        """Read tokens after those already read.

        Returns:
            Logits after each of the last so many tokens, float32 [last, vocabulary].

        Raises:
            ModelError: the text would be longer than the model's context.
        """
        logits: Floats = self._read(tokens, last) @ self._head.T
        return logits

    def _read(self, tokens: Sequence[int], last: int) -> Floats:
        """What the model makes of the last so many of some tokens: float32 [last, hidden]."""
        start, end = self.length, self.length + len(tokens)
        if end > self.context:
            raise ModelError(f"expected at most {self.context} tokens, got {end}")
        if self.forward is not None:
            self.length = end
            return self.forward.read([(tokens, start, self._cache)])[-last:]
        x = self._embedding[np.asarray(tokens)]
        cos, sin = self._cos[start:end, None], self._sin[start:end, None]
        for index, layer in enumerate(self._layers):
            x = x + self._attend(index, layer, _norm(x, layer.input_norm, self._eps), cos, sin)
            gate_up = _norm(x, layer.mlp_norm, self._eps) @ layer.gate_up.T
            gate, up = np.split(gate_up, 2, axis=-1)
            x = x + (gate / (1 + np.exp(-gate)) * up) @ layer.down.T
        self.length = end
        return _norm(x[-last:], self._final_norm, self._eps)

    def _attend(self, index: int, layer: _Layer, x: Floats, cos: Floats, sin: Floats) -> Floats:
        """Causal attention of the new tokens over all tokens so far."""
        count, heads, kv_heads = len(x), self._heads, self._kv_heads
        start, end = self.length, self.length + count
        qkv = (x @ layer.qkv.T).reshape(count, heads + 2 * kv_heads, self._size)
        turning, half = qkv[:, : heads + kv_heads], self._size // 2
        swapped = np.concatenate((turning[..., half:], turning[..., :half]), -1)
        turned = turning * cos + swapped * sin
        self._cache.keys[index, :, start:end] = turned[:, heads:].swapaxes(0, 1)
        self._cache.values[index, :, start:end] = qkv[:, heads + kv_heads :].swapaxes(0, 1)
        # Queries of the heads that share keys sit together: [kv heads, group * count, size].
        group = heads // kv_heads
        grouped = turned[:, :heads].reshape(count, kv_heads, group, self._size)
        queries = grouped.transpose(1, 2, 0, 3).reshape(kv_heads, group * count, self._size)
        scores = queries @ self._cache.keys[index, :, :end].swapaxes(1, 2)
        scores *= np.float32(1 / math.sqrt(self._size))
        if count > 1:
            future = np.triu(np.ones((count, end), dtype=bool), k=start + 1)
            scores[:, np.tile(future, (group, 1))] = -np.inf
        np.exp(scores - scores.max(-1, keepdims=True), out=scores)
        scores /= scores.sum(-1, keepdims=True)
        mixed = (scores @ self._cache.values[index, :, :end]).reshape(
            kv_heads, group, count, self._size
        )
        joined = mixed.transpose(2, 0, 1, 3).reshape(count, heads * self._size)
        return (joined @ layer.out.T).astype(np.float32, copy=False)


@lru_cache(maxsize=2)
def load_embedded(folder: Path = EMBEDDED_FOLDER) -> EmbeddedModel:
    """The model of a folder, loaded once per process."""
    return EmbeddedModel(folder)


def _tokenizer(text: str) -> Tokenizer:
    if "model" not in json.loads(text):  # the library raises a bare Exception for this
        raise ValueError("tokenizer.json holds no tokenizer")
    return Tokenizer.from_str(text)


def _descriptions(text: str) -> dict[str, list[list[Any]]]:
    """Complete descriptions by category, each a list of values in the lexicon's order."""
    known: dict[str, list[list[Any]]] = json.loads(text)
    for name, category in CATEGORIES.items():
        rows = known[name]
        if not rows or any(len(row) != len(category.fields) for row in rows):
            raise ValueError(f"descriptions.json does not fit the lexicon for {name}")
    return known


def _taught(file: Path) -> frozenset[int]:
    """Digests of the shapes a model was trained on, see `features.Form`; none without the file."""
    if not file.exists():
        return frozenset()
    digests = np.load(file, allow_pickle=False)
    if digests.dtype != np.uint32 or digests.ndim != 1:
        raise ValueError(f"expected taught.npy as uint32 in a row, got {digests.dtype}")
    return frozenset(digests.tolist())


def _norm(x: Floats, weight: Floats, eps: np.float32) -> Floats:
    """Root mean square norm."""
    normed: Floats = x / np.sqrt((x * x).mean(-1, keepdims=True) + eps) * weight
    return normed


def _theta(config: dict[str, Any]) -> float:
    """Base of the rotary frequencies, where transformers 5 or 4 writes it."""
    parameters = config.get("rope_parameters") or {}
    return float(parameters.get("rope_theta") or config.get("rope_theta") or 10_000.0)


def _rotations(theta: float, size: int, context: int) -> tuple[Floats, Floats]:
    """Cosines and signed sines of the rotary embedding, float32 [context, size]."""
    frequencies = 1.0 / theta ** (np.arange(0, size, 2, dtype=np.float64) / size)
    angles = np.outer(np.arange(context), frequencies)
    cos, sin = np.cos(angles), np.sin(angles)
    return (
        np.concatenate((cos, cos), 1).astype(np.float32),
        np.concatenate((-sin, sin), 1).astype(np.float32),
    )


def _tensors(content: bytes) -> dict[str, Tensor]:
    """The tensors of a safetensors file; bfloat16, which numpy does not know, as uint16."""
    tensors: dict[str, Tensor] = {}
    for name, tensor in safetensors.deserialize(content):
        kind = _KINDS.get(tensor["dtype"])
        if kind is None:
            raise ValueError(f"expected weights in BF16 or F32, got {tensor['dtype']}")
        tensors[name] = np.frombuffer(tensor["data"], dtype=kind).reshape(tensor["shape"])
    return tensors


def _floats(tensor: Tensor) -> Floats:
    """A tensor as float32."""
    if tensor.dtype != np.uint16:
        return tensor.astype(np.float32, copy=False)
    wide: Floats = (tensor.astype(np.uint32) << np.uint32(16)).view(np.float32)
    return wide


def _layer(tensors: dict[str, Tensor], index: int) -> _Layer:
    prefix = f"model.layers.{index}."

    def weight(name: str) -> Tensor:
        return tensors[f"{prefix}{name}.weight"]

    return _Layer(
        input_norm=weight("input_layernorm"),
        qkv=np.concatenate([weight(f"self_attn.{part}_proj") for part in "qkv"]),
        out=weight("self_attn.o_proj"),
        mlp_norm=weight("post_attention_layernorm"),
        gate_up=np.concatenate([weight("mlp.gate_proj"), weight("mlp.up_proj")]),
        down=weight("mlp.down_proj"),
    )
