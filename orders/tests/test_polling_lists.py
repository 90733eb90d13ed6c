"""What a poll asks for: everything now and then, else only where orders of ours are open."""

from datetime import UTC, datetime, timedelta

from orders.models import Feed
from orders.tests.world import World, limit_buy

_ETHER = limit_buy("2000", symbol="ETH/USDT")


def lists(world: World) -> int:
    """How many lists of open orders the exchange was asked for."""
    asked = {row["request"]: row["count"] for row in world.get("/sandbox/requests")}
    return int(asked.get("GET /api/v3/openOrders", 0))


def poll(world: World) -> int:
    """Poll every account; how many lists it was asked for."""
    before = lists(world)
    Feed.objects.update(polled_at=None)
    for shard in (0, 1):
        for result in world.executor.poll(shard).result(timeout=20):
            assert result.problem == ""
    return lists(world) - before


def test_the_first_poll_lists_everything_and_the_next_by_symbol(world: World) -> None:
    account = world.account("A1")
    world.trade(world.strategy("test1", account), limit_buy(), _ETHER)

    first, second = poll(world), poll(world)

    assert (first, second) == (1, 2)


def test_after_an_hour_everything_is_listed_again(world: World) -> None:
    account = world.account("A1")
    world.trade(world.strategy("test1", account), limit_buy(), _ETHER)
    poll(world)
    Feed.objects.update(listed_at=datetime.now(UTC) - timedelta(minutes=61))

    assert poll(world) == 1


def test_an_account_without_orders_of_ours_costs_no_list(world: World) -> None:
    account = world.account("A1")
    world.strategy("test1", account)
    Feed.objects.create(account=account, market_type="SPOT", listed_at=datetime.now(UTC))

    assert poll(world) == 0
    assert Feed.objects.get().reconciled_at is not None
