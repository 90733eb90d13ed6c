"""Polls of a trading world, and orders that reach the sandbox without its doing."""

from decimal import Decimal

from django.conf import settings

from accounts.exchange import gateway
from accounts.exchange.types import MarketType, OrderReference, OrderTicket, OrderType, Side
from accounts.models import Account
from orders.models import Feed, Order
from orders.planning import login_in, login_of
from orders.polling.results import PollResult
from orders.tests.world import World
from orders.work import reference_of
from tradeplatform.lib import loop


def poll(world: World) -> list[PollResult]:
    """Every account that is followed becomes due and is polled; results by account name."""
    Feed.objects.update(polled_at=None)
    return poll_due(world)


def poll_due(world: World) -> list[PollResult]:
    """The accounts that are due now are polled."""
    futures = [world.executor.poll(shard) for shard in range(settings.SHARDS)]
    results = [result for future in futures for result in future.result(timeout=30)]
    return sorted(results, key=lambda result: result.account_name)


def place_by_hand(account: Account, ticket: OrderTicket) -> str:
    """An order that our database does not know; returns the venue's id for it."""
    login = login_in(account, MarketType.SPOT)
    return loop.call(gateway.place(login, ticket), timeout_seconds=10).venue_order_id


def cancel_by_hand(order: Order) -> None:
    """Somebody cancels our order at the exchange."""
    login = login_of(order.account, order.subscription.strategy)
    reference: OrderReference = reference_of(order)
    loop.call(gateway.cancel(login, reference), timeout_seconds=10)


def reasons(order: Order) -> list[str]:
    """The order's history."""
    return list(order.events.order_by("id").values_list("reason", flat=True))


def feed(account: Account) -> Feed:
    """The account's only feed."""
    return Feed.objects.get(account=account)


def ticket(client_order_id: str) -> OrderTicket:
    """A resting buy of a hundredth of a bitcoin."""
    return OrderTicket(
        client_order_id=client_order_id,
        symbol="BTC/USDT",
        side=Side.BUY,
        order_type=OrderType.LIMIT,
        quantity=Decimal("0.01"),
        limit_price=Decimal(90000),
    )
