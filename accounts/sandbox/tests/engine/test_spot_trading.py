"""What becomes of spot orders: fills, prices, fees, locks, triggers."""

from decimal import Decimal

import pytest

from accounts.sandbox.engine.listings import SPOT_LISTINGS, Market
from accounts.sandbox.engine.orders import Direction, OrderStatus, Side, TimeInForce
from accounts.sandbox.tests.engine.floor import FALLS, RISES, Floor, ticket

BUY, SELL = Side.BUY, Side.SELL


@pytest.fixture
def floor() -> Floor:
    """A fresh exchange."""
    return Floor()


def fills(floor: Floor, order_id: int) -> list[tuple[str, str, str]]:
    """Price, quantity and fee of each fill of one order."""
    found = [fill for fill in floor.exchange.spot.ledger.fills if fill.order_id == order_id]
    return [(str(fill.price), str(fill.quantity), f"{fill.fee}") for fill in found]


def test_market_buy_takes_the_house_quote_and_pays_the_fee_in_the_coin(floor: Floor) -> None:
    order = floor.place(ticket("ann", BUY, "0.5"))

    assert order.status is OrderStatus.FILLED
    assert fills(floor, order.order_id) == [("95000.01", "0.5", "0.00050000")]
    assert floor.free("ann", "BTC") == Decimal("10.4995")
    assert floor.free("ann", "USDT") == Decimal("952499.995")


def test_market_sell_pays_the_fee_in_the_quote(floor: Floor) -> None:
    floor.place(ticket("ann", SELL, "0.5"))

    assert floor.free("ann", "BTC") == Decimal("9.5")
    assert floor.free("ann", "USDT") == Decimal("1047452.49500500")


def test_market_order_walks_up_the_levels(floor: Floor) -> None:
    order = floor.place(ticket("ann", BUY, "3"))

    assert fills(floor, order.order_id) == [
        ("95000.01", "2.63157", "0.00263157"),
        ("95009.51", "0.36843", "0.00036843"),
    ]


def test_quote_quantity_buys_what_it_affords_in_whole_steps(floor: Floor) -> None:
    order = floor.place(ticket("ann", BUY, "0", quote_quantity="1000"))

    assert order.status is OrderStatus.FILLED
    assert order.filled_quantity == Decimal("0.01052")
    assert order.filled_notional == Decimal("999.4001052")


def test_limit_below_the_market_rests_and_locks_its_notional(floor: Floor) -> None:
    order = floor.place(ticket("ann", BUY, "1", "90000"))

    assert order.status is OrderStatus.NEW
    assert floor.locked("ann", "USDT") == Decimal(90_000)
    assert floor.free("ann", "USDT") == Decimal(910_000)


def test_cancel_gives_back_what_was_locked(floor: Floor) -> None:
    order = floor.place(ticket("ann", SELL, "2", "99000"))

    floor.cancel(order)

    assert order.status is OrderStatus.CANCELED
    assert floor.locked("ann", "BTC") == 0
    assert floor.free("ann", "BTC") == Decimal(10)


def test_crossing_limit_trades_at_the_better_price_and_rests_with_the_remainder(
    floor: Floor,
) -> None:
    order = floor.place(ticket("ann", BUY, "5", "95005"))

    assert order.status is OrderStatus.PARTIALLY_FILLED
    assert fills(floor, order.order_id) == [("95000.01", "2.63157", "0.00263157")]
    assert floor.locked("ann", "USDT") == Decimal("2.36843") * 95005


def test_accounts_trade_with_each_other_inside_the_spread(floor: Floor) -> None:
    floor.move("95000.5")  # the house sells at 95000.51
    maker = floor.place(ticket("bob", SELL, "1", "95000.50"))

    taker = floor.place(ticket("ann", BUY, "0.4"))

    assert fills(floor, taker.order_id) == [("95000.50", "0.4", "0.00040000")]
    assert maker.status is OrderStatus.PARTIALLY_FILLED
    assert floor.locked("bob", "BTC") == Decimal("0.6")


def test_older_order_trades_first_at_the_same_price(floor: Floor) -> None:
    older = floor.place(ticket("bob", SELL, "0.1", "95000"))
    younger = floor.place(ticket("cho", SELL, "0.1", "95000"))

    floor.place(ticket("ann", BUY, "0.1"))

    assert older.status is OrderStatus.FILLED
    assert younger.status is OrderStatus.NEW


def test_own_resting_order_expires_instead_of_trading_with_itself(floor: Floor) -> None:
    own = floor.place(ticket("ann", SELL, "0.1", "95000"))

    order = floor.place(ticket("ann", BUY, "0.1"))

    assert own.status is OrderStatus.EXPIRED_IN_MATCH
    assert floor.locked("ann", "BTC") == 0
    assert fills(floor, order.order_id) == [("95000.01", "0.1", "0.00010000")]


def test_resting_limit_that_meets_only_its_own_orders_leaves_no_crossed_book(
    floor: Floor,
) -> None:
    own = floor.place(ticket("ann", SELL, "0.1", "95000"))

    order = floor.place(ticket("ann", BUY, "0.1", "95000"))

    assert own.status is OrderStatus.EXPIRED_IN_MATCH
    assert order.status is OrderStatus.NEW


def test_ioc_expires_what_it_cannot_trade(floor: Floor) -> None:
    order = floor.place(ticket("ann", BUY, "5", "95005", time_in_force=TimeInForce.IOC))

    assert order.status is OrderStatus.EXPIRED
    assert order.filled_quantity == Decimal("2.63157")
    assert floor.locked("ann", "USDT") == 0


def test_fok_trades_all_or_nothing(floor: Floor) -> None:
    too_much = floor.place(ticket("ann", BUY, "5", "95005", time_in_force=TimeInForce.FOK))
    fitting = floor.place(ticket("ann", BUY, "2", "95005", time_in_force=TimeInForce.FOK))

    assert (too_much.status, too_much.filled_quantity) == (OrderStatus.EXPIRED, Decimal(0))
    assert (fitting.status, fitting.filled_quantity) == (OrderStatus.FILLED, Decimal(2))


def test_price_move_fills_what_it_reaches_at_the_limit_price(floor: Floor) -> None:
    reached = floor.place(ticket("ann", BUY, "1", "90000"))
    deeper = floor.place(ticket("ann", BUY, "1", "89999.99"))

    floor.move("90000")

    assert fills(floor, reached.order_id) == [("90000", "1", "0.00100000")]
    assert reached.status is OrderStatus.FILLED
    assert deeper.status is OrderStatus.NEW


@pytest.mark.parametrize(
    ("side", "direction", "trigger", "moves_to"),
    [
        (SELL, FALLS, "94000", "93999"),
        (BUY, RISES, "96000", "96000"),
        (SELL, RISES, "96000", "96500"),
        (BUY, FALLS, "94000", "94000"),
    ],
)
def test_stop_market_sleeps_until_its_trigger_is_reached(
    floor: Floor, side: Side, direction: Direction, trigger: str, moves_to: str
) -> None:
    order = floor.place(ticket("ann", side, "0.1", trigger=(direction, trigger)))
    floor.move("95001")
    assert (order.status, order.working_since_us) == (OrderStatus.NEW, None)

    floor.move(moves_to)

    assert order.status is OrderStatus.FILLED
    assert order.working_since_us is not None


def test_sleeping_stop_locks_and_gives_back(floor: Floor) -> None:
    order = floor.place(ticket("ann", SELL, "0.1", "93000", trigger=(FALLS, "94000")))
    assert floor.locked("ann", "BTC") == Decimal("0.1")

    floor.cancel(order)

    assert floor.locked("ann", "BTC") == 0


def test_triggered_stop_limit_rests_when_the_market_jumped_past_its_limit(floor: Floor) -> None:
    order = floor.place(ticket("ann", SELL, "0.1", "93500", trigger=(FALLS, "94000")))

    floor.move("92000")

    assert order.status is OrderStatus.NEW
    assert order.working_since_us is not None
    assert floor.locked("ann", "BTC") == Decimal("0.1")


def test_triggered_market_stop_expires_when_the_money_is_gone(floor: Floor) -> None:
    stop = floor.place(ticket("ann", BUY, "10", trigger=(RISES, "96000")))
    floor.place(ticket("ann", BUY, "0", quote_quantity="39000"))

    floor.move("99000")

    assert stop.status is OrderStatus.EXPIRED
    assert stop.filled_quantity == 0
    assert floor.locked("ann", "USDT") == 0


def test_house_renews_its_depth_when_the_price_ticks(floor: Floor) -> None:
    floor.place(ticket("ann", BUY, "2.63157"))
    floor.move("95000")

    order = floor.place(ticket("ann", BUY, "1"))

    assert fills(floor, order.order_id) == [("95000.01", "1", "0.00100000")]


def test_renewed_house_quote_fills_what_it_crosses(floor: Floor) -> None:
    floor.place(ticket("ann", BUY, "2.63157"))  # all of the house's best quote
    order = floor.place(ticket("ann", BUY, "1", "95000.01"))
    at_the_price = floor.place(ticket("ann", BUY, "1", "95000"))
    assert order.is_open

    floor.move("95000")

    assert order.status is OrderStatus.FILLED
    assert at_the_price.is_open


def test_amounts_never_need_more_than_eight_decimals() -> None:
    for listing in SPOT_LISTINGS.values():
        smallest_notional = listing.price_tick * listing.quantity_step

        assert smallest_notional == smallest_notional.quantize(Decimal("0.00000001"))
        assert listing.market is Market.SPOT
