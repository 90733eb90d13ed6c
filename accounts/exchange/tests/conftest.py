"""A scripted venue on loopback that the real ccxt clients reach, whatever they ask for."""

from collections.abc import Iterator

import pytest

from accounts.exchange import gateway
from accounts.exchange.desk import Desk, adopt_desk
from accounts.exchange.tests import listings
from accounts.exchange.tests.asking import CREDENTIALS, wait
from accounts.exchange.tests.sandbox_market import Sandbox
from accounts.exchange.tests.scripted_venue import ScriptedVenue
from accounts.sandbox.process import SandboxProcess
from tradeplatform.lib import loop


async def _open(venue: ScriptedVenue) -> None:
    await venue.start()
    adopt_desk(Desk(session=venue.session()))


@pytest.fixture
def venue() -> Iterator[ScriptedVenue]:
    scripted = ScriptedVenue()
    loop.call(_open(scripted), timeout_seconds=10)
    yield scripted
    loop.call(gateway.close(), timeout_seconds=10)
    loop.call(scripted.stop(), timeout_seconds=10)


@pytest.fixture
def binance(venue: ScriptedVenue) -> ScriptedVenue:
    listings.list_binance(venue)
    return venue


@pytest.fixture
def market(fresh_sandbox: SandboxProcess) -> Iterator[Sandbox]:
    sandbox = Sandbox(fresh_sandbox.url)
    sandbox.control(
        "accounts",
        account="A1",
        apiKey=CREDENTIALS.api_key,
        secret=CREDENTIALS.secret,
        balances={"USDT": "100000"},
    )
    sandbox.control("price", symbol="BTCUSDT", price="90000")
    yield sandbox
    wait(gateway.close())
