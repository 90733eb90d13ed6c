"""What an alert asks for, in our words: parsed, checked for itself, not yet sized. Pure.

An intent is stored as JSON in `Signal.intents` and read back by the workers, so every value has a
plain form: enumerations as their value, decimals as text.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from accounts.exchange.types import OrderType, Side


class Action(StrEnum):
    """What is to be done."""

    PLACE = "PLACE"
    CANCEL = "CANCEL"
    CANCEL_ALL = "CANCEL_ALL"


class SizeKind(StrEnum):
    """How the size is given."""

    PERCENT = "PERCENT"  # of the capital; negative: of the own position, to close it
    QUANTITY = "QUANTITY"  # in base units
    NOTIONAL = "NOTIONAL"  # in quote currency


@dataclass(frozen=True, slots=True)
class Size:
    """A size as the alert gave it."""

    kind: SizeKind
    value: Decimal

    @property
    def is_close(self) -> bool:
        """Whether it means a part of the own position instead of a part of the capital."""
        return self.kind is SizeKind.PERCENT and self.value < 0


@dataclass(frozen=True, slots=True)
class Intent:
    """One thing an alert asks for.

    `symbol` is as the alert wrote it; each worker resolves it against the venue's markets.
    PLACE has symbol, side, order type and size, and the prices its type needs. CANCEL has
    `order_id` (a venue's or a client order id). CANCEL_ALL may have symbol and side as filters.

    `close_first` is the alert's wish; strategies.reversing turns it into two intents: a close that
    `is_reversal` and, right behind it, the order itself, which comes `after_close`.

    `subscription_ids` names the only subscriptions it is meant for; empty: all that the signal
    reaches. Alerts cannot say so, a flatten does.
    """

    action: Action
    symbol: str = ""
    side: Side | None = None
    order_type: OrderType | None = None
    size: Size | None = None
    limit_price: Decimal | None = None
    trigger_price: Decimal | None = None
    order_id: str = ""
    priority: int = 0
    close_first: bool = False
    is_reversal: bool = False
    after_close: bool = False
    subscription_ids: tuple[int, ...] = ()

    def is_for(self, subscription_id: int) -> bool:
        """Whether this subscription, which the signal reaches, is meant."""
        return not self.subscription_ids or subscription_id in self.subscription_ids


_MARKS = ("close_first", "is_reversal", "after_close")
_WORK_ORDER = {OrderType.MARKET: 1, OrderType.LIMIT: 2}


def in_order_of_execution(intents: Sequence[Intent]) -> list[Intent]:
    """Lower priority first; within one priority cancels, then MARKET, LIMIT, STOP orders.

    Equal intents keep the order in which the alert gave them.
    """
    return sorted(intents, key=lambda intent: (intent.priority, _rank(intent)))


def _rank(intent: Intent) -> int:
    if intent.action is not Action.PLACE or intent.order_type is None:
        return 0
    return _WORK_ORDER.get(intent.order_type, 3)


def to_json(intent: Intent) -> dict[str, Any]:
    """The intent as it is stored; fields that say nothing are left out."""
    plain: dict[str, Any] = {
        "action": intent.action.value,
        "symbol": intent.symbol,
        "side": intent.side and intent.side.value,
        "order_type": intent.order_type and intent.order_type.value,
        "size": intent.size and {"kind": intent.size.kind.value, "value": str(intent.size.value)},
        "limit_price": _text(intent.limit_price),
        "trigger_price": _text(intent.trigger_price),
        "order_id": intent.order_id,
        "priority": intent.priority,
        "subscription_ids": list(intent.subscription_ids) or None,
        **{name: True for name in _MARKS if getattr(intent, name)},
    }
    return {name: value for name, value in plain.items() if value not in (None, "")}


def from_json(plain: dict[str, Any]) -> Intent:
    """The intent that `to_json` stored."""
    size = plain.get("size")
    return Intent(
        action=Action(plain["action"]),
        symbol=plain.get("symbol", ""),
        side=Side(plain["side"]) if "side" in plain else None,
        order_type=OrderType(plain["order_type"]) if "order_type" in plain else None,
        size=Size(kind=SizeKind(size["kind"]), value=Decimal(size["value"])) if size else None,
        limit_price=_decimal(plain.get("limit_price")),
        trigger_price=_decimal(plain.get("trigger_price")),
        order_id=plain.get("order_id", ""),
        priority=plain.get("priority", 0),
        subscription_ids=tuple(plain.get("subscription_ids", ())),
        **{name: plain.get(name, False) for name in _MARKS},
    )


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
