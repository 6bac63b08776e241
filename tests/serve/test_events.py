"""Events of a job come in order, can be read on from anywhere, and end once."""

import asyncio
import json
import threading

import pytest

from legolab.serve.broker import connect, connect_async
from legolab.serve.events import (
    BATCH,
    ENDS,
    MAX_EVENTS,
    Progress,
    progress_key,
    publish,
    read,
    read_progress,
    stream_key,
)

pytestmark = pytest.mark.anyio
KEEP = 3600


@pytest.fixture
async def reader(server, redis):
    client = connect_async(server.url, answer_seconds=30)
    yield client
    await client.aclose()


def placed(index):
    return {"type": "brick_placed", "index": index, "brick": f"1x1 (0,0,{index})"}


async def read_all(reader, job):
    entries, batch = [], await read(reader, job, "0")
    while batch:
        entries += batch
        batch = await read(reader, job, batch[-1].id)
    return entries


def progress(redis, job="job"):
    return read_progress(redis.hgetall(progress_key(job)))


async def test_events_are_read_in_order_from_any_of_them(redis, reader):
    ids = [publish(redis, "job", placed(n), KEEP) for n in range(5)]
    entries = await read(reader, "job", "0")
    assert [entry.id for entry in entries] == ids
    assert [json.loads(entry.text) for entry in entries] == [placed(n) for n in range(5)]
    assert {entry.type for entry in entries} == {"brick_placed"}
    assert [entry.id for entry in await read(reader, "job", ids[2])] == ids[3:]
    assert await read(reader, "job", ids[4]) == []
    assert await read(reader, "another", "0") == []


async def test_a_reader_waits_for_what_comes(redis, reader):
    waiting = asyncio.create_task(read(reader, "job", "0", wait_ms=20_000))
    while redis.info("clients")["blocked_clients"] == 0:
        await asyncio.sleep(0.005)
    publish(redis, "job", placed(0), KEEP)
    (entry,) = await waiting
    assert json.loads(entry.text) == placed(0)


async def test_a_stream_keeps_about_the_last_of_them_and_goes_in_the_end(redis, reader):
    for n in range(MAX_EVENTS + 300):
        publish(redis, "job", placed(n), KEEP)
    assert len(await read(reader, "job", "0")) == BATCH
    entries = await read_all(reader, "job")
    assert MAX_EVENTS <= len(entries) < MAX_EVENTS + 150
    assert json.loads(entries[-1].text) == placed(MAX_EVENTS + 299)
    assert KEEP - 60 < redis.ttl(stream_key("job")) <= KEEP
    assert KEEP - 60 < redis.ttl(progress_key("job")) <= KEEP


@pytest.mark.parametrize("end", sorted(ENDS))
async def test_after_an_end_nothing_comes(redis, reader, end):
    assert publish(redis, "job", placed(0), KEEP)
    assert publish(redis, "job", {"type": end}, KEEP)
    assert publish(redis, "job", placed(1), KEEP) is None
    assert publish(redis, "job", {"type": "failed", "reason": "late"}, KEEP) is None
    assert [entry.type for entry in await read(reader, "job", "0")] == ["brick_placed", end]
    assert progress(redis) == Progress(bricks=1, end=end)


async def test_of_many_ends_at_once_there_is_one(server, redis, reader):
    ids = []

    def end(kind):
        client = connect(server.url)
        ids.append(publish(client, "job", {"type": kind}, KEEP))
        client.close()

    threads = [threading.Thread(target=end, args=(kind,)) for kind in sorted(ENDS) * 8]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(id is not None for id in ids) == 1
    assert len(await read(reader, "job", "0")) == 1


async def test_progress_follows_the_bricks(redis):
    assert progress(redis) == Progress()
    steps = [
        ({"type": "started", "seed": 7}, 0),
        (placed(0), 1),
        (placed(1), 2),
        ({"type": "rolled_back", "kept": 1, "reason": "brick 2 would fall"}, 1),
        (placed(1), 2),
        (placed(2), 3),
        ({"type": "trimmed", "kept": 2}, 2),
    ]
    for event, bricks in steps:
        publish(redis, "job", event, KEEP)
        assert progress(redis) == Progress(bricks=bricks)
    publish(redis, "job", {"type": "started", "seed": 7}, KEEP)  # once more, after a worker died
    assert progress(redis) == Progress(bricks=0)
    publish(redis, "job", {"type": "failed", "reason": "Too bad: ü"}, KEEP)
    assert progress(redis) == Progress(0, "failed", "Too bad: ü")
