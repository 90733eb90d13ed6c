"""Fixtures for tests of orders: one subscription with a signal, or a world at the sandbox."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User

from accounts.sandbox.process import SandboxProcess
from accounts.tests.rows import make_account
from orders.execution import Executor
from orders.tests.world import World
from strategies.models import Signal, Subscription
from strategies.tests.rows import make_signal, make_strategy, subscribe


@pytest.fixture
def subscription(db: None) -> Subscription:
    """The account A1 trades the strategy test1."""
    owner = User.objects.create_user("owner")
    return subscribe(make_strategy(owner, "test1"), make_account(owner, "A1"))


@pytest.fixture
def signal(subscription: Subscription) -> Signal:
    """An alert of the strategy's owner."""
    return make_signal(subscription.strategy, subscription.strategy.owner)


@pytest.fixture
def world(transactional_db: None, fresh_sandbox: SandboxProcess) -> Iterator[World]:
    """An empty trading world; its rows are committed, because workers use other connections."""
    world = World(url=fresh_sandbox.url, executor=Executor())
    yield world
    world.executor.stop(drain_seconds=1)
