"""Fixtures for tests of notifications."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.test import Client

from accounts.tests.rows import trader
from tradeplatform.notifications.tests.receiver import Receiver, running


@pytest.fixture
def alice(db: None) -> User:
    return trader("alice")


@pytest.fixture
def bob(db: None) -> User:
    return trader("bob")


@pytest.fixture
def as_alice(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with running() as receiver:
        yield receiver
