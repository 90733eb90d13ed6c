"""What most tests of the HTTP edge start from: an owner with a token and a strategy."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django.fixtures import Settings

from accounts.tests.conftest import alice, as_alice, bob
from strategies.models import Strategy
from webhooks.models import Delivery
from webhooks.tests.trading_rows import make_strategy, person

__all__ = ["alice", "as_alice", "bob"]


@dataclass
class Desk:
    """Somebody with a strategy, and a way to post alerts."""

    owner: User
    token: str
    strategy: Strategy

    def alert(self, **fields: Any) -> dict[str, Any]:
        """A limit order of document 004, changed by `fields`; None leaves a field out."""
        usual = {
            "group_name": self.strategy.group_name,
            "token": self.token,
            "symbol": "BTC/USDT",
            "side": "buy",
            "order_type": "LIMIT",
            "price": "90000",
            "qty_per": 5,
        }
        return {name: value for name, value in (usual | fields).items() if value is not None}

    def send(self, body: Any, path: str = "/api/webhook", **headers: str) -> Any:
        """Post a body: bytes and text as they are, anything else as JSON."""
        data = body if isinstance(body, str | bytes) else json.dumps(body)
        return Client().post(path, data=data, content_type="text/plain", headers=headers)

    def post(self, **fields: Any) -> Any:
        """Post the usual alert, changed by `fields`."""
        return self.send(self.alert(**fields))


@pytest.fixture(autouse=True)
def no_waiting(settings: Settings) -> None:
    """No worker runs in these tests, so nothing is to be waited for."""
    settings.WEBHOOK_WAIT_SECONDS = 0


@pytest.fixture(autouse=True)
def start_anew(nothing_counted: None) -> None:
    """All tests send from one address."""


@pytest.fixture
def desk(db: None) -> Desk:
    """An owner with a token and the strategy test1."""
    owner, token = person("owner")
    return Desk(owner=owner, token=token, strategy=make_strategy(owner))


@pytest.fixture
def the_delivery() -> Callable[[], Delivery]:
    """The only delivery there is."""
    return Delivery.objects.get
