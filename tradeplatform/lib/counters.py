"""Counters in Valkey that every thread and process shares and that pass by themselves.

Nothing that trades depends on them: while Valkey does not answer, every question is answered None
at once, and Valkey is asked again after a pause.
"""

import logging
from dataclasses import dataclass
from functools import lru_cache
from time import monotonic
from urllib.parse import unquote, urlsplit

import redis
from django.conf import settings
from django.utils.crypto import salted_hmac
from redis.backoff import NoBackoff
from redis.retry import Retry

logger = logging.getLogger(__name__)

PREFIX = "counted:"
# In so many counts strangers are sorted: one with a /32 of IPv6 has four billion networks to come
# from, and one count each would fill Valkey's memory. These take 6 MB of each kind at most.
_SHARES = 2**16
_TIMEOUT_SECONDS = 0.25
_PAUSE_SECONDS = 5

# By Valkey's address: until when one that failed is not asked, by the monotonic clock.
_left_alone_until: dict[str, float] = {}


@dataclass(frozen=True, slots=True)
class Tally:
    """How many were counted, and in how many seconds the counting begins anew."""

    number: int
    seconds_left: int


def share_of(network: str) -> int:
    """The number under which a stranger's network is counted.

    One in 65,536 others shares it; without SECRET_KEY nobody can find out which.
    """
    return int.from_bytes(salted_hmac(PREFIX, network, algorithm="sha256").digest()) % _SHARES


def beyond(most: int, key: str, *, seconds: int) -> Tally | None:
    """`count`, told only once there are more than `most`."""
    tally = count(key, seconds=seconds)
    return tally if tally is not None and tally.number > most else None


def count(key: str, *, seconds: int) -> Tally | None:
    """One more under this key; None while Valkey is away. One round trip.

    The count is dropped `seconds` after its first.
    """
    url = settings.REDIS_URL
    if monotonic() < _left_alone_until.get(url, 0):
        return None
    try:
        return _counted(client_of(url), PREFIX + key, seconds)
    except redis.RedisError as error:
        _left_alone_until[url] = monotonic() + _PAUSE_SECONDS
        logger.warning("Valkey does not answer, so nobody is throttled: %s", error)
        return None


def _counted(client: redis.Redis, key: str, seconds: int) -> Tally:
    # SET NX first: the life time is there before the count is, and never grows.
    pipeline = client.pipeline(transaction=False)
    pipeline.set(key, 0, ex=seconds, nx=True)
    pipeline.incr(key)
    pipeline.ttl(key)
    _, number, seconds_left = pipeline.execute()
    if seconds_left < 0:
        # It passed between the two, and what was counted has no life time: nobody may be
        # refused for ever.
        client.expire(key, seconds)
        seconds_left = seconds
    return Tally(number=number, seconds_left=max(seconds_left, 1))


@lru_cache(maxsize=4)
def client_of(url: str) -> redis.Redis:
    """The connections to the Valkey at this address; short of patience."""
    return redis.Redis.from_url(
        for_redis(url),
        socket_timeout=_TIMEOUT_SECONDS,
        socket_connect_timeout=_TIMEOUT_SECONDS,
        retry=Retry(NoBackoff(), 1),  # once more: after a restart the first meets a dead connection
    )


def for_redis(url: str) -> str:
    """Celery's address of a Unix socket in the spelling of the redis client."""
    parts = urlsplit(url)
    if parts.scheme != "redis+socket":
        return url
    number = dict(part.split("=", 1) for part in parts.query.split("&") if "=" in part)
    return f"unix://{unquote(parts.path)}?db={number.get('virtual_host', 0)}"
