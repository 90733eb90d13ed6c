"""Profit less fees is what the sandbox's ledger says the account has gained."""

from decimal import Decimal

from pytest_django import Settings

from accounts.exchange.types import MarketType, Side
from orders.models import Fill
from orders.tests.world import World, market
from strategies import tasks
from strategies.models import MarkPrice, Position

BITCOIN = "BTC/USDT:USDT"


def spot_money(world: World) -> Decimal:
    (row,) = world.get("/sandbox/accounts")
    return Decimal(row["balances"]["USDT"]["free"])


def futures_money(world: World) -> Decimal:
    (row,) = world.get("/sandbox/accounts")
    return Decimal(row["futuresBalances"]["USDT"])


def fee(position: Position, currency: str) -> Decimal:
    return Decimal(position.fees[currency])


def test_a_spot_round_trip_gains_its_profit_less_both_fees(world: World) -> None:
    strategy = world.strategy("test1", world.account("A1"))
    before = spot_money(world)
    world.set_price("BTCUSDT", "90000")
    world.trade(strategy, market(Side.BUY, quantity="0.01"))
    bought = Fill.objects.get()
    world.set_price("BTCUSDT", "95000")

    world.trade(strategy, market(Side.SELL, percent="-100"))

    position = Position.objects.get()
    sold = Fill.objects.get(side="SELL")
    assert (position.quantity, position.average_entry_price) == (Decimal(0), None)
    assert position.realized_profit == Decimal("0.00999") * (sold.price - bought.price)
    assert position.fees.keys() == {"BTC", "USDT"}
    fees = fee(position, "USDT") + fee(position, "BTC") * bought.price
    assert spot_money(world) - before == position.realized_profit - fees


def test_a_short_that_is_turned_round_gains_its_profit_less_fees(world: World) -> None:
    strategy = world.strategy("perp", world.account("A1"), market_type=MarketType.FUTURES)
    before = futures_money(world)
    world.set_price("BTCUSDT", "100000")
    world.trade(strategy, market(Side.SELL, symbol=BITCOIN, quantity="0.1"))
    world.set_price("BTCUSDT", "90000")
    world.trade(strategy, market(Side.BUY, symbol=BITCOIN, quantity="0.3"))
    world.set_price("BTCUSDT", "80000")

    world.trade(strategy, market(Side.SELL, symbol=BITCOIN, percent="-100"))

    position = Position.objects.get()
    assert position.quantity == 0
    assert futures_money(world) - before == position.realized_profit - fee(position, "USDT")


def test_what_is_held_is_marked_once_per_market_and_what_is_flat_is_not(
    world: World, settings: Settings
) -> None:
    settings.PRICE_MAX_AGE_SECONDS = 0
    accounts = [world.account("A1"), world.account("A2")]
    first, second = world.strategy("test1", *accounts), world.strategy("test2", accounts[0])
    world.trade(first, market(Side.BUY, quantity="0.01"))
    world.trade(second, market(Side.BUY, symbol="ETH/USDT", quantity="0.1"))
    world.trade(second, market(Side.SELL, symbol="ETH/USDT", percent="-100"))
    world.set_price("BTCUSDT", "91000")

    tasks.mark_positions()

    mark = MarkPrice.objects.get()
    assert (mark.venue, mark.environment, mark.market_type) == ("binance", "SANDBOX", "SPOT")
    assert (mark.symbol, mark.price) == ("BTC/USDT", Decimal(91000))


def test_a_price_that_cannot_be_read_stays_and_the_others_are_written(
    world: World, settings: Settings
) -> None:
    settings.PRICE_MAX_AGE_SECONDS = 0
    strategy = world.strategy("test1", world.account("A1"))
    world.trade(strategy, market(Side.BUY, quantity="0.01"))
    tasks.mark_positions()
    first = MarkPrice.objects.get()
    position = Position.objects.get()
    Position.objects.create(
        subscription=position.subscription,
        symbol="GONE/USDT",
        quantity=Decimal(1),
        updated_at=world.now(),
    )
    world.set_price("BTCUSDT", "91000")

    tasks.mark_positions()

    mark = MarkPrice.objects.get()
    assert (mark.pk, mark.price) == (first.pk, Decimal(91000))
    assert mark.read_at > first.read_at


def test_nothing_held_is_nothing_to_mark(world: World) -> None:
    tasks.mark_positions()

    assert not MarkPrice.objects.exists()
