"""Parts of the platform go away while alerts come in: nothing is lost, nothing is doubled."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tradeplatform.supervisor.tests.platform_process import PlatformProcess
from tradeplatform.tests.platform_client import Answer, PlatformClient
from tradeplatform.tests.settings_by_hand import manage

pytestmark = pytest.mark.whole_platform


@pytest.fixture(scope="module")
def state_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("state")


@pytest.fixture(scope="module")
def platform(state_dir: Path) -> Iterator[PlatformProcess]:
    with PlatformProcess(state_dir) as platform:
        platform.read_until("^Ctrl-C stops everything")
        yield platform


@pytest.fixture
def client(platform: PlatformProcess, state_dir: Path) -> PlatformClient:
    return PlatformClient(state_dir)


def limit_buy(client: PlatformClient) -> Answer:
    return client.alert(symbol="BTC/USDT", side="buy", order_type="LIMIT", price="90000", qty_per=5)


@pytest.mark.scenario(97)
@pytest.mark.complaint(6)
def test_without_workers_an_alert_is_accepted_and_executed_when_they_are_back(
    platform: PlatformProcess, client: PlatformClient
) -> None:
    before = client.venue_order_ids()

    with platform.stopped("worker0", "worker1"):
        answer = limit_buy(client)
        meanwhile = client.venue_order_ids()
    settled = client.settled(answer)

    assert answer.status == 202
    assert meanwhile == before
    assert settled.column("status") == ["success"] * 3
    assert client.venue_order_ids() - before == set(settled.column("client_order_id"))


@pytest.mark.scenario(97)
@pytest.mark.complaint(6)
def test_an_alert_that_waited_too_long_for_workers_is_denied(
    platform: PlatformProcess, client: PlatformClient, state_dir: Path
) -> None:
    before = client.venue_order_ids()
    manage(state_dir, "Strategy.objects.update(max_signal_age_seconds=1)")

    with platform.stopped("worker0", "worker1"):
        answer = limit_buy(client)  # answered after the webhook's wait of 2 s
    settled = client.settled(answer)
    manage(state_dir, "Strategy.objects.update(max_signal_age_seconds=60)")

    assert answer.status == 202
    assert settled.column("error_code") == ["SIGNAL_EXPIRED"] * 3
    assert client.venue_order_ids() == before


@pytest.mark.scenario(42)
@pytest.mark.complaint(6)
def test_without_the_broker_an_alert_is_accepted_and_executed_after_its_return(
    platform: PlatformProcess, client: PlatformClient
) -> None:
    before = client.venue_order_ids()

    killed = platform.kill("valkey")
    answer = limit_buy(client)
    platform.read_until_restarted("valkey", killed=killed)
    settled = client.settled(answer, seconds=60)

    assert answer.status in (200, 202)
    assert settled.column("status") == ["success"] * 3
    assert client.venue_order_ids() - before == set(settled.column("client_order_id"))


@pytest.mark.scenario(39)
def test_without_the_database_an_alert_is_refused_with_503_and_no_order_is_placed(
    platform: PlatformProcess, client: PlatformClient
) -> None:
    before = client.venue_order_ids()

    with platform.restarting_nothing():
        killed = platform.kill("postgres")
        # The database's sessions outlive it for a moment: some alerts may be accepted still.
        *accepted, refused = _until(client, lambda answer: answer.status == 503)
        without_database = client.venue_order_ids()
        still_refused = limit_buy(client)
        meanwhile = client.venue_order_ids()
    platform.read_until_restarted("postgres", killed=killed)
    accepted.append(_until(client, lambda answer: answer.status != 503)[-1])
    settled = [client.settled(answer, seconds=60) for answer in accepted]

    assert refused.body["error_code"] == "STORE_UNAVAILABLE"
    assert still_refused.status == 503
    assert meanwhile == without_database
    named = {name for answer in settled for name in answer.column("client_order_id")}
    # Without a name: one whose worker lost the database before it was sent, and says so.
    assert client.venue_order_ids() - before == named - {None}


def _until(client: PlatformClient, is_wanted: Callable[[Answer], bool]) -> list[Answer]:
    """Send alerts, as TradingView does after a 5xx, until one is answered like that."""
    pause = threading.Event()
    answers: list[Answer] = []
    for _ in range(40):
        answers.append(limit_buy(client))
        if is_wanted(answers[-1]):
            return answers
        pause.wait(0.25)
    raise AssertionError(f"the last answer was {answers[-1]}")


@pytest.mark.scenario(5)
@pytest.mark.complaint(10)
def test_a_killed_worker_loses_nothing_and_doubles_nothing(
    platform: PlatformProcess, client: PlatformClient
) -> None:
    before = client.venue_order_ids()

    killed = {name: platform.kill(name) for name in ("worker0", "worker1")}
    answer = limit_buy(client)
    for name, pid in killed.items():
        platform.read_until_restarted(name, killed=pid)
    settled = client.settled(answer, seconds=60)

    assert settled.column("status") == ["success"] * 3
    assert client.venue_order_ids() - before == set(settled.column("client_order_id"))
