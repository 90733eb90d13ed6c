"""Sales on spot: a close as far as the own coins go, beyond them only coins that nobody bought."""

from datetime import datetime
from decimal import Decimal

import pytest

from accounts.exchange.types import MarketType, OrderTicket, OrderType, Side
from accounts.models import Account
from orders import market_data
from orders.late_sizing import size_late
from orders.models import Feed, Order, OrderEvent
from orders.planning import login_of
from orders.tests.test_obstacles import drift
from orders.tests.world import World, market, place, position_of
from orders.work import LateSizing
from strategies.intents import Intent
from strategies.models import Strategy
from tradeplatform.lib import loop


def sale(quantity: str, *, price: str = "150000") -> Intent:
    """A sale that rests."""
    return place("BTC/USDT", Side.SELL, OrderType.LIMIT, quantity=quantity, price=price)


def holding(world: World, account: Account, quantity: str = "0.01") -> Strategy:
    """A strategy that has bought so much, and received a thousandth less."""
    strategy = world.strategy(f"holds-{quantity}", account)
    world.trade(strategy, market(Side.BUY, quantity=quantity))
    return strategy


def told(order: Order) -> tuple[str, str, bool]:
    return order.status, order.error_code, order.is_close


@pytest.mark.parametrize("size", [{"quantity": "0.00999"}, {"notional": "500"}, {"percent": "5"}])
def test_a_sale_of_own_coins_passes_drift_however_it_is_sized(
    world: World, size: dict[str, str]
) -> None:
    account = world.account("A1")
    strategy = holding(world, account)
    world.set_price("BTCUSDT", "100000")
    drift(account, "BTC")

    (order,) = world.trade(strategy, market(Side.SELL, **size))

    assert told(order) == ("FILLED", "", True)


def test_a_sale_of_own_coins_does_not_wait_for_reconciliation(world: World) -> None:
    account = world.account("A1")
    strategy = holding(world, account)
    Feed.objects.create(account=account, market_type="SPOT")

    (order,) = world.trade(strategy, market(Side.SELL, quantity="0.005"))

    assert told(order) == ("FILLED", "", True)
    assert position_of(strategy, account) == Decimal("0.00499")


def test_a_sale_beyond_the_own_coins_waits_for_drift_to_be_settled(world: World) -> None:
    account = world.account("A1", balances={"USDT": "100000", "BTC": "1"})
    strategy = holding(world, account)
    drift(account, "BTC")

    (order,) = world.trade(strategy, market(Side.SELL, quantity="0.01"))

    assert told(order) == ("DENIED", "DRIFT", False)
    assert world.venue_orders(side="SELL") == []


def test_what_an_open_sale_takes_is_no_own_coin_of_the_next(world: World) -> None:
    account = world.account("A1", balances={"USDT": "100000", "BTC": "1"})
    strategy = holding(world, account)
    (first,) = world.trade(strategy, sale("0.006"))
    drift(account, "BTC")

    (beyond,) = world.trade(strategy, sale("0.004"))
    (within,) = world.trade(strategy, sale("0.00399"))

    assert told(first) == ("ACCEPTED", "", True)
    assert told(beyond) == ("DENIED", "DRIFT", False)
    assert told(within) == ("ACCEPTED", "", True)


def test_a_sale_into_nobodys_coins_says_so_and_is_no_close(world: World) -> None:
    account = world.account("A1", balances={"USDT": "100000", "BTC": "1"})
    strategy = holding(world, account)

    (order,) = world.trade(strategy, market(Side.SELL, quantity="0.5"))

    assert told(order) == ("FILLED", "", False)
    sized = OrderEvent.objects.get(order=order, to_status="SUBMITTED")
    assert sized.reason == "sell 0.5 BTC/USDT; 0.49001 of it not bought by this strategy"


def test_a_sale_never_reaches_coins_that_another_strategy_bought(world: World) -> None:
    account = world.account("A1", balances={"USDT": "100000", "BTC": "0.1"})
    other = holding(world, account, "0.5")
    strategy = holding(world, account)

    (order,) = world.trade(strategy, market(Side.SELL, quantity="0.2"))

    assert told(order) == ("DENIED", "INSUFFICIENT_HOLDINGS", False)
    assert order.error_message == (
        "0.2 BTC is more than the 0.10999 this strategy may sell: the account holds 0.60949, "
        "other strategies have 0.4995 of that, open orders move 0. For all of its own coins send "
        "qty_per -100."
    )
    assert position_of(other, account) == Decimal("0.4995")
    assert world.venue_orders(side="SELL") == []


def test_coins_of_nobody_that_one_strategy_has_on_sale_are_not_sold_by_another(
    world: World,
) -> None:
    account = world.account("A1", balances={"USDT": "100000", "BTC": "0.5"})
    holding(world, account, "0.4")
    first, second = world.strategy("first", account), world.strategy("second", account)
    (resting,) = world.trade(first, sale("0.5"))

    (order,) = world.trade(second, sale("0.3"))

    assert told(resting) == ("ACCEPTED", "", False)
    assert told(order) == ("DENIED", "INSUFFICIENT_HOLDINGS", False)


def test_an_open_sale_of_own_coins_takes_nothing_from_others(world: World) -> None:
    account = world.account("A1", balances={"USDT": "100000", "BTC": "0.5"})
    first, second = holding(world, account, "0.4"), world.strategy("second", account)
    world.trade(first, sale("0.3"))

    (order,) = world.trade(second, sale("0.5"))

    assert told(order) == ("ACCEPTED", "", False)


def test_a_balance_that_is_older_than_the_positions_sells_nobodys_coins(world: World) -> None:
    """Another strategy's sale is booked between the reading of the account and the sizing."""
    account = world.account("A1", balances={"USDT": "100000", "BTC": "0.5"})
    other, strategy = holding(world, account, "0.5"), world.strategy("second", account)
    read_at = world.now()
    world.trade(other, market(Side.SELL, percent="-100"))

    order, ticket = _sized(world, strategy, quantity="0.9", held="0.9995", read_at=read_at)

    assert ticket is None
    assert told(order) == ("DENIED", "HOLDINGS_UNKNOWN", False)


def test_contracts_that_were_sold_meanwhile_move_no_coins(world: World) -> None:
    account = world.account("A1", balances={"USDT": "100000", "BTC": "0.5"})
    perp = world.strategy("perp", account, market_type=MarketType.FUTURES)
    strategy = world.strategy("second", account)
    read_at = world.now()
    world.trade(perp, market(Side.SELL, symbol="BTCUSDT", quantity="0.1"))

    order, ticket = _sized(world, strategy, quantity="0.4", held="0.5", read_at=read_at)

    assert ticket is not None
    assert told(order) == ("SUBMITTED", "", False)


def _sized(
    world: World, strategy: Strategy, *, quantity: str, held: str, read_at: datetime
) -> tuple[Order, OrderTicket | None]:
    """A sale at the market, sized now with what the account held at `read_at`."""
    intent = market(Side.SELL, quantity=quantity)
    signal = world.alert(strategy, intent)
    world.claim_only(signal)
    order = Order.objects.select_related("account").get(signal=signal)
    key = login_of(order.account, strategy).market
    request = LateSizing(
        order_id=order.pk,
        intent=intent,
        market=loop.call(market_data.read(key, intent), timeout_seconds=10),
        account_quantity=Decimal(held),
        read_at=read_at,
        denial=None,
    )
    (ticket,) = size_late([request])
    order.refresh_from_db()
    return order, ticket
