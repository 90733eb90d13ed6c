"""The doors through which Celery enters; each calls one function of the room it belongs to."""

from collections.abc import Callable
from datetime import UTC, datetime

from celery import shared_task
from django.conf import settings

from orders import sweeps
from orders.hooks.running import tellers
from orders.nudges import (
    nudge_cancels,
    nudge_expire,
    nudge_hooks,
    nudge_look_up,
    nudge_poll,
    nudge_remainders,
)
from orders.remainders import checking
from orders.trading import runs
from orders.worker import executor


@shared_task(name="orders.execute_dispatch")
def execute_dispatch(dispatch_id: int, strategy_id: int | None = None) -> None:
    """Nudged after an alert was accepted, by the shard's queue."""
    executor().execute_dispatch(dispatch_id, strategy_id)


@shared_task(name="orders.send_due_cancels")
def send_due_cancels(shard: int) -> None:
    """Nudged after a person asked for cancels, and by the beat."""
    executor().send_due_cancels(shard)


@shared_task(name="orders.look_up")
def look_up(shard: int) -> None:
    """Nudged by the beat."""
    executor().look_up(shard)


@shared_task(name="orders.poll")
def poll(shard: int) -> None:
    """Nudged by the beat."""
    executor().poll(shard)


@shared_task(name="orders.expire_shard")
def expire_shard(shard: int) -> None:
    """Nudged by the beat."""
    executor().expire(shard, now=datetime.now(UTC))


@shared_task(name="orders.replace_ended")
def replace_ended(shard: int) -> None:
    """Nudged when an order that a rule wants replaced has ended."""
    executor().replace_ended(shard)


@shared_task(name="orders.run_hooks")
def run_hooks(shard: int) -> None:
    """Nudged when an order of a strategy with hooks took a step, and by the beat."""
    tellers.wake(shard)


@shared_task(name="orders.sweep")
def sweep() -> None:
    """Beat: find what was accepted and not carried out."""
    now = datetime.now(UTC)
    sweeps.sweep_unclaimed(now=now)
    sweeps.sweep_abandoned(now=now)


@shared_task(name="orders.follow_up")
def follow_up() -> None:
    """Beat: have every shard resend cancels, look up missing outcomes and run its hooks."""
    _nudge_every_shard(nudge_cancels, nudge_look_up, nudge_hooks)


@shared_task(name="orders.check_remainders")
def check_remainders() -> None:
    """Beat: have every shard compare what its accounts hold with their positions."""
    _nudge_every_shard(nudge_remainders)


@shared_task(name="orders.check_shard_remainders")
def check_shard_remainders(shard: int) -> None:
    """Nudged by the beat."""
    checking.check_remainders(shard, now=datetime.now(UTC))


@shared_task(name="orders.poll_all")
def poll_all() -> None:
    """Beat: have every shard poll its accounts that are due."""
    _nudge_every_shard(nudge_poll)


@shared_task(name="orders.expire")
def expire() -> None:
    """Beat: have every shard's worker let the strategies' expiry rules act."""
    _nudge_every_shard(nudge_expire)


@shared_task(name="orders.advance_trading_runs")
def advance_trading_runs() -> None:
    """Beat: take what was asked for with a trading switch a step further."""
    runs.advance_all()


def _nudge_every_shard(*nudges: Callable[..., None]) -> None:
    for shard in range(settings.SHARDS):
        for nudge in nudges:
            nudge(shard=shard)
