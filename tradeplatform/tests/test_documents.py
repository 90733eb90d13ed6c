"""The scenarios of the documents that asked for this product, on the running platform."""

from collections.abc import Iterator
from typing import Any

import pytest

from tradeplatform.supervisor.tests.platform_process import PlatformProcess
from tradeplatform.tests.platform_client import PlatformClient

pytestmark = pytest.mark.whole_platform


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PlatformClient]:
    """A newcomer in front of a platform that has just printed READY."""
    state_dir = tmp_path_factory.mktemp("state")
    with PlatformProcess(state_dir) as platform:
        platform.read_until("^Ctrl-C stops everything")
        client = PlatformClient(state_dir)
        client.set_price("BTCUSDT", "100000")
        client.set_price("ETHUSDT", "4000")
        yield client


@pytest.mark.complaint(1, 2)
def test_scenario_1_a_limit_order_reaches_every_account_and_nothing_else(
    client: PlatformClient,
) -> None:
    before = client.venue_order_ids()

    answer = client.alert(
        symbol="BTC/USDT", order_type="LIMIT", side="buy", price="90000", qty_per=5
    )

    assert answer.status == 200
    assert answer.body["action"] == "orders_processed"
    assert answer.column("account_name") == ["demo-1", "demo-2", "demo-3"]
    assert answer.column("status") == ["success"] * 3
    assert answer.body["summary"] == {
        "total_accounts": 3,
        "successful_trades": 3,
        "failed_trades": 0,
        "pending_trades": 0,
    }
    assert set(answer.body["performance_metrics"]) == {
        "validation_time_ms",
        "preprocessing_time_ms",
        "trade_processing_time_ms",
        "total_processing_time_ms",
    }
    new = [order for order in client.venue_orders() if order["clientOrderId"] not in before]
    assert {(order["clientOrderId"], str(order["orderId"])) for order in new} == {
        (row["client_order_id"], row["order_id"]) for row in answer.rows
    }
    assert {(order["symbol"], order["side"], order["type"], order["price"]) for order in new} == {
        ("BTCUSDT", "BUY", "LIMIT", "90000.00000000")
    }


def test_scenario_2_a_batch_places_several_symbols(client: PlatformClient) -> None:
    answer = client.alert(
        orders=[
            {
                "symbol": "BTC/USDT",
                "side": "buy",
                "order_type": "LIMIT",
                "price": "90000",
                "qty_per": 5,
                "priority": 1,
            },
            {
                "symbol": "ETH/USDT",
                "side": "sell",
                "order_type": "MARKET",
                "qty_per": 10,
                "priority": 2,
            },
        ]
    )

    assert answer.status == 200
    assert answer.column("symbol") == ["BTC/USDT"] * 3 + ["ETH/USDT"] * 3
    assert answer.column("order_status") == ["ACCEPTED"] * 3 + ["FILLED"] * 3


@pytest.mark.complaint(3)
def test_scenario_3_cancel_all_cancels_this_strategys_orders_of_the_symbol_only(
    client: PlatformClient,
) -> None:
    limit: dict[str, Any] = {"order_type": "LIMIT", "side": "buy", "qty_per": 5}
    other_symbol = client.alert(symbol="ETH/USDT", price="3000", **limit)
    other_strategy = client.alert(client.private, symbol="BTC/USDT", price="90000", **limit)
    client.alert(symbol="BTC/USDT", price="90000", **limit)

    answer = client.alert(symbol="BTC/USDT", order_type="CANCEL_ALL_ORDER")

    assert answer.status == 200
    assert set(answer.column("order_status")) == {"CANCELED"}
    assert set(answer.column("symbol")) == {"BTC/USDT"}
    alive = {order["clientOrderId"] for order in client.venue_orders() if order["status"] == "NEW"}
    assert alive == set(other_symbol.column("client_order_id")) | set(
        other_strategy.column("client_order_id")
    )


def test_scenario_4_a_position_is_opened_and_closed(client: PlatformClient) -> None:
    too_small = client.alert(symbol="BTC/USDT", side="buy", order_type="MARKET", qty_per=0.001)
    opened = client.alert(symbol="BTC/USDT", side="buy", order_type="MARKET", qty_per=5)
    closed = client.alert(symbol="BTC/USDT", side="sell", order_type="MARKET", qty_per=-100)
    again = client.alert(symbol="BTC/USDT", side="sell", order_type="MARKET", qty_per=-100)

    assert too_small.column("error_code") == ["BELOW_MINIMUM"] * 3
    assert opened.column("order_status") == ["FILLED"] * 3
    assert closed.column("order_status") == ["FILLED"] * 3
    assert again.column("error_code") == ["NO_LONG_POSITION"] * 3


def test_a_futures_strategy_opens_and_closes_a_short(client: PlatformClient) -> None:
    opened = client.alert(
        client.futures, symbol="BTCUSDT.P", side="sell", order_type="MARKET", qty_per=10
    )
    closed = client.alert(
        client.futures, symbol="BTCUSDT.P", side="buy", order_type="MARKET", qty_per=-100
    )

    assert opened.column("order_status") == ["FILLED", "FILLED"], opened
    assert closed.column("order_status") == ["FILLED", "FILLED"]


def test_a_refused_alert_costs_no_order(client: PlatformClient) -> None:
    before = client.venue_order_ids()

    refused = client.alert(symbol="BTC/USDT", side="buy", order_type="LIMIT", qty_per=5)

    assert (refused.status, refused.body["field"]) == (400, "price")
    assert client.venue_order_ids() == before


@pytest.mark.complaint(6)
def test_the_same_alert_twice_places_its_orders_once(client: PlatformClient) -> None:
    before = client.venue_order_ids()
    fields: dict[str, Any] = {
        "symbol": "BTC/USDT",
        "side": "buy",
        "order_type": "LIMIT",
        "price": "91000",
        "qty_per": 5,
        "alert_id": "one and only",
    }

    first = client.alert(**fields)
    second = client.alert(**fields)

    assert second.status == 200
    assert second.body["duplicate"] is True
    assert second.body["signal_id"] == first.body["signal_id"]
    assert second.rows == first.rows
    assert len(client.venue_order_ids() - before) == 3
