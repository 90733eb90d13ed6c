"""Fixtures for tests of notifications."""

from collections.abc import Iterator

import pytest

from accounts.tests.conftest import alice, as_alice, bob
from tradeplatform.notifications.tests.receiver import Receiver, running

__all__ = ["alice", "as_alice", "bob"]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with running() as receiver:
        yield receiver
