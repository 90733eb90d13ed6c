"""What the sandbox pushes is booked by the running stream process."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from accounts.exchange import gateway
from accounts.exchange.types import Credentials, MarketType, OrderTicket, OrderType, Side
from accounts.models import Account
from orders.models import Feed, Fill, Order, OrderEvent, StreamState
from orders.planning import login_of
from orders.tests.streaming.conftest import StartStreams, all_up, until, until_all_up
from orders.tests.world import World, limit_buy, market, place, position_of
from strategies.models import Strategy
from tradeplatform.lib import loop


def is_filled() -> bool:
    return Order.objects.get().status == "FILLED"


def test_a_resting_order_is_filled_when_the_price_moves(
    world: World, account: Account, strategy: Strategy
) -> None:
    (order,) = world.trade(strategy, limit_buy("90000", percent="5"))

    world.set_price("BTCUSDT", "89000")
    until(is_filled)

    fill = Fill.objects.get()
    assert (fill.order, fill.quantity, fill.price) == (order, order.quantity, Decimal(90000))
    assert (fill.fee_quantity, fill.fee_currency) == (Decimal("0.00000555"), "BTC")
    assert position_of(strategy, account) == Decimal("0.00554445")


def test_a_futures_order_is_filled_when_the_price_moves(
    world: World, account: Account, perp: Strategy
) -> None:
    world.trade(perp, place("BTCUSDT", Side.BUY, OrderType.LIMIT, quantity="0.01", price="90000"))

    world.set_price("BTCUSDT", "89000")
    until(is_filled)

    assert Fill.objects.get().price == 90000
    assert position_of(perp, account, "BTC/USDT:USDT") == Decimal("0.01")


@pytest.mark.scenario(73)
def test_a_futures_stop_that_triggers_is_booked_from_the_order_it_becomes(
    world: World, account: Account, perp: Strategy
) -> None:
    world.trade(
        perp, place("BTCUSDT", Side.SELL, OrderType.STOP_MARKET, quantity="0.01", stop="90000")
    )

    world.set_price("BTCUSDT", "89000")
    until(is_filled)

    assert position_of(perp, account, "BTC/USDT:USDT") == Decimal("-0.01")


@pytest.mark.scenario(94)
@pytest.mark.parametrize("disturbance", ["repeat", "reorder"])
def test_events_that_come_twice_or_out_of_order_are_booked_once(
    world: World, account: Account, strategy: Strategy, disturbance: str
) -> None:
    world.post("/sandbox/streams/disturb", {"account": "A1", disturbance: 2})

    world.trade(strategy, market(Side.BUY, quantity="0.01"))
    world.post("/sandbox/streams/resume", {"account": "A1"})
    world.set_price("BTCUSDT", "89000")
    world.trade(strategy, market(Side.SELL, percent="-100"))
    until(lambda: Fill.objects.count() == 2)

    assert sorted(Order.objects.values_list("status", flat=True)) == ["FILLED", "FILLED"]
    assert position_of(strategy, account) == 0


@pytest.mark.scenario(94)
@pytest.mark.complaint(17)
def test_an_execution_whose_event_was_lost_is_looked_up(
    world: World, account: Account, strategy: Strategy
) -> None:
    world.trade(strategy, limit_buy("90000", percent="5"))
    hand = place("BTCUSDT", Side.SELL, OrderType.LIMIT, quantity="0.001", price="90000")

    world.post("/sandbox/streams/disturb", {"account": "A1", "drop": 1})
    world.set_price("BTCUSDT", "90000.01")
    world.trade(world.strategy("other", world.account("B1", balances={"BTC": "1"})), hand)
    world.set_price("BTCUSDT", "89000")
    until(lambda: Order.objects.get(subscription__strategy=strategy).status == "FILLED")

    assert position_of(strategy, account) == Decimal("0.00554445")


@pytest.mark.scenario(94)
@pytest.mark.complaint(17)
@pytest.mark.usefixtures("strategy")
def test_what_happened_while_the_stream_was_away_is_polled_for(world: World) -> None:
    Feed.objects.update(polled_at=datetime.now(UTC))

    world.post("/sandbox/streams/drop", {"account": "A1"})
    until(lambda: Feed.objects.get().polled_at is None)
    until(all_up)

    assert Feed.objects.get().stream_problem == ""


@pytest.mark.parametrize("market_type", [MarketType.SPOT, MarketType.FUTURES])
def test_a_stream_that_the_exchange_ends_is_opened_anew(
    world: World, start_streams: StartStreams, market_type: MarketType
) -> None:
    account = world.account("A1")
    strategy = world.strategy("test1", account, market_type=market_type)
    start_streams()
    until_all_up()

    world.post("/sandbox/streams/terminate", {"account": "A1"})
    until(lambda: not all_up())
    until_all_up()
    world.trade(
        strategy, place("BTCUSDT", Side.BUY, OrderType.LIMIT, quantity="0.01", price="90000")
    )
    world.set_price("BTCUSDT", "89000")
    until(is_filled)

    assert Fill.objects.count() == 1


def test_an_account_whose_key_is_refused_says_so(world: World, start_streams: StartStreams) -> None:
    stranger = world.stranger("A9", Credentials(api_key="no", secret="no"))
    world.strategy("test1", world.account("A1"), stranger)

    start_streams()
    until(lambda: Feed.objects.exclude(stream_problem="").exists())
    until(lambda: Feed.objects.filter(stream_state=StreamState.UP).exists())

    states = Feed.objects.values_list("account__name", "stream_state")
    assert list(states) == [("A1", "UP"), ("A9", "DOWN")]
    problem = Feed.objects.get(account=stranger).stream_problem
    assert problem.startswith("BAD_CREDENTIALS: The exchange does not accept the API key.")


def test_orders_of_other_programs_are_passed_over(
    world: World, account: Account, strategy: Strategy
) -> None:
    login = login_of(account, strategy)
    by_hand = OrderTicket("byhand", "BTC/USDT", Side.BUY, OrderType.MARKET, Decimal("0.02"))
    loop.call(gateway.place(login, by_hand), timeout_seconds=10)
    (order,) = world.trade(strategy, market(Side.BUY, quantity="0.01"))
    until(lambda: Fill.objects.count() == 1)

    assert Order.objects.count() == 1
    assert Fill.objects.get().order == order


def test_no_event_is_written_for_what_is_known_already(world: World, strategy: Strategy) -> None:
    (order,) = world.trade(strategy, limit_buy("90000", percent="5"))

    world.set_price("BTCUSDT", "89000")
    until(is_filled)

    events = OrderEvent.objects.filter(order=order).values_list("to_status", flat=True)
    assert list(events)[:2] == ["SUBMITTED", "ACCEPTED"]
    assert list(events)[-1] == "FILLED"
