"""A position that was closed at the exchange by hand: corrected once, and then all is right."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.admin.models import LogEntry

from accounts.exchange.types import MarketType, Side
from orders.models import Remainder
from orders.remainders.adopting import adopt
from orders.remainders.correcting import (
    candidates,
    correct_position,
    reduction,
)
from orders.tests.hand_trades import CLOSE, bought, check, correct, drifted, long, refusal, wish
from orders.tests.world import World, market, position_of
from strategies.models import Position, PositionCorrection
from strategies.tests.rows import NOON
from tradeplatform.lib.decimals import plain

PERP = "BTC/USDT:USDT"


def test_a_position_closed_by_hand_is_gone_and_trading_goes_on(world: World) -> None:
    account = world.account("A1")
    strategy = bought(world, account)
    drifted(world, account, Side.SELL, "0.00999", "BTC/USDT")
    (held_up,) = world.trade(strategy, CLOSE)

    correct(world, strategy)
    check(3)
    (nothing,) = world.trade(strategy, CLOSE)
    world.trade(strategy, market(Side.BUY, quantity="0.02"))
    (closed,) = world.trade(strategy, CLOSE)

    row = Remainder.objects.get()
    assert held_up.error_code == "NOTHING_LEFT_TO_CLOSE"
    assert (row.found, row.accepted, row.differs_since, row.drifted_at) == (
        Decimal(0),
        Decimal(0),
        None,
        None,
    )
    assert nothing.error_code == "NO_LONG_POSITION"
    assert (closed.status, closed.quantity) == ("FILLED", Decimal("0.01998"))
    assert position_of(strategy, account) == 0


def test_the_correction_is_kept_with_who_when_and_why(world: World) -> None:
    account = world.account("A1")
    strategy = bought(world, account)
    drifted(world, account, Side.SELL, "0.00999", "BTC/USDT")

    correct_position(wish(strategy), person=world.owner, now=world.now() + timedelta(days=1))

    kept = PositionCorrection.objects.get()
    assert kept.position == Position.objects.get()
    assert (kept.quantity, kept.reason, kept.person) == (
        Decimal("-0.00999"),
        "closed by hand",
        world.owner,
    )
    assert kept.corrected_at > world.now()
    assert LogEntry.objects.get().change_message == (
        "Corrected BTC/USDT of test1 × A1 by -0.00999: closed by hand"
    )


def test_after_it_close_first_opens_the_other_way(world: World) -> None:
    account = world.account("A1")
    strategy = long(world, account)
    drifted(world, account, Side.SELL, "0.1", PERP)
    turn = replace(market(Side.SELL, symbol="BTCUSDT", quantity="0.05"), close_first=True)
    stuck = world.trade(strategy, turn)

    correct(world, strategy)
    (opened,) = world.trade(strategy, turn)
    check(3)

    assert [order.error_code for order in stuck] == ["NOTHING_LEFT_TO_CLOSE", "NOT_FLAT"]
    assert (opened.status, opened.is_close) == ("FILLED", False)
    assert position_of(strategy, account, PERP) == Decimal("-0.05")
    row = Remainder.objects.get()
    assert (row.found, row.differs_since) == (Decimal(0), None)


def test_a_part_that_is_gone_books_no_profit_and_keeps_the_entry_price(world: World) -> None:
    account = world.account("A1")
    world.set_price("BTCUSDT", "100000")
    strategy = long(world, account)
    world.set_price("BTCUSDT", "80000")
    before = Position.objects.get()
    drifted(world, account, Side.SELL, "0.04", PERP)

    correct(world, strategy)

    after = Position.objects.get()
    assert after.quantity == Decimal("0.06")
    assert after.average_entry_price == before.average_entry_price
    assert (after.realized_profit, after.fees) == (before.realized_profit, before.fees)
    (closed,) = world.trade(strategy, market(Side.SELL, symbol="BTCUSDT", percent="-100"))
    assert (closed.status, closed.quantity) == ("FILLED", Decimal("0.06"))


@pytest.mark.scenario(71)
def test_a_short_that_was_bought_back_by_hand_is_corrected_upwards(world: World) -> None:
    account = world.account("A1")
    strategy = world.strategy("perp", account, market_type=MarketType.FUTURES)
    world.trade(strategy, market(Side.SELL, symbol="BTCUSDT", quantity="0.1"))
    drifted(world, account, Side.BUY, "0.1", PERP)

    correction = correct(world, strategy)

    assert correction.quantity == Decimal("0.1")
    assert position_of(strategy, account, PERP) == 0


def test_of_two_strategies_a_person_chooses_and_says_how_much(world: World) -> None:
    account = world.account("A1")
    first, second = bought(world, account, "first"), bought(world, account, "second")
    drifted(world, account, Side.SELL, "0.015", "BTC/USDT")
    offered = {row.subscription.strategy for row in candidates(Remainder.objects.get())}

    correct(world, first, "0.006")
    still = Remainder.objects.get().unexplained
    correct(world, second)
    check(3)

    assert offered == {first, second}
    assert still == Decimal("-0.009")
    assert position_of(first, account) == Decimal("0.00399")
    assert position_of(second, account) == Decimal("0.00099")
    assert Remainder.objects.get().differs_since is None


def test_sent_twice_it_is_done_once(world: World) -> None:
    account = world.account("A1")
    first = bought(world, account, "first")
    bought(world, account, "second")
    drifted(world, account, Side.SELL, "0.015", "BTC/USDT")
    said = wish(first, "0.004")
    correct_position(said, person=world.owner, now=world.now())

    again = refusal(world, said)

    assert again == "The difference has changed meanwhile; look at it again."
    assert position_of(first, account) == Decimal("0.00599")
    assert PositionCorrection.objects.count() == 1


@pytest.mark.parametrize("quantity", ["0.00998", "0", "-0.001"])
def test_no_more_than_the_difference_is_corrected(world: World, quantity: str) -> None:
    account = world.account("A1")
    strategy = bought(world, account)
    drifted(world, account, Side.SELL, "0.005", "BTC/USDT")

    refused = refusal(world, wish(strategy, quantity))

    assert refused == "The quantity has to be above 0 and at most 0.005."
    assert position_of(strategy, account) == Decimal("0.00999")


def test_a_position_that_was_adopted_away_by_mistake_is_corrected_afterwards(world: World) -> None:
    account = world.account("A1")
    strategy = long(world, account)
    drifted(world, account, Side.SELL, "0.1", PERP)
    row = Remainder.objects.get()
    adopt(shown={row.pk: plain(row.found)}, person=world.owner, now=NOON)
    adopted = Remainder.objects.get().accepted

    correct(world, strategy)
    check(3)

    row = Remainder.objects.get()
    assert (adopted, row.accepted, row.found, row.differs_since) == (
        Decimal("-0.1"),
        Decimal(0),
        Decimal(0),
        None,
    )
    assert position_of(strategy, account, PERP) == 0


def test_coins_that_strategies_bought_cannot_be_adopted_away(world: World) -> None:
    account = world.account("A1")
    bought(world, account)
    drifted(world, account, Side.SELL, "0.005", "BTC/USDT")
    row = Remainder.objects.get()

    adopted = adopt(shown={row.pk: plain(row.found)}, person=world.owner, now=NOON)

    assert adopted == 0
    assert Remainder.objects.get().drifted_at is not None


def test_the_owners_own_trade_offers_no_position(world: World) -> None:
    account = world.account("A1", balances={"USDT": "100000", "BTC": "2"})
    strategy = bought(world, account)
    drifted(world, account, Side.BUY, "0.5", "BTC/USDT")

    assert candidates(Remainder.objects.get()) == []
    assert refusal(world, wish(strategy)) == (
        "This position does not explain the difference any more."
    )


@pytest.mark.parametrize(
    ("held", "unexplained", "expected"),
    [
        ("0.5", "-0.2", "-0.2"),
        ("0.5", "-0.5", "-0.5"),
        ("0.5", "-0.7", "-0.5"),
        ("-0.5", "0.2", "0.2"),
        ("-0.5", "0.7", "0.5"),
        ("0.5", "0.2", "0"),
        ("-0.5", "-0.2", "0"),
        ("0", "-0.2", "0"),
        ("0.5", "0", "0"),
    ],
)
def test_a_position_explains_a_difference_only_towards_zero(
    held: str, unexplained: str, expected: str
) -> None:
    assert reduction(Decimal(held), Decimal(unexplained)) == Decimal(expected)
