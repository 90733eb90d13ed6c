"""The orders' nudges in the real broker."""

from datetime import datetime

from accounts.tests import broker

broker_away = broker.broker_away


def nudges_in_broker(task: str = "orders.execute_dispatch") -> list[int]:
    """Take all messages out of the shards' queues; the arguments of this task's."""
    return [argument for found in broker.nudges_in_broker(task).values() for argument in found]


def expiries_in_broker() -> list[datetime | None]:
    """Take all messages out of the shards' queues; until when dispatches' nudges are worth it."""
    return broker.expiries_in_broker("orders.execute_dispatch")
