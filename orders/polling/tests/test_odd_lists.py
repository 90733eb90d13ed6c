"""Lists of open orders that hold what cannot be read or written."""

from aiohttp import web
from pytest_django import Settings

from orders.client_order_id import new_client_order_id
from orders.polling.tests.polls import cancel_by_hand, feed, poll
from orders.tests.selective_proxy import Misbehaviour, SelectiveProxy
from orders.tests.world import World, limit_buy

_TOLD = {
    "symbol": "BTCUSDT",
    "orderId": "5",
    "clientOrderId": "byhand",
    "side": "BUY",
    "type": "LIMIT",
    "status": "NEW",
    "price": "90000",
    "origQty": "1",
    "executedQty": "0",
    "time": "1763726400000",
}


def listing(row: dict[str, str]) -> Misbehaviour:
    """The only open order is told like this."""

    async def misbehave(request: web.Request) -> web.Response | None:
        is_list = request.path == "/api/v3/openOrders"
        return web.json_response([_TOLD | row]) if is_list else None

    return misbehave


def test_an_order_that_cannot_be_read_does_not_hide_the_others(
    world: World, settings: Settings
) -> None:
    (order,) = world.trade(world.strategy("test1", world.account("A1")), limit_buy())
    cancel_by_hand(order)
    with SelectiveProxy(world.url, misbehaviour=listing({"side": "HOLD"})) as proxy:
        world.restart_executor()
        settings.SANDBOX_URL = proxy.url

        (result,) = poll(world)

    order.refresh_from_db()
    assert (order.status, result.at_venue, result.problem) == ("CANCELED", 0, "")


def test_a_poll_that_breaks_off_says_so(world: World, settings: Settings) -> None:
    account = world.account("A1")
    world.trade(world.strategy("test1", account), limit_buy())
    too_large = {"clientOrderId": new_client_order_id(), "origQty": "1" + "0" * 30}
    with SelectiveProxy(world.url, misbehaviour=listing(too_large)) as proxy:
        world.restart_executor()
        settings.SANDBOX_URL = proxy.url

        (result,) = poll(world)

    assert result.problem == "the poll broke off; the log tells why"
    assert feed(account).poll_problem == result.problem
