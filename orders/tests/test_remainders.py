"""Holdings at the sandbox against our books: hand trades are drift, our own orders never are."""

import logging
from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.admin.models import LogEntry
from django.db.models import F

from accounts.exchange.types import OrderType, Side
from accounts.models import Account
from orders.models import Order, Remainder
from orders.remainders.adopting import adopt
from orders.remainders.books import read_books
from orders.remainders.checking import Holding, write
from orders.tests.hand_trades import FUTURES, SPOT, bought, by_hand, check, drifted
from orders.tests.world import World, limit_buy, market, place, position_of
from strategies.models import Position
from strategies.tests.rows import NOON
from tradeplatform.lib.decimals import plain


def found() -> Remainder:
    return Remainder.objects.get()


def state() -> tuple[bool, bool]:
    """Whether the remainder differs, and whether that is drift."""
    row = found()
    return row.differs_since is not None, row.drifted_at is not None


def test_what_is_found_first_is_the_owners_own(world: World) -> None:
    account = world.account("A1", balances={"USDT": "100000", "BTC": "2"})
    bought(world, account)

    check()

    row = found()
    assert (row.account, row.market_type, row.key) == (account, "SPOT", "BTC")
    assert (row.held, row.of_strategies) == (Decimal("2.00999"), Decimal("0.00999"))
    assert (row.accepted, row.checked_at) == (Decimal(2), NOON)
    assert state() == (False, False)


def test_trading_by_our_own_orders_leaves_the_remainder_alone(world: World) -> None:
    account = world.account("A1", balances={"USDT": "100000", "BTC": "2"})
    first, second = bought(world, account), world.strategy("test2", account)
    check()

    world.trade(second, market(Side.BUY, quantity="0.3"), limit_buy())
    world.trade(first, market(Side.SELL, percent="-100"))
    check(1)
    check(2)

    assert (found().accepted, state()) == (Decimal(2), (False, False))
    assert found().of_strategies == position_of(first, account) + position_of(second, account)


def test_a_position_that_was_closed_is_checked_once_more(world: World) -> None:
    account = world.account("A1", balances={"USDT": "100000", "BTC": "2"})
    strategy = bought(world, account)
    check()
    by_hand(account, Side.BUY, "0.5")
    world.trade(strategy, market(Side.SELL, percent="-100"))

    check(1)
    check(2)

    assert found().of_strategies == 0
    assert state() == (True, True)


def test_a_position_that_was_closed_is_left_alone_once_that_was_seen(world: World) -> None:
    account = world.account("A1", balances={"USDT": "100000", "BTC": "2"})
    strategy = bought(world, account)
    check()
    world.trade(strategy, market(Side.SELL, percent="-100"))

    check(1)
    check(2)

    assert (found().of_strategies, found().checked_at) == (Decimal(0), NOON + timedelta(minutes=1))
    assert state() == (False, False)


@pytest.mark.complaint(12)
def test_a_trade_by_hand_is_drift_when_seen_twice(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    account = world.account("A1")
    bought(world, account)
    check()
    by_hand(account, Side.BUY, "0.5")

    check(1)
    once = state()
    check(2)

    assert (once, state()) == ((True, False), (True, True))
    assert found().drifted_at == NOON + timedelta(minutes=2)
    errors = [record.message for record in caplog.records if record.levelno == logging.ERROR]
    assert errors == [
        f"drift: account {account.pk} holds 0.50949 of BTC, its strategies 0.00999, its owner 0"
    ]


def test_a_trade_by_hand_that_is_undone_clears_the_drift(world: World) -> None:
    account = world.account("A1", balances={"USDT": "100000", "BTC": "2"})
    bought(world, account)
    drifted(world, account, Side.SELL, "0.5", "BTC/USDT")
    before = state()
    world.post("/sandbox/deposit", {"account": "A1", "asset": "BTC", "amount": "0.5"})

    check(3)

    assert (before, state()) == ((True, True), (False, False))


def test_a_person_adopts_what_is_found(world: World) -> None:
    account = world.account("A1", balances={"USDT": "100000", "BTC": "2"})
    bought(world, account)
    drifted(world, account, Side.SELL, "0.5", "BTC/USDT")

    shown = {found().pk: plain(found().found)}
    adopted = adopt(shown=shown, person=world.owner, now=NOON)
    again = adopt(shown=shown, person=world.owner, now=NOON)
    check(3)

    assert (adopted, again) == (1, 0)
    assert (found().accepted, state()) == (Decimal("1.5"), (False, False))
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_id) == (world.owner, str(found().pk))
    assert entry.change_message == "Adopted 1.5 instead of 2 at 2026-11-21 12:00:00 UTC."


def test_coins_that_are_missing_are_never_accepted_silently(world: World) -> None:
    account = world.account("A1")
    bought(world, account)
    by_hand(account, Side.SELL, "0.005")

    check()

    assert (found().accepted, found().found) == (Decimal(0), Decimal("-0.005"))
    assert state() == (True, True)


@pytest.mark.scenario(71)
def test_a_contract_traded_by_hand_shows_as_remainder(world: World) -> None:
    symbol = "BTC/USDT:USDT"
    account = world.account("A1")
    strategy = world.strategy("test1", account, market_type=FUTURES)
    world.trade(strategy, market(Side.SELL, symbol=symbol, quantity="0.1"))
    by_hand(account, Side.SELL, "0.3", symbol=symbol)
    check()
    accepted = found().accepted

    by_hand(account, Side.BUY, "0.2", symbol=symbol)
    check(1)
    check(2)

    assert (found().market_type, found().key) == ("FUTURES", symbol)
    assert (found().held, found().of_strategies) == (Decimal("-0.2"), Decimal("-0.1"))
    assert (accepted, state()) == (Decimal("-0.3"), (True, True))


def test_a_fill_that_is_told_but_not_booked_is_no_drift(world: World) -> None:
    account = world.account("A1")
    strategy = bought(world, account)
    check()
    signal = world.alert(strategy, market(Side.BUY, quantity="0.2"))
    world.execute(signal)
    position = Position.objects.get()
    Position.objects.update(quantity=Decimal("0.00999"))
    Order.objects.filter(signal=signal).update(venue_filled_quantity=F("filled_quantity") + 1)

    check(1)
    check(2)

    assert position.quantity == Decimal("0.20979")
    assert (found().checked_at, state()) == (NOON, (False, False))


def test_an_order_without_an_answer_is_no_drift(world: World) -> None:
    account = world.account("A1")
    strategy = bought(world, account)
    check()
    signal = world.alert(strategy, market(Side.BUY, quantity="0.2"))
    world.claim_only(signal)
    world.place_by_hand(Order.objects.get(signal=signal))

    check(1)
    check(2)

    assert (found().checked_at, state()) == (NOON, (False, False))


def test_a_resting_order_that_was_filled_unheard_is_no_drift_once_it_is_booked(
    world: World,
) -> None:
    account = world.account("A1")
    world.set_price("BTCUSDT", "100000")
    strategy = bought(world, account)
    check()
    resting = place("BTC/USDT", Side.BUY, OrderType.LIMIT, quantity="0.01", price="90000")
    world.trade(strategy, resting)
    world.set_price("BTCUSDT", "80000")  # it fills, and nobody has told us

    check(1)
    unheard = state()
    Order.objects.filter(status="ACCEPTED").update(venue_filled_quantity=Decimal("0.01"))
    world.look_up()
    check(2)

    assert (unheard, state()) == ((True, False), (False, False))
    assert position_of(strategy, account) == Decimal("0.01998")


def test_books_that_changed_while_the_venue_was_asked_are_not_judged(world: World) -> None:
    account = world.account("A1")
    strategy = bought(world, account)
    where = (account.pk, SPOT)
    before = read_books(where)
    held = {"BTC": Holding(held=Decimal("0.00999"), step=Decimal("0.00001"))}
    world.trade(strategy, market(Side.BUY, quantity="0.2"))

    write(where, before, held, now=NOON)

    assert not Remainder.objects.exists()


def test_a_coin_that_is_paid_with_is_not_watched(world: World) -> None:
    """Bitcoin leaves for ether, without any position in bitcoin changing."""
    account = world.account("A1")
    strategy = bought(world, account)
    Position.objects.create(
        subscription=strategy.subscriptions.get(),
        symbol="ETH/BTC",
        quantity=Decimal(1),
        updated_at=NOON,
    )

    assert set(read_books((account.pk, SPOT))) == {"ETH"}


@pytest.mark.parametrize("is_active", [True, False])
def test_accounts_that_are_switched_off_are_not_asked(world: World, is_active: bool) -> None:
    account = world.account("A1")
    bought(world, account)
    Account.objects.update(is_active=is_active)

    check()

    assert Remainder.objects.exists() == is_active


def test_an_account_that_cannot_be_read_does_not_hold_up_the_others(world: World) -> None:
    broken, account = world.account("A1"), world.account("A3")
    world.trade(world.strategy("test1", broken, account), market(Side.BUY, quantity="0.01"))
    stranger = world.account("A2")
    Account.objects.filter(pk=broken.pk).update(
        encrypted_credentials=stranger.encrypted_credentials[:-1]
    )

    check()

    assert found().account == account
