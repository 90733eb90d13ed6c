"""The rules that a new strategy starts with; rows that its owner edits or deletes."""

from accounts.exchange.types import OrderType, Side
from strategies.models import ExpiryAction, ExpiryRule, Strategy

_HALF_AN_HOUR = 30 * 60
_THREE_HOURS = 3 * 3_600


def default_rules(strategy: Strategy) -> list[ExpiryRule]:
    """Sales that wait for 30 minutes go to the market, buys that wait for 3 hours are canceled."""
    return [
        ExpiryRule(
            strategy=strategy,
            rank=1,
            side=Side.SELL.value,
            order_type=OrderType.LIMIT.value,
            after_seconds=_HALF_AN_HOUR,
            action=ExpiryAction.MARKET.value,
        ),
        ExpiryRule(
            strategy=strategy,
            rank=2,
            side=Side.BUY.value,
            order_type=OrderType.LIMIT.value,
            after_seconds=_THREE_HOURS,
            action=ExpiryAction.CANCEL.value,
        ),
    ]


def add_default_rules(strategy: Strategy) -> None:
    """Store the default rules of a strategy that was just made."""
    ExpiryRule.objects.bulk_create(default_rules(strategy))
