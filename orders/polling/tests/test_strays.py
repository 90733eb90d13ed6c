"""Orders at the exchange that our database does not know, or believes never to have been there."""

from datetime import timedelta
from decimal import Decimal

import pytest

from orders.client_order_id import new_client_order_id
from orders.models import Order, StrayOrder
from orders.polling.tests.polls import place_by_hand, poll, reasons, ticket
from orders.tests.world import World, limit_buy


def test_an_order_with_our_id_that_we_do_not_know_is_recorded_once_and_left_open(
    world: World,
) -> None:
    account = world.account("A1")
    world.trade(world.strategy("test1", account), limit_buy())
    stray_id = new_client_order_id()
    venue_order_id = place_by_hand(account, ticket(stray_id))
    place_by_hand(account, ticket("tptakeprofit1"))

    first, second = poll(world) + poll(world)

    assert (first.at_venue, first.ours, first.strays, second.strays) == (3, 1, 1, 1)
    stray = StrayOrder.objects.get()
    assert (stray.client_order_id, stray.venue_order_id) == (stray_id, venue_order_id)
    assert (stray.symbol, stray.side, stray.quantity) == ("BTC/USDT", "BUY", Decimal("0.01"))
    assert [row["status"] for row in world.venue_orders()] == ["NEW"] * 3


def test_an_order_we_believe_refused_but_open_at_the_exchange_needs_a_person_once(
    world: World,
) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    refused, _ = world.trade(strategy, limit_buy(), limit_buy("80000"))
    Order.objects.filter(pk=refused.pk).update(
        status="REJECTED", error_code="NOT_FOUND_AT_VENUE", closed_at=world.now(), venue_order_id=""
    )

    poll(world)
    poll(world)

    refused.refresh_from_db()
    assert (refused.status, refused.needs_attention) == ("REJECTED", True)
    assert [reason for reason in reasons(refused) if reason.startswith("needs a person")] == [
        "needs a person: refused here, yet open at the exchange, 0 filled"
    ]


@pytest.mark.parametrize(("seconds_ago", "is_flagged"), [(5, False), (90, True)])
def test_an_order_that_ended_here_and_stays_listed_as_open_needs_a_person_once(
    world: World, *, seconds_ago: int, is_flagged: bool
) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    ended, _ = world.trade(strategy, limit_buy(), limit_buy("80000"))
    Order.objects.filter(pk=ended.pk).update(
        status="CANCELED", closed_at=world.now() - timedelta(seconds=seconds_ago)
    )

    poll(world)
    poll(world)

    ended.refresh_from_db()
    assert (ended.status, ended.needs_attention) == ("CANCELED", is_flagged)
    assert [reason for reason in reasons(ended) if reason.startswith("needs a person")] == [
        "needs a person: it has ended here, yet the exchange lists it as open; look there"
    ] * is_flagged
