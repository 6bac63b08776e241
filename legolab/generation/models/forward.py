"""Calls the compiled pass of `generation/native`. Knows numbers and their places, no text."""

from __future__ import annotations

import ctypes
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from legolab.errors import ModelError
from legolab.generation.native import LIBRARY

Floats = NDArray[np.float32]
Halves = NDArray[np.uint16]
"""bfloat16, as it lies in memory."""

_BLOCK = 16  # tokens that go through together, as in forward.c
_LANES = 16  # rows of a matrix that lie side by side there
_MOST = 4096  # places of a text

_PLACE = np.dtype(
    [("token", np.intc), ("position", np.intc), ("keys", np.uintp), ("values", np.uintp)],
    align=True,
)


_MATRICES = ("qkv", "out", "gate_up", "down")
_WEIGHTS = ("input_norm", "qkv", "out", "mlp_norm", "gate_up", "down")
_SIZES = ("layers", "hidden", "inner", "heads", "kv_heads", "size", "context", "vocabulary")
_ARRAYS = ("layer", "embedding", "final_norm", "cosine", "sine")


class _Layer(ctypes.Structure):
    _fields_ = [(name, ctypes.c_void_p) for name in _WEIGHTS]


class _Model(ctypes.Structure):
    _fields_ = [
        *((name, ctypes.c_int) for name in _SIZES),
        ("eps", ctypes.c_float),
        *((name, ctypes.c_void_p) for name in _ARRAYS),
    ]


@lru_cache(maxsize=1)
def _library() -> ctypes.CDLL | None:
    try:
        library = ctypes.CDLL(str(LIBRARY))
    except OSError:
        return None
    library.legolab_read.argtypes = [
        ctypes.c_void_p,
        ctypes.c_int,
        ctypes.c_void_p,
        ctypes.c_void_p,
        ctypes.c_void_p,
    ]
    library.legolab_sources.restype = ctypes.c_char_p
    return library


def sources() -> str | None:
    """Digest of the sources the library was compiled from; None where there is no library."""
    library = _library()
    return None if library is None else library.legolab_sources().decode()


@dataclass(frozen=True)
class Sizes:
    """Of a model: layers, numbers of a token, of its inner layer, heads and their numbers."""

    layers: int
    hidden: int
    inner: int
    heads: int
    kv_heads: int
    size: int
    context: int
    vocabulary: int

    @property
    def is_known(self) -> bool:
        """Whether the compiled pass can do these."""
        by_lanes = not any(n % _LANES for n in (self.hidden, self.size, self.context))
        whole = self.heads * self.size == self.hidden and self.heads % self.kv_heads == 0
        return by_lanes and self.inner % 8 == 0 and whole and self.context <= _MOST


@dataclass(frozen=True, eq=False)
class Cache:
    """Keys and values of a text: float32 [layers, kv heads, context, size] each.

    The compiled pass keeps keys in an order of its own, see forward.c.
    """

    keys: Floats
    values: Floats


Text = tuple[Sequence[int], int, Cache]
"""Tokens to read, the place of the first of them, and what their text keeps."""


def _side_by_side(matrix: Floats | Halves) -> NDArray[np.uint32]:
    """A bfloat16 matrix [rows, columns] as forward.c has it: uint32 [rows / 16, columns, 8]."""
    rows, columns = matrix.shape
    low, high = matrix.reshape(rows // _LANES, 2, _LANES // 2, columns).swapaxes(0, 1)
    pairs = low.astype(np.uint32) | high.astype(np.uint32) << np.uint32(16)
    return np.ascontiguousarray(pairs.swapaxes(1, 2))


class Forward:
    """A model whose passes are compiled."""

    def __init__(
        self,
        sizes: Sizes,
        eps: float,
        layers: Sequence[Mapping[str, Floats | Halves]],
        embedding: Halves,
        final_norm: Floats,
        cosine: Floats,
        sine: Floats,
    ) -> None:
        """Take the weights.

        Args:
            sizes: that are known.
            eps: of the norms.
            layers: input_norm, mlp_norm float32 [hidden]; qkv, out, gate_up, down bfloat16
                [out, in].
            embedding: bfloat16 [vocabulary, hidden].
            final_norm: float32 [hidden].
            cosine, sine: float32 [context, size].
        """
        library = _library()
        assert library is not None
        self._read = library.legolab_read
        self._sizes = sizes
        laid_out = [
            {**part, **{name: _side_by_side(part[name]) for name in _MATRICES}} for part in layers
        ]
        table = (_Layer * len(layers))(
            *(_Layer(*(part[name].ctypes.data for name in _WEIGHTS)) for part in laid_out)
        )
        self._kept: list[Any] = [laid_out, embedding, final_norm, cosine, sine, table]
        self._model = _Model(
            *(getattr(sizes, name) for name in _SIZES),
            eps,
            ctypes.addressof(table),
            *(array.ctypes.data for array in (embedding, final_norm, cosine, sine)),
        )
        rows = (sizes.heads + 2 * sizes.kv_heads) * sizes.size
        self._room_size = _BLOCK * (2 * sizes.hidden + rows + 2 * sizes.inner)

    @staticmethod
    def is_there() -> bool:
        """Whether there is a compiled library."""
        return _library() is not None

    def read(self, texts: Sequence[Text]) -> Floats:
        """Read tokens of one or several texts at once.

        Args:
            texts: at least one token in all.

        Returns:
            What the model makes of every token, normed: float32 [tokens, hidden].

        Raises:
            ModelError: a token or place is one the model does not have.
        """
        count = sum(len(tokens) for tokens, _, _ in texts)
        places = np.empty(count, _PLACE)
        done = 0
        for tokens, start, cache in texts:
            own = places[done : done + len(tokens)]
            own["token"] = tokens
            own["position"] = range(start, start + len(tokens))
            own["keys"] = cache.keys.ctypes.data
            own["values"] = cache.values.ctypes.data
            done += len(tokens)
        hidden = np.empty((count, self._sizes.hidden), np.float32)
        room = np.empty(self._room_size, np.float32)
        failed = self._read(
            ctypes.byref(self._model),
            count,
            places.ctypes.data,
            room.ctypes.data,
            hidden.ctypes.data,
        )
        if failed:
            raise ModelError("the model was given a token or a place that it does not have")
        return hidden
