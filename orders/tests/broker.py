"""The real broker seen from a test: what lies in its queues, and how it looks when it is away."""

from collections.abc import Iterator
from contextlib import contextmanager
from queue import Empty

from celery import current_app
from django.conf import settings

from accounts.shards import queue_of


def nudges_in_broker(task: str = "orders.execute_dispatch") -> list[int]:
    """Take all messages out of the shards' queues; the arguments of this task's."""
    found = []
    with current_app.connection_for_read() as connection:
        for shard in range(settings.SHARDS):
            queue = connection.SimpleQueue(queue_of(shard))
            while True:
                try:
                    message = queue.get(block=False)
                except Empty:
                    break
                message.ack()
                if message.headers["task"] == task:
                    found.append(message.payload[0][0])
            queue.close()
    return found


@contextmanager
def broker_away() -> Iterator[None]:
    """Publish to an address at which nobody listens."""
    usual = current_app.conf.broker_write_url
    _publish_to("redis://127.0.0.1:9/0")
    try:
        yield
    finally:
        _publish_to(usual)


def _publish_to(url: str) -> None:
    current_app.conf.update(broker_write_url=url)
    # The pool keeps connections to the address it was made with.
    vars(current_app.amqp)["_producer_pool"] = None
