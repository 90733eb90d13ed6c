"""One order object of an alert to an Intent, and what was ignored on the way. Pure.

The wire's names (`qty_per`, `stop_price`, `CANCEL_ALL_ORDER`) end here.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from accounts.exchange.types import OrderType, Side
from strategies.intents import Action, Intent, Size, SizeKind
from webhooks.fields import Fields
from webhooks.refusals import Reason

# As people and exchanges write it; keys arrive in lower case.
_REDUCE_ONLY = ("reduce_only", "reduceonly")
ORDER_FIELDS = frozenset(
    {"symbol", "side", "order_type", "price", "stop_price", "order_id", "priority", "close_first"}
).union(_REDUCE_ONLY)
SIZE_FIELDS: Mapping[str, SizeKind] = {
    "qty_per": SizeKind.PERCENT,
    "quantity": SizeKind.QUANTITY,
    "notional": SizeKind.NOTIONAL,
}

_SIDES = {"BUY": Side.BUY, "SELL": Side.SELL, "LONG": Side.BUY, "SHORT": Side.SELL}
# Longer than any market's name, shorter than any token.
_LONGEST_SYMBOL = 40
_LONGEST_ORDER_ID = 64


@dataclass(frozen=True, slots=True)
class _Kind:
    """What an order_type asks for and which prices it needs."""

    action: Action
    order_type: OrderType | None = None
    prices: tuple[str, ...] = ()

    @property
    def ignores(self) -> tuple[str, ...]:
        """Fields that mean something elsewhere but nothing here."""
        prices = tuple(name for name in ("price", "stop_price") if name not in self.prices)
        if self.action is Action.PLACE:
            return (*prices, "order_id")
        rest = (*prices, *SIZE_FIELDS, "close_first")
        return (*rest, "order_id") if self.action is Action.CANCEL_ALL else rest


_KINDS = {
    "MARKET": _Kind(Action.PLACE, OrderType.MARKET),
    "LIMIT": _Kind(Action.PLACE, OrderType.LIMIT, ("price",)),
    "STOP_LIMIT": _Kind(Action.PLACE, OrderType.STOP_LIMIT, ("price", "stop_price")),
    "STOP_MARKET": _Kind(Action.PLACE, OrderType.STOP_MARKET, ("stop_price",)),
    "CANCEL": _Kind(Action.CANCEL),
    "CANCEL_ALL_ORDER": _Kind(Action.CANCEL_ALL),
}


@dataclass(frozen=True, slots=True)
class ParsedOrder:
    """An intent and the sentences that tell its sender what was ignored."""

    intent: Intent
    warnings: tuple[str, ...]


def parse_order(fields: Fields) -> ParsedOrder:
    """The intent of one order object; raises Refused for the first field that is wrong."""
    kind = fields.choice("order_type", _KINDS, otherwise=Reason.ORDER_TYPE_UNKNOWN)
    priority = fields.whole_number("priority") if fields.has("priority") else 0
    if kind.action is Action.PLACE:
        intent = _placing(fields, kind, priority)
    else:
        intent = _canceling(fields, kind, priority)
    return ParsedOrder(intent=intent, warnings=_ignored(fields, kind))


def _placing(fields: Fields, kind: _Kind, priority: int) -> Intent:
    size = _size(fields)
    _refuse_reduce_only(fields, size)
    return Intent(
        action=kind.action,
        symbol=fields.text("symbol", longest=_LONGEST_SYMBOL),
        side=fields.choice("side", _SIDES, otherwise=Reason.SIDE_UNKNOWN),
        order_type=kind.order_type,
        size=size,
        limit_price=fields.positive("price") if "price" in kind.prices else None,
        trigger_price=fields.positive("stop_price") if "stop_price" in kind.prices else None,
        priority=priority,
        close_first=_close_first(fields, kind),
    )


def _refuse_reduce_only(fields: Fields, size: Size) -> None:
    """A negative percentage reduces only, nothing else does: ignored, a close could be an entry."""
    for name in _REDUCE_ONLY:
        if not size.is_close and fields.has(name) and fields.boolean(name):
            raise fields.refusal(Reason.REDUCE_ONLY_UNSUPPORTED, name)


def _close_first(fields: Fields, kind: _Kind) -> bool:
    wanted = fields.has("close_first") and fields.boolean("close_first")
    if wanted and "stop_price" in kind.prices:
        raise fields.refusal(Reason.CLOSE_FIRST_WITH_STOP, "close_first", kind.order_type)
    return wanted


def _canceling(fields: Fields, kind: _Kind, priority: int) -> Intent:
    is_single = kind.action is Action.CANCEL
    has_side = fields.has("side")
    return Intent(
        action=kind.action,
        order_id=fields.text("order_id", longest=_LONGEST_ORDER_ID) if is_single else "",
        symbol=fields.optional_text("symbol", longest=_LONGEST_SYMBOL),
        side=fields.choice("side", _SIDES, otherwise=Reason.SIDE_UNKNOWN) if has_side else None,
        priority=priority,
    )


def _size(fields: Fields) -> Size:
    given = [name for name in SIZE_FIELDS if fields.has(name)]
    if not given:
        raise fields.refusal(Reason.SIZE_MISSING, "qty_per")
    if len(given) > 1:
        raise fields.refusal(Reason.SIZE_AMBIGUOUS, given[-1], " and ".join(given))
    name = given[0]
    value = fields.percent(name) if name == "qty_per" else fields.positive(name)
    return Size(kind=SIZE_FIELDS[name], value=value)


def _ignored(fields: Fields, kind: _Kind) -> tuple[str, ...]:
    word = fields.values["order_type"].strip().upper()
    return tuple(
        f"{fields.path}{name} was ignored: {word} has no use for it."
        for name in kind.ignores
        if fields.has(name)
    )
