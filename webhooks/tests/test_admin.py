"""The admin pages of deliveries and tokens: own rows only, a new token is told exactly once."""

import json
import re
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from accounts.tests.rows import superuser
from strategies.admin.tests.pages import attempts, change
from strategies.tests.rows import NOON, make_signal, make_strategy
from webhooks.models import WebhookToken
from webhooks.tests.delivery_rows import make_delivery, make_refusal
from webhooks.tokens import issue_token, user_of

pytestmark = pytest.mark.django_db

DELIVERIES = "/admin/webhooks/delivery/"
TOKENS = "/admin/webhooks/webhooktoken/"
ROTATE = f"{TOKENS}rotate/"


def told_token(answer: Any) -> str:
    """The token on the page that tells it."""
    found = re.search(r'<pre id="token"[^>]*>([^<]+)</pre>', answer.content.decode())
    assert found is not None
    return found[1]


def test_deliveries_are_their_senders(as_alice: Client, alice: User, bob: User) -> None:
    sent = make_delivery(make_signal(make_strategy(bob, "bobs", is_public=True), alice))
    refused = make_refusal(sender=alice)
    foreign = make_delivery(make_signal(make_strategy(alice, "alices", is_public=True), bob))
    anonymous = make_refusal()

    listed = as_alice.get(DELIVERIES).context["cl"].result_list

    assert {delivery.pk for delivery in listed} == {sent.pk, refused.pk}
    assert as_alice.get(change(DELIVERIES, sent)).status_code == 200
    assert as_alice.get(change(DELIVERIES, foreign)).status_code == 302
    assert as_alice.get(change(DELIVERIES, anonymous)).status_code == 302


def test_a_superuser_sees_refusals_with_their_reason_and_a_harmless_body(client: Client) -> None:
    refused = make_refusal()
    client.force_login(superuser())

    content = client.get(change(DELIVERIES, refused)).content.decode()

    assert "The token is not known. (INVALID_TOKEN)" in content
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in content
    assert "<script>alert(1)</script>" not in content


@pytest.mark.parametrize("path", [DELIVERIES, TOKENS])
def test_nobody_adds_changes_or_deletes(client: Client, path: str) -> None:
    root = superuser()
    issue_token(user=root, now=NOON)
    row = {DELIVERIES: make_refusal(), TOKENS: WebhookToken.objects.get()}[path]
    client.force_login(root)

    assert attempts(client, path, row, body="other", hint="other") == [403, 403, 403]


def test_a_delivery_is_found_by_its_id(client: Client) -> None:
    wanted = make_refusal()
    make_refusal()
    client.force_login(superuser())

    listed = client.get(DELIVERIES, {"q": str(wanted.pk)}).context["cl"].result_list

    assert list(listed) == [wanted]


def test_tokens_are_seen_by_their_users_only(as_alice: Client, alice: User, bob: User) -> None:
    issue_token(user=alice, now=NOON)
    issue_token(user=bob, now=NOON)
    of_bob = WebhookToken.objects.get(user=bob)

    listed = as_alice.get(TOKENS).context["cl"].result_list

    assert [token.user for token in listed] == [alice]
    assert as_alice.get(change(TOKENS, of_bob)).status_code == 302
    assert as_alice.get(TOKENS, {"digest__startswith": "a"}).status_code == 400


def test_looking_at_the_rotation_rotates_nothing(as_alice: Client, alice: User) -> None:
    token = issue_token(user=alice, now=NOON)

    content = as_alice.get(ROTATE).content.decode()

    assert "stops working at once" in content
    assert user_of(token) == alice


def test_a_rotated_token_works_and_the_old_one_no_longer(as_alice: Client, alice: User) -> None:
    old = issue_token(user=alice, now=NOON)

    answer = as_alice.post(ROTATE, follow=True)

    assert user_of(told_token(answer)) == alice
    assert user_of(old) is None
    assert "no-store" in answer.headers["Cache-Control"]


def test_a_page_with_a_new_token_may_be_loaded_again(as_alice: Client) -> None:
    token = told_token(as_alice.post(ROTATE, follow=True))

    again = as_alice.get(ROTATE)

    assert "stops working at once" in again.content.decode()
    assert user_of(token) is not None
    assert WebhookToken.objects.count() == 1


def test_a_new_token_that_no_key_decrypts_is_lost_without_an_error(
    as_alice: Client, settings: Settings
) -> None:
    as_alice.post(ROTATE)
    settings.ENCRYPTION_KEYS = ["another key"]

    answer = as_alice.get(ROTATE)

    assert answer.status_code == 200
    assert "stops working at once" in answer.content.decode()


def test_the_address_with_the_token_takes_alerts(as_alice: Client, alice: User) -> None:
    make_strategy(alice, "first")
    page = as_alice.post(ROTATE, follow=True).content.decode()
    (path,) = re.findall(r">http://testserver(/api/webhook/[^<]+)<", page)

    alert = {"group_name": "first", "order_type": "CANCEL_ALL_ORDER"}
    answer = Client().post(path, data=json.dumps(alert), content_type="text/plain")

    assert answer.status_code == 200


def test_a_token_is_told_exactly_once(as_alice: Client) -> None:
    made = as_alice.post(ROTATE)
    held = [str(session.get_decoded()) for session in Session.objects.all()]
    answer = as_alice.get(ROTATE)
    token = told_token(answer)

    later = [as_alice.get(path).content.decode() for path in (TOKENS, ROTATE, "/admin/")]
    kept = [
        *held,
        *(str(message) for message in get_messages(made.wsgi_request)),
        *(entry.change_message for entry in LogEntry.objects.all()),
        *(str(session.get_decoded()) for session in Session.objects.all()),
        *(str(row) for row in WebhookToken.objects.values()),
    ]

    assert answer.content.decode().count(f"{token}<") == 2  # in the address and alone
    assert all(token not in text for text in [*later, *kept])


def test_rotating_needs_the_permission(as_alice: Client, alice: User) -> None:
    alice.groups.clear()

    answer = as_alice.post(ROTATE)

    assert answer.status_code == 403
    assert not WebhookToken.objects.exists()


def test_rotating_needs_a_form_of_ours(alice: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)

    answer = client.post(ROTATE)

    assert answer.status_code == 403
    assert not WebhookToken.objects.exists()


def test_a_list_takes_as_many_queries_for_many_rows_as_for_one(
    as_alice: Client, alice: User
) -> None:
    make_delivery(make_signal(make_strategy(alice, "first"), alice))
    with CaptureQueriesContext(connection) as for_one:
        as_alice.get(DELIVERIES)
    for number in range(5):
        make_delivery(make_signal(make_strategy(alice, f"more-{number}"), alice))

    with CaptureQueriesContext(connection) as for_six:
        as_alice.get(DELIVERIES)

    assert len(for_six) == len(for_one)
