"""A round counts when the exchange has taken exactly as many orders as were asked for."""

import asyncio
from collections.abc import Iterator

import pytest
from aiohttp import ClientResponseError, web
from aiohttp.test_utils import TestServer

from tradeplatform.bench.arrivals import StubProcess
from tradeplatform.bench.rivals import bare
from tradeplatform.bench.rivals.process import RivalProcess
from tradeplatform.bench.rivals.signed_orders import ORDER, clients
from tradeplatform.bench.turns import arrived, fire


@pytest.fixture
def stub() -> Iterator[StubProcess]:
    with StubProcess(latency_ms=20) as running:
        yield running


@pytest.mark.parametrize("name", ["bare", "threads"])
def test_a_rivals_orders_are_all_taken(stub: StubProcess, name: str) -> None:
    with RivalProcess(name, exchange_url=stub.url, accounts=12, broker_url="") as rival:
        took_ms = fire(rival, stub.arrivals, 12)

    assert took_ms > 0
    assert stub.arrivals.open_orders() == 12


def test_an_answer_that_is_no_success_ends_the_bare_rival() -> None:
    async def ask(server: TestServer) -> None:
        async with server, await bare.open_session() as session:
            request = {"url": str(server.make_url("/")), "body": "", "headers": {}}
            await bare.send_all(session, [request])

    with pytest.raises(ClientResponseError, match="404"):
        asyncio.run(ask(TestServer(web.Application())))


@pytest.mark.parametrize("asked", [1, 3])
def test_fewer_or_more_orders_than_asked_for_break_the_round_off(
    stub: StubProcess, asked: int
) -> None:
    for client in clients(stub.url, 2):
        client.create_order(*ORDER)

    with pytest.raises(RuntimeError, match=f"2 orders have arrived and 2 were taken, not {asked}"):
        arrived(stub.arrivals, asked)


def test_one_order_sent_twice_does_not_stand_in_for_another(stub: StubProcess) -> None:
    (client,) = clients(stub.url, 1)
    for _ in range(2):
        client.create_order(*ORDER, {"newClientOrderId": "same"})

    with pytest.raises(RuntimeError, match="2 orders have arrived and 1 were taken, not 2"):
        arrived(stub.arrivals, 2)
