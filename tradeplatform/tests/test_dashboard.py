"""The front page counts what its user may see, and asks as little of a long history as of none."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from accounts.breakers.tests.open_ones import make_open
from accounts.models import Account, Health
from accounts.tests.rows import make_account, superuser, trader
from orders.models import Expiry, Feed
from orders.tests.rows import make_denied, make_dispatch, make_order, make_remainder
from strategies.models import HookProgress
from strategies.tests.rows import make_signal, make_strategy, subscribe
from tradeplatform.notifications.models import Notifier
from tradeplatform.notifications.tests.rows import make_channel
from webhooks.tests.delivery_rows import make_delivery, make_refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice() -> User:
    return trader("alice")


def trade(owner: User, name: str) -> None:
    """An alert of this moment that led to one open and one denied order."""
    now = timezone.now()
    strategy = make_strategy(owner, name)
    subscription = subscribe(strategy, make_account(owner, name))
    signal = make_signal(strategy, owner)
    make_delivery(signal, received_at=now)
    make_order(subscription, signal, created_at=now)
    make_denied(subscription, signal)


def front(client: Client, user: User) -> Any:
    client.force_login(user)
    return client.get("/admin/").context


def figures(found: Any) -> list[tuple[str, int]]:
    return [(str(figure.title), figure.value) for figure in found]


def test_everybody_counts_their_own(client: Client, alice: User) -> None:
    trade(alice, "alices")
    trade(trader("bob"), "bobs")
    make_refusal(received_at=timezone.now())

    of_alice = front(client, alice)
    of_root = front(client, superuser())

    assert figures(of_alice["alerts"]) == [("Accepted", 1), ("Duplicate", 0), ("Refused", 0)]
    assert figures(of_root["alerts"]) == [("Accepted", 2), ("Duplicate", 0), ("Refused", 1)]
    assert (of_alice["open_orders"], of_root["open_orders"]) == (1, 2)
    assert [len(found["newest_orders"]["rows"]) for found in (of_alice, of_root)] == [2, 4]
    assert [found["accounts"][0].value for found in (of_alice, of_root)] == [1, 2]


def signals_behind(client: Client, url: str) -> set[Any]:
    return {dispatch.signal for dispatch in client.get(url).context["cl"].result_list}


def test_yesterdays_alerts_and_orders_are_not_todays(client: Client, alice: User) -> None:
    yesterday = timezone.now() - timedelta(days=1)
    strategy = make_strategy(alice, "trend")
    signal = make_signal(strategy, alice)
    make_delivery(signal, received_at=yesterday)
    make_order(subscribe(strategy, make_account(alice, "main")), signal, created_at=yesterday)

    found = front(client, alice)

    assert figures(found["alerts"])[0] == ("Accepted", 0)
    assert found["order_states"] == []
    assert found["last_alert_at"] == yesterday


def test_what_needs_a_person_stands_first(client: Client, alice: User) -> None:
    strategy = make_strategy(alice, "trend")
    account = make_account(alice, "main")
    subscription = subscribe(strategy, account)
    signal = make_signal(strategy, alice)
    now = timezone.now()
    make_order(subscription, signal, needs_attention=True)
    make_order(subscription, signal, status="SUBMITTED", outcome_unknown_since=now)
    make_dispatch(signal, created_at=now - timedelta(minutes=2))
    make_dispatch(signal, shard=1, created_at=now)
    Account.objects.update(health=Health.FAILED)
    make_remainder(account, drifted_at=now, differs_since=now)
    make_remainder(account, key="ETH", differs_since=now)

    found = front(client, alice)["attention"]

    assert [figure.value for figure in found] == [1, 1, 1, 1, 1]
    for figure in found:
        assert len(client.get(figure.url).context["cl"].result_list) >= 1


def test_open_breakers_are_told_and_pauses_that_are_over_are_not(
    client: Client, alice: User
) -> None:
    now = timezone.now()
    make_open(make_account(alice, "revoked"))
    make_open(make_account(alice, "paused"), paused_until=now + timedelta(minutes=1))
    make_open(make_account(alice, "tried"), paused_until=now - timedelta(minutes=1))
    make_open(make_account(alice, "over"), paused_until=now - timedelta(minutes=3))
    make_open(make_account(trader("bob"), "bobs"))

    found = front(client, alice)["attention"]

    behind = [client.get(figure.url).context["cl"].result_list for figure in found]
    told = [(str(figure.title).split(" (")[0], figure.value) for figure in found]
    assert told == [
        ("Accounts stopped because their key does not work", 1),
        ("Exchanges and accounts left alone for a while", 1),
        ("Exchanges and accounts being tried again after a pause", 1),
    ]
    not_stopped = {"paused", "tried", "over"}
    assert [{row.account.name for row in rows} for rows in behind] == [
        {"revoked"},
        not_stopped,
        not_stopped,
    ]


def test_alerts_that_wait_for_a_worker_are_told_apart_from_work_that_takes_long(
    client: Client, alice: User
) -> None:
    strategy = make_strategy(alice, "trend")
    now = timezone.now()
    waiting, working, fresh = (make_signal(strategy, alice) for _ in range(3))
    for shard in range(2):
        make_dispatch(waiting, shard=shard, created_at=now - timedelta(seconds=11))
    long_ago = now - timedelta(minutes=2)
    make_dispatch(working, created_at=long_ago, claimed_at=long_ago)
    make_dispatch(fresh, created_at=now - timedelta(seconds=5))
    make_dispatch(fresh, shard=1, created_at=long_ago, claimed_at=now, settled_at=now)

    late, long = front(client, alice)["attention"]

    assert (late.title, late.value) == (
        "Alerts waiting for a worker for more than 10 seconds (are the workers running?)",
        1,
    )
    assert (long.title, long.value) == (
        "Alerts whose orders are not settled after more than a minute",
        1,
    )
    assert signals_behind(client, late.url) == {waiting, fresh}
    assert signals_behind(client, long.url) == {working}


def test_streams_that_should_push_and_do_not_are_told(
    client: Client, alice: User, settings: Settings
) -> None:
    now = timezone.now()
    heard = {"stream_state": "UP", "stream_seen_at": now}
    silent = {"stream_state": "UP", "stream_seen_at": now - timedelta(seconds=31)}
    strategy = make_strategy(alice, "trend")
    for name, state in (
        ("pushed", heard),
        ("silent", silent),
        ("down", {"stream_state": "DOWN", "stream_seen_at": now}),
        ("polled-only", {"stream_state": "NOT_SUPPORTED"}),
    ):
        subscription = subscribe(strategy, make_account(alice, name))
        Feed.objects.create(account=subscription.account, market_type="SPOT", **state)
    Feed.objects.create(account=make_account(alice, "trades-nothing"), market_type="SPOT", **silent)

    (figure,) = front(client, alice)["attention"]
    rows = client.get(figure.url).context["cl"].result_list
    settings.STREAMS = False
    without_streams = front(client, alice)["attention"]

    assert str(figure.title).startswith("Order streams that are down or silent")
    assert figure.value == 2
    assert {feed.account.name for feed in rows} == {"silent", "down"}
    assert without_streams == []


def test_hooks_that_failed_and_rules_that_notified_are_told_for_a_day(
    client: Client, alice: User
) -> None:
    now = timezone.now()
    for name, age in (("today", timedelta(hours=23)), ("yesterday", timedelta(hours=25))):
        strategy = make_strategy(alice, name)
        HookProgress.objects.create(
            strategy=strategy,
            hooks="a.B",
            events={},
            fills={},
            marked_at=now,
            last_problem="on_fill: ValueError: no",
            last_problem_at=now - age,
        )
        subscription = subscribe(strategy, make_account(alice, name))
        order = make_order(subscription, make_signal(strategy, alice))
        for action in ("NOTIFY", "CANCEL"):
            Expiry.objects.create(order=order, action=action, started_at=now - age, settled_at=now)

    hooks, notes = front(client, alice)["attention"]

    assert (hooks.title, hooks.value) == (
        "Strategies whose hooks had a problem in the last 24 hours",
        1,
    )
    assert str(notes.title).startswith("Notes of rules that notify, in the last 24 hours")
    assert notes.value == 1
    assert "on_fill: ValueError: no" in client.get(hooks.url).content.decode()
    assert {row.action for row in client.get(notes.url).context["cl"].result_list} == {"NOTIFY"}
    assert front(client, trader("bob"))["attention"] == []


def test_channels_that_fail_and_a_notifier_that_is_silent_are_told(
    client: Client, alice: User
) -> None:
    now = timezone.now()
    make_channel(alice, "fine")
    make_channel(alice, "fails", failing_since=now)
    make_channel(alice, "switched off", failing_since=now, is_active=False)
    make_channel(trader("bob"), "bobs", failing_since=now)

    failing, unheard = front(client, alice)["attention"]
    rows = client.get(failing.url).context["cl"].result_list
    Notifier.objects.create(seen_at=now)
    (still_failing,) = front(client, alice)["attention"]

    assert str(failing.title).startswith("Channels whose messages do not arrive")
    assert (failing.value, still_failing.value) == (1, 1)
    assert {channel.name for channel in rows} == {"fails"}
    assert str(unheard.title).startswith("Channels that are told nothing")
    assert unheard.value == 2


def test_nothing_to_do_is_not_mentioned(client: Client, alice: User) -> None:
    trade(alice, "trend")

    content = front(client, alice)

    assert content["attention"] == []


def test_an_empty_installation_says_what_to_do(client: Client, alice: User) -> None:
    client.force_login(alice)

    content = client.get("/admin/").content.decode()

    assert "No alerts yet" in content
    assert "No accounts yet." in content


def test_staff_without_permissions_see_no_figures_and_no_links_that_are_refused(
    client: Client, alice: User
) -> None:
    trade(alice, "trend")
    alice.groups.clear()
    client.force_login(alice)

    content = client.get("/admin/").content.decode()

    assert "Ask for the group Traders" in content
    assert 'href="/admin/accounts/' not in content
    assert 'href="/admin/orders/' not in content
    assert 'href="/admin/webhooks/' not in content


def test_whoever_may_only_look_is_not_asked_to_add_an_account(client: Client, alice: User) -> None:
    alice.groups.clear()
    alice.user_permissions.add(Permission.objects.get(codename="view_account"))
    client.force_login(alice)

    content = client.get("/admin/").content.decode()

    assert "No accounts yet." in content
    assert "/admin/accounts/account/add/" not in content


def test_the_page_takes_as_many_queries_for_many_rows_as_for_one(
    client: Client, alice: User
) -> None:
    trade(alice, "first")
    client.force_login(alice)
    with CaptureQueriesContext(connection) as for_one:
        client.get("/admin/")
    for number in range(9):
        trade(alice, f"more-{number}")

    with CaptureQueriesContext(connection) as for_ten:
        client.get("/admin/")

    assert len(for_ten) == len(for_one)
