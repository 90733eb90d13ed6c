"""The real broker seen from a test: what lies in its queues, and how it looks when it is away."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from queue import Empty
from typing import Any

from celery import current_app
from django.conf import settings

from accounts.shards import queue_of


def nudges_in_broker(task: str) -> dict[str, list[int]]:
    """Take all messages out of the shards' queues; this task's arguments by queue."""
    queues = (queue_of(shard) for shard in range(settings.SHARDS))
    taken = {queue: _take_all(queue, task) for queue in queues}
    return {queue: [m.payload[0][0] for m in found] for queue, found in taken.items() if found}


def expiries_in_broker(task: str) -> list[datetime | None]:
    """Take all messages out of the shards' queues; when this task's are worth nothing any more."""
    taken = [m for shard in range(settings.SHARDS) for m in _take_all(queue_of(shard), task)]
    told = [message.headers["expires"] for message in taken]
    return [datetime.fromisoformat(text) if text else None for text in told]


@contextmanager
def broker_away() -> Iterator[None]:
    """Publish to an address at which nobody listens."""
    usual = current_app.conf.broker_write_url
    _publish_to("redis://127.0.0.1:9/0")
    try:
        yield
    finally:
        _publish_to(usual)


def _take_all(name: str, task: str) -> list[Any]:
    found = []
    with current_app.connection_for_read() as connection:
        queue = connection.SimpleQueue(name)
        while True:
            try:
                message = queue.get(block=False)
            except Empty:
                break
            message.ack()
            if message.headers["task"] == task:
                found.append(message)
        queue.close()
    return found


def _publish_to(url: str) -> None:
    app: Any = current_app
    app.conf.broker_write_url = url
    app.amqp._producer_pool = None  # it keeps connections to the address it was made with
