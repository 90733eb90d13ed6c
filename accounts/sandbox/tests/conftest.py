"""One sandbox process for the session, emptied and pinned to known prices before each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from accounts.sandbox.process import SandboxProcess
from accounts.sandbox.tests.trader import Trader, control


@pytest.fixture(scope="session")
def sandbox_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    """The running exchange."""
    state_dir: Path = tmp_path_factory.mktemp("sandbox")
    with SandboxProcess(state_dir=state_dir) as sandbox:
        yield sandbox


@pytest.fixture
def url(sandbox_process: SandboxProcess) -> str:
    """An empty exchange with BTCUSDT at 95,000."""
    assert control(sandbox_process.url, "reset")[0] == 200
    assert control(sandbox_process.url, "price", symbol="BTCUSDT", price="95000")[0] == 200
    return sandbox_process.url


@pytest.fixture
def ann(url: str) -> Trader:
    """An account with 100,000 USDT in each wallet and 1 BTC."""
    return Trader(url, "ann", USDT="100000", BTC="1")
