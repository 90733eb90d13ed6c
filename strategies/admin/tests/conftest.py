"""Fixtures for the tests of strategy pages."""

import pytest
from django.contrib.auth.models import User

from accounts.models import Account
from accounts.tests.conftest import alice, as_alice, bob
from accounts.tests.rows import make_account

__all__ = ["alice", "as_alice", "bob"]


@pytest.fixture
def account(alice: User) -> Account:
    return make_account(alice, "alices-account")
