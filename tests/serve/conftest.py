"""A real Valkey for all tests of the service, emptied for each, and S3 servers for who asks."""

from importlib.util import find_spec

import pytest

NEEDED = ("fastapi", "moto", "nanio", "obstore", "rq", "schemathesis")

if all(find_spec(name) is not None for name in NEEDED):
    from tests.serve.s3_servers import moto, nanio, own_nanio, s3_server

    __all__ = ["moto", "nanio", "own_nanio", "s3_server"]
else:
    collect_ignore_glob = ["*.py"]


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture(autouse=True)
def patience(monkeypatch):
    """A machine that is busy with other things makes no test fail; returns what sets the time."""
    from legolab.serve import broker

    def allow(seconds):
        monkeypatch.setattr(broker, "ANSWER_SECONDS", seconds)

    allow(30.0)
    return allow


@pytest.fixture(scope="package")
def server(tmp_path_factory):
    """A server of our own, for all tests."""
    from legolab.serve.broker import EmbeddedBroker, find_server

    broker = EmbeddedBroker(tmp_path_factory.mktemp("broker"), find_server())
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture
def redis(server):
    """A client of it, with nothing in it yet."""
    from legolab.serve.broker import connect

    client = connect(server.url)
    client.flushall()
    yield client
    client.close()


@pytest.fixture
def settings(redis, server, tmp_path):
    """Settings as in development, with that server."""
    from tests.serve.service import make_settings

    return make_settings(tmp_path, server.url)
