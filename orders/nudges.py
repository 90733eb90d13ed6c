"""Nudges of the order path. One may be lost without harm: whoever finds the rows later does the
work. What a beat repeats is worth nothing once the next beat has come."""

from accounts.nudges import nudge

_BEAT_SECONDS = 10


def nudge_dispatch(*, dispatch_id: int, shard: int) -> None:
    """Ask the shard's worker to execute this dispatch row."""
    nudge("orders.execute_dispatch", dispatch_id, shard=shard)


def nudge_cancels(*, shard: int) -> None:
    """Ask the shard's worker to send the cancels that are due."""
    nudge("orders.send_due_cancels", shard, shard=shard, expires_seconds=_BEAT_SECONDS)


def nudge_hooks(*, shard: int) -> None:
    """Ask the shard's worker to tell its strategies' hooks what is new."""
    nudge("orders.run_hooks", shard, shard=shard, expires_seconds=_BEAT_SECONDS)


def nudge_look_up(*, shard: int) -> None:
    """Ask the shard's worker to look up the orders whose outcome or fills are missing."""
    nudge("orders.look_up", shard, shard=shard, expires_seconds=_BEAT_SECONDS)
