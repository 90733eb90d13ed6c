"""Markets, asked sizes and holdings for the tests of sizing, with round numbers as text."""

from dataclasses import replace
from decimal import Decimal

from accounts.exchange.types import MarketRules, MarketType, OrderType, Side
from strategies.holdings import Holding
from strategies.intents import Action, Intent, Size, SizeKind
from strategies.sizing import Allocation, SizedOrder, size_order

SPOT = MarketRules(
    symbol="BTC/USDT",
    base="BTC",
    quote="USDT",
    market_type=MarketType.SPOT,
    is_active=True,
    quantity_step=Decimal("0.00001"),
    price_tick=Decimal("0.01"),
    min_quantity=Decimal("0.0001"),
    max_quantity=Decimal(100),
    max_market_quantity=Decimal(50),
    min_notional=Decimal(10),
)
FUTURES = replace(
    SPOT,
    symbol="BTC/USDT:USDT",
    market_type=MarketType.FUTURES,
    quantity_step=Decimal("0.001"),
    price_tick=Decimal("0.1"),
    min_quantity=Decimal("0.001"),
    min_notional=Decimal(100),
)


def percent(value: str) -> Size:
    return Size(SizeKind.PERCENT, Decimal(value))


def quantity(value: str) -> Size:
    return Size(SizeKind.QUANTITY, Decimal(value))


def notional(value: str) -> Size:
    return Size(SizeKind.NOTIONAL, Decimal(value))


def ask(side: Side, size: Size, *, limit: str | None = None, trigger: str | None = None) -> Intent:
    """A PLACE intent; the prices given make its order type."""
    order_type = {
        (False, False): OrderType.MARKET,
        (True, False): OrderType.LIMIT,
        (True, True): OrderType.STOP_LIMIT,
        (False, True): OrderType.STOP_MARKET,
    }[limit is not None, trigger is not None]
    return Intent(
        action=Action.PLACE,
        symbol="BTCUSDT",
        side=side,
        order_type=order_type,
        size=size,
        limit_price=None if limit is None else Decimal(limit),
        trigger_price=None if trigger is None else Decimal(trigger),
    )


def held(
    own: str,
    *,
    leaving: str = "0",
    account: str | None = None,
    others: str = "0",
    arriving: str = "0",
    departing: str = "0",
) -> Holding:
    """A holding; without `account` the venue could not be asked."""
    return Holding(
        own=Decimal(own),
        leaving=Decimal(leaving),
        account=None if account is None else Decimal(account),
        others=Decimal(others),
        arriving=Decimal(arriving),
        departing=Decimal(departing),
    )


def size(
    intent: Intent,
    rules: MarketRules = SPOT,
    *,
    capital: str = "1000",
    leverage: int = 1,
    last: str | None = "50000",
    holding: Holding | None = None,
) -> SizedOrder:
    """Size the intent for a subscription with 1,000 USDT while bitcoin costs 50,000."""
    return size_order(
        intent=intent,
        rules=rules,
        allocation=Allocation(capital=Decimal(capital), leverage=leverage),
        last_price=None if last is None else Decimal(last),
        holding=holding,
    )
