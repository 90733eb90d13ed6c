"""What needs a person stands first on the front page, each figure leading to its rows."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.breakers.tests.open_ones import make_open
from accounts.models import Account, Health
from accounts.tests.rows import make_account, trader
from orders.models import Expiry, Feed
from orders.tests.rows import make_dispatch, make_order, make_remainder
from strategies.models import HookProgress
from strategies.tests.rows import make_signal, make_strategy, subscribe
from tradeplatform.notifications.models import Notifier
from tradeplatform.notifications.tests.rows import make_channel
from tradeplatform.tests.test_dashboard import front, signals_behind

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice() -> User:
    return trader("alice")


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
    for shard, at in enumerate([now - timedelta(hours=23), now - timedelta(hours=25)]):
        ended = {"claimed_at": at, "settled_at": at, "given_up_at": at}
        make_dispatch(make_signal(strategy, alice), shard=shard, created_at=at, **ended)

    late, long, given_up = front(client, alice)["attention"]

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
    assert str(given_up.title).startswith(
        "Alerts of the last 24 hours that a fault of the platform"
    )
    assert given_up.value == 1
    (dispatch,) = client.get(given_up.url).context["cl"].result_list
    assert dispatch.shard == 0


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
    (note,) = client.get(notes.url).context["cl"].result_list
    assert (note.action, note.order.account.name) == ("NOTIFY", "today")
    (hook,) = client.get(hooks.url).context["cl"].result_list
    assert hook.strategy.name == "today"
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
