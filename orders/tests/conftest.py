"""Fixtures for tests that trade at the running sandbox."""

from collections.abc import Iterator

import pytest

from accounts.sandbox.process import SandboxProcess
from orders.execution import Executor
from orders.tests.world import World


@pytest.fixture
def world(transactional_db: None, fresh_sandbox: SandboxProcess) -> Iterator[World]:
    """An empty trading world; its rows are committed, because workers use other connections."""
    world = World(url=fresh_sandbox.url, executor=Executor())
    yield world
    world.executor.stop(drain_seconds=1)
