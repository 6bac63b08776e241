"""Work beside a process: its outcome, its error, and no process left behind."""

import multiprocessing
import os
import signal
import time

import pytest

from legolab.serve.beside import beside


def whose(task):
    return f"{task} {os.getpid()}".encode()


def test_the_work_is_done_in_another_process():
    with beside(whose, "practice") as helper:
        helper.begin("task")
        task, pid = helper.outcome().split()
    assert task == b"task"
    assert int(pid) != os.getpid()


def test_an_outcome_of_any_size_comes_through():
    with beside(bytes, 1) as helper:
        helper.begin(3_000_000)
        assert helper.outcome() == bytes(3_000_000)


def test_it_has_practised_before_its_task():
    done = []

    def work(task):
        done.append(task)
        return " ".join(done).encode()

    with beside(work, "practice") as helper:
        helper.begin("task")
        assert helper.outcome() == b"practice task"
    assert done == []


def fail(task):
    raise ValueError(f"expected more than {task}")


def test_an_error_is_raised_here():
    with beside(fail, "nothing") as helper:
        helper.begin("this")
        with pytest.raises(ValueError, match="expected more than this"):
            helper.outcome()


@pytest.mark.parametrize("last", ["practice", "task"])
def test_work_whose_process_dies_is_done_here(last):
    def work(task):
        if task == last and os.getpid() != here:
            os.kill(os.getpid(), signal.SIGKILL)
        return whose(task)

    here = os.getpid()
    with beside(work, "practice") as helper:
        if last == "practice":
            for child in multiprocessing.active_children():
                child.join()
        helper.begin("task")
        assert helper.outcome() == f"task {here}".encode()


@pytest.mark.parametrize("begins", [True, False])
@pytest.mark.parametrize("waits", [True, False])
def test_nothing_is_left(begins, waits):
    with pytest.raises(RuntimeError), beside(bytes, 1) as helper:
        if begins:
            helper.begin(3_000_000)
            if waits:
                helper.outcome()
        raise RuntimeError
    assert multiprocessing.active_children() == []


@pytest.mark.parametrize("begins", [True, False])
def test_the_fork_ends_when_its_parent_is_killed(tmp_path, begins):
    told = tmp_path / "pid"

    def work(size):
        told.write_text(str(os.getpid()))
        return bytes(size)

    parent = os.fork()
    if parent == 0:
        with beside(work, 1) as helper:
            if begins:
                helper.begin(3_000_000)  # more than a pipe holds
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
