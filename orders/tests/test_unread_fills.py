"""Fills that a venue tells of but whose executions it does not show, as after a long outage."""

from datetime import timedelta
from decimal import Decimal

import pytest
from aiohttp import web
from django.db.models import F
from pytest_django import Settings

from accounts.exchange.desk import desk
from accounts.exchange.types import MarketType, Side
from orders.models import Order, OrderEvent
from orders.planning import login_of
from orders.tests.selective_proxy import SelectiveProxy
from orders.tests.world import World, limit_buy, market, position_of
from tradeplatform.lib import loop

_NEEDED = (
    "needs a person: the exchange says 0.01 is filled but shows executions of 0 only; look there"
)


async def show_no_executions(request: web.Request) -> web.Response | None:
    """As Bybit does of those older than a week."""
    return web.json_response([]) if request.path == "/api/v3/myTrades" else None


def look_up_after(world: World, *pauses: int) -> list[int]:
    """Look up after each of these pauses, in seconds; the misses counted after each."""
    seen = []
    for pause in pauses:
        Order.objects.update(looked_up_at=F("looked_up_at") - timedelta(seconds=pause))
        world.look_up()
        seen.append(Order.objects.get().missed_look_ups)
    return seen


def filled_unheard(world: World) -> Order:
    """An order for a hundredth of a bitcoin, filled at the exchange while nobody looked."""
    strategy = world.strategy("test1", world.account("A1"))
    world.set_price("BTCUSDT", "100000")
    (order,) = world.trade(strategy, limit_buy("90000", percent="9"))
    world.set_price("BTCUSDT", "89000")
    Order.objects.update(venue_filled_quantity=Decimal("0.01"))
    return order


def test_a_person_is_told_once_and_the_look_ups_go_on(world: World, settings: Settings) -> None:
    order = filled_unheard(world)
    with SelectiveProxy(world.url, misbehaviour=show_no_executions) as proxy:
        world.restart_executor()
        settings.SANDBOX_URL = proxy.url
        counted = look_up_after(world, 0, 0, 6, 12, 22)
        was_flagged = Order.objects.get().needs_attention
        counted += look_up_after(world, 42, 40, 82, 162)

    order.refresh_from_db()
    assert counted == [0, 0, 1, 2, 3, 4, 4, 5, 6]
    assert (was_flagged, order.needs_attention) == (False, True)
    assert order.status == "PARTIALLY_FILLED"
    reasons = OrderEvent.objects.filter(order=order).values_list("reason", flat=True)
    assert [reason for reason in reasons if reason.startswith("needs")] == [_NEEDED]


def test_a_person_is_told_of_unread_fills_of_an_ended_order_that_is_forgotten(
    world: World,
) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    (order,) = world.trade(strategy, limit_buy())
    world.cancel_all(strategy)
    Order.objects.update(venue_filled_quantity=Decimal("0.002"), venue_order_id="999")

    counted = look_up_after(world, 0, 12, 22, 42)

    order.refresh_from_db()
    assert counted == [1, 2, 3, 4]
    assert (order.status, order.needs_attention) == ("CANCELED", True)
    assert OrderEvent.objects.filter(order=order).latest("id").reason == (
        "needs a person: the exchange does not find this order; "
        "look there, then write it off if it has ended"
    )


def test_executions_that_are_shown_at_last_are_booked(world: World, settings: Settings) -> None:
    order = filled_unheard(world)
    with SelectiveProxy(world.url, misbehaviour=show_no_executions) as proxy:
        world.restart_executor()
        settings.SANDBOX_URL = proxy.url
        look_up_after(world, 0, 6)
        world.restart_executor()
    settings.SANDBOX_URL = world.url
    look_up_after(world, 12)

    order.refresh_from_db()
    assert (order.status, order.missed_look_ups, order.looked_up_at) == ("FILLED", 0, None)
    strategy = order.subscription.strategy
    assert position_of(strategy, order.account) == Decimal("0.00999")


@pytest.mark.scenario(100)
def test_what_fills_at_once_is_booked_at_once_though_polls_have_no_room(
    world: World, settings: Settings
) -> None:
    settings.EXCHANGE_LIMITS_PERCENT = 100
    world.restart_executor()
    account = world.account("A1")
    strategy = world.strategy("perp", account, market_type=MarketType.FUTURES)
    world.set_price("BTCUSDT", "100000")
    world.trade(strategy, market(Side.BUY, symbol="BTCUSDT.P", quantity="0.001"))

    async def hear() -> None:
        client = await desk().client(login_of(account, strategy))
        client.purse.hear({"x-mbx-used-weight-1m": "1700"})  # of 2,400: polls may use 1,440

    loop.call(hear(), timeout_seconds=10)
    (order,) = world.trade(strategy, market(Side.BUY, symbol="BTCUSDT.P", quantity="0.002"))

    assert order.status == "FILLED"
    assert position_of(strategy, account, "BTC/USDT:USDT") == Decimal("0.003")
