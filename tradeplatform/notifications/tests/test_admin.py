"""The pages of channels and messages: own rows only, addresses never come out."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import Settings

from accounts.tests.pages import errors
from accounts.tests.rows import superuser
from strategies.tests.rows import NOON
from tradeplatform.notifications import outbox
from tradeplatform.notifications.models import Channel, Message, State
from tradeplatform.notifications.tests.pages import ADD, LIST, MESSAGES, NOTICES, form, page
from tradeplatform.notifications.tests.rows import SECRET_ADDRESS, make_channel, make_notice

pytestmark = pytest.mark.django_db


def test_a_trader_adds_a_channel(as_alice: Client, alice: User) -> None:
    answer = as_alice.post(ADD, form(alice))

    channel = Channel.objects.get()
    assert answer.status_code == 302
    assert (channel.owner, channel.events) == (alice, ["FILL", "REFUSED"])
    assert (channel.address(), channel.hint) == (SECRET_ADDRESS, "tgram://12…")
    assert "bot-token" not in channel.encrypted_address


@pytest.mark.parametrize("address", ["tgram://s3cret", "tgram://s3cret-token/4455"])
def test_an_address_with_a_part_missing_is_refused_when_it_is_saved(
    as_alice: Client, alice: User, address: str
) -> None:
    answer = as_alice.post(ADD, form(alice, address=address))

    assert errors(answer)["address"] == [
        "A part of this tgram:// address is missing or misspelled. Compare it with the example, "
        "part by part, and with what the service shows."
    ]
    assert "s3cret" not in answer.content.decode()
    assert not Channel.objects.exists()


def test_the_address_is_on_no_page(as_alice: Client, alice: User) -> None:
    channel = make_channel(alice)
    message = outbox.make_test(channel, now=NOON)

    seen = [page(channel), LIST, page(message), MESSAGES, page(channel, "history")]
    content = "".join(as_alice.get(url).content.decode() for url in seen)
    refused = as_alice.post(page(channel), form(alice, name="")).content.decode()

    assert "tgram://12…" in content
    assert "must-not-show" not in content + refused


def test_an_empty_address_keeps_what_is_stored(as_alice: Client, alice: User) -> None:
    channel = make_channel(alice)

    as_alice.post(page(channel), form(alice, name="renamed", address=""))

    channel.refresh_from_db()
    assert (channel.name, channel.address()) == ("renamed", SECRET_ADDRESS)


def test_a_new_address_starts_without_the_failures_of_the_old_one(
    as_alice: Client, alice: User
) -> None:
    channel = make_channel(alice, failing_since=NOON, last_failure_at=NOON, last_failure="down")

    as_alice.post(page(channel), form(alice, address="discord://4174216298/JHMHI8qBe7bk2ZwO5U"))

    channel.refresh_from_db()
    assert (channel.failing_since, channel.last_failure) == (None, "")
    assert channel.hint == "discord://41…"


@pytest.mark.parametrize(
    ("changes", "field", "said"),
    [
        ({"address": ""}, "address", "Enter where to send to."),
        ({"address": "file:///etc/passwd"}, "address", "file:// is not supported"),
        ({"address": "json://127.0.0.1:8000/x"}, "address", "no public address"),
        ({"address": "json://169.254.169.254/x"}, "address", "no public address"),
        ({"events": []}, "events", "Choose at least one."),
        ({"events": ["WEATHER"]}, "events", "Select a valid choice"),
        ({"name": ""}, "name", "This field is required."),
    ],
)
def test_what_cannot_be_used_is_refused_with_the_reason(
    as_alice: Client, alice: User, changes: dict[str, str], field: str, said: str
) -> None:
    answer = as_alice.post(ADD, form(alice, **changes))

    assert said in str(errors(answer)[field])
    assert not Channel.objects.exists()


def test_a_server_in_ones_own_network_needs_the_operators_setting(
    as_alice: Client, alice: User, settings: Settings
) -> None:
    settings.NOTIFICATIONS_ALLOW_PRIVATE = True

    as_alice.post(ADD, form(alice, address="json://127.0.0.1:8000/x"))

    assert Channel.objects.get().hint == "json://127.0.0.1/…"


def test_two_channels_of_one_owner_have_two_names(as_alice: Client, alice: User) -> None:
    make_channel(alice, "phone")
    other = make_channel(alice, "mail")

    added = as_alice.post(ADD, form(alice))
    renamed = as_alice.post(page(other), form(alice))

    assert "__all__" in errors(added)
    assert errors(renamed) == {"name": ["The owner has a channel of this name already."]}
    assert Channel.objects.count() == 2


def test_a_trader_cannot_make_a_channel_for_another(
    as_alice: Client, alice: User, bob: User
) -> None:
    answer = as_alice.post(ADD, {**form(alice), "owner": bob.pk})

    assert "owner" in errors(answer)
    assert not Channel.objects.exists()


def test_lists_have_only_own_channels_and_messages(as_alice: Client, bob: User) -> None:
    channel = make_channel(bob, "bobs-phone")
    outbox.make_test(channel, now=NOON)

    content = "".join(as_alice.get(url).content.decode() for url in (LIST, MESSAGES))

    assert "bobs-phone" not in content
    assert "tradeplatform: test" not in content


def test_notices_are_shown_with_their_state_to_their_own_owner(
    as_alice: Client, alice: User, bob: User
) -> None:
    mine, foreign = make_channel(alice), make_channel(bob)
    make_notice(mine, "1", "alices fill")
    outbox.make_messages(now=NOON)
    make_notice(mine, "2", "another fill")
    notice = make_notice(foreign, "1", "bobs fill")

    content = as_alice.get(NOTICES).content.decode()

    assert "alices fill" in content
    assert "On its way" in content
    assert "Waiting" in content
    assert "bobs fill" not in content
    assert as_alice.get(f"{NOTICES}{notice.pk}/change/").status_code == 302


@pytest.mark.parametrize("name", ["change", "delete", "history", "send_test"])
def test_anothers_channel_looks_as_if_it_did_not_exist(
    as_alice: Client, bob: User, name: str
) -> None:
    foreign = make_channel(bob)
    missing = Channel(pk=foreign.pk + 1)

    seen = as_alice.get(page(foreign, name))
    changed = as_alice.post(page(foreign, name), {"name": "stolen", "post": "yes"})

    assert seen.status_code == as_alice.get(page(missing, name)).status_code != 200
    assert changed.status_code != 200
    assert Channel.objects.get().name == "phone"
    assert not Message.objects.exists()


def test_anothers_message_looks_as_if_it_did_not_exist(as_alice: Client, bob: User) -> None:
    foreign = outbox.make_test(make_channel(bob), now=NOON)

    assert as_alice.get(page(foreign)).status_code == 302
    assert "phone" not in as_alice.get(f"{MESSAGES}?channel__id__exact={foreign.channel_id}").text


def test_the_stored_address_cannot_be_guessed_by_filtering(as_alice: Client, alice: User) -> None:
    make_channel(alice)

    answer = as_alice.get(f"{LIST}?encrypted_address__startswith=g")

    assert answer.status_code == 400


def test_superusers_see_everybodys_channels_but_no_address(client: Client, bob: User) -> None:
    channel = make_channel(bob, "bobs-phone")
    client.force_login(superuser())

    content = client.get(LIST).content.decode() + client.get(page(channel)).content.decode()

    assert "bobs-phone" in content
    assert "must-not-show" not in content


def test_a_test_is_asked_for_by_post_and_leads_to_its_message(
    as_alice: Client, alice: User
) -> None:
    channel = make_channel(alice)

    as_alice.get(page(channel, "send_test"))
    count_after_get = Message.objects.count()
    answer = as_alice.post(page(channel, "send_test"))

    message = Message.objects.get()
    assert count_after_get == 0
    assert (message.is_test, message.state) == (True, State.PENDING)
    assert answer.headers["Location"] == page(message)


def test_whoever_may_only_look_cannot_send_a_test(client: Client, alice: User) -> None:
    channel = make_channel(alice)
    alice.groups.clear()
    client.force_login(alice)

    assert client.post(page(channel, "send_test")).status_code == 403


def test_the_page_of_a_message_looks_again_until_it_is_settled(
    as_alice: Client, alice: User
) -> None:
    message = outbox.make_test(make_channel(alice), now=NOON)

    on_its_way = as_alice.get(page(message)).content.decode()
    Message.objects.update(state=State.GIVEN_UP, failure="chat not found")
    settled = as_alice.get(page(message)).content.decode()

    assert 'http-equiv="refresh"' in on_its_way
    assert 'http-equiv="refresh"' not in settled
    assert "chat not found" in settled


def test_the_next_try_of_a_message_is_a_moment_as_on_other_pages(
    as_alice: Client, alice: User
) -> None:
    message = outbox.make_test(make_channel(alice), now=NOON)

    on_its_way = as_alice.get(page(message)).content.decode()
    Message.objects.update(state=State.SENT, created_at=NOON - timedelta(hours=1))
    sent = as_alice.get(page(message)).content.decode()

    assert on_its_way.count("2026-11-21 12:00:00 UTC") == 2  # made, and tried, at once
    assert "2026-11-21 12:00:00 UTC" not in sent


def test_messages_are_written_by_the_platform_only(as_alice: Client, alice: User) -> None:
    message = outbox.make_test(make_channel(alice), now=NOON)

    as_alice.post(page(message), {"text": "forged"})

    assert as_alice.get(f"{MESSAGES}add/").status_code == 403
    assert as_alice.post(page(message, "delete"), {"post": "yes"}).status_code == 403
    assert Message.objects.get().text == message.text


def test_a_channel_is_deleted_with_what_was_sent_to_it(as_alice: Client, alice: User) -> None:
    channel = make_channel(alice)
    outbox.make_test(channel, now=NOON)

    as_alice.post(page(channel, "delete"), {"post": "yes"})

    assert not Channel.objects.exists()
    assert not Message.objects.exists()
