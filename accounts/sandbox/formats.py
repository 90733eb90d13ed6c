"""How Binance writes numbers and times, for both markets."""

from decimal import Decimal

from accounts.sandbox.engine.decimals import ZERO
from accounts.sandbox.engine.listings import Listing

SELF_TRADE_PREVENTION = "EXPIRE_MAKER"  # the only mode the sandbox knows

Row = dict[str, object]  # a JSON object on its way out


def amount(value: Decimal | None) -> str:
    """Eight decimals; none stands for zero."""
    return f"{value or ZERO:.8f}"


def plain(value: Decimal) -> str:
    """Without exponent or trailing zeros, as the futures market writes its filters."""
    return format(value.normalize(), "f")


def milliseconds(at_us: int) -> int:
    """Binance's time stamps, from the engine's microseconds."""
    return at_us // 1_000


def decimals(step: Decimal) -> int:
    """How many decimals a multiple of `step` can have."""
    return max(-int(step.normalize().as_tuple().exponent), 0)


def price_decimals(listing: Listing) -> int:
    """How many decimals a futures price may be written with: one more than the tick has."""
    return decimals(listing.price_tick) + 1
