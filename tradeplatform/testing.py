"""pytest plugin: a real PostgreSQL, Valkey and sandbox exchange for the session, started once.

They live in a temporary directory that stands in for the state directory, and die with pytest
whatever ends it. DATABASE_URL and REDIS_URL, when given, are used instead. Under pytest-xdist the
controller starts them; each worker has its own database (pytest-django) and broker number (here).
"""

import atexit
import http.client
import os
import shutil
import tempfile
from collections.abc import Generator, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import hypothesis
import pytest
from pytest_django import Settings

from accounts.sandbox.process import SandboxProcess
from tradeplatform.lib import counters
from tradeplatform.lib.services.child import Child, stop
from tradeplatform.lib.services.errors import ServiceError
from tradeplatform.lib.services.places import broker_url
from tradeplatform.lib.services.postgres import EmbeddedPostgres
from tradeplatform.lib.services.tests.forgetting import forget
from tradeplatform.lib.services.throwaway import start, throwaway_postgres, throwaway_valkey
from tradeplatform.lib.services.valkey import EmbeddedValkey

# What `migrate` makes for every model; no test changes them.
_KEPT_TABLES = {"django_content_type", "auth_permission"}

_services = pytest.StashKey[Sequence[Child]]()


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests() -> Generator[None, object, object]:
    """Point the settings at this session's services before pytest-django reads them."""
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    # Hundreds of tests ask one sandbox within a minute; those of the limits set their own.
    os.environ.setdefault("EXCHANGE_LIMITS_PERCENT", "1000000")
    if worker is None:
        os.environ["STATE_DIR"] = tempfile.mkdtemp(prefix="tradeplatform-test-")
        atexit.register(shutil.rmtree, _state_dir(), ignore_errors=True)
    else:
        broker = os.environ.get("REDIS_URL") or broker_url(_state_dir())
        os.environ["REDIS_URL"] = with_database(broker, number=int(worker.removeprefix("gw")) + 1)
    return (yield)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "whole_platform: starts `manage.py up`; runs first")
    # How long an example takes depends on what else the machine does.
    hypothesis.settings.register_profile(
        "patient", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
    )
    hypothesis.settings.load_profile("patient")
    if "PYTEST_XDIST_WORKER" not in os.environ:
        config.stash[_services] = _start(_state_dir())


def pytest_unconfigure(config: pytest.Config) -> None:
    if _services in config.stash:
        stop(config.stash[_services])


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # They take minutes: the other tests fill up what one worker would have to wait for.
    items.sort(key=lambda item: item.get_closest_marker("whole_platform") is None)
    # Tracing nearly doubles a test's time, and no room of these is measured (Makefile, COVERED).
    for item in items:
        if item.nodeid.startswith(("tradeplatform/", "accounts/sandbox/")):
            item.add_marker("no_cover")


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Generator[SandboxProcess]:
    """The running sandbox exchange; started when the first test asks, one per xdist worker."""
    with SandboxProcess(state_dir=tmp_path_factory.mktemp("sandbox")) as process:
        yield process


@pytest.fixture
def fresh_sandbox(sandbox: SandboxProcess, settings: Settings) -> SandboxProcess:
    """The sandbox exchange as on its first day, where the settings say it is.

    What earlier tests' processes leased of its limits is forgotten: each holds its spare units for
    a minute, and a hundred of them would leave none.
    """
    # Not above, as with the gate below.
    from accounts.exchange.limits.ledger import PREFIX

    settings.SANDBOX_URL = sandbox.url
    forget(settings.REDIS_URL, f"{PREFIX}*")
    connection = http.client.HTTPConnection(urlsplit(sandbox.url).netloc)
    connection.request("POST", "/sandbox/reset", body="{}")
    answer = connection.getresponse()
    connection.close()
    if answer.status != http.HTTPStatus.OK:
        pytest.fail(f"the sandbox exchange refused to be reset: HTTP {answer.status}")
    return sandbox


@pytest.fixture
def nothing_counted(settings: Settings) -> None:
    """Whatever earlier tests sent, nobody is throttled for it."""
    forget(settings.REDIS_URL, f"{counters.PREFIX}*")


@pytest.fixture(scope="session", autouse=True)
def emptied_by_deleting() -> None:
    """A test with transactions of its own leaves a few rows in a few tables. Django would truncate
    all of them and make every permission anew, which takes longer than most tests."""
    from django.db import connection, transaction
    from django.test import TransactionTestCase

    found = connection.introspection.django_table_names(include_views=False)
    tables = sorted({*found} - _KEPT_TABLES)
    # Like a TRUNCATE it waits for whoever still writes.
    statements = [f"LOCK TABLE {', '.join(tables)}"]
    statements += [f"DELETE FROM {table}" for table in tables]  # noqa: S608  our own tables

    def empty(_test: TransactionTestCase) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("; ".join(statements))

    TransactionTestCase._fixture_teardown = empty  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def fresh_gate() -> None:
    """No breaker is open, whatever the last test met."""
    # Not above: this module is loaded before coverage is measured, and with it what it imports.
    from accounts.exchange.gate import Gate, install

    install(Gate())


def with_database(url: str, *, number: int) -> str:
    """The broker's address with another database number."""
    if url.startswith("redis+socket:"):
        return f"{url.partition('?')[0]}?virtual_host={number}"
    return urlsplit(url)._replace(path=f"/{number}").geturl()


def _state_dir() -> Path:
    return Path(os.environ["STATE_DIR"])


def _start(state_dir: Path) -> Sequence[Child]:
    services: list[EmbeddedPostgres | EmbeddedValkey] = []
    if not os.environ.get("DATABASE_URL"):
        services.append(throwaway_postgres(state_dir, durable=False))
    if not os.environ.get("REDIS_URL"):
        services.append(throwaway_valkey(state_dir, durable=False))
    try:
        return start(services)
    except ServiceError as error:
        pytest.exit(str(error), returncode=3)
