"""Breakers that open while the database is away, or while new credentials are entered."""

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.breakers import rows
from accounts.breakers.sharing import SharedBreakers
from accounts.breakers.tests.open_ones import FUTURES, SPOT
from accounts.exchange.errors import Judgement
from accounts.exchange.findings import Passage, Scope
from accounts.exchange.gate import gate
from accounts.exchange.types import Credentials, Login, Rejected
from accounts.exchange.venue_codes import Consequence
from accounts.models import Breaker
from accounts.tests.rows import make_account, trader
from strategies.tests.racing import until_somebody_waits

pytestmark = pytest.mark.django_db(transaction=True)


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


def test_a_stop_of_credentials_that_are_replaced_just_now_is_dropped() -> None:
    """A stream that still had the old ones hears of them last."""
    account = make_account(trader("alice"), "main")
    login = Login(account.pk, SPOT, account.encrypted_credentials)
    shared = SharedBreakers()
    gone = Judgement(Rejected("BAD_CREDENTIALS", "no such key"), Consequence.STOP_ACCOUNT)

    with transaction.atomic():
        account.set_credentials(Credentials(api_key="new", secret="new"))
        account.save()
        gate().obey(gate().look(login), gone)
        meanwhile = gate().refusal(login, now=timezone.now())
        until_somebody_waits()
    shared.refresh()
    afterwards = gate().refusal(login, now=timezone.now())
    shared.stop()

    assert (meanwhile is None, afterwards is None) == (False, True)
    assert not Breaker.objects.exists()
