"""Work beside a process: its outcome, its error, and no process left behind."""

import multiprocessing
import os
import signal
import socket
import time
from contextlib import closing

import pytest

from legolab.serve import beside
from legolab.serve.beside import Beside


def whose(task):
    return f"{task} {os.getpid()}".encode()


def pid_of(outcome):
    return int(outcome.split()[-1])


def test_tasks_are_done_in_one_other_process():
    with closing(Beside(whose, "practice")) as helper:
        first, second = (helper.begin(task).outcome() for task in ("one", "two"))
    assert first.startswith(b"one ") and second.startswith(b"two ")
    assert pid_of(first) == pid_of(second) != os.getpid()


def test_an_outcome_of_any_size_comes_through():
    with closing(Beside(bytes, 1)) as helper:
        assert helper.begin(3_000_000).outcome() == bytes(3_000_000)


def test_it_has_practised_before_its_first_task():
    done = []

    def work(task):
        done.append(task)
        return " ".join(done).encode()

    with closing(Beside(work, "practice")) as helper:
        assert helper.begin("task").outcome() == b"practice task"
    assert done == []


def test_an_error_is_raised_here_and_the_next_task_is_done():
    def work(task):
        if task == "wrong":
            raise ValueError("expected more")
        return whose(task)

    with closing(Beside(work, "wrong")) as helper:
        wrong = helper.begin("wrong")
        with pytest.raises(ValueError, match="expected more"):
            wrong.outcome()
        assert pid_of(helper.begin("right").outcome()) != os.getpid()


def killer(task):
    """Kills the process that does it, unless that is the one of the tests."""
    if task == "kill" and os.getpid() != HERE:
        os.kill(os.getpid(), signal.SIGKILL)
    return whose(task)


HERE = os.getpid()


def test_work_whose_process_dies_is_done_here_until_it_is_revived():
    with closing(Beside(killer, "practice")) as helper:
        assert pid_of(helper.begin("kill").outcome()) == HERE
        for child in multiprocessing.active_children():
            child.join()
        assert pid_of(helper.begin("task").outcome()) == HERE
        helper.revive()
        again = pid_of(helper.begin("task").outcome())
        assert again != HERE
        helper.revive()  # it lives
        assert pid_of(helper.begin("task").outcome()) == again


def test_work_whose_process_hangs_is_done_here(monkeypatch):
    monkeypatch.setattr(beside, "PATIENCE", 0.05)

    def work(task):
        if task == "hang" and os.getpid() != here:
            signal.pause()
        return whose(task)

    here = os.getpid()
    with closing(Beside(work, "practice")) as helper:
        assert pid_of(helper.begin("hang").outcome()) == here


def test_forks_give_it_tasks_and_may_be_killed_meanwhile():
    with closing(Beside(whose, "practice")) as helper:
        for _ in range(3):
            heard, told = socket.socketpair()
            fork = os.fork()
            if fork == 0:
                helper.begin("of a fork")
                told.send(b".")
                signal.pause()
            heard.recv(1)
            os.kill(fork, signal.SIGKILL)
            os.waitpid(fork, 0)
        outcome = helper.begin("task").outcome()
    assert outcome.startswith(b"task ") and pid_of(outcome) != os.getpid()


def test_nothing_is_left():
    with pytest.raises(RuntimeError), closing(Beside(bytes, 1)) as helper:
        helper.begin(3_000_000)
        raise RuntimeError
    assert multiprocessing.active_children() == []


@pytest.mark.parametrize("begins", [True, False])
def test_it_ends_when_its_parent_is_killed(tmp_path, begins):
    told = tmp_path / "pid"

    def work(size):
        told.write_text(str(os.getpid()))
        return bytes(size)

    parent = os.fork()
    if parent == 0:
        with closing(Beside(work, 1)) as helper:
            errand = helper.begin(3_000_000) if begins else None  # more than a pipe holds
            signal.pause()
            del errand
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
