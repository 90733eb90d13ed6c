"""What is told of things that are wrong for a while: that they began, and that they are over."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.breakers.tests.open_ones import make_open
from accounts.tests.rows import make_account, superuser
from orders.models import Feed
from orders.tests.rows import make_dispatch, make_remainder
from strategies.models import HookProgress
from strategies.tests.rows import NOON, make_signal, subscribe
from tradeplatform.notifications.collecting import collect
from tradeplatform.notifications.tests.rows import make_channel, order_of, texts, trading

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _begun(db: None) -> None:
    """The notifier has been running before anything happens."""
    collect(now=NOON)


def test_while_nothing_is_wrong_what_was_wrong_is_asked_for_once(alice: User) -> None:
    make_channel(alice)

    with CaptureQueriesContext(connection) as queries:
        collect(now=NOON)

    asked = [query["sql"] for query in queries if '"notifications_condition"' in query["sql"]]
    assert len(asked) == 1


def test_an_account_that_is_stopped_and_its_return(alice: User) -> None:
    channel, of_root = make_channel(alice), make_channel(superuser())
    stop = make_open(trading(alice).account, message="binance -2015: Invalid API-key")

    collect(now=NOON)
    stop.is_open = False
    stop.save()
    collect(now=NOON + timedelta(seconds=1))

    told = "A1 is stopped in spot: binance -2015: Invalid API-key"
    assert texts(channel) == [told, f"Over: {told}"]
    assert texts(of_root) == []


def test_an_account_whose_key_may_withdraw(alice: User) -> None:
    channel = make_channel(alice)
    make_account(alice, "A1", key_can_withdraw=True)

    collect(now=NOON)

    assert texts(channel) == ["A1 opens no positions: its key may withdraw money"]


def test_an_exchange_that_is_left_alone_for_ten_seconds_is_told_to_superusers(alice: User) -> None:
    channel, of_root = make_channel(alice), make_channel(superuser())
    trading(alice)
    make_open(paused_until=NOON + timedelta(minutes=1))

    collect(now=NOON)
    collect(now=NOON + timedelta(seconds=9))
    told_early = texts(of_root)
    collect(now=NOON + timedelta(seconds=10))
    collect(now=NOON + timedelta(minutes=2))
    collect(now=NOON + timedelta(minutes=3))

    told = "Binance (SANDBOX) in spot is left alone: Rate limited"
    assert told_early == []
    assert texts(of_root) == [told, f"Over: {told}"]
    assert texts(channel) == []


def test_an_account_that_is_left_alone(alice: User) -> None:
    channel = make_channel(alice)
    make_open(trading(alice).account, reason="CLOCK_SKEW", paused_until=NOON + timedelta(minutes=1))

    collect(now=NOON)
    collect(now=NOON + timedelta(seconds=10))

    assert texts(channel) == ["A1 (SANDBOX) in spot is left alone: Clock skew"]


def test_drift_and_its_end(alice: User) -> None:
    channel = make_channel(alice)
    remainder = make_remainder(
        trading(alice).account, held=Decimal("2.49"), differs_since=NOON, drifted_at=NOON
    )

    collect(now=NOON)
    collect(now=NOON + timedelta(seconds=1))
    remainder.drifted_at = None
    remainder.save()
    collect(now=NOON + timedelta(seconds=2))

    drift = "Drift on A1: BTC differs by -0.01, entries in it are refused until it is settled"
    assert texts(channel) == [drift, f"Over: {drift}"]


def test_drift_that_comes_back_is_told_again(alice: User) -> None:
    channel = make_channel(alice)
    remainder = make_remainder(trading(alice).account, held=Decimal("2.49"))

    for second, drifted_at in enumerate([NOON, None, NOON]):
        remainder.drifted_at = drifted_at
        remainder.save()
        collect(now=NOON + timedelta(seconds=second))

    assert [text.partition(" ")[0] for text in texts(channel)] == ["Drift", "Over:", "Drift"]


def test_a_problem_of_hooks_is_told_once_however_often_it_comes(alice: User) -> None:
    channel = make_channel(alice)
    progress = HookProgress.objects.create(
        strategy=trading(alice).strategy,
        hooks="x.Y",
        events={},
        fills={},
        marked_at=NOON,
        last_problem="on_fill: ValueError: no",
        last_problem_at=NOON,
    )

    collect(now=NOON)
    progress.last_problem_at = NOON + timedelta(minutes=1)
    progress.save()
    collect(now=NOON + timedelta(minutes=1))

    assert texts(channel) == ["Hooks of test1 had a problem: on_fill: ValueError: no"]


def test_alerts_that_no_worker_takes_are_told_to_superusers_only(alice: User) -> None:
    channel, of_root = make_channel(alice), make_channel(superuser())
    strategy = trading(alice).strategy
    make_dispatch(make_signal(strategy, alice), shard=1)

    collect(now=NOON + timedelta(seconds=10))
    collect(now=NOON + timedelta(seconds=11))

    assert texts(channel) == []
    assert texts(of_root) == ["Worker 1 is silent: 1 alert not taken for 10 s or more"]


def test_a_stream_that_is_silent_for_two_minutes(alice: User) -> None:
    of_root = make_channel(superuser())
    account = trading(alice).account
    account.pk, account.name = 4, "A4"  # an account of shard 0
    account.save()
    subscribe(trading(alice, "other", "test2").strategy, account)
    Feed.objects.create(account=account, market_type="SPOT", stream_state="DOWN")

    collect(now=NOON)
    collect(now=NOON + timedelta(seconds=119))
    told_early = texts(of_root)
    collect(now=NOON + timedelta(seconds=120))

    assert told_early == []
    assert texts(of_root) == [
        "Order streams of shard 0 are down or silent: 1 account followed by polls only"
    ]


def test_accounts_with_open_orders_that_nobody_polls(alice: User) -> None:
    of_root = make_channel(superuser())
    order = order_of(trading(alice))
    Feed.objects.create(
        account=order.account,
        market_type="SPOT",
        stream_state="NOT_SUPPORTED",
        polled_at=NOON,
        reconciled_at=NOON,
    )

    collect(now=NOON + timedelta(minutes=3))
    told_in_time = texts(of_root)
    collect(now=NOON + timedelta(minutes=3, seconds=1))

    shard = order.account_id % 2
    assert told_in_time == []
    assert texts(of_root) == [f"Worker {shard} or the beat is silent: 1 account not polled"]
