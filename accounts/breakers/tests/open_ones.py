"""Breakers that are open, as rows."""

from datetime import UTC, datetime, timedelta
from typing import Any

from accounts.exchange.types import Environment, MarketKey, MarketType
from accounts.models import Account, Breaker

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
SPOT = MarketKey("binance", Environment.SANDBOX, MarketType.SPOT)
FUTURES = MarketKey("binance", Environment.SANDBOX, MarketType.FUTURES)


def make_open(account: Account | None = None, **fields: Any) -> Breaker:
    """An account's stop or, without an account, a pause of Binance's spot market."""
    return Breaker.objects.create(
        **{
            "venue": "binance",
            "environment": "SANDBOX",
            "market_type": "SPOT",
            "account": account,
            "is_open": True,
            "reason": "RATE_LIMITED" if account is None else "BAD_CREDENTIALS",
            "message": "why",
            "opened_at": NOW,
            "changed_at": NOW,
            **fields,
        }
    )


def pause_spot(seconds: float) -> Breaker:
    """Another process was told, this moment, to leave Binance's spot market alone for so long."""
    now = datetime.now(UTC)
    return make_open(opened_at=now, paused_until=now + timedelta(seconds=seconds), changed_at=now)
