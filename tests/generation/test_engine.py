"""A warm model in a process of its own: the same bricks, and nothing that dies takes more along.

Nothing here waits for a time: it waits for a state, with a bound. Processes are stopped and killed
by signals, as a machine in trouble would do it.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client
from pathlib import Path

import numpy as np
import pytest

from legolab.errors import (
    Cancelled,
    CaptionError,
    EngineError,
    InputError,
    LegolabError,
    ModelError,
)
from legolab.generation.engine import Engine, EngineClient, Request, connect
from legolab.generation.engine_door import call
from legolab.generation.generator import stream
from legolab.generation.models.embedded import EmbeddedModel
from legolab.generation.order import Order
from legolab.generation.result import Event, Finished, Started
from tests.generation.tiny import write_tiny_model

posix = pytest.mark.skipif(os.name != "posix", reason="signals and Unix sockets")

ONES = {"1x1": 400}  # with these alone everything runs out of bricks, and is drawn again
LONG = Request(Order("a bookshelf with five shelves", seed=2, inventory=ONES, drafts=60))
"""Takes minutes, in which much happens."""
SHORT = Request(Order("a small table", seed=1, max_bricks=4))


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    """One for the tests that leave it as they found it."""
    with Engine() as engine:
        yield engine


def wait_until(condition: Callable[[], bool], seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.01)


def is_running(pid: int | None) -> bool:
    """Whether there is such a process, dead ones that nobody has asked after aside."""
    assert pid is not None
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/stat")
    return not status.exists() or status.read_text().rpartition(")")[2].split()[0] != "Z"


def exit_status(fork: int, seconds: float = 30.0) -> int:
    """What a fork of this process ended with; one that hangs is killed."""
    deadline = time.monotonic() + seconds
    while (ended := os.waitpid(fork, os.WNOHANG))[0] == 0:
        if time.monotonic() > deadline:
            os.kill(fork, signal.SIGKILL)
        time.sleep(0.01)
    return ended[1]


def signalled(client: EngineClient, number: int) -> int:
    """Send a signal to the process that owns the model; its number."""
    pid = client.ready().pid
    assert pid is not None
    os.kill(pid, number)
    return pid


def alone(request: Request) -> list[Event]:
    """What the generator itself gives."""
    return list(
        stream(
            request.order.caption,
            seed=request.order.seed,
            temperature=request.order.temperature,
            max_bricks=request.order.max_bricks,
            drafts=request.order.drafts,
            inventory=request.order.inventory or None,
        )
    )


def assert_same(events: list[Event], expected: list[Event]) -> None:
    assert events[:-1] == expected[:-1]
    one, other = events[-1], expected[-1]
    assert isinstance(one, Finished) and isinstance(other, Finished)
    assert one.result.structure == other.result.structure
    assert one.result.differences == other.result.differences
    assert one.result.trace.weights == other.result.trace.weights
    assert one.result.trace.steps == other.result.trace.steps
    assert one.result.report.verdict is other.result.report.verdict
    assert one.result.report.safety_factor == other.result.report.safety_factor
    np.testing.assert_array_equal(one.result.report.scores, other.result.report.scores)


@pytest.mark.parametrize(
    "request_",
    [
        SHORT,
        Request(Order("a chair with four legs and a high back", seed=1)),
        Request(Order("a mug", seed=5, temperature=0.9)),
    ],
)
def test_the_events_are_the_generators_own(engine: Engine, request_: Request) -> None:
    assert_same(list(engine.stream(request_)), alone(request_))


def test_without_a_seed_one_is_drawn_and_reported(engine: Engine) -> None:
    first, *_ = engine.stream(Request(Order("a small table", max_bricks=3)))
    assert isinstance(first, Started)
    assert_same(
        list(engine.stream(Request(Order("a small table", seed=first.seed, max_bricks=3)))),
        alone(Request(Order("a small table", seed=first.seed, max_bricks=3))),
    )


def test_a_model_is_loaded_once() -> None:
    with Engine(eager=True) as engine:
        warm = engine.ready()
        assert warm.warm and warm.loads == 1
        for _ in range(2):
            list(engine.stream(SHORT))
            assert engine.status() == warm


def test_another_folder_is_loaded_when_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_tiny_model(tmp_path / "mine")
    monkeypatch.chdir(tmp_path)
    with Engine() as engine:
        for request, loads in (
            (SHORT, 1),
            (Request(Order("a chair", 1, 0.3, 3), "mine"), 2),
            (SHORT, 2),
        ):
            *_, last = engine.stream(request)
            assert isinstance(last, Finished)
            if request.model == "mine":
                assert last.result.trace.weights == EmbeddedModel(folder).digest
            assert engine.status().loads == loads


def test_an_engine_can_be_warm_for_a_model_of_ones_own(tmp_path: Path) -> None:
    folder = str(write_tiny_model(tmp_path / "mine"))
    with Engine(model=folder) as engine:
        assert engine.ready().loads == 1
        list(engine.stream(Request(Order("a chair", seed=1, max_bricks=3), model=folder)))
        assert engine.status().loads == 1


@pytest.mark.parametrize(
    "request_",
    [
        Request(Order("a dog")),
        Request(Order("")),
        Request(Order("a chair" * 100_000)),
        Request(Order("a chair", seed=-1)),
        Request(Order("a chair", temperature=float("nan"))),
        Request(Order("a chair", max_bricks=0)),
    ],
)
def test_errors_come_through_in_their_own_words(engine: Engine, request_: Request) -> None:
    with pytest.raises(InputError) as expected:
        alone(request_)
    with pytest.raises(LegolabError) as seen:
        list(engine.stream(request_))
    assert type(seen.value) is type(expected.value)
    assert str(seen.value) == str(expected.value)


def test_a_missing_model_is_told_to_who_asks_for_it(tmp_path: Path) -> None:
    with Engine(model=str(tmp_path)) as engine:
        with pytest.raises(ModelError, match=r"but config\.json is missing"):
            engine.ready()
        with pytest.raises(ModelError, match=r"but config\.json is missing"):
            list(engine.stream(Request(Order("a chair"), model=str(tmp_path))))
        assert isinstance([*engine.stream(SHORT)][-1], Finished)


def test_those_in_line_get_their_own(engine: Engine) -> None:
    requests = [Request(Order("a small table", seed=seed, max_bricks=9)) for seed in range(4)]
    clients = [engine, engine, connect(engine.address), connect(engine.address)]
    with ThreadPoolExecutor(4) as pool:
        streams = pool.map(lambda client, request: list(client.stream(request)), clients, requests)
    for events, request in zip(streams, requests, strict=True):
        assert_same(events, alone(request))


def test_one_request_runs_at_a_time(engine: Engine) -> None:
    first = engine.stream(LONG)
    next(first)
    with ThreadPoolExecutor(1) as pool:
        second = pool.submit(lambda: list(engine.stream(SHORT)))
        wait_until(lambda: engine.status().waiting == 1)
        assert not second.done()
        first.close()
        assert_same(second.result(30), alone(SHORT))


def test_cancel_from_another_thread(engine: Engine) -> None:
    pid = engine.ready().pid
    events = engine.stream(LONG)
    next(events)
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(engine.cancel).result(30)
    with pytest.raises(Cancelled):
        list(events)
    assert not engine.cancel()
    assert_same(list(engine.stream(SHORT)), alone(SHORT))
    assert engine.status().pid == pid  # it stopped by itself


def test_cancel_from_another_process_by_name(engine: Engine) -> None:
    events = engine.stream(LONG)
    next(events)
    script = (
        "import sys; from legolab.generation.engine import connect; "
        "client = connect(sys.argv[1]); "
        "sys.exit(client.cancel('another') or not client.cancel(sys.argv[2]))"
    )
    subprocess.run([sys.executable, "-c", script, engine.address, LONG.id], check=True)
    with pytest.raises(Cancelled):
        list(events)


def test_cancelling_one_in_line_leaves_the_one_that_runs(engine: Engine) -> None:
    one = Request(Order("a chair", seed=1, inventory={"1x1": 150}, drafts=5))  # seconds
    running = engine.stream(one)
    events = [next(running)]
    with ThreadPoolExecutor(1) as pool:
        second = pool.submit(lambda: list(engine.stream(LONG)))
        wait_until(lambda: engine.status().waiting == 1)
        assert engine.cancel(LONG.id)
        with pytest.raises(Cancelled):
            second.result(30)
    events += running
    assert_same(events, alone(one))


@posix
def test_a_process_that_does_not_answer_a_cancel_is_replaced() -> None:
    with Engine() as engine:
        engine.ready()
        events = engine.stream(LONG)
        next(events)
        pid = signalled(engine, signal.SIGSTOP)
        assert engine.cancel()
        with pytest.raises(Cancelled):
            list(events)
        assert_same(list(engine.stream(SHORT)), alone(SHORT))
        assert engine.status().pid != pid
        assert not is_running(pid)


@posix
def test_a_killed_process_fails_its_request_and_no_other() -> None:
    with Engine() as engine:
        events = engine.stream(LONG)
        next(events)
        with ThreadPoolExecutor(1) as pool:
            in_line = pool.submit(lambda: list(engine.stream(SHORT)))
            wait_until(lambda: engine.status().waiting == 1)
            pid = signalled(engine, signal.SIGKILL)
            with pytest.raises(EngineError, match=r"signal 9"):
                list(events)
            assert_same(in_line.result(60), alone(SHORT))
        assert engine.ready().pid != pid
        assert not is_running(pid)


@posix
def test_a_process_killed_again_and_again_is_replaced_every_time() -> None:
    with Engine() as engine:
        seen = []
        for _ in range(5):
            seen.append(signalled(engine, signal.SIGKILL))
            wait_until(lambda: engine.status().pid not in (seen[-1], None))
        assert_same(list(engine.stream(SHORT)), alone(SHORT))
        assert len({*seen, engine.ready().pid}) == 6
    assert not any(is_running(pid) for pid in seen)


@posix
def test_a_process_killed_before_it_is_warm_is_replaced_too() -> None:
    with Engine(eager=True) as engine:
        wait_until(lambda: engine.status().pid is not None)
        pid = engine.status().pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        assert_same(list(engine.stream(SHORT)), alone(SHORT))
        assert engine.status().pid != pid


@posix
@pytest.mark.parametrize("busy", [True, False])
def test_a_hung_process_is_replaced(busy: bool) -> None:
    with Engine(patience=2.0) as engine:
        engine.ready()
        events = engine.stream(LONG)
        if busy:
            next(events)
        pid = signalled(engine, signal.SIGSTOP)
        if busy:
            with pytest.raises(EngineError, match="silent for 2 s"):
                list(events)
        wait_until(lambda: engine.status().pid not in (pid, None))
        assert not is_running(pid)
        assert_same(list(engine.stream(SHORT)), alone(SHORT))


@posix
def test_a_client_that_dies_in_the_middle_keeps_nobody(engine: Engine) -> None:
    script = (
        "import os, signal, sys; from legolab.generation.engine import Request, connect; "
        "from legolab.generation.order import Order; "
        "order = Order('a bookshelf', seed=2, inventory={'1x1': 400}, drafts=60); "
        "events = connect(sys.argv[1]).stream(Request(order)); "
        "next(events); next(events); os.kill(os.getpid(), signal.SIGKILL)"
    )
    pid = engine.ready().pid
    subprocess.run([sys.executable, "-c", script, engine.address], check=False)
    assert_same(list(engine.stream(SHORT)), alone(SHORT))
    assert engine.status().pid == pid
    assert not engine.cancel()


def test_a_client_that_says_nothing_keeps_nobody(engine: Engine) -> None:
    with Client(engine.address):
        assert_same(list(engine.stream(SHORT)), alone(SHORT))


@pytest.mark.parametrize("question", ["", "[]", "{}", '{"do": "stream"}', '{"do": "cancel"}'])
def test_a_client_that_talks_nonsense_harms_nobody(engine: Engine, question: str) -> None:
    status = engine.ready()
    with call(engine.address) as connection:
        connection.send_bytes(question.encode())
        try:
            assert "expected a question" in connection.recv_bytes().decode()
        except EOFError:
            assert question == ""
    assert engine.status() == status


def test_a_bug_ends_the_process_and_fails_its_request_alone() -> None:
    """An argument the generator does not have stands for any bug of ours."""
    with Engine() as engine, call(engine.address) as connection:
        pid = engine.ready().pid
        question = {"do": "stream", "id": "bug", "request": {"colour": "blue"}}
        connection.send_bytes(json.dumps(question).encode())
        end = json.loads(connection.recv_bytes())["end"]
        assert end["error"] == "EngineError" and "exit code 1" in end["message"]
        assert_same(list(engine.stream(SHORT)), alone(SHORT))
        assert engine.status().pid != pid


def test_a_client_that_does_not_read_keeps_nobody(engine: Engine) -> None:
    with call(engine.address) as connection:
        question = {"do": "stream", "id": "unread", "request": LONG.to_json()}
        connection.send_bytes(json.dumps(question).encode())
        wait_until(lambda: engine.cancel("unread"))
        assert_same(list(engine.stream(SHORT)), alone(SHORT))


def test_an_iterator_that_is_dropped_cancels(engine: Engine) -> None:
    for _ in engine.stream(LONG):
        break
    wait_until(lambda: not engine.cancel(LONG.id))
    assert isinstance([*engine.stream(SHORT)][-1], Finished)


@posix
def test_a_fork_may_use_the_engine_and_cannot_end_it(engine: Engine) -> None:
    """As a worker of a queue does it: it forks for every job."""
    status = engine.ready()
    fork = os.fork()
    if fork == 0:
        last = [*engine.stream(SHORT)][-1]
        engine.close()
        os._exit(0 if isinstance(last, Finished) else 1)
    assert exit_status(fork) == 0
    assert engine.status() == status


@posix
def test_a_fork_may_come_while_the_process_is_being_started() -> None:
    """It must not take along the pipes by which the owner learns that the process runs."""
    for _ in range(5):
        with Engine(eager=True) as engine:
            fork = os.fork()
            if fork == 0:
                os._exit(0 if isinstance([*engine.stream(SHORT)][-1], Finished) else 1)
            assert exit_status(fork) == 0


@posix
def test_only_the_same_user_with_the_key_comes_in(engine: Engine) -> None:
    folder = Path(engine.address).parent
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "key").stat().st_mode & 0o777 == 0o600
    with pytest.raises(AuthenticationError):
        Client(engine.address, authkey=b"a guess")
    assert engine.status().warm


def test_where_there_is_no_engine_it_is_said(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="expected an engine at"):
        connect(str(tmp_path / "socket"))


@posix
def test_closing_leaves_nothing() -> None:
    before = set(threading.enumerate())
    with Engine() as engine:
        pid = engine.ready().pid
        folder = Path(engine.address).parent
        assert is_running(pid) and folder.exists()
        events, in_line = engine.stream(LONG), connect(engine.address).stream(SHORT)
        next(events)
        with ThreadPoolExecutor(1) as pool:
            waiting = pool.submit(list, in_line)
            wait_until(lambda: engine.status().waiting == 1)
            engine.close()
            with pytest.raises(EngineError, match="closed"):
                waiting.result(30)
        with pytest.raises(EngineError, match="closed"):
            list(events)
        assert not is_running(pid) and not folder.exists()
        with pytest.raises(EngineError, match="closed"):
            list(engine.stream(SHORT))
    wait_until(lambda: not {t for t in threading.enumerate() if t.is_alive()} - before)


@posix
def test_an_engine_whose_folder_was_tidied_away_still_closes() -> None:
    with Engine() as engine:
        pid = engine.ready().pid
        shutil.rmtree(Path(engine.address).parent)
        with pytest.raises(EngineError, match="expected an engine at"):
            engine.status()
    assert not is_running(pid)


@posix
def test_a_hung_process_does_not_keep_an_engine_from_closing() -> None:
    with Engine() as engine:
        pid = signalled(engine, signal.SIGSTOP)
    assert not is_running(pid)


def test_nothing_starts_before_it_is_used() -> None:
    before = threading.active_count()
    with Engine() as engine:
        assert threading.active_count() == before
        assert engine.ready().warm
    Engine().close()


@posix
def test_an_engine_that_is_forgotten_ends() -> None:
    engine = Engine()
    pid, folder = engine.ready().pid, Path(engine.address).parent
    del engine
    wait_until(lambda: not is_running(pid) and not folder.exists())


OWNER = (
    "import sys; from legolab.generation.engine import Engine, Request; "
    "from legolab.generation.order import Order; "
    "engine = Engine(); print(engine.ready().pid, engine.address, flush=True); "
    "order = Order('a bookshelf', seed=2, inventory={'1x1': 400}, drafts=60); "
    "events = engine.stream(Request(order)); next(events); "
)


@posix
def test_nothing_is_left_when_the_interpreter_ends() -> None:
    owner = subprocess.run([sys.executable, "-c", OWNER], check=True, capture_output=True)
    pid, address = owner.stdout.split()
    assert owner.stderr == b""
    wait_until(lambda: not is_running(int(pid)))
    assert not Path(os.fsdecode(address)).parent.exists()


@posix
@pytest.mark.parametrize("stopped", [False, True])
def test_a_process_does_not_survive_its_owner(stopped: bool) -> None:
    """Also one that can do nothing for it, which only Linux sees to."""
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER + "sys.stdin.read()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with owner:
        assert owner.stdout is not None
        pid, address = owner.stdout.readline().split()
        if stopped and sys.platform == "linux":
            os.kill(int(pid), signal.SIGSTOP)
        owner.kill()
    wait_until(lambda: not is_running(int(pid)))
    folder = Path(os.fsdecode(address)).parent
    assert folder.exists()  # nobody was left to remove it: the next engine does, after a while
    os.utime(folder, (0, 0))
    with Engine(eager=True):
        assert not folder.exists()


@posix
def test_a_place_too_deep_for_a_socket_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = tmp_path / ("deep" * 20)
    deep.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(deep))
    with Engine() as engine:
        assert engine.ready().warm
        assert list(deep.iterdir()) == []


@posix
def test_an_engine_that_cannot_start_says_so_and_tries_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with Engine() as engine:
        for program, reason in (("/nonexistent", "No such file"), ("/bin/false", "exit code")):
            with monkeypatch.context() as patch:
                patch.setattr(sys, "executable", program)
                with pytest.raises(EngineError, match=f"cannot start: .*{reason}"):
                    list(engine.stream(SHORT))
                with pytest.raises(EngineError, match=f"cannot start: .*{reason}"):
                    engine.ready()
        assert_same(list(engine.stream(SHORT)), alone(SHORT))


@posix
def test_waiting_for_a_warm_engine_has_a_bound() -> None:
    with Engine() as engine:
        signalled(engine, signal.SIGKILL)
        with pytest.raises(EngineError, match="expected a warm engine within 0 s"):
            while True:
                engine.ready(timeout=0)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_threads_are_a_setting() -> None:
    with Engine(threads=2) as engine:
        variables = Path(f"/proc/{engine.ready().pid}/environ").read_bytes().split(b"\0")
    assert {b"OPENBLAS_NUM_THREADS=2", b"OMP_NUM_THREADS=2"} <= set(variables)


def test_settings_out_of_range_are_refused() -> None:
    with pytest.raises(InputError, match="at least 1 thread, got 0"):
        Engine(threads=0)
    for patience in (0.0, float("nan"), float("inf")):
        with pytest.raises(InputError, match="expected a patience above 0 s"):
            Engine(patience=patience)


def test_bad_captions_have_their_class(engine: Engine) -> None:
    with pytest.raises(CaptionError, match="I cannot build"):
        list(engine.stream(Request(Order("a dog"))))
