"""Compile the engine: `python -m legolab.stability.native.build`; done by every installation.

Imports nothing of legolab, because it runs before there is one.
"""

from __future__ import annotations

import hashlib
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

COMPILERS = ("cc", "gcc", "clang")
FLAGS = (
    *("-std=c11", "-O3", "-fno-math-errno", "-fno-trapping-math", "-ffp-contract=fast"),
    *("-fopenmp-simd", "-Wno-psabi", "-shared"),  # none are handed on by fours
)


def digest(folder: Path) -> str:
    """Of all sources: tells whether a library was made from them."""
    sources = sorted([*folder.glob("*.c"), *folder.glob("*.h")])
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:16]


def compiler() -> list[str] | None:
    """The command that CC names, or the first compiler on the PATH; None where there is none."""
    named = os.environ.get("CC")
    if named:
        return shlex.split(named)
    return next(([found] for name in COMPILERS if (found := shutil.which(name))), None)


def compile_library(folder: Path, library: Path) -> str | None:
    """Compile the C files of a folder into a shared library.

    Args:
        folder: where the sources are.
        library: what to write; what was there before stays until the new one is whole.

    Returns:
        Why there is no library; None when there is.
    """
    command = compiler()
    if command is None:
        return f"no C compiler was found ({', '.join(COMPILERS)}, or CC)"
    unfinished = library.with_name(f".{os.getpid()}-{library.name}")
    position = [] if sys.platform == "win32" else ["-fPIC"]
    if sys.platform == "linux":
        position.append("-Wl,-Bsymbolic")  # our `step` is ours, whatever else is loaded
    define = f'-DSOURCES="{digest(folder)}"'
    sources = [str(source) for source in sorted(folder.glob("*.c"))]
    try:
        done = subprocess.run(
            [*command, *FLAGS, *position, define, *sources, "-o", str(unfinished), "-lm"],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            return f"{command[0]} ended with {done.returncode}: {done.stderr.strip()[-2000:]}"
        os.replace(unfinished, library)
    except OSError as error:
        return f"{command[0]}: {error.strerror or error}"
    finally:
        unfinished.unlink(missing_ok=True)
    return None


if __name__ == "__main__":
    from legolab.stability.native import FOLDER, LIBRARY

    sys.exit(compile_library(FOLDER, LIBRARY))
