"""What becomes of futures orders: positions, margin, reduce-only, profit, and algo orders."""

from decimal import Decimal

import pytest

from accounts.sandbox.engine.commands import Deposit, SetLeverage, SetMarginType
from accounts.sandbox.engine.events import OrderChanged
from accounts.sandbox.engine.listings import Market
from accounts.sandbox.engine.orders import AlgoStatus, OrderStatus, Side, Ticket, TimeInForce
from accounts.sandbox.engine.refusals import Reason, Refused
from accounts.sandbox.tests.engine.floor import BTC, FALLS, RISES, Floor, ticket

BUY, SELL = Side.BUY, Side.SELL
FUTURES = Market.FUTURES


@pytest.fixture
def floor() -> Floor:
    """A fresh exchange."""
    return Floor()


def refusal(floor: Floor, asked: Ticket) -> Reason:
    """Why the order is refused."""
    with pytest.raises(Refused) as refused:
        floor.place(asked, FUTURES)
    return refused.value.reason


def test_long_earns_when_the_price_rises(floor: Floor) -> None:
    floor.place(ticket("ann", BUY, "1"), FUTURES)
    floor.move("96000")

    floor.place(ticket("ann", SELL, "1"), FUTURES)

    fees = (Decimal("95000.1") + Decimal("95999.9")) * Decimal("0.0005")
    assert floor.position("ann") == 0
    money = floor.exchange.futures_money
    assert money.balances["ann"] == Decimal(1_000_000) + Decimal("999.8") - fees
    assert money.house == Decimal("-999.8")
    assert money.fees == fees


def test_order_beyond_the_position_turns_it_around(floor: Floor) -> None:
    floor.place(ticket("ann", BUY, "1"), FUTURES)

    floor.place(ticket("ann", SELL, "3"), FUTURES)

    position = floor.exchange.futures_money.holdings["ann", BTC].position
    assert position.quantity == -2
    assert position.entry_price < Decimal(95_000)


def test_margin_follows_the_leverage(floor: Floor) -> None:
    money = floor.exchange.futures_money
    floor.do(SetLeverage("ann", BTC, 10))

    floor.place(ticket("ann", BUY, "1", "94000"), FUTURES)

    assert money.margin("ann") == Decimal(9_400)
    assert money.available("ann") == Decimal(990_600)


def test_order_is_refused_without_margin_and_its_opposite_is_not(floor: Floor) -> None:
    floor.do(SetLeverage("ann", BTC, 1))
    floor.place(ticket("ann", BUY, "10"), FUTURES)

    reason = refusal(floor, ticket("ann", BUY, "1"))
    closing = floor.place(ticket("ann", SELL, "10"), FUTURES)

    assert reason is Reason.INSUFFICIENT_FUNDS
    assert closing.status is OrderStatus.FILLED


def test_leverage_cannot_be_lowered_below_what_the_margin_bears(floor: Floor) -> None:
    floor.place(ticket("ann", BUY, "50"), FUTURES)

    with pytest.raises(Refused) as refused:
        floor.do(SetLeverage("ann", BTC, 2))

    assert refused.value.reason is Reason.INSUFFICIENT_FUNDS


@pytest.mark.parametrize("leverage", [0, 126])
def test_leverage_out_of_range_is_refused(floor: Floor, leverage: int) -> None:
    with pytest.raises(Refused) as refused:
        floor.do(SetLeverage("ann", BTC, leverage))

    assert refused.value.reason is Reason.LEVERAGE_OUT_OF_RANGE
    assert refused.value.bound == str(leverage)


def test_margin_type_is_changed_once(floor: Floor) -> None:
    floor.do(SetMarginType("ann", BTC, "ISOLATED"))

    with pytest.raises(Refused) as refused:
        floor.do(SetMarginType("ann", BTC, "ISOLATED"))

    assert refused.value.reason is Reason.MARGIN_TYPE_UNCHANGED


def test_reduce_only_needs_a_position_on_the_other_side(floor: Floor) -> None:
    floor.place(ticket("ann", BUY, "1"), FUTURES)

    same_side = refusal(floor, ticket("ann", BUY, "1", reduce_only=True))
    without_position = refusal(floor, ticket("bob", SELL, "1", reduce_only=True))

    assert same_side is without_position is Reason.NOTHING_TO_REDUCE


def test_reduce_only_order_is_cut_to_the_position(floor: Floor) -> None:
    floor.place(ticket("ann", BUY, "1"), FUTURES)

    order = floor.place(ticket("ann", SELL, "5", reduce_only=True), FUTURES)

    assert (order.status, order.quantity) == (OrderStatus.FILLED, Decimal(1))
    assert floor.position("ann") == 0


def test_resting_reduction_blocks_a_second_one(floor: Floor) -> None:
    floor.place(ticket("ann", BUY, "1"), FUTURES)
    floor.place(ticket("ann", SELL, "1", "99000", reduce_only=True), FUTURES)

    assert refusal(floor, ticket("ann", SELL, "1", reduce_only=True)) is Reason.REDUCTION_TAKEN


def test_resting_reduction_expires_with_its_position(floor: Floor) -> None:
    floor.place(ticket("ann", BUY, "1"), FUTURES)
    reduction = floor.place(ticket("ann", SELL, "1", "99000", reduce_only=True), FUTURES)

    floor.place(ticket("ann", SELL, "0.5"), FUTURES)

    assert reduction.status is OrderStatus.EXPIRED
    assert floor.exchange.futures_money.holdings["ann", BTC].reducing == 0


def test_reduce_only_order_may_be_smaller_than_the_minimum_notional(floor: Floor) -> None:
    floor.place(ticket("ann", BUY, "0.002"), FUTURES)

    too_small = refusal(floor, ticket("ann", SELL, "0.001"))
    order = floor.place(ticket("ann", SELL, "0.001", reduce_only=True), FUTURES)

    assert too_small is Reason.NOTIONAL_TOO_SMALL
    assert order.status is OrderStatus.FILLED


def test_fok_that_cannot_fill_and_post_only_that_would_take_are_refused(floor: Floor) -> None:
    killed = ticket("ann", BUY, "5", "95005", time_in_force=TimeInForce.FOK)
    taking = ticket("ann", BUY, "1", "95005", time_in_force=TimeInForce.GTX)

    assert refusal(floor, killed) is Reason.CANNOT_FILL_WHOLE
    assert refusal(floor, taking) is Reason.WOULD_TAKE


def test_limit_price_is_bounded_only_the_way_that_hurts(floor: Floor) -> None:
    far_buy = floor.place(ticket("ann", BUY, "0.1", "80000"), FUTURES)

    assert far_buy.is_open
    assert refusal(floor, ticket("ann", BUY, "0.1", "99750.1")) is Reason.PRICE_ABOVE_BAND
    assert refusal(floor, ticket("ann", SELL, "0.1", "90249.9")) is Reason.PRICE_BELOW_BAND


def test_futures_wallet_takes_dollars_only(floor: Floor) -> None:
    floor.do(Deposit("ann", FUTURES, "USDT", Decimal(5)))

    with pytest.raises(Refused) as refused:
        floor.do(Deposit("ann", FUTURES, "BTC", Decimal(1)))

    assert floor.exchange.futures_money.balances["ann"] == Decimal(1_000_005)
    assert refused.value.reason is Reason.UNKNOWN_ASSET


def test_algo_order_places_an_order_of_its_own_when_triggered(floor: Floor) -> None:
    stop = floor.place_stop(ticket("ann", BUY, "1", trigger=(RISES, "96000")))
    floor.move("95999.9")
    assert floor.exchange.algo.open_orders("ann") == [stop]

    floor.move("96000")

    assert stop.status is AlgoStatus.FINISHED
    assert stop.placed is not None
    assert stop.placed.status is OrderStatus.FILLED
    assert stop.placed.ticket.client_order_id == stop.ticket.client_order_id
    assert floor.position("ann") == 1


def test_algo_order_is_finished_only_when_the_order_it_placed_is(floor: Floor) -> None:
    stop = floor.place_stop(ticket("ann", BUY, "1", "95500", trigger=(RISES, "96000")))

    floor.move("96000")
    triggered = stop.snapshot()
    floor.move("95500")

    assert triggered.status is AlgoStatus.TRIGGERED
    assert stop.status is AlgoStatus.FINISHED


def test_algo_order_reports_every_status_with_the_placed_order_in_between(floor: Floor) -> None:
    floor.place_stop(ticket("ann", BUY, "1", trigger=(RISES, "96000")))

    events = floor.move("96000")

    assert [
        event.execution.value if isinstance(event, OrderChanged) else event.order.status.value
        for event in events
    ] == ["TRIGGERING", "NEW", "TRADE", "TRIGGERED", "FINISHED"]


def test_algo_order_needs_margin_only_when_triggered(floor: Floor) -> None:
    floor.do(SetLeverage("ann", BTC, 1))
    stop = floor.place_stop(ticket("ann", BUY, "100", trigger=(RISES, "96000")))
    assert floor.exchange.futures_money.available("ann") == Decimal(1_000_000)

    floor.move("96000")

    assert stop.status is AlgoStatus.REJECTED
    assert floor.exchange.futures.ledger.orders == {}


def test_closing_stop_takes_all_that_is_held(floor: Floor) -> None:
    floor.place(ticket("ann", BUY, "1.5"), FUTURES)
    floor.place_stop(ticket("ann", SELL, "0", trigger=(FALLS, "94000"), close_position=True))

    floor.move("94000")

    assert floor.position("ann") == 0


def test_closing_stop_expires_when_nothing_is_held(floor: Floor) -> None:
    stop = floor.place_stop(ticket("ann", SELL, "0", trigger=(FALLS, "94000"), close_position=True))

    floor.move("94000")

    assert stop.status is AlgoStatus.EXPIRED


def test_canceled_algo_order_is_never_triggered(floor: Floor) -> None:
    stop = floor.place_stop(ticket("ann", BUY, "1", trigger=(RISES, "96000")))
    floor.cancel_stop(stop)

    floor.move("96000")

    assert stop.status is AlgoStatus.CANCELED
    assert floor.position("ann") == 0
    with pytest.raises(Refused) as refused:
        floor.cancel_stop(stop)
    assert refused.value.reason is Reason.UNKNOWN_ORDER


def test_algo_order_that_would_trigger_at_once_or_repeats_an_id_is_refused(floor: Floor) -> None:
    floor.place_stop(ticket("ann", BUY, "1", trigger=(RISES, "96000"), client_order_id="mine"))

    with pytest.raises(Refused) as at_once:
        floor.place_stop(ticket("ann", BUY, "1", trigger=(RISES, "95000")))
    with pytest.raises(Refused) as repeated:
        floor.place_stop(ticket("ann", BUY, "1", trigger=(RISES, "97000"), client_order_id="mine"))

    assert at_once.value.reason is Reason.WOULD_TRIGGER
    assert repeated.value.reason is Reason.DUPLICATE_CLIENT_ORDER_ID
