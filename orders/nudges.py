"""Nudges of the order path. One may be lost without harm: whoever finds the rows later does the
work. What a beat repeats is worth nothing once the next beat has come."""

from accounts.nudges import nudge

_BEAT_SECONDS = 10
_SWEEP_BEAT_SECONDS = 5
_REMAINDERS_BEAT_SECONDS = 60
_POLL_BEAT_SECONDS = 1
_EXPIRE_BEAT_SECONDS = 5


def nudge_dispatch(*, dispatch_id: int, strategy_id: int, shard: int) -> bool:
    """Ask the shard's worker to execute this dispatch row; False when the broker is away."""
    return nudge("orders.execute_dispatch", dispatch_id, strategy_id, shard=shard)


def nudge_dispatch_again(*, dispatch_id: int, shard: int) -> None:
    """The same by the sweep, whose next beat repeats it while nobody has claimed the row."""
    nudge("orders.execute_dispatch", dispatch_id, shard=shard, expires_seconds=_SWEEP_BEAT_SECONDS)


def nudge_cancels(*, shard: int) -> None:
    """Ask the shard's worker to send the cancels that are due."""
    nudge("orders.send_due_cancels", shard, shard=shard, expires_seconds=_BEAT_SECONDS)


def nudge_hooks(*, shard: int) -> None:
    """Ask the shard's worker to tell its strategies' hooks what is new."""
    nudge("orders.run_hooks", shard, shard=shard, expires_seconds=_BEAT_SECONDS)


def nudge_look_up(*, shard: int) -> None:
    """Ask the shard's worker to look up the orders whose outcome or fills are missing."""
    nudge("orders.look_up", shard, shard=shard, expires_seconds=_BEAT_SECONDS)


def nudge_remainders(*, shard: int) -> None:
    """Ask the shard's worker to compare what its accounts hold with their positions."""
    nudge(
        "orders.check_shard_remainders",
        shard,
        shard=shard,
        expires_seconds=_REMAINDERS_BEAT_SECONDS,
    )


def nudge_poll(*, shard: int) -> None:
    """Ask the shard's worker to poll the accounts that are due."""
    nudge("orders.poll", shard, shard=shard, expires_seconds=_POLL_BEAT_SECONDS)


def nudge_expire(*, shard: int) -> None:
    """Ask the shard's worker to let the strategies' expiry rules act."""
    nudge("orders.expire_shard", shard, shard=shard, expires_seconds=_EXPIRE_BEAT_SECONDS)


def nudge_replace(*, shard: int) -> None:
    """Ask the shard's worker to order the rests of what rules had canceled."""
    nudge("orders.replace_ended", shard, shard=shard, expires_seconds=_EXPIRE_BEAT_SECONDS)
