"""Sizing: exact numbers for every rule, and what holds for all numbers."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.exchange.types import MarketRules, MarketType, OrderType, Side
from strategies.intents import Action, Intent, Size, SizeKind
from strategies.sizing import Allocation, Denied, Holding, SizedOrder, size_order

SPOT = MarketRules(
    symbol="BTC/USDT",
    base="BTC",
    quote="USDT",
    market_type=MarketType.SPOT,
    is_active=True,
    quantity_step=Decimal("0.001"),
    price_tick=Decimal("0.1"),
    min_quantity=Decimal("0.002"),
    max_quantity=Decimal(100),
    max_market_quantity=Decimal(50),
    min_notional=Decimal(10),
)
FUTURES = replace(SPOT, symbol="BTC/USDT:USDT", market_type=MarketType.FUTURES)
TEN_THOUSAND = Allocation(capital=Decimal(10000), leverage=3)


def intent(
    side: Side = Side.BUY,
    order_type: OrderType = OrderType.LIMIT,
    *,
    percent: str | None = None,
    quantity: str | None = None,
    notional: str | None = None,
    price: str | None = "100",
    stop: str | None = None,
) -> Intent:
    """A LIMIT buy at 100 unless told otherwise."""
    sizes = {
        SizeKind.PERCENT: percent,
        SizeKind.QUANTITY: quantity,
        SizeKind.NOTIONAL: notional,
    }
    (size,) = [Size(kind=kind, value=Decimal(text)) for kind, text in sizes.items() if text]
    return Intent(
        action=Action.PLACE,
        symbol="BTC/USDT",
        side=side,
        order_type=order_type,
        size=size,
        limit_price=Decimal(price) if price else None,
        trigger_price=Decimal(stop) if stop else None,
    )


def close(side: Side, percent: str = "-100") -> Intent:
    """A market order that closes."""
    return intent(side, OrderType.MARKET, percent=percent, price=None)


def holding(
    own: str, *, leaving: str = "0", account: str | None = None, others: str = "0"
) -> Holding:
    """A position; the account holds just that and the others' unless told otherwise."""
    held = Decimal(own) + Decimal(others) if account is None else Decimal(account)
    return Holding(own=Decimal(own), leaving=Decimal(leaving), account=held, others=Decimal(others))


def size(
    wanted: Intent,
    *,
    rules: MarketRules = SPOT,
    last_price: str | None = "100",
    holds: Holding | None = None,
) -> SizedOrder:
    return size_order(
        intent=wanted,
        rules=rules,
        allocation=TEN_THOUSAND,
        last_price=Decimal(last_price) if last_price else None,
        holding=holds,
    )


def refusal(
    wanted: Intent,
    *,
    rules: MarketRules = SPOT,
    last_price: str | None = "100",
    holds: Holding | None = None,
) -> Denied:
    with pytest.raises(Denied) as denied:
        size(wanted, rules=rules, last_price=last_price, holds=holds)
    return denied.value


@pytest.mark.parametrize(
    ("wanted", "rules", "quantity"),
    [
        (intent(percent="5"), SPOT, "5"),
        (intent(percent="5"), FUTURES, "15"),  # leverage counts on futures only
        (intent(percent="5", price="301"), SPOT, "1.661"),  # 1.66112… rounded down
        (intent(quantity="0.1239"), SPOT, "0.123"),
        (intent(notional="1000", price="300"), FUTURES, "3.333"),
        (intent(order_type=OrderType.MARKET, percent="1", price=None), SPOT, "1"),
        (intent(order_type=OrderType.STOP_MARKET, notional="50", price=None, stop="50"), SPOT, "1"),
        (intent(order_type=OrderType.STOP_LIMIT, percent="1", price="50", stop="49"), SPOT, "2"),
    ],
)
def test_an_entry_is_sized_by_its_reference_price_and_rounded_down(
    wanted: Intent, rules: MarketRules, quantity: str
) -> None:
    sized = size(wanted, rules=rules)

    assert sized.quantity == Decimal(quantity)
    assert (sized.is_close, sized.reduce_only) == (False, False)


@pytest.mark.parametrize(
    ("side", "limit_price", "trigger_price"),
    [(Side.BUY, "100.1", "99.9"), (Side.SELL, "100.2", "100")],
)
def test_prices_are_rounded_so_that_the_order_is_never_worse_than_asked(
    side: Side, limit_price: str, trigger_price: str
) -> None:
    wanted = intent(side, OrderType.STOP_LIMIT, quantity="1", price="100.15", stop="99.99")

    sized = size(wanted, rules=FUTURES)

    assert (sized.limit_price, sized.trigger_price) == (
        Decimal(limit_price),
        Decimal(trigger_price),
    )


@pytest.mark.parametrize(
    ("wanted", "rules", "code", "words"),
    [
        (intent(percent="0.0001"), SPOT, "BELOW_MINIMUM", "0.0001 BTC is below the minimum 0.002"),
        (intent(quantity="0.001"), SPOT, "BELOW_MINIMUM", "0.001 BTC is below the minimum 0.002"),
        (intent(quantity="0.05"), SPOT, "BELOW_MINIMUM", "worth 5 USDT, below the minimum 10"),
        (intent(quantity="101"), SPOT, "ABOVE_MAXIMUM", "101 BTC is above the maximum 100"),
        (
            intent(order_type=OrderType.MARKET, quantity="51", price=None),
            SPOT,
            "ABOVE_MAXIMUM",
            "51 BTC is above the maximum 50",
        ),
        (
            intent(quantity="1" + "0" * 16),
            replace(SPOT, max_quantity=None, max_market_quantity=None),
            "ABOVE_MAXIMUM",
            "above the maximum",
        ),
        (intent(quantity="1", price="0.04"), SPOT, "PRICE_BELOW_TICK", "smallest step 0.1"),
        (intent(quantity="1"), replace(SPOT, is_active=False), "MARKET_NOT_ACTIVE", "BTC/USDT"),
    ],
)
def test_what_the_venue_would_refuse_is_denied_with_the_numbers(
    wanted: Intent, rules: MarketRules, code: str, words: str
) -> None:
    denied = refusal(wanted, rules=rules)

    assert denied.code == code
    assert words in denied.message


def test_without_a_price_a_market_order_is_denied() -> None:
    denied = refusal(intent(order_type=OrderType.MARKET, percent="1", price=None), last_price=None)

    assert denied.code == "PRICE_UNAVAILABLE"


@pytest.mark.parametrize(
    ("wanted", "holds", "quantity"),
    [
        (close(Side.SELL), holding("0.5"), "0.5"),
        (close(Side.SELL), holding("0.4999"), "0.499"),  # dust below the step stays
        (close(Side.SELL, "-50"), holding("0.501"), "0.25"),
        (close(Side.SELL, "-99"), holding("0.5"), "0.5"),  # 0.005 BTC could never be sold
        (close(Side.SELL), holding("0.5", leaving="0.2"), "0.3"),
        (close(Side.SELL), holding("0.5", account="0.3"), "0.3"),  # sold by hand meanwhile
        (close(Side.SELL), holding("0.5", account="5"), "0.5"),  # the rest is not the strategy's
        (close(Side.SELL), holding("0.5", account="0.9", others="0.5"), "0.4"),
    ],
)
def test_a_spot_close_takes_what_is_its_own_and_still_there(
    wanted: Intent, holds: Holding, quantity: str
) -> None:
    sized = size(wanted, holds=holds)

    assert sized.quantity == Decimal(quantity)
    assert (sized.is_close, sized.reduce_only) == (True, False)


@pytest.mark.parametrize(
    ("wanted", "holds", "quantity", "reduce_only"),
    [
        (close(Side.SELL), holding("0.5"), "0.5", True),
        (close(Side.BUY), holding("-0.5"), "0.5", True),
        (close(Side.BUY), holding("-0.5", account="-0.2"), "0.2", True),
        # Another strategy is short as much: the account is flat, the own long is there still.
        (close(Side.SELL), holding("0.5", others="-0.5"), "0.5", False),
        (close(Side.SELL), holding("0.5", others="-0.1"), "0.5", False),
        (close(Side.BUY), holding("-0.5", others="-1"), "0.5", True),
        (close(Side.SELL), holding("0.003"), "0.003", True),  # worth 0.3: no minimum to reduce
    ],
)
def test_a_futures_close_reduces_only_where_the_accounts_own_net_shrinks(
    wanted: Intent, holds: Holding, quantity: str, reduce_only: bool
) -> None:
    sized = size(wanted, rules=FUTURES, holds=holds)

    assert (sized.quantity, sized.reduce_only) == (Decimal(quantity), reduce_only)


def test_a_close_whose_holdings_are_unread_takes_the_own_position() -> None:
    unread = Holding(own=Decimal("0.5"), leaving=Decimal(0), account=None, others=Decimal(7))

    spot, futures = (
        size(close(Side.SELL), holds=unread),
        size(close(Side.SELL), rules=FUTURES, holds=unread),
    )

    assert (spot.quantity, spot.reduce_only) == (Decimal("0.5"), False)
    assert (futures.quantity, futures.reduce_only) == (Decimal("0.5"), True)


@pytest.mark.parametrize(
    ("wanted", "holds", "code"),
    [
        (close(Side.SELL), holding("0"), "NO_LONG_POSITION"),
        (close(Side.SELL), holding("-1"), "NO_LONG_POSITION"),
        (close(Side.BUY), holding("0"), "NO_SHORT_POSITION"),
        (close(Side.BUY), holding("1"), "NO_SHORT_POSITION"),
        (close(Side.SELL), holding("0.05"), "NO_LONG_POSITION"),  # worth 5: dust
        (close(Side.SELL), holding("0.5", leaving="0.5"), "NOTHING_LEFT_TO_CLOSE"),
        (close(Side.SELL), holding("0.5", account="0"), "NOTHING_LEFT_TO_CLOSE"),
        (close(Side.SELL), holding("0.5", account="0.5", others="0.5"), "NOTHING_LEFT_TO_CLOSE"),
        (close(Side.SELL, "-1"), holding("0.5"), "BELOW_MINIMUM"),
    ],
)
def test_a_close_of_nothing_is_denied(wanted: Intent, holds: Holding, code: str) -> None:
    assert refusal(wanted, holds=holds).code == code


def test_dust_is_told_with_its_number() -> None:
    denied = refusal(close(Side.SELL), holds=holding("0.0005"))

    assert "0.0005 BTC, is less than the exchange trades" in denied.message


@pytest.mark.parametrize(
    ("holds", "code"),
    [
        (holding("1"), None),
        (holding("0", account="1"), None),  # coins of no strategy
        (holding("0.6", account="1.1", others="0.5"), "INSUFFICIENT_HOLDINGS"),
        (holding("0", account="1", others="1"), "INSUFFICIENT_HOLDINGS"),
        (holding("1", leaving="0.5"), "INSUFFICIENT_HOLDINGS"),
        (
            Holding(own=Decimal(0), leaving=Decimal(0), account=None, others=Decimal(0)),
            "HOLDINGS_UNKNOWN",
        ),
    ],
)
def test_a_spot_sale_never_takes_another_strategys_coins(holds: Holding, code: str | None) -> None:
    sale = intent(Side.SELL, quantity="1")

    if code is None:
        assert size(sale, holds=holds).quantity == 1
    else:
        assert refusal(sale, holds=holds).code == code


def test_on_futures_a_sale_opens_a_short_without_a_look_at_holdings() -> None:
    assert size(intent(Side.SELL, percent="1"), rules=FUTURES).quantity == 3


amounts = st.decimals(
    min_value="0.000001", max_value="1000000", allow_nan=False, allow_infinity=False, places=6
)
steps = st.sampled_from([Decimal("0.00001"), Decimal("0.001"), Decimal("0.3"), Decimal(1)])
percents = st.decimals(min_value="0.01", max_value="100", places=2)


@given(capital=amounts, percent=percents, price=amounts, step=steps)
def test_an_entry_never_costs_more_than_its_share_of_the_capital(
    capital: Decimal, percent: Decimal, price: Decimal, step: Decimal
) -> None:
    rules = replace(SPOT, quantity_step=step, price_tick=Decimal("0.000001"))
    try:
        sized = size_order(
            intent=intent(percent=str(percent), price=str(price)),
            rules=rules,
            allocation=Allocation(capital=capital, leverage=9),
            last_price=None,
            holding=None,
        )
    except Denied:
        return
    assert sized.quantity * price <= capital * percent / 100
    assert sized.quantity % step == 0


@given(own=amounts, leaving=amounts, account=amounts, others=amounts, percent=percents, step=steps)
def test_a_close_never_takes_more_than_is_its_own_and_there(
    own: Decimal,
    leaving: Decimal,
    account: Decimal,
    others: Decimal,
    percent: Decimal,
    step: Decimal,
) -> None:
    rules = replace(
        SPOT, quantity_step=step, max_quantity=None, max_market_quantity=None, min_notional=None
    )
    holds = Holding(own=own, leaving=leaving, account=account, others=others)
    try:
        sized = size(close(Side.SELL, str(-percent)), rules=rules, holds=holds)
    except Denied:
        return
    assert 0 < sized.quantity <= min(own - leaving, account - others)
    assert sized.quantity % step == 0
