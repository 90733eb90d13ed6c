"""The rest of what a rule had canceled, while its exchange is left alone."""

from datetime import timedelta

from accounts.breakers import rows
from accounts.breakers.sharing import adopt_rows
from accounts.breakers.tests.open_ones import make_open
from accounts.exchange.types import MarketType, OrderType, Side
from accounts.models import Breaker
from orders.expiry.quoting import read_quotes
from orders.expiry.replacing import endings, replace
from orders.expiry.tests.rules import beat, chain, commit_replacement, reasons, rule_of, unsettled
from orders.models import Order
from orders.sending import Sender
from orders.tests.world import World, market, place
from tradeplatform.lib import loop

PERP = "BTC/USDT:USDT"


def canceled_close(world: World) -> Order:
    """A long's close that rested, and that a rule has canceled to sell at market instead."""
    world.set_price("BTCUSDT", "100000")
    strategy = world.strategy("perp", world.account("A1"), market_type=MarketType.FUTURES)
    rule_of(strategy, action="MARKET")
    world.trade(strategy, market(Side.BUY, symbol=PERP, quantity="0.1"))
    (order,) = world.trade(
        strategy, place(PERP, Side.SELL, OrderType.LIMIT, percent="-100", price="110000")
    )
    beat(world, minutes=31)
    world.send_due_cancels()
    return order


def pause(world: World, *, seconds: float) -> None:
    """This process learns that the futures market is left alone for so long."""
    until = world.now() + timedelta(seconds=seconds)
    make_open(market_type="FUTURES", changed_at=world.now(), paused_until=until)
    adopt_rows()


def clear(world: World) -> None:
    rows.clear(Breaker.objects.all(), now=world.now())
    adopt_rows()


def test_a_rest_waits_for_the_end_of_a_pause(world: World) -> None:
    order = canceled_close(world)
    ended = endings(order.account_id % 2)
    quotes = loop.call(read_quotes([each.want for each in ended if each.want]), timeout_seconds=10)
    pause(world, seconds=60)

    meanwhile = replace(ended, quotes, now=world.now())
    before = len(chain(order)), unsettled()
    clear(world)
    beat(world)

    assert (meanwhile, before) == ((), (1, 1))
    assert [each.status for each in chain(order)] == ["CANCELED", "FILLED"]


def test_a_rest_that_waited_too_long_for_the_end_of_a_pause_is_told_to_a_person(
    world: World,
) -> None:
    order = canceled_close(world)
    ended = endings(order.account_id % 2)
    quotes = loop.call(read_quotes([each.want for each in ended if each.want]), timeout_seconds=10)
    pause(world, seconds=3600)

    replace(ended, quotes, now=world.now() + timedelta(minutes=6))

    (left,) = chain(order)
    assert left.needs_attention
    assert "rest 0.1 is left: Binance futures waits until" in reasons(left)[-1]


def test_the_rest_of_a_close_on_futures_waits_for_a_short_pause_in_its_turn(world: World) -> None:
    order = canceled_close(world)
    work = commit_replacement(world, order, minutes=0)
    sender = Sender()
    pause(world, seconds=0.5)

    expires_at = world.now() + timedelta(seconds=60)
    loop.call(sender.carry_out(work, expires_at=expires_at), timeout_seconds=30)
    sender.stop()

    assert [each.status for each in chain(order)] == ["CANCELED", "FILLED"]
