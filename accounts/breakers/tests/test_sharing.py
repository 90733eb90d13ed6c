"""What one process meets, the others know: by rows, of which the latest word counts."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.breakers import rows
from accounts.breakers.sharing import SharedBreakers, adopt_rows
from accounts.breakers.tests.open_ones import FUTURES, NOW, SPOT, make_open
from accounts.exchange.breaker import BreakerState, Phase, Reason
from accounts.exchange.errors import Judgement
from accounts.exchange.findings import Scope
from accounts.exchange.gate import gate
from accounts.exchange.types import Login, MarketKey, Rejected
from accounts.exchange.venue_codes import Consequence
from accounts.models import Account, Breaker
from accounts.tests.rows import make_account, trader

pytestmark = pytest.mark.django_db(transaction=True)

STOPPED = BreakerState(
    phase=Phase.OPEN,
    reason=Reason.BAD_CREDENTIALS,
    message="no such key",
    opened_at=NOW,
    changed_at=NOW,
)


@pytest.fixture
def account() -> Account:
    return make_account(trader("alice"), "main")


@pytest.fixture
def shared() -> Iterator[SharedBreakers]:
    breakers = SharedBreakers()
    yield breakers
    breakers.stop()


def refusal(account: Account, market: MarketKey = SPOT) -> str:
    told = gate().refusal(Login(account.pk, market, ""), now=timezone.now())
    return "" if told is None else told.code


def test_a_row_says_what_was_written(account: Account) -> None:
    scope = Scope(SPOT, account.pk)

    rows.write(scope, STOPPED)

    assert rows.read(now=NOW) == {scope: STOPPED}


def test_a_row_keeps_why_it_was_open_and_readers_take_it_for_closed(account: Account) -> None:
    scope = Scope(SPOT, account.pk)
    closed = BreakerState(changed_at=NOW + timedelta(seconds=1))

    rows.write(scope, STOPPED)
    rows.write(scope, closed)

    row = Breaker.objects.get()
    assert (row.is_open, row.reason, row.message) == (False, "BAD_CREDENTIALS", "no such key")
    assert rows.read(now=NOW) == {scope: closed}


def test_an_older_word_does_not_replace_a_later_one(account: Account) -> None:
    scope = Scope(SPOT, account.pk)
    earlier = NOW - timedelta(seconds=1)

    rows.write(scope, STOPPED)
    rows.write(scope, BreakerState(changed_at=earlier))

    assert Breaker.objects.get().is_open


def test_an_account_has_a_breaker_per_market_and_a_venue_its_own(account: Account) -> None:
    for scope in (Scope(SPOT), Scope(FUTURES), Scope(SPOT, account.pk), Scope(FUTURES, account.pk)):
        rows.write(scope, STOPPED)
        rows.write(scope, replace(STOPPED, changed_at=NOW + timedelta(seconds=1)))

    assert Breaker.objects.count() == 4


def test_a_stop_in_one_market_leaves_the_accounts_other_market_alone(
    account: Account, shared: SharedBreakers
) -> None:
    make_open(account, changed_at=timezone.now())

    shared.refresh()

    assert (refusal(account), refusal(account, FUTURES)) == ("ACCOUNT_STOPPED", "")


def test_what_another_process_wrote_is_obeyed_after_a_look(
    account: Account, shared: SharedBreakers
) -> None:
    before = refusal(account)
    make_open(paused_until=timezone.now() + timedelta(minutes=5))

    adopt_rows()

    assert (before, refusal(account)) == ("", "VENUE_PAUSED")


def test_a_person_clears_what_a_host_has_opened_whose_clock_is_ahead(
    account: Account, shared: SharedBreakers
) -> None:
    now = timezone.now()
    make_open(account, changed_at=now + timedelta(seconds=5))
    adopt_rows()
    before = refusal(account)

    rows.clear(account.breakers.all(), now=now)
    adopt_rows()

    assert (before, refusal(account)) == ("ACCOUNT_STOPPED", "")


def test_what_a_person_cleared_is_asked_again_after_a_look(
    account: Account, shared: SharedBreakers
) -> None:
    make_open(account)
    shared.refresh()
    before = refusal(account)

    rows.clear(Breaker.objects.all(), now=timezone.now())
    still_open = shared.refresh()

    assert (before, refusal(account), still_open) == ("ACCOUNT_STOPPED", "", frozenset())


def test_a_stop_of_the_credentials_that_the_account_has_is_written(
    account: Account, shared: SharedBreakers
) -> None:
    gone = Judgement(Rejected("BAD_CREDENTIALS", "no such key"), Consequence.STOP_ACCOUNT)
    passage = gate().look(Login(account.pk, SPOT, account.encrypted_credentials))

    gate().obey(passage, gone)
    shared.refresh()

    assert refusal(account) == "ACCOUNT_STOPPED"
    assert Breaker.objects.get().is_open


def test_an_account_that_is_gone_takes_its_breaker_with_it(
    account: Account, shared: SharedBreakers
) -> None:
    make_open(account)

    account.delete()

    assert not Breaker.objects.exists()
