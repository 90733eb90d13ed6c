"""Three ledgers that agree: one alert, its order on one account, filled by one execution."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from accounts.exchange.types import MarketType, OrderType, Side
from tradeplatform.soak.alerts import Asked
from tradeplatform.soak.ledgers import (
    Execution,
    OurBooks,
    OurOrder,
    OurPosition,
    OurSignal,
    PositionKey,
    Promise,
    VenueBooks,
    VenueOrder,
)

BUY = Asked("BTC", Side.BUY, OrderType.LIMIT, Decimal(2))
FIRST, SECOND = "tp" + 24 * "1", "tp" + 24 * "2"  # client order ids as we make them

PROMISE = Promise(
    number=0,
    strategy="one",
    accounts=("A",),
    asked=(BUY,),
    is_cancel=False,
    alert_id="",
    signal_ids=frozenset({"s0"}),
    is_refused=False,
    began=0,
    ended=1,
)
CANCEL = replace(
    PROMISE, number=1, asked=(), is_cancel=True, signal_ids=frozenset({"s1"}), began=2, ended=3
)
SIGNAL = OurSignal("s0", "one", "")
ORDER = OurOrder(
    order_id=1,
    signal_id="s0",
    intent_index=0,
    attempt=0,
    strategy="one",
    account="A",
    market_type=MarketType.SPOT,
    symbol="BTCUSDT",
    side=Side.BUY,
    order_type=OrderType.LIMIT,
    is_close=False,
    reduce_only=False,
    client_order_id=FIRST,
    venue_order_id="11",
    quantity=Decimal(2),
    filled=Decimal(2),
    status="FILLED",
    needs_attention=False,
    canceled_by="",
    is_expired_by_rule=False,
)
AT_VENUE = VenueOrder(
    account="A",
    market_type=MarketType.SPOT,
    symbol="BTCUSDT",
    side=Side.BUY,
    client_order_id=FIRST,
    venue_order_id="11",
    quantity=Decimal(2),
    filled=Decimal(2),
    status="FILLED",
)
EXECUTION = Execution(
    account="A",
    market_type=MarketType.SPOT,
    symbol="BTCUSDT",
    trade_id="t1",
    side=Side.BUY,
    client_order_id=FIRST,
    quantity=Decimal(2),
    price=Decimal(100),
    fee=Decimal("0.002"),
    fee_currency="BTC",
)
POSITION = OurPosition(PositionKey("one", "A", "BTCUSDT"), Decimal("1.998"))

UNFILLED = replace(ORDER, filled=Decimal(0), status="ACCEPTED")
UNFILLED_AT_VENUE = replace(AT_VENUE, filled=Decimal(0), status="ACCEPTED")


def ours(**changes: Any) -> OurBooks:
    """Our database, as it should be but for the changes."""
    books = OurBooks(signals=[SIGNAL], orders=[ORDER], executions=[EXECUTION], positions=[POSITION])
    return replace(books, **changes)


def venue(**changes: Any) -> VenueBooks:
    """The exchange's records, as they should be but for the changes."""
    return replace(VenueBooks(orders=[AT_VENUE], executions=[EXECUTION]), **changes)


def resting(order: OurOrder = UNFILLED, found: VenueOrder = UNFILLED_AT_VENUE) -> dict[str, Any]:
    """Both sides' books while nothing is filled, for `judge`."""
    return {
        "ours": ours(orders=[order], executions=[], positions=[]),
        "venue": venue(orders=[found], executions=[]),
    }
