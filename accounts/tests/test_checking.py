"""The connection check against the running sandbox."""

import http.client
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
from pytest_django import Settings

from accounts.checking import check_account
from accounts.exchange import gateway
from accounts.exchange.tests import listings
from accounts.exchange.tests.scripted_venue import Answer, ScriptedVenue
from accounts.models import Account, Health
from accounts.sandbox.process import SandboxProcess
from accounts.tests.rows import KEY, SECRET, make_account, trader
from tradeplatform.lib import loop

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def open_at(sandbox: SandboxProcess) -> None:
    """Make the tests' credentials known to the exchange."""
    connection = http.client.HTTPConnection(urlsplit(sandbox.url).netloc)
    body = {"account": "main", "apiKey": KEY, "secret": SECRET, "balances": {"USDT": "100"}}
    connection.request("POST", "/sandbox/accounts", body=json.dumps(body))
    assert connection.getresponse().status == 200
    connection.close()


@pytest.fixture(autouse=True)
def _loop_of_its_own() -> Iterator[None]:
    """Clients keep the address they were made with; the next test has another sandbox's."""
    yield
    loop.stop(drain_seconds=0, farewell=gateway.close())


@pytest.fixture
def loopback_venue() -> Iterator[ScriptedVenue]:
    """A venue that says what no sandbox account can: that its key may withdraw."""
    scripted = ScriptedVenue()
    loop.call(scripted.start(), timeout_seconds=10)
    yield scripted
    loop.call(scripted.stop(), timeout_seconds=10)


def test_accepted_credentials_are_ok(fresh_sandbox: SandboxProcess) -> None:
    account = make_account(trader("alice"), "main")
    open_at(fresh_sandbox)

    check_account(account.pk, now=NOW)

    account.refresh_from_db()
    assert (account.health, account.health_message) == (Health.OK, "Connected.")
    assert account.is_active
    assert account.health_checked_at == NOW


@pytest.mark.scenario(59)
def test_an_account_whose_key_may_withdraw_opens_nothing_until_a_check_finds_otherwise(
    loopback_venue: ScriptedVenue, settings: Settings
) -> None:
    settings.SANDBOX_URL = loopback_venue.url
    listings.list_binance(loopback_venue)
    account = make_account(trader("alice"), "main")
    loopback_venue.will_answer("GET", "/api/v3/account", Answer({"balances": []}))
    loopback_venue.will_answer(
        "GET", "/sapi/v1/account/apiRestrictions", Answer({"enableWithdrawals": True})
    )

    check_account(account.pk, now=NOW)
    account.refresh_from_db()
    before = account.health, account.key_can_withdraw, account.is_active, account.health_message
    loopback_venue.will_answer("GET", "/api/v3/account", Answer({"balances": []}))
    loopback_venue.will_answer(
        "GET", "/sapi/v1/account/apiRestrictions", Answer({"enableWithdrawals": False})
    )
    check_account(account.pk, now=NOW)

    account.refresh_from_db()
    assert before[:3] == (Health.FAILED, True, True)
    assert before[3].startswith("This key may withdraw money")
    assert (account.health, account.key_can_withdraw) == (Health.OK, False)


def test_a_check_that_is_not_told_frees_no_key_that_may_withdraw(
    loopback_venue: ScriptedVenue, settings: Settings
) -> None:
    settings.SANDBOX_URL = loopback_venue.url
    listings.list_binance(loopback_venue)
    account = make_account(trader("alice"), "main", key_can_withdraw=True)
    loopback_venue.will_answer("GET", "/api/v3/account", Answer({"balances": []}))
    loopback_venue.will_answer(
        "GET", "/sapi/v1/account/apiRestrictions", Answer("<html>", status=502)
    )

    check_account(account.pk, now=NOW)

    account.refresh_from_db()
    assert (account.health, account.key_can_withdraw) == (Health.OK, True)


def test_refused_credentials_fail_with_the_venues_reason(fresh_sandbox: SandboxProcess) -> None:
    account = make_account(trader("alice"), "main")

    check_account(account.pk, now=NOW)

    account.refresh_from_db()
    assert account.health == Health.FAILED
    assert account.health_message.startswith("The exchange does not accept the API key.")
    assert KEY not in account.health_message


def test_missing_credentials_fail(fresh_sandbox: SandboxProcess) -> None:
    account = make_account(trader("alice"), "main")
    Account.objects.update(encrypted_credentials="")

    check_account(account.pk, now=NOW)

    account.refresh_from_db()
    assert account.health == Health.FAILED
    assert account.health_message == "The account has no API key. Enter one."


def test_an_unreachable_exchange_fails(fresh_sandbox: SandboxProcess, settings: Settings) -> None:
    settings.SANDBOX_URL = "http://127.0.0.1:9"
    account = make_account(trader("alice"), "main")

    check_account(account.pk, now=NOW)

    account.refresh_from_db()
    assert account.health == Health.FAILED
    assert account.health_message.startswith("The exchange could not be reached")


def test_an_exchange_that_hangs_is_given_up(
    fresh_sandbox: SandboxProcess, settings: Settings
) -> None:
    settings.EXCHANGE_TIMEOUT_SECONDS = 0
    account = make_account(trader("alice"), "main")

    check_account(account.pk, now=NOW)

    account.refresh_from_db()
    assert account.health == Health.FAILED
    assert account.health_message == "The exchange did not answer."
