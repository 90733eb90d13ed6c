"""The shipped example trades on the sandbox: what one strategy buys the other one sells."""

from decimal import Decimal

from django.db.models import F

from accounts.exchange.types import MarketType, Side
from orders.hooks.telling import Teller
from orders.models import Order
from orders.tests.world import World, limit_buy, market, position_of
from strategies.models import HookProgress, Signal, Strategy

HEDGE = "strategies.examples.hedge.Hedge"
CONTRACT = "BTC/USDT:USDT"


def told(world: World, teller: Teller) -> None:
    """The hooks are told, and what they ask for is executed."""
    teller.tell_all(now=world.now())
    for signal in Signal.objects.filter(dispatches__claimed_at__isnull=True).distinct():
        world.execute(signal)


def hedged(world: World) -> tuple[Strategy, Strategy, Teller]:
    account = world.account("A1")
    spot = world.strategy("test1", account, hooks=HEDGE)
    futures = world.strategy("test1-hedge", account, market_type=MarketType.FUTURES)
    teller = Teller(spot)
    told(world, teller)
    return spot, futures, teller


def test_a_fill_on_spot_is_hedged_on_futures_once(world: World) -> None:
    spot, futures, teller = hedged(world)
    account = spot.subscriptions.get().account
    before = HookProgress.objects.get()

    world.trade(spot, market(Side.BUY, quantity="0.01"))
    told(world, teller)
    before.save()  # the worker was killed before it noted what it told
    told(world, Teller(spot))

    assert position_of(futures, account, CONTRACT) == Decimal("-0.01")
    assert len(world.venue_orders(side="SELL")) == 1


def test_a_resting_order_is_hedged_when_it_is_filled_and_not_before(world: World) -> None:
    spot, futures, teller = hedged(world)
    account = spot.subscriptions.get().account
    world.set_price("BTCUSDT", "100000")

    world.trade(spot, limit_buy("90000", percent="10"))
    told(world, teller)
    resting = position_of(futures, account, CONTRACT)
    world.set_price("BTCUSDT", "89000")
    # As the pushed update says that it is filled; the look-up reads the fills.
    Order.objects.filter(side="BUY").update(venue_filled_quantity=F("quantity"))
    world.look_up()
    told(world, teller)

    assert resting == 0
    assert position_of(futures, account, CONTRACT) == Decimal("-0.011")
