"""What holds for every size, market and holding: never more than is allowed, never rounded up."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.exchange.types import MarketRules, Side
from strategies.holdings import Holding
from strategies.intents import Intent, Size, SizeKind
from strategies.sizing import Allocation, Denied, SizedOrder, size_order
from strategies.tests.markets import FUTURES, SPOT, ask


def amounts(smallest: str, largest: str) -> st.SearchStrategy[Decimal]:
    """Numbers with up to eight places."""
    return st.decimals(Decimal(smallest), Decimal(largest), places=8)


def one_of(*numbers: str) -> st.SearchStrategy[Decimal]:
    return st.sampled_from([Decimal(number) for number in numbers])


prices = amounts("0.00000001", "1000000")
signed = amounts("-1000", "1000")
shares = amounts("0.01", "100")
sides = st.sampled_from(Side)
steps = one_of("1", "0.5", "0.025", "0.001", "0.00000001")
markets = st.builds(
    replace,
    st.sampled_from([SPOT, FUTURES]),
    quantity_step=steps,
    min_quantity=st.none() | one_of("0.001", "2"),
    max_quantity=st.none() | one_of("1000000"),
    max_market_quantity=st.none() | one_of("100"),
    min_notional=st.none() | one_of("10"),
)


@st.composite
def holdings(draw: st.DrawFn, side: Side) -> Holding:
    """Something to close by an order on this side, and perhaps others on the account."""
    sign = 1 if side is Side.SELL else -1
    own = draw(amounts("1", "1000")) * sign
    others = draw(signed)
    return Holding(
        own=own,
        leaving=draw(st.just(Decimal(0)) | amounts("0", "10")),
        account=draw(st.none() | signed | st.just(own + others)),
        others=others,
    )


def size_or_none(
    intent: Intent,
    rules: MarketRules,
    *,
    price: Decimal,
    allocation: Allocation | None = None,
    holding: Holding | None = None,
) -> SizedOrder | None:
    """The order, or None where it is denied."""
    try:
        return size_order(
            intent=intent,
            rules=rules,
            allocation=allocation or Allocation(Decimal(1), 1),
            last_price=price,
            holding=holding,
        )
    except Denied:
        return None


@settings(max_examples=300)
@given(
    rules=markets,
    price=prices,
    share=shares,
    capital=amounts("1", "1000000"),
    leverage=st.integers(1, 125),
)
def test_an_entry_never_costs_more_than_its_allocation(
    rules: MarketRules, price: Decimal, share: Decimal, capital: Decimal, leverage: int
) -> None:
    sized = size_or_none(
        ask(Side.BUY, Size(SizeKind.PERCENT, share)),
        rules,
        price=price,
        allocation=Allocation(capital, leverage),
    )

    if sized is not None:
        may_use = leverage if rules.symbol == FUTURES.symbol else 1
        assert sized.quantity * price <= capital * share / 100 * may_use
        assert sized.quantity % rules.quantity_step == 0


@settings(max_examples=300)
@given(
    rules=markets,
    price=prices,
    asked=amounts("0.00000001", "1000000"),
    kind=st.sampled_from([SizeKind.QUANTITY, SizeKind.NOTIONAL]),
)
def test_a_given_size_is_never_exceeded_nor_a_limit_of_the_venue_passed(
    rules: MarketRules, price: Decimal, asked: Decimal, kind: SizeKind
) -> None:
    sized = size_or_none(ask(Side.BUY, Size(kind, asked)), rules, price=price)

    if sized is not None:
        assert sized.quantity * (price if kind is SizeKind.NOTIONAL else 1) <= asked
        assert sized.quantity % rules.quantity_step == 0
        assert sized.quantity >= (rules.min_quantity or 0)
        assert sized.quantity * price >= (rules.min_notional or 0)
        assert sized.quantity <= (rules.max_quantity or asked * 10**8)
        assert sized.quantity <= (rules.max_market_quantity or asked * 10**8)


@settings(max_examples=300)
@given(rules=markets, price=prices, share=shares, side=sides, data=st.data())
def test_a_close_never_takes_more_than_is_its_own_and_still_there(
    rules: MarketRules, price: Decimal, share: Decimal, side: Side, data: st.DataObject
) -> None:
    holding = data.draw(holdings(side))

    sized = size_or_none(
        ask(side, Size(SizeKind.PERCENT, -share)), rules, price=price, holding=holding
    )

    if sized is not None:
        sign = 1 if side is Side.SELL else -1
        assert 0 < sized.quantity <= holding.own * sign - holding.leaving
        if holding.account is not None:
            assert sized.quantity <= (holding.account - holding.others) * sign
        assert sized.quantity % rules.quantity_step == 0


@settings(max_examples=300)
@given(rules=markets, price=prices, share=shares, own=amounts("1", "1000"))
def test_a_close_takes_its_share_rounded_down_and_all_means_all(
    rules: MarketRules, price: Decimal, share: Decimal, own: Decimal
) -> None:
    sized = size_or_none(
        ask(Side.SELL, Size(SizeKind.PERCENT, -share)),
        rules,
        price=price,
        holding=Holding(own=own, leaving=Decimal(0), account=own, others=Decimal(0)),
    )

    if sized is not None:
        assert own * share / 100 - rules.quantity_step < sized.quantity <= own * share / 100


@settings(max_examples=300)
@given(price=prices, asked=amounts("0.001", "1000"), holding=holdings(Side.SELL))
def test_a_spot_sale_leaves_the_account_what_the_other_strategies_hold(
    price: Decimal, asked: Decimal, holding: Holding
) -> None:
    sized = size_or_none(
        ask(Side.SELL, Size(SizeKind.QUANTITY, asked)), SPOT, price=price, holding=holding
    )

    if sized is not None and holding.account is not None:
        assert holding.account - sized.quantity >= holding.others


@given(price=prices, tick=steps, side=sides)
def test_a_limit_price_is_the_tick_next_to_the_one_asked_for_and_never_worse(
    price: Decimal, tick: Decimal, side: Side
) -> None:
    rules = replace(FUTURES, price_tick=tick, min_notional=None)

    sized = size_or_none(
        ask(side, Size(SizeKind.QUANTITY, Decimal(1)), limit=str(price)), rules, price=price
    )

    if sized is None:
        assert side is Side.BUY
        assert price < tick
    else:
        assert sized.limit_price is not None
        better_by = price - sized.limit_price if side is Side.BUY else sized.limit_price - price
        assert 0 <= better_by < tick
        assert sized.limit_price % tick == 0
