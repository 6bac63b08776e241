"""Requests per second and CPU microseconds each: `python -m tests.benchmarks.service_load`.

Server, broker and this client are three processes on one machine and share its cores with whatever
else runs there, which lowers the rates and raises the CPU figures too. At most COUNT requests or
SECONDS a line.
"""

import asyncio
import json
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path

import httpx
import uvicorn

from legolab.serve.app import create_app
from legolab.serve.auth import make_token
from legolab.serve.broker import EmbeddedBroker, connect, find_server
from tests.serve.service import MemoryStore, make_settings

COUNT = 2000
SECONDS = 20.0
CONNECTIONS = 8
PER_PERSON = 900  # below the rate limit
PROMPT = "a chair with four legs and a high back"


def settings_for(home: str, redis_url: str):
    return make_settings(Path(home), redis_url, rate_limit=1000, queue_limit=1_000_000)


def serve(home: str, redis_url: str) -> None:
    """The server: says its port, then serves until it is ended."""
    app = create_app(settings_for(home, redis_url), MemoryStore())
    with socket.create_server(("127.0.0.1", 0)) as listener:
        sys.stdout.write(f"{listener.getsockname()[1]}\n")
        sys.stdout.flush()
        config = uvicorn.Config(app, log_level="warning", access_log=False)
        uvicorn.Server(config).run(sockets=[listener])


def request(method: str, path: str, token: str, body: str = "") -> bytes:
    head = f"{method} {path} HTTP/1.1\r\nHost: legolab\r\nAuthorization: Bearer {token}\r\n"
    if body:
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return f"{head}\r\n{body}".encode()


async def send(address: httpx.URL, requests: Iterator[bytes], until: float) -> list[int]:
    """Statuses of the answers on one connection, one request after another."""
    reader, writer = await asyncio.open_connection(address.host, address.port)
    statuses = []
    for line in requests:
        writer.write(line)
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head)
        await reader.readexactly(int(length[1]))
        statuses.append(int(head.split(b" ", 2)[1]))
        if time.perf_counter() > until:
            break
    writer.close()
    return statuses


def cpu(address: httpx.URL, redis) -> tuple[float, float, float]:
    """CPU seconds so far: server, broker, client."""
    figures = httpx.get(address.join("/metrics")).text
    server = float(re.search(r"^process_cpu_seconds_total (.+)$", figures, re.M)[1])
    broker = redis.info("cpu")
    return server, broker["used_cpu_user"] + broker["used_cpu_sys"], time.process_time()


async def measure(name: str, address: httpx.URL, redis, requests: Iterator[bytes]) -> None:
    before, began = cpu(address, redis), time.perf_counter()
    lines = (next(requests) for _ in range(COUNT))
    until = began + SECONDS
    parts = await asyncio.gather(*(send(address, lines, until) for _ in range(CONNECTIONS)))
    seconds, after = time.perf_counter() - began, cpu(address, redis)
    statuses = [status for part in parts for status in part]
    spent = [1e6 * (b - a) / len(statuses) for a, b in zip(before, after, strict=True)]
    sys.stdout.write(
        f"{name:<22} {len(statuses) / seconds:>6.0f}/s   CPU µs each: server {spent[0]:.0f}, "
        f"broker {spent[1]:.0f}, client {spent[2]:.0f}   statuses {sorted(set(statuses))}\n"
    )


def measure_all(address: httpx.URL, settings, redis) -> None:
    tokens = [make_token(settings, f"person-{n}", timedelta(hours=1)) for n in range(8)]
    order = json.dumps({"prompt": PROMPT, "seed": 7})
    numbers = count()

    def posts() -> Iterator[bytes]:
        for n in numbers:
            yield request("POST", "/generate", tokens[n // PER_PERSON], order)

    head = {"Authorization": f"Bearer {tokens[7]}"}
    answer = httpx.post(address.join("/generate"), headers=head, json=json.loads(order), timeout=30)
    job = answer.headers["location"]
    repeat = {
        "GET /healthz": request("GET", "/healthz", ""),
        f"GET {job[:10]}{{id}}": request("GET", job, tokens[7]),
    }
    for name, line in repeat.items():
        asyncio.run(measure(name, address, redis, iter(lambda line=line: line, None)))
    asyncio.run(measure("POST /generate", address, redis, posts()))


def main() -> None:
    with tempfile.TemporaryDirectory() as home:
        broker = EmbeddedBroker(Path(home) / "broker", find_server())
        broker.start()
        command = [sys.executable, "-m", __spec__.name, home, broker.url]
        server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            address = httpx.URL(f"http://127.0.0.1:{int(server.stdout.readline())}")
            measure_all(address, settings_for(home, broker.url), connect(broker.url))
        finally:
            server.terminate()
            server.wait()
            broker.stop()


if __name__ == "__main__":
    serve(*sys.argv[1:]) if sys.argv[1:] else main()
