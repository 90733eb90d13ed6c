"""What an owner does at the exchange without us, the checks that find it, what is said of it."""

from datetime import timedelta
from decimal import Decimal

import pytest

from accounts.exchange import gateway
from accounts.exchange.types import MarketType, OrderTicket, OrderType, Side
from accounts.models import Account
from accounts.shards import shard_of
from orders.models import Remainder
from orders.remainders.books import due_logins
from orders.remainders.checking import check_remainders
from orders.remainders.correcting import NotCorrected, Wish, correct_position
from orders.tests.world import World, market
from strategies.models import Position, PositionCorrection, Strategy
from strategies.tests.rows import NOON
from tradeplatform.lib import loop

SPOT, FUTURES = MarketType.SPOT, MarketType.FUTURES
CLOSE = market(Side.SELL, percent="-100")


def check(minute: int = 0) -> None:
    """Every shard's check, some minutes after noon."""
    for shard in (0, 1):
        check_remainders(shard, now=NOON + timedelta(minutes=minute))


def by_hand(account: Account, side: Side, quantity: str, *, symbol: str = "BTC/USDT") -> None:
    """The owner trades at the exchange without us."""
    market_type = FUTURES if ":" in symbol else SPOT
    login = due_logins(shard_of(account.pk))[account.pk, market_type]
    ticket = OrderTicket(
        client_order_id=f"hand{side}{quantity}".replace(".", ""),
        symbol=symbol,
        side=side,
        order_type=OrderType.MARKET,
        quantity=Decimal(quantity),
    )
    loop.call(gateway.place(login, ticket), timeout_seconds=10)


def wish(strategy: Strategy, quantity: str | None = None) -> Wish:
    """What a person says who looks at the only remainder."""
    row = Remainder.objects.get()
    return Wish(
        remainder_id=row.pk,
        position_id=Position.objects.get(subscription__strategy=strategy).pk,
        unexplained=row.unexplained,
        quantity=None if quantity is None else Decimal(quantity),
        reason="closed by hand",
    )


def correct(world: World, strategy: Strategy, quantity: str | None = None) -> PositionCorrection:
    return correct_position(wish(strategy, quantity), person=world.owner, now=world.now())


def refusal(world: World, said: Wish) -> str:
    with pytest.raises(NotCorrected) as refused:
        correct_position(said, person=world.owner, now=world.now())
    return str(refused.value)


def drifted(world: World, account: Account, side: Side, quantity: str, symbol: str) -> None:
    """The owner trades by hand, and two checks find it."""
    check()
    by_hand(account, side, quantity, symbol=symbol)
    check(1)
    check(2)
    assert Remainder.objects.get().drifted_at is not None


def bought(world: World, account: Account, name: str = "test1") -> Strategy:
    """A strategy that holds 0.00999 bitcoins."""
    strategy = world.strategy(name, account)
    world.trade(strategy, market(Side.BUY, quantity="0.01"))
    return strategy


def long(world: World, account: Account, quantity: str = "0.1") -> Strategy:
    """A strategy that is long of contracts."""
    strategy = world.strategy("perp", account, market_type=MarketType.FUTURES)
    world.trade(strategy, market(Side.BUY, symbol="BTCUSDT", quantity=quantity))
    return strategy
