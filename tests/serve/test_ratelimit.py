"""A person has so many requests a minute, however many processes count them at once."""

import asyncio

import pytest

from legolab.serve.broker import connect_async
from legolab.serve.ratelimit import RateLimit
from tests.serve.service import client_of, make_settings

pytestmark = pytest.mark.anyio


@pytest.fixture
async def counter(server, redis):
    client = connect_async(server.url)
    yield client
    await client.aclose()


async def test_as_many_as_the_limit_pass_and_no_more(counter):
    rate = RateLimit(counter, 10)
    waits = [await rate.wait_seconds("generate", "ada") for _ in range(12)]
    assert waits[:10] == [0] * 10
    assert all(0 < wait <= 6 for wait in waits[10:])


async def test_at_once_they_are_still_exactly_as_many(server, counter):
    clients = [connect_async(server.url) for _ in range(5)]
    rates = [RateLimit(client, 10) for client in clients]
    waits = await asyncio.gather(*(rates[n % 5].wait_seconds("generate", "ada") for n in range(50)))
    assert sum(wait == 0 for wait in waits) == 10
    for client in clients:
        await client.aclose()


@pytest.mark.parametrize("limit", [1, 7, 999, 1000])
async def test_every_limit_is_exact(counter, limit):
    rate = RateLimit(counter, limit)
    waits = await asyncio.gather(*(rate.wait_seconds("a", "ada") for _ in range(limit + 1)))
    allowed = sum(wait == 0 for wait in waits)
    # While they are counted, a limit of many a second lets the next ones in.
    assert limit <= allowed <= limit + (limit > 100)


async def test_people_and_actions_have_limits_of_their_own(counter):
    rate = RateLimit(counter, 1)
    pairs = [("generate", "ada"), ("check", "ada"), ("generate", "bob"), ("generate", "ada:bob")]
    assert [await rate.wait_seconds(*pair) for pair in pairs] == [0, 0, 0, 0]
    assert all([await rate.wait_seconds(*pair) > 0 for pair in pairs])


async def test_a_bucket_goes_when_it_is_full_again(counter, redis):
    rate = RateLimit(counter, 10)
    await rate.wait_seconds("generate", "ada")
    (key,) = redis.keys("legolab:rate:*")
    assert 5000 < redis.pttl(key) <= 6000  # ms: one of ten takes a tenth of a minute
    redis.persist(key)
    seconds, micros = redis.time()
    redis.set(key, seconds * 1_000_000 + micros - 1)  # filled up in the past
    assert [await rate.wait_seconds("generate", "ada") for _ in range(10)] == [0] * 10


async def test_fifty_requests_at_once_against_a_limit_of_ten(server, redis, tmp_path):
    settings = make_settings(tmp_path, server.url, rate_limit=10)
    async with client_of(settings) as client:
        body = {"prompt": "a chair"}
        answers = await asyncio.gather(*(client.post("/generate", json=body) for _ in range(50)))
        statuses = [answer.status_code for answer in answers]
        assert (statuses.count(202), statuses.count(429)) == (10, 40)
        refused = next(answer for answer in answers if answer.status_code == 429)
        assert refused.headers["content-type"] == "application/problem+json"
        assert 1 <= int(refused.headers["retry-after"]) <= 6
        assert refused.json()["type"].endswith(":rate-limit")
        assert (await client.post("/check", json={"text": "2x4 (0,0,0)"})).status_code == 200
