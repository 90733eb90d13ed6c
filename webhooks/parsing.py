"""A JSON object to what its sender wants done, checked against the strategy it names. Pure.

`exchange`, `market_type` and `currency` never choose anything: they may only agree with the
strategy. Fields we do not know are named in a warning, because people write comments into alerts.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from accounts.exchange.types import MarketType
from accounts.exchange.venues import VENUES
from strategies.intents import Intent
from strategies.models import Strategy
from strategies.reversing import can_close_first
from webhooks.fields import Fields
from webhooks.order_parsing import ORDER_FIELDS, SIZE_FIELDS, ParsedOrder, parse_order
from webhooks.redaction import presentable
from webhooks.refusals import Reason
from webhooks.strict_json import JsonObject

MOST_ORDERS = 30

_TERMS = frozenset({"exchange", "market_type", "currency"})
_ITEM_FIELDS = ORDER_FIELDS | _TERMS | frozenset(SIZE_FIELDS)
_ALERT_FIELDS = _ITEM_FIELDS | {"group_name", "token", "alert_id", "timenow", "orders"}
_LONGEST_DEDUP_KEY = 128
_LONGEST_WORD = 40
_MOST_NAMED = 10
# A sender's clock may run ahead of ours by this much.
_FUTURE_TOLERANCE = timedelta(minutes=1)
# What {{exchange}} adds to the name when the chart's data is delayed.
_DELAYED_MARKS = ("_DLY", "_DL")


@dataclass(frozen=True, slots=True)
class Alert:
    """A whole alert, ready to become a signal."""

    intents: tuple[Intent, ...]
    dedup_key: str | None
    warnings: tuple[str, ...]


def parse_alert(
    document: JsonObject,
    *,
    strategy: Strategy,
    idempotency_key: str | None,
    received_at: datetime,
) -> Alert:
    """The alert in the document; raises Refused for the first thing its sender must change.

    `idempotency_key` is the header's value, which does the same as the field `alert_id`.
    """
    fields = Fields(document)
    _check_terms(fields, strategy)
    time_warnings = _check_time(fields, strategy, received_at)
    orders = list(_orders(fields))
    for order in orders:
        _check_terms(order, strategy)
    parsed = [parse_order(order) for order in orders]
    return Alert(
        intents=tuple(order.intent for order in parsed),
        dedup_key=_dedup_key(fields, idempotency_key),
        warnings=(
            *_unknown_names(fields),
            *time_warnings,
            *(warning for order in parsed for warning in order.warnings),
            *_needless_closes(parsed, strategy),
        ),
    )


def _needless_closes(parsed: Sequence[ParsedOrder], strategy: Strategy) -> Sequence[str]:
    """What asks for a close first although there can be nothing to close."""
    wishes = [order.intent for order in parsed if order.intent.close_first]
    if wishes and strategy.market_type == MarketType.SPOT:
        return ("close_first was ignored: spot has no opposite positions; a sale is a close.",)
    if not all(can_close_first(intent) for intent in wishes):
        return ("close_first was ignored where qty_per is negative: that is a close itself.",)
    return ()


def _orders(fields: Fields) -> Iterator[Fields]:
    """The order objects: the alert itself, or the items of its batch."""
    if not fields.has("orders"):
        yield fields
        return
    items = fields.values["orders"]
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise fields.refusal(Reason.ORDERS_EXPECTED, "orders")
    if not items:
        raise fields.refusal(Reason.ORDERS_EMPTY, "orders")
    if len(items) > MOST_ORDERS:
        raise fields.refusal(Reason.ORDERS_TOO_MANY, "orders", len(items))
    for index, item in enumerate(items):
        yield Fields(_with_shared(item, fields.values), path=f"orders[{index}].")


def _with_shared(item: JsonObject, alert: Mapping[str, Any]) -> JsonObject:
    """The item, with the alert's own order fields where it leaves them out.

    An item that gives its own size takes none from the alert.
    """
    shared = ORDER_FIELDS if item.keys() & SIZE_FIELDS.keys() else ORDER_FIELDS | SIZE_FIELDS.keys()
    return {name: alert[name] for name in shared & alert.keys()} | item


def _check_terms(fields: Fields, strategy: Strategy) -> None:
    exchange = _word(fields, "exchange")
    if exchange and not _trades_at(exchange, strategy.venue):
        raise fields.refusal(Reason.EXCHANGE_MISMATCH, "exchange", exchange)
    market_type = _word(fields, "market_type")
    if market_type and market_type != MarketType(strategy.market_type):
        raise fields.refusal(Reason.MARKET_TYPE_MISMATCH, "market_type", market_type)
    currency = _word(fields, "currency")
    if currency and strategy.currency and currency != strategy.currency.upper():
        raise fields.refusal(Reason.CURRENCY_MISMATCH, "currency", currency)


def _word(fields: Fields, name: str) -> str:
    return fields.optional_text(name, longest=_LONGEST_WORD).upper()


def _trades_at(exchange: str, venue_name: str) -> bool:
    """Whether the name, as people or TradingView write it, fits the strategy's venue or any."""
    for mark in _DELAYED_MARKS:
        exchange = exchange.removesuffix(mark)
    return any(
        exchange == venue.name.upper() or exchange in venue.prefixes
        for venue in VENUES.values()
        if venue_name in ("", venue.name)
    )


def _check_time(fields: Fields, strategy: Strategy, received_at: datetime) -> Sequence[str]:
    """Refuse what was sent too long ago; a time ahead of ours tells nothing and is ignored."""
    if not fields.has("timenow"):
        return ()
    made_at = _time(fields)
    if made_at - received_at > _FUTURE_TOLERANCE:
        return ("timenow was ignored: it lies in the future. Set the sender's clock.",)
    if received_at - made_at > timedelta(seconds=strategy.max_signal_age_seconds):
        raise fields.refusal(Reason.SIGNAL_EXPIRED, "timenow", fields.values["timenow"])
    return ()


def _time(fields: Fields) -> datetime:
    text = fields.optional_text("timenow", longest=_LONGEST_WORD)
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise fields.refusal(Reason.TIME_EXPECTED, "timenow", text) from None
    # TradingView's times are UTC.
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def _dedup_key(fields: Fields, header: str | None) -> str | None:
    field = fields.optional_text("alert_id", longest=_LONGEST_DEDUP_KEY) or None
    if header is None:
        return field
    given = Fields({"Idempotency-Key": header})
    if "\x00" in header:  # PostgreSQL takes none, and some servers let one through
        raise given.refusal(Reason.CHARACTER_NOT_ALLOWED, "Idempotency-Key")
    from_header = given.optional_text("Idempotency-Key", longest=_LONGEST_DEDUP_KEY)
    if field not in (None, from_header):
        raise fields.refusal(Reason.DEDUP_KEY_CONFLICT, "alert_id")
    return from_header


def _unknown_names(fields: Fields) -> Sequence[str]:
    unknown = [name for name in fields.values if name not in _ALERT_FIELDS]
    for index, item in enumerate(fields.values.get("orders") or ()):
        unknown += [f"orders[{index}].{name}" for name in item if name not in _ITEM_FIELDS]
    if not unknown:
        return ()
    more = f" and {len(unknown) - _MOST_NAMED} more" if len(unknown) > _MOST_NAMED else ""
    named = ", ".join(presentable(name) for name in unknown[:_MOST_NAMED])
    return (f"Unknown fields were ignored: {named}{more}.",)
