"""What a worker leaves that is killed between a send and its answer, and what is made of it."""

from django.conf import settings

from orders.models import Order
from orders.settling import settle
from orders.sweeps import recover_shard
from orders.tests.world import World, dispatches_of
from strategies.models import Signal


def send_and_die(world: World, order: Order, *, symbol: str) -> None:
    """A tenth of a coin is ordered at the exchange; the row does not know its answer."""
    Order.objects.filter(id=order.pk).update(
        status="SUBMITTED", symbol=symbol, quantity="0.1", submitted_at=world.now()
    )
    order.refresh_from_db()
    world.place_by_hand(order)


def settle_all(world: World, signal: Signal) -> None:
    """Settle the signal's work on every shard, as the next worker does."""
    for dispatch_id in dispatches_of(signal):
        settle(dispatch_id, now=world.now())


def recover(world: World) -> None:
    """What every shard's worker does first when it starts anew."""
    for shard in range(settings.SHARDS):
        recover_shard(shard, started_at=world.now())
