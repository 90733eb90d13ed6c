"""Breakers that open while the database is away."""

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.breakers import rows
from accounts.breakers.sharing import SharedBreakers
from accounts.exchange.errors import Judgement
from accounts.exchange.findings import Passage, Scope
from accounts.exchange.gate import gate
from accounts.exchange.types import Environment, MarketKey, MarketType, Rejected
from accounts.exchange.venue_codes import Consequence
from strategies.tests.racing import until_somebody_waits

pytestmark = pytest.mark.django_db(transaction=True)

SPOT = MarketKey("binance", Environment.SANDBOX, MarketType.SPOT)
FUTURES = MarketKey("binance", Environment.SANDBOX, MarketType.FUTURES)


def test_what_could_not_be_written_is_written_at_the_next_look() -> None:
    """The connection breaks while the first of two is written."""
    shared = SharedBreakers()
    banned = Judgement(Rejected("RATE_LIMITED", "banned"), Consequence.BAN)

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE accounts_breaker IN EXCLUSIVE MODE")
        gate().obey(Passage(SPOT, None, ((Scope(SPOT), 0),)), banned)
        until_somebody_waits()
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    shared.refresh()
    shared.stop()

    assert set(rows.read(now=timezone.now())) == {Scope(SPOT), Scope(FUTURES)}
