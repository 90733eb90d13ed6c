"""What the engine refuses on the spot market, and that a refusal costs nothing."""

from decimal import Decimal

import pytest

from accounts.sandbox.engine.listings import SPOT_LISTINGS
from accounts.sandbox.engine.orders import Side, Ticket, TimeInForce
from accounts.sandbox.engine.refusals import Reason, Refused
from accounts.sandbox.tests.engine.floor import BTC, FALLS, RISES, Floor, ticket

BUY, SELL = Side.BUY, Side.SELL


@pytest.fixture
def floor() -> Floor:
    """A fresh exchange."""
    return Floor()


def test_client_order_id_is_free_again_once_its_order_is_closed(floor: Floor) -> None:
    first = floor.place(ticket("ann", BUY, "0.1", "90000", client_order_id="mine"))
    with pytest.raises(Refused) as refused:
        floor.place(ticket("ann", BUY, "0.1", "90000", client_order_id="mine"))
    floor.cancel(first)

    second = floor.place(ticket("ann", BUY, "0.1", "90000", client_order_id="mine"))

    assert refused.value.reason is Reason.DUPLICATE_CLIENT_ORDER_ID
    found = floor.exchange.spot.ledger.find("ann", BTC, order_id=None, client_order_id="mine")
    assert found is second


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        (ticket("ann", BUY, "12", "90000"), Reason.INSUFFICIENT_FUNDS),
        (ticket("ann", BUY, "11"), Reason.INSUFFICIENT_FUNDS),
        (ticket("ann", SELL, "10.1", "99000"), Reason.INSUFFICIENT_FUNDS),
        (ticket("ann", BUY, "12", trigger=(RISES, "96000")), Reason.INSUFFICIENT_FUNDS),
        (ticket("ann", BUY, "1", "95000.01", time_in_force=TimeInForce.GTX), Reason.WOULD_TAKE),
        (ticket("ann", SELL, "1", trigger=(FALLS, "95000")), Reason.WOULD_TRIGGER),
        (ticket("ann", BUY, "1", "90000.001"), Reason.PRICE_OFF_TICK),
        (ticket("ann", BUY, "1", "0.001"), Reason.PRICE_TOO_LOW),
        (ticket("ann", BUY, "1", "1000000.01"), Reason.PRICE_TOO_HIGH),
        (ticket("ann", BUY, "1", "475000.01"), Reason.PRICE_ABOVE_BAND),
        (ticket("ann", BUY, "1", "18999.99"), Reason.PRICE_BELOW_BAND),
        (ticket("ann", SELL, "1", "18999.99"), Reason.PRICE_BELOW_BAND),
        (ticket("ann", BUY, "0.000001", "90000"), Reason.QUANTITY_TOO_SMALL),
        (ticket("ann", BUY, "0.100001", "90000"), Reason.QUANTITY_OFF_STEP),
        (ticket("ann", BUY, "9001", "90000"), Reason.QUANTITY_TOO_LARGE),
        (ticket("ann", BUY, "121"), Reason.MARKET_QUANTITY_TOO_LARGE),
        (ticket("ann", BUY, "0.00005", "90000"), Reason.NOTIONAL_TOO_SMALL),
        (ticket("ann", BUY, "0", quote_quantity="4.99"), Reason.NOTIONAL_TOO_SMALL),
        (ticket("ann", BUY, "0", quote_quantity="0.5"), Reason.QUANTITY_TOO_SMALL),
        (ticket("ann", BUY, "101", "90000"), Reason.NOTIONAL_TOO_LARGE),
    ],
)
def test_refused_order_leaves_no_trace(floor: Floor, asked: Ticket, reason: Reason) -> None:
    with pytest.raises(Refused) as refused:
        floor.place(asked)

    assert refused.value.reason is reason
    assert floor.exchange.spot.ledger.orders == {}
    assert floor.free("ann", "USDT") == Decimal(1_000_000)


def test_two_hundred_orders_of_a_symbol_are_open_at_most(floor: Floor) -> None:
    for _ in range(SPOT_LISTINGS[BTC].max_orders):
        floor.place(ticket("ann", BUY, "0.001", "90000"))

    with pytest.raises(Refused) as refused:
        floor.place(ticket("ann", BUY, "0.001", "90000"))

    assert refused.value.reason is Reason.TOO_MANY_ORDERS
    assert floor.place(ticket("bob", BUY, "0.001", "90000")).is_open


def test_five_stops_of_a_symbol_are_open_at_most(floor: Floor) -> None:
    for _ in range(5):
        floor.place(ticket("ann", SELL, "0.01", trigger=(FALLS, "94000")))

    with pytest.raises(Refused) as refused:
        floor.place(ticket("ann", SELL, "0.01", trigger=(FALLS, "94000")))

    assert refused.value.reason is Reason.TOO_MANY_STOP_ORDERS


def test_nobody_cancels_anothers_order(floor: Floor) -> None:
    order = floor.place(ticket("ann", BUY, "1", "90000"))

    with pytest.raises(Refused) as refused:
        floor.exchange.spot.cancel("bob", symbol=BTC, order_id=order.order_id, at_us=99)

    assert refused.value.reason is Reason.UNKNOWN_ORDER
    assert order.is_open
