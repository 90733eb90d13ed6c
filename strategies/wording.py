"""Intents in words, for people who read what an alert asked for. Pure."""

from strategies.intents import Action, Intent, Size, SizeKind
from tradeplatform.lib.decimals import plain


def sentence(intent: Intent) -> str:
    """The intent on one line, e.g. `BUY BTC/USDT: 10 % of the capital, LIMIT at 90000`."""
    if intent.action is Action.CANCEL:
        return f"CANCEL order {intent.order_id}"
    if intent.action is Action.CANCEL_ALL:
        return " ".join(part for part in ("CANCEL ALL", intent.side or "", intent.symbol) if part)
    kind = intent.order_type.replace("_", " ") if intent.order_type else ""
    return f"{intent.side} {intent.symbol}: {_size(intent.size)}, {kind}{_prices(intent)}"


def _size(size: Size | None) -> str:
    if size is None:
        return ""
    if size.kind is SizeKind.QUANTITY:
        return plain(size.value)
    if size.kind is SizeKind.NOTIONAL:
        return f"{plain(size.value)} in quote currency"
    if size.is_close:
        return f"{plain(-size.value)} % of the position"
    return f"{plain(size.value)} % of the capital"


def _prices(intent: Intent) -> str:
    limit = "" if intent.limit_price is None else f" at {plain(intent.limit_price)}"
    trigger = "" if intent.trigger_price is None else f", trigger {plain(intent.trigger_price)}"
    return limit + trigger
