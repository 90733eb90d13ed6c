"""Two traders, and one of them logged in; other rooms' tests of pages take them from here."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from accounts.tests.rows import trader


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
