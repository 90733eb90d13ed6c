"""Orders that their exchange has forgotten end by a person's word, and hold nothing up any more."""

from datetime import timedelta
from decimal import Decimal

from accounts.exchange.types import MarketType, OrderType, Side
from orders import followup
from orders.expiry.tests.rules import (
    REPRICE,
    beat,
    chain,
    expired_sale,
    reasons,
    rule_of,
    sale_canceled_twice,
    selling,
)
from orders.models import Expiry, Order, OrderEvent
from orders.remainders.books import read_books
from orders.tests.world import World, limit_buy, market, place
from orders.writing_off import write_off
from strategies.intents import Intent


def forget(order: Order, *, told: str = "0") -> None:
    """The exchange was asked for it in vain four times; so much it had said was filled."""
    Order.objects.filter(pk=order.pk).update(
        missed_look_ups=4,
        looked_up_at=order.created_at - timedelta(days=1),
        needs_attention=True,
        venue_filled_quantity=Decimal(told),
        venue_order_id="999",
        client_order_id=f"gone{order.pk}",
    )


def write_all_off(world: World) -> int:
    ids = list(Order.objects.values_list("pk", flat=True))
    return write_off(order_ids=ids, person="alice", now=world.now())


def close_all() -> Intent:
    return place("BTC/USDT", Side.SELL, OrderType.MARKET, percent="-100")


def test_a_forgotten_close_holds_up_the_next_one_until_it_is_written_off(world: World) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    world.trade(strategy, market(Side.BUY, quantity="0.01"))
    resting = place("BTC/USDT", Side.SELL, OrderType.LIMIT, percent="-100", price="200000")
    (forgotten,) = world.trade(strategy, resting)
    forget(forgotten)
    (held_up,) = world.trade(strategy, close_all())

    written_off = write_all_off(world)
    world.post("/sandbox/deposit", {"account": "A1", "asset": "BTC", "amount": "1"})
    (closed,) = world.trade(strategy, close_all())

    forgotten.refresh_from_db()
    assert (held_up.error_code, written_off) == ("NOTHING_LEFT_TO_CLOSE", 1)
    assert (forgotten.status, forgotten.needs_attention) == ("CANCELED", False)
    assert OrderEvent.objects.filter(order=forgotten).latest("id").reason == (
        "written off by alice"
    )
    assert closed.status == "FILLED"


def test_fills_that_cannot_be_read_leave_the_books_to_the_check_of_remainders(
    world: World,
) -> None:
    account = world.account("A1")
    (order,) = world.trade(world.strategy("test1", account), limit_buy())
    forget(order, told="0.002")
    books = read_books((account.pk, MarketType.SPOT))

    write_all_off(world)

    order.refresh_from_db()
    assert books["BTC"].is_in_flight is True
    assert read_books((account.pk, MarketType.SPOT)) == {}
    assert followup.unresolved(account.pk % 2, now=world.now()) == ()
    assert (order.status, order.venue_filled_quantity) == ("CANCELED", Decimal(0))
    assert OrderEvent.objects.filter(order=order).latest("id").reason == (
        "written off by alice; 0.002 more was told as filled than could be read"
    )


def test_the_rest_of_a_written_off_order_is_not_ordered_again(world: World) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    rule_of(strategy, action="MARKET")
    (order,) = world.trade(strategy, limit_buy())
    beat(world, minutes=31)
    forget(order)

    write_all_off(world)
    beat(world, minutes=31)

    assert [each.status for each in chain(order)] == ["CANCELED"]
    assert not Expiry.objects.filter(settled_at__isnull=True).exists()


def test_an_order_that_its_exchange_knows_is_not_written_off(world: World) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    (order,) = world.trade(strategy, limit_buy())
    Order.objects.update(missed_look_ups=3, needs_attention=True)

    written_off = write_all_off(world)

    order.refresh_from_db()
    assert (written_off, order.status) == (0, "ACCEPTED")


def test_fills_that_could_not_be_read_end_the_chain_that_goes_on(world: World) -> None:
    strategy = selling(world)
    order = sale_canceled_twice(world, strategy)
    forget(order, told="0.2")

    write_off(order_ids=[order.pk], person="alice", now=world.now())
    beat(world, minutes=62)

    first, second = chain(order)
    assert (first.status, second.status) == ("CANCELED", "CANCELED")
    assert reasons(second)[-1] == (
        "its rest is not ordered again: an order of its chain was written off with fills that "
        "could not be read"
    )


def test_what_replaced_an_order_with_unread_fills_is_canceled(world: World) -> None:
    strategy = selling(world)
    order = expired_sale(world, strategy, **REPRICE)
    forget(order, told="0.2")

    write_off(order_ids=[order.pk], person="alice", now=world.now())
    world.send_due_cancels()
    beat(world, minutes=62)

    first, second = chain(order)
    assert (first.status, second.status) == ("CANCELED", "CANCELED")
