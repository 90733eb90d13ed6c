"""Fixtures for tests that trade at the running sandbox."""

import urllib.request
from collections.abc import Iterator

import pytest
from pytest_django import Settings

from accounts.sandbox.process import SandboxProcess
from orders.execution import Executor
from orders.tests.world import World


@pytest.fixture(scope="session")
def sandbox_(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    with SandboxProcess(state_dir=tmp_path_factory.mktemp("sandbox")) as process:
        yield process


@pytest.fixture
def fresh_sandbox(sandbox_: SandboxProcess, settings: Settings) -> SandboxProcess:
    settings.SANDBOX_URL = sandbox_.url
    urllib.request.urlopen(
        urllib.request.Request(sandbox_.url + "/sandbox/reset", data=b"{}")
    ).close()
    return sandbox_


@pytest.fixture
def world(transactional_db: None, fresh_sandbox: SandboxProcess) -> Iterator[World]:
    """An empty trading world; its rows are committed, because workers use other connections."""
    world = World(url=fresh_sandbox.url, executor=Executor())
    yield world
    world.executor.stop(drain_seconds=1)
