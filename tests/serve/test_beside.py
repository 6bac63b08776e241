"""Work beside a process: its outcome, its error, and no process left behind."""

import multiprocessing
import os
import signal
import time

import pytest

from legolab.serve.beside import beside


def test_the_work_is_done_in_another_process():
    with beside(lambda: str(os.getpid()).encode()) as outcome:
        assert int(outcome()) != os.getpid()


def test_an_outcome_of_any_size_comes_through():
    with beside(lambda: bytes(3_000_000)) as outcome:
        assert outcome() == bytes(3_000_000)


def fail():
    raise ValueError("expected more")


def test_an_error_is_raised_here():
    with beside(fail) as outcome, pytest.raises(ValueError, match="expected more"):
        outcome()


def test_work_whose_process_dies_is_done_here():
    def work():
        if os.getpid() != here:
            os.kill(os.getpid(), signal.SIGKILL)
        return b"done"

    here = os.getpid()
    with beside(work) as outcome:
        assert outcome() == b"done"


@pytest.mark.parametrize("waits", [True, False])
def test_nothing_is_left(waits):
    with pytest.raises(RuntimeError), beside(lambda: bytes(3_000_000)) as outcome:
        if waits:
            outcome()
        raise RuntimeError
    assert multiprocessing.active_children() == []


def test_the_fork_ends_when_its_parent_is_killed(tmp_path):
    told = tmp_path / "pid"

    def work():
        told.write_text(str(os.getpid()))
        return bytes(3_000_000)  # more than a pipe holds

    parent = os.fork()
    if parent == 0:
        with beside(work):
            signal.pause()
    while not (told.exists() and told.read_text()):
        time.sleep(0.01)
    os.kill(parent, signal.SIGKILL)
    os.waitpid(parent, 0)
    until = time.monotonic() + 60
    while is_running(int(told.read_text())):
        assert time.monotonic() < until
        time.sleep(0.01)


def is_running(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False
