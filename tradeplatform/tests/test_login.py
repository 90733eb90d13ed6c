"""The admin's login: who guesses is locked out, who wants it logs in with a code as well."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from accounts.tests.rows import superuser, trader
from tradeplatform.lib.counters import count
from tradeplatform.lib.encryption import decrypt
from tradeplatform.models import AuthenticatorApp, FailedLogin
from tradeplatform.tests.logins import (
    APPS,
    KEY,
    LOGIN,
    SET_UP,
    alice,
    code_of,
    is_in,
    log_in,
    quick_passwords,
    with_app,
    wrong_code,
)
from tradeplatform.two_factor import is_right_code

__all__ = ["alice", "quick_passwords"]

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("nothing_counted", "quick_passwords"),
]

ATTEMPTS = "/admin/tradeplatform/failedlogin/"


def test_after_five_failures_the_right_password_is_refused_too(alice: User) -> None:
    answers = [log_in("wrong") for _ in range(5)]

    refused = log_in()

    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 429]
    assert refused.status_code == 429
    assert not is_in(refused)
    assert "Too many logins failed. Wait 15 minutes" in refused.content.decode()
    assert int(refused.headers["Retry-After"]) in range(14 * 60, 15 * 60 + 1)


def test_whoever_is_locked_out_is_told_how_much_longer(alice: User) -> None:
    for _ in range(5):
        log_in("wrong")
    FailedLogin.objects.update(attempt_time=datetime.now(UTC) - timedelta(minutes=13))

    refused = log_in()

    assert int(refused.headers["Retry-After"]) in range(60, 121)
    assert "Wait 2 minutes" in refused.content.decode()


def test_logins_from_many_addresses_do_not_use_up_the_processor(
    alice: User, client: Client
) -> None:
    client.force_login(alice)
    for _ in range(60):  # as many as all addresses together may try in a minute
        count("logins", seconds=60)

    refused = log_in()

    assert (refused.status_code, is_in(refused)) == (429, False)
    assert int(refused.headers["Retry-After"]) in range(1, 61)
    assert "logged in already is not affected" in refused.content.decode()
    assert client.get("/admin/").status_code == 200


def test_a_guesser_locks_out_nobody_at_another_address(alice: User, settings: Settings) -> None:
    settings.TRUSTED_PROXIES = ["127.0.0.1"]
    for _ in range(5):
        log_in("wrong", **{"X-Forwarded-For": "203.0.113.9"})

    guesser = log_in(**{"X-Forwarded-For": "203.0.113.9"})
    owner = log_in(**{"X-Forwarded-For": "203.0.113.10"})

    assert (guesser.status_code, is_in(owner)) == (429, True)


def test_another_address_of_the_same_ipv6_network_escapes_no_lock_out(
    alice: User, settings: Settings
) -> None:
    settings.TRUSTED_PROXIES = ["127.0.0.1"]
    for number in range(5):
        log_in("wrong", **{"X-Forwarded-For": f"2001:db8::{number}"})

    neighbour = log_in(**{"X-Forwarded-For": "2001:db8::ffff"})
    elsewhere = log_in(**{"X-Forwarded-For": "2001:db8:0:1::1"})

    assert (neighbour.status_code, is_in(elsewhere)) == (429, True)


def test_another_spelling_of_the_name_escapes_no_lock_out(alice: User) -> None:
    for name in ("alice", "\uff41lice", " alice", "alice ", "\uff41\uff4cice"):
        Client().post(LOGIN, {"username": name, "password": "wrong"})

    assert log_in().status_code == 429


def test_trying_many_names_is_locked_out_before_it_costs_much(alice: User) -> None:
    for number in range(30):
        Client().post(LOGIN, {"username": f"guess{number}", "password": "wrong"})

    refused = log_in()

    assert (refused.status_code, is_in(refused)) == (429, False)
    assert FailedLogin.objects.count() == 30


def test_a_forged_address_escapes_no_lock_out(alice: User) -> None:
    for number in range(5):
        log_in("wrong", **{"X-Forwarded-For": f"203.0.113.{number}"})

    assert log_in().status_code == 429


def test_a_superuser_unlocks_a_user_in_the_admin(alice: User, client: Client) -> None:
    for browser in ("a", "b", "a", "b", "a"):
        log_in("wrong", **{"User-Agent": browser})
    client.force_login(superuser())
    row = FailedLogin.objects.first()
    assert row is not None

    client.post(ATTEMPTS, {"action": "unlock", "_selected_action": row.pk})

    assert is_in(log_in())


def test_the_page_of_failed_logins_is_called_what_the_menu_calls_it(client: Client) -> None:
    client.force_login(superuser())

    page = client.get(ATTEMPTS)

    entries = [entry for group in page.context["sidebar_navigation"] for entry in group["items"]]
    titles = {str(entry["link"]): str(entry["title"]) for entry in entries}
    assert titles[ATTEMPTS].lower() == page.context["opts"].verbose_name_plural == "failed logins"
    assert "access attempt" not in page.content.decode().lower()


def test_the_password_and_the_code_that_were_tried_are_not_kept(alice: User) -> None:
    log_in("hunter2", code="123456")

    kept = FailedLogin.objects.get()

    assert "hunter2" not in kept.post_data
    assert "123456" not in kept.post_data


def test_who_has_no_app_needs_no_code(alice: User) -> None:
    assert is_in(log_in())


@pytest.mark.complaint(24)
def test_who_has_an_app_needs_its_code(alice: User) -> None:
    with_app(alice)

    without = log_in()
    wrong = log_in(code=wrong_code())
    AuthenticatorApp.objects.update(next_try_at=None)
    right = log_in(code=code_of())

    assert [is_in(answer) for answer in (without, wrong, right)] == [False, False, True]
    assert "the code of your app" in without.content.decode()
    assert "The code is wrong" in wrong.content.decode()


def test_a_code_counts_once(alice: User) -> None:
    with_app(alice)
    code = code_of()

    assert [is_in(log_in(code=code)), is_in(log_in(code=code))] == [True, False]


def test_the_codes_are_those_of_the_standard(alice: User) -> None:
    with_app(alice)
    at = datetime(2005, 3, 18, 1, 58, 29, tzinfo=UTC)

    early = is_right_code(alice, "081 804", now=at - timedelta(minutes=1))
    in_time = is_right_code(alice, "081 804", now=at + timedelta(seconds=30))

    assert (early, in_time) == (False, True)


def test_guessing_codes_from_many_addresses_gets_slower_and_slower(alice: User) -> None:
    with_app(alice)
    now = datetime.now(UTC)
    tried = [now + timedelta(seconds=seconds) for seconds in range(60)]

    for moment in tried:
        is_right_code(alice, "no code", now=moment)

    app = AuthenticatorApp.objects.get()
    assert app.wrong_codes == 6  # at 0, 1, 3, 7, 15 and 31 seconds
    assert app.next_try_at == now + timedelta(seconds=63)


def test_a_right_code_too_soon_after_wrong_ones_is_not_called_wrong(alice: User) -> None:
    with_app(alice)
    pause_ends_at = datetime.now(UTC) + timedelta(minutes=4)
    AuthenticatorApp.objects.update(wrong_codes=9, next_try_at=pause_ends_at)

    refused = log_in(code=code_of())

    assert not is_in(refused)
    assert "came too soon after a wrong one" in refused.content.decode()


def test_a_lost_key_says_so(alice: User, settings: Settings) -> None:
    with_app(alice)
    settings.ENCRYPTION_KEYS = ["another key"]

    answer = log_in(code=code_of())

    assert not is_in(answer)
    assert "The key of your app is lost" in answer.content.decode()


def test_wrong_codes_lock_out_like_wrong_passwords(alice: User) -> None:
    with_app(alice)

    answers = [log_in(code=wrong_code()) for _ in range(5)]

    assert answers[-1].status_code == 429
    assert log_in(code=code_of(steps_from_now=1)).status_code == 429


@pytest.mark.parametrize("code", ["x", "-1", "१२३४५६", "9" * 12, "1 2 3"])
def test_odd_codes_are_wrong_ones(alice: User, code: str) -> None:
    with_app(alice)

    answer = log_in(code=code)

    assert answer.status_code == 200
    assert not is_in(answer)


def test_a_user_sets_up_an_app_with_the_key_on_the_page(alice: User, client: Client) -> None:
    client.force_login(alice)
    page = client.get(SET_UP)
    key = page.context["key"]

    client.post(SET_UP, {"code": code_of(key)})

    app = AuthenticatorApp.objects.get()
    assert (app.user, decrypt(app.encrypted_key)) == (alice, key)
    assert "<svg" in page.content.decode()
    assert not is_in(log_in())


def test_a_wrong_code_sets_up_nothing_and_keeps_the_key(alice: User, client: Client) -> None:
    client.force_login(alice)
    key = client.get(SET_UP).context["key"]

    answer = client.post(SET_UP, {"code": "nonsense"})

    assert answer.context["key"] == key
    assert not AuthenticatorApp.objects.exists()
    assert is_in(log_in())


def test_a_key_in_use_is_not_shown_again(alice: User, client: Client) -> None:
    app = with_app(alice)
    client.force_login(alice)

    answers = [client.get(path, follow=True) for path in (SET_UP, APPS, f"{APPS}{app.pk}/change/")]

    for answer in answers:
        assert KEY not in answer.content.decode()
        assert app.encrypted_key not in answer.content.decode()


def test_only_a_superuser_removes_an_app(alice: User, client: Client) -> None:
    app = with_app(alice)
    delete = f"{APPS}{app.pk}/delete/"

    client.force_login(alice)
    own = client.post(delete, {"post": "yes"})
    client.force_login(superuser())
    client.post(delete, {"post": "yes"})

    assert own.status_code == 403
    assert is_in(log_in())


def test_users_see_their_own_app_only(alice: User, client: Client) -> None:
    of_alice, of_bob = with_app(alice), with_app(trader("bob"))
    client.force_login(alice)

    listed = client.get(APPS).context["cl"].result_list

    assert list(listed) == [of_alice]
    assert client.get(f"{APPS}{of_bob.pk}/change/").status_code == 302
