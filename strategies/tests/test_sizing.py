"""Entries: what a size means in the venue's steps, and what is refused with which numbers."""

from dataclasses import replace
from decimal import Decimal

import pytest

from accounts.exchange.types import MarketRules, MarketType, OrderType, Side
from strategies.intents import Action, Intent, Size
from strategies.sizing import Denied, SizedOrder, needs_holding, needs_last_price
from strategies.tests.markets import FUTURES, SPOT, ask, held, notional, percent, quantity, size

BUY, SELL = Side.BUY, Side.SELL


def test_a_limit_buy_takes_its_percent_of_the_capital_at_its_own_price() -> None:
    sized = size(ask(BUY, percent("10"), limit="40000"))

    assert sized == SizedOrder(
        quantity=Decimal("0.0025"),
        limit_price=Decimal("40000"),
        trigger_price=None,
        is_close=False,
        reduce_only=False,
    )


def test_a_market_buy_takes_its_percent_of_the_capital_at_the_last_price() -> None:
    sized = size(ask(BUY, percent("10")))

    assert sized == SizedOrder(
        quantity=Decimal("0.002"),
        limit_price=None,
        trigger_price=None,
        is_close=False,
        reduce_only=False,
    )


@pytest.mark.parametrize(
    ("asked", "rules", "leverage", "expected"),
    [
        (percent("100"), SPOT, 1, "0.02"),
        (percent("100"), SPOT, 5, "0.02"),  # spot has no leverage
        (percent("10"), FUTURES, 1, "0.002"),
        (percent("10"), FUTURES, 5, "0.01"),
        (quantity("0.5"), SPOT, 1, "0.5"),
        (quantity("0.5"), FUTURES, 5, "0.5"),  # a quantity is what it says
        (quantity("0.000219999"), SPOT, 1, "0.00021"),
        (notional("123.45"), SPOT, 1, "0.00246"),  # 0.002469
        (notional("150"), FUTURES, 5, "0.003"),
    ],
)
def test_quantities_are_rounded_down_to_the_venues_step(
    asked: Size, rules: MarketRules, leverage: int, expected: str
) -> None:
    sized = size(ask(BUY, asked), rules, leverage=leverage)

    assert sized.quantity == Decimal(expected)


def test_a_short_is_opened_on_futures_without_a_look_at_holdings() -> None:
    sized = size(ask(SELL, percent("50")), FUTURES)

    assert (sized.quantity, sized.is_close, sized.reduce_only) == (Decimal("0.01"), False, False)


@pytest.mark.parametrize(
    ("intent", "expected"),
    [
        (ask(BUY, percent("10"), trigger="40000"), "0.0025"),
        (ask(BUY, percent("10"), limit="20000", trigger="40000"), "0.005"),
    ],
)
def test_stop_orders_are_sized_by_their_own_prices(intent: Intent, expected: str) -> None:
    sized = size(intent, last=None)

    assert sized.quantity == Decimal(expected)


@pytest.mark.parametrize(
    ("side", "asked", "sent"),
    [
        (BUY, "50000.019", "50000.01"),
        (BUY, "50000.01", "50000.01"),
        (SELL, "50000.011", "50000.02"),
        (SELL, "50000.02", "50000.02"),
    ],
)
def test_prices_are_never_worse_than_asked_and_stops_fire_early(
    side: Side, asked: str, sent: str
) -> None:
    sized = size(ask(side, quantity("0.01"), limit=asked, trigger=asked), holding=held("1"))

    assert (sized.limit_price, sized.trigger_price) == (Decimal(sent), Decimal(sent))


def test_a_buy_is_sized_by_the_price_that_is_sent_not_the_one_asked_for() -> None:
    rules = replace(SPOT, price_tick=Decimal(10000))

    sized = size(ask(BUY, percent("10"), limit="49999"), rules)

    assert (sized.limit_price, sized.quantity) == (Decimal(40000), Decimal("0.0025"))


@pytest.mark.parametrize(
    ("intent", "rules", "last", "code", "message"),
    [
        (
            ask(BUY, percent("10")),
            replace(SPOT, is_active=False),
            "50000",
            "MARKET_NOT_ACTIVE",
            "BTC/USDT is not traded at the exchange now.",
        ),
        (
            ask(BUY, percent("10")),
            SPOT,
            None,
            "PRICE_UNAVAILABLE",
            "No current price of BTC/USDT; try again.",
        ),
        (
            ask(BUY, percent("10"), limit="0.009"),
            SPOT,
            None,
            "PRICE_BELOW_TICK",
            "The price 0.009 is below the smallest step 0.01.",
        ),
        (
            ask(BUY, percent("10"), trigger="0.009"),
            SPOT,
            None,
            "PRICE_BELOW_TICK",
            "The price 0.009 is below the smallest step 0.01.",
        ),
        (
            ask(BUY, percent("0.04")),  # 0.000008
            SPOT,
            "50000",
            "BELOW_MINIMUM",
            "0.000008 BTC is below the minimum 0.0001.",
        ),
        (
            ask(BUY, percent("0.001")),  # document 004's scenario 4
            replace(SPOT, min_quantity=None),
            "50000",
            "BELOW_MINIMUM",
            "0.0000002 BTC is below the minimum 0.00001.",
        ),
        (
            ask(BUY, quantity("0.000099")),
            SPOT,
            "50000",
            "BELOW_MINIMUM",
            "0.00009 BTC is below the minimum 0.0001.",
        ),
        (
            ask(BUY, quantity("0.0001")),
            SPOT,
            "50000",
            "BELOW_MINIMUM",
            "0.0001 BTC is worth 5 USDT, below the minimum 10.",
        ),
        (
            ask(BUY, quantity("100.00001"), limit="50000"),
            SPOT,
            None,
            "ABOVE_MAXIMUM",
            "100.00001 BTC is above the maximum 100.",
        ),
        (
            ask(BUY, quantity("50.00001")),
            SPOT,
            "50000",
            "ABOVE_MAXIMUM",
            "50.00001 BTC is above the maximum 50.",
        ),
        (
            ask(BUY, quantity("50.00001"), trigger="50000"),
            SPOT,
            None,
            "ABOVE_MAXIMUM",
            "50.00001 BTC is above the maximum 50.",
        ),
        (
            ask(BUY, quantity("1000000000000001")),
            replace(SPOT, max_quantity=None, max_market_quantity=None),
            "50000",
            "ABOVE_MAXIMUM",
            "1000000000000001 BTC is above the maximum 1000000000000000.",
        ),
    ],
)
def test_what_the_venue_would_refuse_is_denied_with_the_numbers(
    intent: Intent, rules: MarketRules, last: str | None, code: str, message: str
) -> None:
    with pytest.raises(Denied) as denied:
        size(intent, rules, last=last)

    assert (denied.value.code, denied.value.message) == (code, message)


@pytest.mark.parametrize(
    ("intent", "quantity_sent"),
    [
        (ask(BUY, quantity("0.0001"), limit="100000"), "0.0001"),  # both minimums exactly
        (ask(BUY, quantity("100"), limit="50000"), "100"),
        (ask(BUY, quantity("100"), limit="50000", trigger="49000"), "100"),
        (ask(BUY, quantity("50")), "50"),
    ],
)
def test_a_limit_of_the_venue_may_be_reached_exactly(intent: Intent, quantity_sent: str) -> None:
    assert size(intent).quantity == Decimal(quantity_sent)


def test_a_venue_that_states_no_limits_is_taken_at_its_step() -> None:
    rules = replace(
        SPOT, min_quantity=None, max_quantity=None, max_market_quantity=None, min_notional=None
    )

    assert size(ask(BUY, quantity("0.00001")), rules).quantity == Decimal("0.00001")
    assert size(ask(BUY, quantity("1000000")), rules).quantity == Decimal(1000000)


@pytest.mark.parametrize(
    ("intent", "is_needed"),
    [
        (ask(BUY, percent("10")), True),
        (ask(BUY, percent("10"), limit="1"), False),
        (ask(BUY, percent("10"), trigger="1"), False),
        (ask(BUY, percent("10"), limit="1", trigger="1"), False),
    ],
)
def test_only_market_orders_need_the_last_price(intent: Intent, is_needed: bool) -> None:
    assert needs_last_price(intent) is is_needed


@pytest.mark.parametrize(
    ("intent", "market_type", "is_needed"),
    [
        (ask(BUY, percent("10")), MarketType.SPOT, False),
        (ask(SELL, percent("10")), MarketType.SPOT, True),
        (ask(BUY, percent("-10")), MarketType.SPOT, True),
        (ask(BUY, percent("10")), MarketType.FUTURES, False),
        (ask(SELL, percent("10")), MarketType.FUTURES, False),
        (ask(SELL, percent("-10")), MarketType.FUTURES, True),
    ],
)
def test_closes_and_spot_sales_need_the_holding(
    intent: Intent, market_type: MarketType, is_needed: bool
) -> None:
    assert needs_holding(intent, market_type) is is_needed


@pytest.mark.parametrize(
    ("intent", "mistake"),
    [
        (Intent(action=Action.CANCEL_ALL), "only a PLACE intent can be sized"),
        (
            Intent(action=Action.PLACE, side=BUY, order_type=OrderType.MARKET),
            "only a PLACE intent can be sized",
        ),
        (ask(SELL, percent("-100")), "a close needs the holding"),
        (ask(SELL, percent("10")), "a spot sale needs the holding"),
    ],
)
def test_a_caller_that_forgot_something_is_told(intent: Intent, mistake: str) -> None:
    with pytest.raises(ValueError, match=mistake):
        size(intent, holding=None)
