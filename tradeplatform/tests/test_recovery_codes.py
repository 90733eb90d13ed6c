"""Who loses the telephone logs in with a code on paper, once each, and sets up another."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from accounts.tests.rows import superuser
from tradeplatform.models import AuthenticatorApp, RecoveryCode
from tradeplatform.recovery import renew_recovery_codes
from tradeplatform.tests.logins import (
    APPS,
    SET_UP,
    alice,
    code_of,
    is_in,
    log_in,
    quick_passwords,
    with_app,
    wrong_code,
)

__all__ = ["alice", "quick_passwords"]

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("nothing_counted", "quick_passwords"),
]

CODES = f"{APPS}recovery-codes/"


def post(client: Client, **form: str) -> Any:
    return client.post(CODES, form, follow=True)


def test_setting_up_an_app_shows_its_codes_once(alice: User, client: Client) -> None:
    client.force_login(alice)
    key = client.get(SET_UP).context["key"]

    shown = client.post(SET_UP, {"code": code_of(key)}, follow=True)
    again = client.get(CODES)

    codes = shown.context["codes"].split("\n")
    assert len(set(codes)) == 10
    assert codes[0] in shown.content.decode()
    assert codes[0] not in again.content.decode()
    assert "10 recovery codes are left" in again.content.decode()
    assert is_in(log_in(code=codes[3]))


def test_a_recovery_code_counts_once(alice: User) -> None:
    first, second, *_ = renew_recovery_codes(with_app(alice))

    answers = [is_in(log_in(code=first)), is_in(log_in(code=first))]
    AuthenticatorApp.objects.update(next_try_at=None)
    answers.append(is_in(log_in(code=second)))

    assert answers == [True, False, True]
    assert RecoveryCode.objects.count() == 8


def test_a_recovery_code_may_be_typed_carelessly(alice: User) -> None:
    code, *_ = renew_recovery_codes(with_app(alice))

    assert is_in(log_in(code=f" {code.lower().replace('-', ' ')} "))


def test_a_recovery_code_is_no_password(alice: User) -> None:
    code, *_ = renew_recovery_codes(with_app(alice))

    assert not is_in(log_in("wrong", code=code))
    assert RecoveryCode.objects.count() == 10


def test_a_recovery_code_too_soon_after_a_wrong_one_is_not_used_up(alice: User) -> None:
    code, *_ = renew_recovery_codes(with_app(alice))
    pause_ends_at = datetime.now(UTC) + timedelta(minutes=4)
    AuthenticatorApp.objects.update(wrong_codes=9, next_try_at=pause_ends_at)

    assert not is_in(log_in(code=code))
    assert RecoveryCode.objects.count() == 10


def test_somebody_elses_recovery_code_is_a_wrong_one(alice: User) -> None:
    with_app(alice)
    of_bob, *_ = renew_recovery_codes(with_app(User.objects.create(username="bob")))

    assert not is_in(log_in(code=of_bob))
    assert AuthenticatorApp.objects.get(user=alice).wrong_codes == 1


def test_recovery_codes_are_kept_as_digests(alice: User) -> None:
    codes = renew_recovery_codes(with_app(alice))

    kept = " ".join(RecoveryCode.objects.values_list("digest", flat=True))

    assert not any(code in kept or code.replace("-", "") in kept for code in codes)


def test_a_recovery_code_logs_in_though_the_key_of_the_app_is_lost(
    alice: User, settings: Settings
) -> None:
    code, *_ = renew_recovery_codes(with_app(alice))
    settings.ENCRYPTION_KEYS = ["another key"]

    assert is_in(log_in(code=code))


def test_new_codes_take_the_place_of_the_old_ones(alice: User, client: Client) -> None:
    old = renew_recovery_codes(with_app(alice))
    client.force_login(alice)

    page = post(client, code=old[0])

    new = page.context["codes"].split("\n")
    assert [is_in(log_in(code=old[1])), RecoveryCode.objects.count()] == [False, 10]
    AuthenticatorApp.objects.update(next_try_at=None)
    assert is_in(log_in(code=new[1]))


@pytest.mark.parametrize("button", [{}, {"remove": ""}])
def test_a_stolen_session_changes_nothing_without_a_code(
    alice: User, client: Client, button: dict[str, str]
) -> None:
    codes = renew_recovery_codes(with_app(alice))
    client.force_login(alice)

    page = post(client, code=wrong_code(), **button)

    assert "The code is wrong" in page.content.decode()
    assert AuthenticatorApp.objects.get().wrong_codes == 1
    AuthenticatorApp.objects.update(next_try_at=None)
    assert is_in(log_in(code=codes[0]))


def test_whoever_has_a_recovery_code_moves_to_another_telephone(
    alice: User, client: Client
) -> None:
    code, *_ = renew_recovery_codes(with_app(alice))
    client.force_login(alice)

    post(client, code=code, remove="")
    page = client.get(SET_UP)

    assert "<svg" in page.content.decode()
    assert not RecoveryCode.objects.exists()


def test_who_has_no_app_has_no_recovery_codes(alice: User, client: Client) -> None:
    client.force_login(alice)

    assert client.get(CODES).status_code == 403
    assert "recovery-codes" not in client.get(APPS).content.decode()


def test_a_superuser_removes_an_app_with_its_codes(alice: User, client: Client) -> None:
    app = with_app(alice)
    renew_recovery_codes(app)
    client.force_login(superuser())

    client.post(f"{APPS}{app.pk}/delete/", {"post": "yes"})

    assert not RecoveryCode.objects.exists()
    assert is_in(log_in())


def test_a_command_removes_an_app(alice: User) -> None:
    with_app(alice)

    call_command("remove_two_factor", "alice")

    assert is_in(log_in())
    with pytest.raises(CommandError, match="No user 'alice' has an authenticator app"):
        call_command("remove_two_factor", "alice")
