"""A cancel reaches this strategy's own orders and nothing else on the account."""

import pytest

from accounts.exchange.types import OrderType, Side
from orders.cancellation import request_cancels
from orders.models import Order
from orders.results import results_of
from orders.tests.world import World, cancel_all, limit_buy, market, place, position_of, user
from strategies.intents import Action, Intent
from strategies.models import Strategy


def statuses(strategy: Strategy) -> list[str]:
    orders = Order.objects.filter(subscription__strategy=strategy).order_by("id")
    return list(orders.values_list("status", flat=True))


@pytest.mark.scenario(64)
@pytest.mark.complaint(3)
def test_cancel_all_leaves_another_strategys_orders_on_the_same_account_alive(
    world: World,
) -> None:
    """Test 1 of document 002: two strategies, one account, three orders each."""
    account = world.account("X")
    first = world.strategy("A", account)
    second = world.strategy("B", account)
    for strategy in (first, second):
        world.trade(strategy, *[limit_buy(price) for price in ("90000", "89000", "88000")])

    world.trade(first, cancel_all(symbol="BTCUSDT"))

    assert statuses(first) == ["CANCELED"] * 3
    assert statuses(second) == ["ACCEPTED"] * 3
    of_second = set(
        Order.objects.filter(subscription__strategy=second).values_list(
            "client_order_id", flat=True
        )
    )
    assert {order["clientOrderId"] for order in world.venue_orders(status="NEW")} == of_second
    assert len(world.venue_orders(status="CANCELED")) == 3


def test_cancel_all_of_a_public_strategy_reaches_every_subscriber(world: World) -> None:
    """Test 2 of document 002: the owner cancels on the accounts of three users."""
    accounts = [
        world.account("A"),
        world.account("B", owner=user("b")),
        world.account("C", owner=user("c")),
    ]
    strategy = world.strategy("public", *accounts, is_public=True)
    world.trade(strategy, limit_buy("90000"), limit_buy("89000"), limit_buy("88000"))

    signal = world.alert(strategy, cancel_all())
    world.execute(signal)

    assert statuses(strategy) == ["CANCELED"] * 9
    assert world.venue_orders(status="NEW") == []
    assert [row.state for row in results_of(signal.pk).rows] == ["success"] * 9


def test_a_subscriber_cancels_own_orders_only(world: World) -> None:
    subscriber = user("subscriber")
    strategy = world.strategy(
        "public", world.account("A1"), world.account("S1", owner=subscriber), is_public=True
    )
    world.trade(strategy, limit_buy())

    world.trade(strategy, cancel_all(), sender=subscriber)

    assert [order["account"] for order in world.venue_orders(status="CANCELED")] == ["S1"]
    assert [order["account"] for order in world.venue_orders(status="NEW")] == ["A1"]


def test_cancel_all_keeps_to_its_symbol_and_side(world: World) -> None:
    account = world.account("A1", balances={"USDT": "100000", "ETH": "10"})
    strategy = world.strategy("test1", account)
    sale = place("ETH/USDT", Side.SELL, OrderType.LIMIT, quantity="0.1", price="9000")
    world.trade(strategy, limit_buy(), limit_buy("1500", symbol="ETH/USDT"), sale)

    world.trade(strategy, cancel_all(symbol="ETHUSDT", side=Side.SELL))

    alive = {(order["symbol"], order["side"]) for order in world.venue_orders(status="NEW")}
    assert alive == {("BTCUSDT", "BUY"), ("ETHUSDT", "BUY")}


def test_one_order_is_canceled_by_the_venues_id_or_by_ours(world: World) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    first, second, third = world.trade(
        strategy, limit_buy("90000"), limit_buy("89000"), limit_buy("88000")
    )

    world.trade(strategy, Intent(action=Action.CANCEL, order_id=first.venue_order_id))
    world.trade(strategy, Intent(action=Action.CANCEL, order_id=second.client_order_id))

    assert statuses(strategy) == ["CANCELED", "CANCELED", "ACCEPTED"]
    assert [order["clientOrderId"] for order in world.venue_orders(status="NEW")] == [
        third.client_order_id
    ]


def test_another_strategys_order_cannot_be_canceled_by_its_id(world: World) -> None:
    account = world.account("X")
    first, second = world.strategy("A", account), world.strategy("B", account)
    (order,) = world.trade(second, limit_buy())

    world.trade(first, Intent(action=Action.CANCEL, order_id=order.venue_order_id))
    world.trade(first, Intent(action=Action.CANCEL, order_id=order.client_order_id))

    assert statuses(second) == ["ACCEPTED"]
    assert len(world.venue_orders(status="NEW")) == 1


@pytest.mark.scenario(14)
def test_a_cancel_that_lost_against_the_fill_books_the_fill(world: World) -> None:
    account = world.account("A1")
    strategy = world.strategy("test1", account)
    (order,) = world.trade(strategy, limit_buy("90000"))
    world.set_price("BTCUSDT", "89000")  # fills it; nobody has told us

    signal = world.alert(strategy, cancel_all())
    world.execute(signal)

    order.refresh_from_db()
    assert order.status == "FILLED"
    assert order.filled_quantity == order.quantity
    assert position_of(strategy, account) > 0
    (row,) = results_of(signal.pk).rows
    assert (row.state, row.error_code) == ("failed", "ALREADY_FILLED")


def test_a_cancel_reaches_subscriptions_that_were_switched_off(world: World) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    world.trade(strategy, limit_buy())
    strategy.subscriptions.update(is_active=False)

    world.trade(strategy, cancel_all())

    assert statuses(strategy) == ["CANCELED"]


def test_in_one_alert_the_old_orders_are_canceled_and_the_new_one_stays(world: World) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    world.trade(strategy, limit_buy("90000"))

    world.trade(strategy, limit_buy("91000"), cancel_all())

    assert statuses(strategy) == ["CANCELED", "ACCEPTED"]
    assert [order["price"] for order in world.venue_orders(status="NEW")] == ["91000.00000000"]


@pytest.mark.complaint(15)
def test_cancel_all_and_close_in_one_alert_closes_what_the_canceled_order_held(
    world: World,
) -> None:
    account = world.account("A1")
    strategy = world.strategy("test1", account)
    world.set_price("BTCUSDT", "100000")
    world.trade(strategy, market(Side.BUY, percent="10"))
    take_profit = place("BTC/USDT", Side.SELL, OrderType.LIMIT, percent="-100", price="120000")
    world.trade(strategy, take_profit)

    world.trade(strategy, cancel_all(), market(Side.SELL, percent="-100"))

    assert statuses(strategy) == ["FILLED", "CANCELED", "FILLED"]
    assert position_of(strategy, account) == 0


def test_a_person_cancels_and_the_worker_sends_it(world: World) -> None:
    strategy = world.strategy("test1", world.account("A1"), world.account("A2"))
    orders = world.trade(strategy, limit_buy())

    asked = request_cancels(
        order_ids=[order.pk for order in orders], reason="canceled by operator", now=world.now()
    )
    pending = statuses(strategy)
    for shard in range(2):
        world.executor.send_due_cancels(shard).result(timeout=30)

    assert sorted(asked) == sorted(order.pk for order in orders)
    assert pending == ["PENDING_CANCEL", "PENDING_CANCEL"]
    assert statuses(strategy) == ["CANCELED", "CANCELED"]
    assert world.venue_orders(status="NEW") == []


def canceling(order: Order) -> Intent:
    return Intent(action=Action.CANCEL, order_id=order.client_order_id)


def test_a_second_cancel_of_an_order_is_told_that_it_is_canceled(world: World) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    (order,) = world.trade(strategy, limit_buy())
    world.trade(strategy, canceling(order))
    second = world.alert(strategy, canceling(order))

    world.execute(second)

    (row,) = results_of(second.pk).rows
    assert (row.state, row.order_status) == ("success", "CANCELED")


def test_a_second_cancel_while_the_first_is_under_way_says_what_is_known(world: World) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    (order,) = world.trade(strategy, limit_buy())
    world.claim_only(world.alert(strategy, canceling(order)))
    second = world.alert(strategy, canceling(order))

    world.execute(second)

    (row,) = results_of(second.pk).rows
    assert (row.state, row.error_code) == ("pending", "CANCEL_NOT_CONFIRMED")


def test_a_cancel_of_what_a_person_is_canceling_is_answered_by_that_order(world: World) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    (order,) = world.trade(strategy, limit_buy())
    request_cancels(order_ids=[order.pk], reason="by a person", now=world.now())
    signal = world.alert(strategy, canceling(order))

    world.execute(signal)
    unconfirmed = results_of(signal.pk).rows
    world.send_due_cancels()

    assert [row.error_code for row in unconfirmed] == ["CANCEL_NOT_CONFIRMED"]
    assert [row.state for row in results_of(signal.pk).rows] == ["success"]


def test_a_cancel_learns_nothing_of_an_ended_order_of_another_strategy(world: World) -> None:
    account = world.account("X")
    first, second = world.strategy("A", account), world.strategy("B", account)
    (order,) = world.trade(second, limit_buy())
    world.trade(second, canceling(order))
    signal = world.alert(first, canceling(order))

    world.execute(signal)

    assert results_of(signal.pk).rows == []
