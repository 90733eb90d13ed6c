"""Counters and marks in Valkey that every thread and process shares and that pass by themselves.

Nothing that trades depends on them: while Valkey does not answer, every question is answered None
or False at once, and Valkey is asked again after a pause.
"""

import logging
from collections.abc import Callable
from functools import lru_cache
from time import monotonic
from typing import TypeVar
from urllib.parse import unquote, urlsplit

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

logger = logging.getLogger(__name__)

PREFIX = "counted:"
_TIMEOUT_SECONDS = 0.25
_PAUSE_SECONDS = 5

_T = TypeVar("_T")

# By Valkey's address: until when one that failed is not asked, by the monotonic clock.
_left_alone_until: dict[str, float] = {}


def count(key: str, *, seconds: int) -> int | None:
    """One more under this key; how many there are, None while Valkey is away.

    The count is dropped `seconds` after its first.
    """

    def increment(client: redis.Redis) -> int:
        # SET NX first: the life time is there before the count is, and never grows.
        pipeline = client.pipeline()
        pipeline.set(PREFIX + key, 0, ex=seconds, nx=True)
        pipeline.incr(PREFIX + key)
        return int(pipeline.execute()[1])

    return _asked(increment)


def seconds_left(key: str) -> int:
    """How long the count under this key lives; 0 when there is none."""
    left = _asked(lambda client: int(client.ttl(PREFIX + key)))
    return max(left or 0, 0)


def counted(key: str) -> int:
    """How many there are under this key, without adding one."""
    found = _asked(lambda client: client.get(PREFIX + key))
    return int(found) if found else 0


def mark(key: str, *, seconds: int) -> None:
    """Remember the key for so long from now on."""
    _asked(lambda client: client.set(PREFIX + key, 1, ex=seconds))


def _asked(question: Callable[[redis.Redis], _T]) -> _T | None:
    url = settings.REDIS_URL
    if monotonic() < _left_alone_until.get(url, 0):
        return None
    try:
        return question(client_of(url))
    except redis.RedisError as error:
        _left_alone_until[url] = monotonic() + _PAUSE_SECONDS
        logger.warning("Valkey does not answer, so requests are not limited: %s", error)
        return None


@lru_cache(maxsize=4)
def client_of(url: str) -> redis.Redis:
    """The connections to the Valkey at this address; short of patience."""
    return redis.Redis.from_url(
        _for_redis(url),
        socket_timeout=_TIMEOUT_SECONDS,
        socket_connect_timeout=_TIMEOUT_SECONDS,
        retry=Retry(NoBackoff(), 1),  # once more: after a restart the first meets a dead connection
    )


def _for_redis(url: str) -> str:
    """Celery's address of a Unix socket in the spelling of the redis client."""
    parts = urlsplit(url)
    if parts.scheme != "redis+socket":
        return url
    number = dict(part.split("=", 1) for part in parts.query.split("&") if "=" in part)
    return f"unix://{unquote(parts.path)}?db={number.get('virtual_host', 0)}"
