"""How often a person may ask, counted on Redis for all processes together.

The generic cell rate algorithm (ITU-T I.371): each request takes one part of a bucket that refills
evenly. One key a bucket and one call to Redis, which makes it correct under concurrency.
"""

from __future__ import annotations

from redis import asyncio as aioredis

PERIOD_SECONDS = 60
"""A bucket refills in this time; up to `limit` requests may come at once."""

# The bucket holds the time, in µs, at which it will be full again. Times are written with %.0f
# because Lua would round them to 14 figures.
_TAKE = """
local period, step = tonumber(ARGV[1]), math.floor(tonumber(ARGV[1]) / tonumber(ARGV[2]))
local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000000 + tonumber(clock[2])
local full = math.max(tonumber(redis.call('GET', KEYS[1]) or now), now) + step
local wait = full - period - now
if wait > 0 then return wait end
redis.call('SET', KEYS[1], string.format('%.0f', full), 'PX', math.ceil((full - now) / 1000))
return 0
"""


class RateLimit:
    """At most `limit` requests a minute for each person and action."""

    def __init__(self, redis: aioredis.Redis, limit: int) -> None:
        """Remember the limit, at most 1000; `redis` counts."""
        self._take = redis.register_script(_TAKE)
        self._limit = limit

    async def wait_seconds(self, action: str, subject: str) -> float:
        """Take one request; 0 when it may go on, else the seconds until it might.

        Raises:
            RedisError: Redis does not answer.
        """
        key = f"legolab:rate:{action}:{subject}"
        wait = await self._take(keys=[key], args=[PERIOD_SECONDS * 1_000_000, self._limit])
        return int(wait) / 1e6
