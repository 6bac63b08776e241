"""Programs that we start: they end when we do, however we end. Knows nothing of what they are."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

_SET_PARENT_DEATH_SIGNAL = 1


def start(
    command: Sequence[str | Path],
    *,
    environ: Mapping[str, str] | None = None,
    keep: Sequence[int] = (),
    quiet: bool = False,
) -> subprocess.Popen[bytes]:
    """Start a program.

    Call it from a thread that lives as long as the program shall: Linux ends the program with the
    thread that started it.

    Args:
        command: the program and its arguments.
        environ: of the program; ours if None.
        keep: file descriptors that it takes over.
        quiet: let it say nothing.

    Raises:
        OSError: it cannot be started.
    """
    output = subprocess.DEVNULL if quiet else None
    return subprocess.Popen(
        command,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        pass_fds=keep,
        start_new_session=True,  # Ctrl-C is for us, who stop it when its time has come
        preexec_fn=_end_with_parent(),
    )


def stop(child: subprocess.Popen[bytes], seconds: float) -> None:
    """End a program in order, or by force when it takes longer than that."""
    child.terminate()
    try:
        child.wait(seconds)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _end_with_parent() -> Callable[[], None] | None:
    """What a child runs before its program, so that it ends when we do; Linux alone."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl
    parent = os.getpid()

    def ask() -> None:
        prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGTERM)
        if os.getppid() != parent:  # it ended before we could ask
            os._exit(1)

    return ask
