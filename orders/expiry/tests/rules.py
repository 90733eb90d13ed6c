"""Rules, moved clocks and rounds for tests of expiry."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import connection

from accounts.exchange.types import OrderType, Side
from accounts.shards import shard_of
from orders.expiry.quoting import Want, read_quotes
from orders.expiry.replacing import endings, replace
from orders.models import Expiry, Order, OrderEvent
from orders.tests.world import World, place
from orders.work import Job
from strategies.intents import Intent
from strategies.models import ExpiryRule, Strategy
from tradeplatform.lib import loop

# With bitcoin at 100,000 the house asks this first; who asks the same stands before it.
BEST_ASK = "100000.01"

REPRICE = {"action": "REPRICE", "max_slippage_percent": Decimal(50)}


def selling(world: World) -> Strategy:
    """Bitcoin stands at 100,000; the account A1 holds two of it that no strategy bought."""
    world.set_price("BTCUSDT", "100000")
    return world.strategy("test1", world.account("A1", balances={"USDT": "100000", "BTC": "2"}))


def limit_sell(price: str, quantity: str = "0.5") -> Intent:
    """Half a bitcoin for sale."""
    return place("BTC/USDT", Side.SELL, OrderType.LIMIT, quantity=quantity, price=price)


def buy_from(world: World, *, quantity: str) -> None:
    """Somebody else buys what rests at the best ask; our platform is not told."""
    buyer = world.strategy("buyer", world.account("B1", balances={"USDT": "1000000"}))
    bid = place("BTC/USDT", Side.BUY, OrderType.LIMIT, quantity=quantity, price=BEST_ASK)
    (order,) = world.trade(buyer, bid)
    assert order.status == "FILLED"


def sold(world: World) -> Decimal:
    """What the sandbox says the account A1 sold."""
    trades = world.get("/sandbox/trades")
    return sum(
        (Decimal(row["qty"]) for row in trades if row["account"] == "A1" and not row["isBuyer"]),
        Decimal(0),
    )


def rule_of(strategy: Strategy, **fields: Any) -> ExpiryRule:
    """A rule that cancels whatever is 30 minutes old, unless told otherwise."""
    return ExpiryRule.objects.create(
        strategy=strategy, **{"action": "CANCEL", "after_seconds": 1800, "rank": 1, **fields}
    )


def chase(strategy: Strategy, **fields: Any) -> ExpiryRule:
    """The quote of document 001: kept between the sixth and the eighth ask."""
    return rule_of(
        strategy,
        **{
            "side": "SELL",
            "order_type": "LIMIT",
            "action": "REPRICE",
            "after_seconds": None,
            "is_kept_between_levels": True,
            "level_from": 6,
            "level_to": 8,
            "max_slippage_percent": Decimal(5),
            **fields,
        },
    )


def beat(world: World, *, minutes: float = 0) -> datetime:
    """One round on every shard, so many minutes from now; waits for the venues. Returns when."""
    now = world.now() + timedelta(minutes=minutes)
    for shard in range(settings.SHARDS):
        world.executor.expire(shard, now=now).result(timeout=30)
    return now


def cancel_by_rule(world: World, *, minutes: float = 0) -> None:
    """The rule asks for the cancel and the venue does it."""
    beat(world, minutes=minutes)
    world.send_due_cancels()


def expire(world: World, *, minutes: float = 0) -> None:
    """All that a rule does: it asks for the cancel, the venue cancels, the rest is ordered."""
    cancel_by_rule(world, minutes=minutes)
    beat(world, minutes=minutes)


def canceled_sale(world: World, strategy: Strategy, **fields: Any) -> Order:
    """A sale above the market that such a rule has had canceled; its rest is not yet ordered."""
    rule_of(strategy, **fields)
    (order,) = world.trade(strategy, limit_sell("110000"))
    cancel_by_rule(world, minutes=31)
    return order


def expired_sale(world: World, strategy: Strategy, **fields: Any) -> Order:
    """A sale above the market to which such a rule has done all that it does."""
    order = canceled_sale(world, strategy, **fields)
    beat(world, minutes=31)
    return order


def sale_canceled_twice(world: World, strategy: Strategy) -> Order:
    """A sale whose replacement has been canceled as well; the rest is not yet ordered."""
    order = expired_sale(world, strategy, **REPRICE)
    world.set_price("BTCUSDT", "99000")
    cancel_by_rule(world, minutes=62)
    return order


def commit_replacement(world: World, order: Order, *, minutes: float) -> tuple[Job, ...]:
    """What a worker does that is killed between the commit of a replacement and its send."""
    now = world.now() + timedelta(minutes=minutes)
    ended = endings(shard_of(order.account_id))
    wants: list[Want] = [ending.want for ending in ended if ending.want is not None]
    return replace(ended, loop.call(read_quotes(wants), timeout_seconds=10), now=now)


def chain(first: Order) -> list[Order]:
    """The order and its replacements as the database has them, in their order."""
    rows = Order.objects.filter(
        signal=first.signal_id,
        intent_index=first.intent_index,
        subscription=first.subscription_id,
    )
    return list(rows.order_by("attempt"))


def reasons(order: Order) -> list[str]:
    """The order's history in words."""
    return list(OrderEvent.objects.filter(order=order).values_list("reason", flat=True))


def unsettled() -> int:
    """How many rules have begun something that is not done."""
    return Expiry.objects.filter(settled_at__isnull=True).count()


def together(*calls: Callable[[], object]) -> list[object]:
    """All at once, each on a thread and a connection of its own."""

    def run(call: Callable[[], object]) -> object:
        try:
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=len(calls)) as pool:
        return [future.result() for future in [pool.submit(run, call) for call in calls]]
