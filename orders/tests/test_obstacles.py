"""Entries wait until an account is reconciled and its holdings are accounted for; closes do not."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.exchange.types import MarketType, Side
from accounts.models import Account
from orders.models import Feed, Order, Remainder
from orders.obstacles import obstacles
from orders.tests.world import World, limit_buy, market, position_of


def drift(account: Account, key: str, market_type: MarketType = MarketType.SPOT) -> None:
    """The account holds a coin more than anybody knows of."""
    Remainder.objects.create(
        account=account,
        market_type=market_type.value,
        key=key,
        accepted=Decimal(0),
        held=Decimal(1),
        of_strategies=Decimal(0),
        checked_at=account.created_at,
        drifted_at=account.created_at,
    )


def told(orders: list[Order]) -> list[tuple[str, str]]:
    return [(order.status, order.error_code) for order in orders]


def test_an_entry_waits_for_reconciliation_while_a_close_and_a_cancel_go_through(
    world: World,
) -> None:
    account = world.account("A1")
    strategy = world.strategy("test1", account)
    world.trade(strategy, market(Side.BUY, quantity="0.01"))
    (resting,) = world.trade(strategy, limit_buy())
    Feed.objects.create(account=account, market_type="SPOT")

    (entry,) = world.trade(strategy, limit_buy("80000"))
    (close,) = world.trade(strategy, market(Side.SELL, percent="-100"))
    world.cancel_all(strategy)

    assert told([entry]) == [("DENIED", "NOT_RECONCILED")]
    assert told([close]) == [("FILLED", "")]
    assert position_of(strategy, account) < Decimal("0.00001")
    resting.refresh_from_db()
    assert resting.status == "CANCELED"


def test_a_key_that_may_withdraw_opens_nothing_and_lets_its_owner_out(world: World) -> None:
    account = world.account("A1")
    strategy = world.strategy("test1", account)
    world.trade(strategy, market(Side.BUY, quantity="0.01"))
    (resting,) = world.trade(strategy, limit_buy())
    Account.objects.update(key_can_withdraw=True)

    (entry,) = world.trade(strategy, limit_buy("80000"))
    (close,) = world.trade(strategy, market(Side.SELL, percent="-100"))
    world.cancel_all(strategy)

    assert told([entry, close]) == [("DENIED", "KEY_CAN_WITHDRAW"), ("FILLED", "")]
    assert position_of(strategy, account) < Decimal("0.00001")
    resting.refresh_from_db()
    assert resting.status == "CANCELED"


def test_an_order_that_is_sized_late_waits_as_well(world: World) -> None:
    account = world.account("A1")
    strategy = world.strategy("test1")
    world.subscribe(strategy, account, max_symbols=3)
    Feed.objects.create(account=account, market_type="SPOT")

    orders = world.trade(strategy, limit_buy())

    assert told(orders) == [("DENIED", "NOT_RECONCILED")]
    assert world.venue_orders() == []


@pytest.mark.complaint(12)
@pytest.mark.parametrize("is_late", [False, True])
def test_drift_of_a_coin_holds_back_entries_in_its_markets_only(
    world: World, is_late: bool
) -> None:
    account = world.account("A1")
    strategy = world.strategy("test1")
    world.subscribe(strategy, account, max_symbols=3 if is_late else None)
    drift(account, "BTC")

    drifted, other = world.trade(strategy, limit_buy(), limit_buy("2000", symbol="ETH/USDT"))

    assert told([drifted, other]) == [("DENIED", "DRIFT"), ("ACCEPTED", "")]
    assert "BTC" in drifted.error_message


def test_drift_elsewhere_hinders_nobody(world: World) -> None:
    account, other = world.account("A1"), world.account("A2")
    drift(other, "BTC")
    drift(account, "BTC/USDT:USDT", MarketType.FUTURES)

    orders = world.trade(world.strategy("test1", account), limit_buy())

    assert told(orders) == [("ACCEPTED", "")]


def test_one_query_for_however_many_accounts(world: World) -> None:
    accounts = [world.account(f"A{number}") for number in range(3)]
    Feed.objects.create(account=accounts[0], market_type="SPOT")
    drift(accounts[1], "BTC")

    with CaptureQueriesContext(connection) as queries:
        found = obstacles({account.pk: False for account in accounts}, MarketType.SPOT)

    assert len(queries) == 1
    assert {pk: (item.is_reconciled, item.drifted_keys) for pk, item in found.items()} == {
        accounts[0].pk: (False, frozenset()),
        accounts[1].pk: (True, frozenset({"BTC"})),
    }
