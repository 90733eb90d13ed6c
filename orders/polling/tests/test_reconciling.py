"""A starting worker compares its accounts with their venues before its first task."""

from collections.abc import Callable, Iterator

import pytest
from aiohttp import web
from pytest_django import Settings

from orders import worker
from orders.client_order_id import new_client_order_id
from orders.models import Order, StrayOrder
from orders.polling.tests.polls import cancel_by_hand, feed, place_by_hand, poll, ticket
from orders.tests.selective_proxy import SelectiveProxy
from orders.tests.world import World, limit_buy


@pytest.fixture
def start(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """Starts the workers of both shards."""

    def start_workers() -> None:
        for shard in ("0", "1"):
            monkeypatch.setenv("SHARD", shard)
            worker.start()

    yield start_workers
    worker.stop()


@pytest.mark.complaint(11)
def test_what_happened_while_we_were_away_is_known_before_the_first_task(
    world: World, start: Callable[[], None]
) -> None:
    account = world.account("A1")
    strategy = world.strategy("test1", account)
    (canceled,) = world.trade(strategy, limit_buy())
    cancel_by_hand(canceled)
    signal = world.alert(strategy, limit_buy())
    world.execute(signal)
    world.forget_answers(signal)
    place_by_hand(account, ticket(new_client_order_id()))

    start()

    canceled.refresh_from_db()
    assert canceled.status == "CANCELED"
    assert Order.objects.get(signal=signal).status == "ACCEPTED"
    assert StrayOrder.objects.count() == 1
    assert feed(account).reconciled_at is not None


def test_an_account_without_orders_is_reconciled_too(
    world: World, start: Callable[[], None]
) -> None:
    account = world.account("A1")
    strategy = world.strategy("test1", account)

    start()
    (order,) = world.trade(strategy, limit_buy())

    assert feed(account).reconciled_at is not None
    assert order.status == "ACCEPTED"


def test_an_account_whose_venue_is_away_stays_unreconciled_until_a_poll_reaches_it(
    world: World, start: Callable[[], None], settings: Settings
) -> None:
    account = world.account("A1")
    strategy = world.strategy("test1", account)
    settings.SANDBOX_URL = "http://127.0.0.1:9"

    start()
    before = feed(account)
    settings.SANDBOX_URL = world.url
    world.restart_executor()
    (denied,) = world.trade(strategy, limit_buy())
    poll(world)
    (accepted,) = world.trade(strategy, limit_buy())

    assert before.reconciled_at is None
    assert before.poll_problem.startswith("NOT_CONNECTED")
    assert (denied.status, denied.error_code) == ("DENIED", "NOT_RECONCILED")
    assert accepted.status == "ACCEPTED"
    assert feed(account).poll_problem == ""


async def hide_orders(request: web.Request) -> web.Response | None:
    """List open orders, but fail when asked for a single one."""
    if request.path == "/api/v3/order":
        return web.Response(status=502, text="Bad gateway")
    return None


def test_one_look_up_that_fails_leaves_the_account_unreconciled(
    world: World, start: Callable[[], None], settings: Settings
) -> None:
    account = world.account("A1")
    (order,) = world.trade(world.strategy("test1", account), limit_buy())
    cancel_by_hand(order)

    with SelectiveProxy(world.url, misbehaviour=hide_orders) as proxy:
        world.restart_executor()
        settings.SANDBOX_URL = proxy.url
        start()

    assert feed(account).reconciled_at is None
    assert feed(account).poll_problem.startswith("NO_ANSWER")


@pytest.mark.scenario(34)
def test_an_order_of_a_market_that_is_gone_does_not_hold_up_its_account(
    world: World, start: Callable[[], None]
) -> None:
    account = world.account("A1")
    (order,) = world.trade(world.strategy("test1", account), limit_buy())
    cancel_by_hand(order)
    Order.objects.update(symbol="GONE/USDT")

    start()

    order.refresh_from_db()
    assert feed(account).reconciled_at is not None
    assert (order.status, order.missed_look_ups) == ("ACCEPTED", 1)
