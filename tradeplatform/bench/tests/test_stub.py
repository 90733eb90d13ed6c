"""The exchange that benchmarks send to: it notes arrivals and answers as Binance would."""

import socket
from collections.abc import Iterator
from time import monotonic
from urllib.parse import urlsplit

import pytest

from tradeplatform.bench.arrivals import StubProcess
from tradeplatform.bench.rivals.signed_orders import ORDER, clients


@pytest.fixture
def stub() -> Iterator[StubProcess]:
    with StubProcess(latency_ms=20) as running:
        yield running


def test_an_order_is_noted_when_it_comes_and_answered_later(stub: StubProcess) -> None:
    (client,) = clients(stub.url, 1)

    asked_at = monotonic()
    order = client.create_order(*ORDER)
    answered_at = monotonic()

    (arrived_at,) = stub.arrivals.times()
    assert asked_at < arrived_at < answered_at - 0.02
    assert (order["symbol"], order["status"], float(order["amount"])) == ("BTC/USDT", "open", 0.1)


def test_an_order_rests_until_it_is_canceled(stub: StubProcess) -> None:
    alice, bob = clients(stub.url, 2)
    order = alice.create_order(*ORDER)
    seen = alice.fetch_open_orders("BTC/USDT"), bob.fetch_open_orders("BTC/USDT")

    canceled = alice.cancel_order(order["id"], "BTC/USDT")

    assert [len(orders) for orders in seen] == [1, 0]
    assert canceled["status"] == "canceled"
    assert alice.fetch_open_orders("BTC/USDT") == []


def test_an_order_is_placed_whether_or_not_its_sender_waits(stub: StubProcess) -> None:
    order = "symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=1&price=1&newClientOrderId=hurried"
    where = urlsplit(stub.url)

    with socket.create_connection((where.hostname, where.port)) as connection:
        connection.sendall(f"POST /api/v3/order?{order} HTTP/1.1\r\n\r\n".encode())

    stub.arrivals.await_all(1)
    assert stub.arrivals.open_orders() == 1


def test_an_order_that_comes_twice_rests_once(stub: StubProcess) -> None:
    (client,) = clients(stub.url, 1)

    for _ in range(2):
        client.create_order(*ORDER, {"newClientOrderId": "same"})

    assert len(stub.arrivals.times()) == 2
    assert stub.arrivals.placed() == ["same", "same"]
    assert stub.arrivals.open_orders() == 1


def test_what_is_forgotten_is_neither_noted_nor_open(stub: StubProcess) -> None:
    (client,) = clients(stub.url, 1)
    client.create_order(*ORDER)

    stub.arrivals.forget()

    assert (stub.arrivals.times(), stub.arrivals.placed()) == ([], [])
    assert client.fetch_open_orders("BTC/USDT") == []
