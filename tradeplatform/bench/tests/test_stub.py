"""The exchange that benchmarks send to: it notes arrivals and answers as Binance would."""

from collections.abc import Iterator
from time import monotonic

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


def test_what_is_forgotten_is_neither_noted_nor_open(stub: StubProcess) -> None:
    (client,) = clients(stub.url, 1)
    client.create_order(*ORDER)

    stub.arrivals.forget()

    assert stub.arrivals.times() == []
    assert client.fetch_open_orders("BTC/USDT") == []
