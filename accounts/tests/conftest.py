"""Two traders, and one of them logged in."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from accounts.tests.rows import trader


@pytest.fixture
def alice() -> User:
    return trader("alice")


@pytest.fixture
def bob() -> User:
    return trader("bob")


@pytest.fixture
def as_alice(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client
