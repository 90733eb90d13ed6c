"""One running platform for all tests here; what one of them breaks is whole again for the next."""

from collections.abc import Iterator

import pytest

from tradeplatform.supervisor.tests.platform_process import PlatformProcess
from tradeplatform.tests.faults.scene import Stage
from tradeplatform.tests.platform_client import PlatformClient


@pytest.fixture(scope="package")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PlatformProcess]:
    """Up on a machine in Seoul, patient with its exchange: no fault ends before its test does."""
    variables = {
        "POLL_SECONDS_STREAM_DOWN": "1",
        "EXCHANGE_TIMEOUT_SECONDS": "20",
        "TZ": "Asia/Seoul",
    }
    with PlatformProcess(tmp_path_factory.mktemp("state"), **variables) as platform:
        platform.read_until("^Ctrl-C stops everything")
        yield platform


@pytest.fixture
def stage(platform: PlatformProcess) -> Iterator[Stage]:
    """The platform, at known prices and with an exchange without faults."""
    stage = Stage(platform, PlatformClient(platform.state_dir))
    stage.rows("UPDATE strategies_strategy SET max_signal_age_seconds = 60")
    stage.client.set_price("BTCUSDT", "95000")
    stage.client.set_price("ETHUSDT", "3500")
    yield stage
    stage.heal()
