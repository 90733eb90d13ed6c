"""Fixtures for the tests of strategy pages."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from accounts.models import Account
from accounts.tests.rows import make_account, trader


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


@pytest.fixture
def account(alice: User) -> Account:
    return make_account(alice, "alices-account")
