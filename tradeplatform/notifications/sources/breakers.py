"""Accounts that are stopped, and exchanges or accounts that are left alone for a while."""

from collections.abc import Iterator
from datetime import datetime

from accounts.breakers import rows
from accounts.exchange.venues import VENUES
from accounts.models import Account, Breaker
from tradeplatform.notifications.sources.kinds import Wrong


def stopped_accounts(now: datetime) -> Iterator[Wrong]:
    """`A1 is stopped in spot: binance -2015: Invalid API-key, …`, and keys that may withdraw."""
    stops = Breaker.objects.filter(is_open=True, paused_until=None, account__isnull=False)
    for row in stops.select_related("account"):
        if row.account is not None:
            yield Wrong(
                key=f"breaker {row.pk}",
                owner_id=row.account.owner_id,
                text=f"{row.account} is stopped in {row.market_type.lower()}: "
                f"{row.message or row.get_reason_display()}",
            )
    for account in Account.objects.filter(key_can_withdraw=True):
        yield Wrong(
            key=f"account {account.pk}",
            owner_id=account.owner_id,
            text=f"{account} opens no positions: its key may withdraw money",
        )


def pauses(now: datetime) -> Iterator[Wrong]:
    """`A1 (LIVE) in spot is left alone: Rate limited`; of a whole exchange for superusers."""
    paused = Breaker.objects.filter(rows.pausing(now=now))
    for row in paused.select_related("account"):
        venue = VENUES[row.venue].label if row.venue in VENUES else row.venue
        yield Wrong(
            key=str(row.pk),
            owner_id=row.account.owner_id if row.account else None,
            text=f"{row.account or venue} ({row.environment}) in {row.market_type.lower()} "
            f"is left alone: {row.get_reason_display()}",
        )
