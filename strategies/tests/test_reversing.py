"""What an order that closes first becomes, and when the way is free for it."""

from dataclasses import replace
from decimal import Decimal

import pytest

from accounts.exchange.types import MarketType, OrderType, Side
from strategies.intents import Action, Intent, Size, SizeKind
from strategies.reversing import check_flat, with_reversals
from strategies.sizing import Denied
from strategies.tests.markets import FUTURES

SHORT = Intent(
    action=Action.PLACE,
    symbol="BTCUSDT",
    side=Side.SELL,
    order_type=OrderType.LIMIT,
    size=Size(kind=SizeKind.PERCENT, value=Decimal(10)),
    limit_price=Decimal(90000),
    priority=3,
)
WISH = replace(SHORT, close_first=True)


def steps(intent: Intent, *, always: bool = False) -> list[Intent]:
    return list(with_reversals([intent], market_type=MarketType.FUTURES, always=always))


@pytest.mark.parametrize(("intent", "always"), [(WISH, False), (SHORT, True)])
def test_an_order_that_closes_first_becomes_a_close_and_itself(
    intent: Intent, always: bool
) -> None:
    close, entry = steps(intent, always=always)

    assert close == Intent(
        action=Action.PLACE,
        symbol="BTCUSDT",
        side=Side.SELL,
        order_type=OrderType.MARKET,
        size=Size(kind=SizeKind.PERCENT, value=Decimal(-100)),
        priority=3,
        is_reversal=True,
    )
    assert entry == replace(SHORT, after_close=True)


@pytest.mark.parametrize(
    "intent",
    [
        Intent(action=Action.CANCEL_ALL),
        replace(SHORT, order_type=OrderType.STOP_MARKET, trigger_price=Decimal(80000)),
        replace(SHORT, size=Size(kind=SizeKind.PERCENT, value=Decimal(-50))),
    ],
    ids=["cancel", "stop", "close"],
)
def test_the_strategys_setting_leaves_alone_what_opens_nothing_at_once(intent: Intent) -> None:
    assert steps(intent, always=True) == [intent]


def test_on_spot_there_is_nothing_to_close_first() -> None:
    assert list(with_reversals([WISH], market_type=MarketType.SPOT, always=True)) == [SHORT]


@pytest.mark.parametrize(
    ("side", "own"),
    [(Side.SELL, "0"), (Side.SELL, "-0.5"), (Side.BUY, "0.5"), (Side.SELL, "0.0004")],
    ids=["flat", "short already", "long already", "less than the venue trades"],
)
def test_the_way_is_free_without_an_opposite_position(side: Side, own: str) -> None:
    check_flat(side=side, own=Decimal(own), doubt="", rules=FUTURES)


@pytest.mark.parametrize(
    ("side", "own", "kind"), [(Side.SELL, "0.04", "long"), (Side.BUY, "-0.04", "short")]
)
def test_a_rest_of_the_opposite_position_denies_the_order(side: Side, own: str, kind: str) -> None:
    with pytest.raises(Denied) as denied:
        check_flat(side=side, own=Decimal(own), doubt="", rules=FUTURES)

    assert denied.value.code == "NOT_FLAT"
    assert denied.value.message == (
        f"This strategy still holds a {kind} position of 0.04 BTC/USDT:USDT: its close left this "
        "rest. The order to open was not sent."
    )


def test_a_doubt_denies_the_order_even_when_the_books_are_flat() -> None:
    with pytest.raises(Denied) as denied:
        check_flat(side=Side.SELL, own=Decimal(0), doubt="nobody knows", rules=FUTURES)

    assert denied.value.message == (
        "This strategy may hold a long position in BTC/USDT:USDT: nobody knows. "
        "The order to open was not sent."
    )
