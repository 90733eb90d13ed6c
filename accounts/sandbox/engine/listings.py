"""What is traded: the five symbols against USDT and their filters, on both markets.

The figures look like Binance's exchangeInfo of 2026 and are rounded; only their kind matters.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Market(StrEnum):
    """The two markets of the venue; every account has a wallet in each."""

    SPOT = "spot"
    FUTURES = "futures"


@dataclass(frozen=True, slots=True)
class Listing:
    """One symbol on one market; quantities in `base`, prices and notionals in `quote`."""

    market: Market
    symbol: str
    base: str
    quote: str
    opening_price: Decimal
    price_tick: Decimal
    max_price: Decimal
    quantity_step: Decimal
    max_quantity: Decimal
    max_market_quantity: Decimal
    min_notional: Decimal
    max_notional: Decimal
    multiplier_up: Decimal  # PERCENT_PRICE: the farthest limit price, as a multiple of the price
    multiplier_down: Decimal
    maker_fee: Decimal
    taker_fee: Decimal
    max_orders: int  # open orders per account and symbol
    max_stop_orders: int  # untriggered stop orders per account and symbol
    max_leverage: int

    @property
    def min_quantity(self) -> Decimal:
        """The smallest quantity: one step."""
        return self.quantity_step


def _spot(row: str) -> Listing:
    base, price, tick, step, max_quantity, max_market_quantity = row.split()
    return Listing(
        market=Market.SPOT,
        symbol=f"{base}USDT",
        base=base,
        quote="USDT",
        opening_price=Decimal(price),
        price_tick=Decimal(tick),
        max_price=Decimal(1_000_000),
        quantity_step=Decimal(step),
        max_quantity=Decimal(max_quantity),
        max_market_quantity=Decimal(max_market_quantity),
        min_notional=Decimal(5),
        max_notional=Decimal(9_000_000),
        multiplier_up=Decimal(5),
        multiplier_down=Decimal("0.2"),
        maker_fee=Decimal("0.001"),
        taker_fee=Decimal("0.001"),
        max_orders=200,
        max_stop_orders=5,
        max_leverage=1,
    )


def _futures(row: str) -> Listing:
    base, price, tick, step, max_quantity, max_market_quantity, min_notional, leverage = row.split()
    return Listing(
        market=Market.FUTURES,
        symbol=f"{base}USDT",
        base=base,
        quote="USDT",
        opening_price=Decimal(price),
        price_tick=Decimal(tick),
        max_price=Decimal(1_000_000),
        quantity_step=Decimal(step),
        max_quantity=Decimal(max_quantity),
        max_market_quantity=Decimal(max_market_quantity),
        min_notional=Decimal(min_notional),
        max_notional=Decimal(1_000_000_000),
        multiplier_up=Decimal("1.05"),
        multiplier_down=Decimal("0.95"),
        maker_fee=Decimal("0.0002"),
        taker_fee=Decimal("0.0005"),
        max_orders=200,
        max_stop_orders=200,
        max_leverage=int(leverage),
    )


# base, opening price, tick, step, max quantity, max market quantity
_SPOT_ROWS = (
    "BTC  97500   0.01    0.00001 9000    120",
    "ETH  3400    0.01    0.0001  9000    3000",
    "SOL  185     0.01    0.001   90000   30000",
    "XRP  2.25    0.0001  0.1     9222449 3000000",
    "DOGE 0.25000 0.00001 1       9000000 9000000",
)
# the same, then minimum notional and maximum leverage
_FUTURES_ROWS = (
    "BTC  97500   0.1     0.001 1000     120      100 125",
    "ETH  3400    0.01    0.001 10000    2000     20  100",
    "SOL  185     0.01    0.01  1000000  80000    5   100",
    "XRP  2.25    0.0001  0.1   10000000 2000000  5   75",
    "DOGE 0.25000 0.00001 1     50000000 30000000 5   75",
)


def by_symbol(listings: Iterable[Listing]) -> dict[str, Listing]:
    """Index `listings` of one market by their symbol."""
    return {listing.symbol: listing for listing in listings}


SPOT_LISTINGS = by_symbol(_spot(row) for row in _SPOT_ROWS)
FUTURES_LISTINGS = by_symbol(_futures(row) for row in _FUTURES_ROWS)
LISTINGS = {Market.SPOT: SPOT_LISTINGS, Market.FUTURES: FUTURES_LISTINGS}
