"""What is wrong with an account or a strategy, for its owner."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from orders.models import Remainder
from strategies.models import HookProgress
from tradeplatform.lib.decimals import plain
from tradeplatform.notifications.sources.kinds import Wrong

# Hooks that went wrong once and did well for so long are well again.
_HOOKS_RECOVER = timedelta(hours=1)


def drifts(now: datetime) -> Iterator[Wrong]:
    """`Drift on A1: BTC differs by -0.01, entries in it are refused until it is settled`."""
    for row in Remainder.objects.filter(drifted_at__isnull=False).select_related("account"):
        difference = row.found - row.accepted
        sign = "+" if difference > 0 else ""
        yield Wrong(
            key=str(row.pk),
            owner_id=row.account.owner_id,
            text=f"Drift on {row.account}: {row.key} differs by {sign}{plain(difference)}, "
            "entries in it are refused until it is settled",
        )


def hook_problems(now: datetime) -> Iterator[Wrong]:
    """`Hooks of trend had a problem: on_fill: ValueError: …`."""
    lately = HookProgress.objects.filter(last_problem_at__gt=now - _HOOKS_RECOVER)
    for row in lately.select_related("strategy"):
        yield Wrong(
            key=str(row.pk),
            owner_id=row.strategy.owner_id,
            text=f"Hooks of {row.strategy} had a problem: {row.last_problem}",
        )
