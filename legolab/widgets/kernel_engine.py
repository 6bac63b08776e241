"""The one engine of this kernel: all panels ask it, and the model is loaded once."""

from __future__ import annotations

from functools import lru_cache

from legolab.generation.engine import Engine


@lru_cache(maxsize=1)
def kernel_engine() -> Engine:
    """The engine, started without waiting for it; it ends with the kernel."""
    return Engine(eager=True)
