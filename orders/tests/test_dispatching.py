"""An alert becomes one signal and one piece of work per shard, however often it is delivered."""

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import User
from django.db import connections, transaction
from pytest_django import Settings

from accounts.exchange.types import OrderType, Side
from accounts.shards import shard_of
from accounts.tests.rows import make_account
from orders.dispatching import OpenedSignal, open_signal
from orders.models import Dispatch
from orders.tests.broker import broker_away, nudges_in_broker
from strategies.intents import Action, Intent, Size, SizeKind, to_json
from strategies.models import Signal, Strategy
from strategies.tests.racing import until_somebody_waits
from strategies.tests.rows import BUY_TEN_PERCENT, NOON, make_strategy, subscribe

pytestmark = pytest.mark.django_db(transaction=True)

_CANCEL_ALL = Intent(action=Action.CANCEL_ALL)
_MARKET_SALE = Intent(
    action=Action.PLACE,
    symbol="BTC/USDT",
    side=Side.SELL,
    order_type=OrderType.MARKET,
    size=Size(SizeKind.PERCENT, Decimal(-100)),
)


@pytest.fixture
def owner() -> User:
    return User.objects.create_user("owner")


@pytest.fixture
def strategy(owner: User) -> Strategy:
    """With an account in every shard, as long as there are no more than five."""
    strategy = make_strategy(owner, "test1", max_signal_age_seconds=90)
    for number in range(5):
        subscribe(strategy, make_account(owner, f"A{number}"))
    return strategy


@pytest.fixture(autouse=True)
def empty_queues() -> None:
    """Messages of earlier tests are none of ours."""
    nudges_in_broker()


def accept(
    strategy: Strategy,
    *intents: Intent,
    sender: User | None = None,
    dedup_key: str | None = None,
) -> OpenedSignal:
    """Accept an alert of the strategy's owner in a transaction of its own."""
    with transaction.atomic():
        return open_signal(
            strategy=strategy,
            sender=sender or strategy.owner,
            intents=intents or [BUY_TEN_PERCENT],
            dedup_key=dedup_key,
            received_at=NOON,
        )


def test_a_signal_keeps_what_is_asked_in_the_order_of_execution(
    strategy: Strategy, owner: User
) -> None:
    opened = accept(strategy, BUY_TEN_PERCENT, _MARKET_SALE, _CANCEL_ALL, dedup_key="bar-1")

    signal = Signal.objects.get()
    assert (opened.is_new, opened.signal.pk) == (True, signal.pk)
    assert (signal.strategy, signal.sender, signal.dedup_key) == (strategy, owner, "bar-1")
    assert signal.intents == [
        to_json(intent) for intent in (_CANCEL_ALL, _MARKET_SALE, BUY_TEN_PERCENT)
    ]
    assert (signal.received_at, signal.expires_at) == (NOON, NOON + timedelta(seconds=90))


@pytest.mark.parametrize("shards", [1, 2, 5])
def test_every_shard_gets_one_piece_of_work_and_one_nudge(
    strategy: Strategy, settings: Settings, shards: int
) -> None:
    settings.SHARDS = shards

    opened = accept(strategy)

    work = Dispatch.objects.filter(signal=opened.signal).order_by("shard")
    assert [(row.shard, row.shards, row.created_at, row.claimed_at) for row in work] == [
        (shard, shards, NOON, None) for shard in range(shards)
    ]
    assert nudges_in_broker() == [row.pk for row in work]


def test_a_shard_without_subscribed_accounts_gets_no_work(strategy: Strategy) -> None:
    kept = strategy.subscriptions.earliest("id")
    strategy.subscriptions.exclude(pk=kept.pk).delete()
    strategy.subscriptions.update(is_active=False)  # its orders can still be canceled

    opened = accept(strategy)

    (work,) = Dispatch.objects.filter(signal=opened.signal)
    assert work.shard == shard_of(kept.account_id)
    assert nudges_in_broker() == [work.pk]


def test_nobody_is_nudged_before_the_commit_or_after_a_rollback(strategy: Strategy) -> None:
    with transaction.atomic():
        accept(strategy)
        before = nudges_in_broker()
        transaction.set_rollback(True)

    assert (before, nudges_in_broker()) == ([], [])
    assert not Dispatch.objects.exists()


def test_a_broker_that_is_away_does_not_fail_what_is_committed_and_is_met_once(
    strategy: Strategy, caplog: pytest.LogCaptureFixture
) -> None:
    with broker_away():
        opened = accept(strategy)

    assert opened.is_new
    assert len([line for line in caplog.messages if line.startswith("no nudge")]) == 1
    assert Dispatch.objects.filter(signal=opened.signal).count() == 2


def test_a_repeated_key_gives_the_first_signal_and_starts_nothing(strategy: Strategy) -> None:
    first = accept(strategy, BUY_TEN_PERCENT, dedup_key="bar-1")
    nudges_in_broker()

    again = accept(strategy, _CANCEL_ALL, dedup_key="bar-1")

    assert (again.is_new, again.signal) == (False, first.signal)
    assert again.signal.intents == [to_json(BUY_TEN_PERCENT)]
    assert Dispatch.objects.count() == 2
    assert nudges_in_broker() == []


def test_a_duplicate_leaves_its_callers_transaction_usable(strategy: Strategy) -> None:
    accept(strategy, dedup_key="bar-1")

    with transaction.atomic():
        accept(strategy, dedup_key="bar-1")
        make_strategy(strategy.owner, "beside")

    assert Strategy.objects.filter(group_name="beside").exists()


def test_a_key_belongs_to_its_strategy_and_sender(strategy: Strategy, owner: User) -> None:
    subscriber = User.objects.create_user("subscriber")
    accept(strategy, dedup_key="bar-1")

    others = [
        accept(strategy, sender=subscriber, dedup_key="bar-1"),
        accept(make_strategy(owner, "test2"), dedup_key="bar-1"),
        accept(strategy, dedup_key="bar-2"),
    ]

    assert [opened.is_new for opened in others] == [True, True, True]
    again = accept(strategy, sender=subscriber, dedup_key="bar-1")
    assert (again.is_new, again.signal) == (False, others[0].signal)


def test_alerts_without_a_key_are_never_duplicates(strategy: Strategy) -> None:
    opened = [accept(strategy), accept(strategy)]

    assert [alert.is_new for alert in opened] == [True, True]


@pytest.mark.parametrize("first_commits", [True, False])
def test_of_two_equal_alerts_at_once_exactly_one_is_new(
    strategy: Strategy, first_commits: bool
) -> None:
    """The second is made to wait until it is known what becomes of the first."""
    seconds: list[OpenedSignal] = []

    def accept_elsewhere() -> None:
        seconds.append(accept(strategy, dedup_key="bar-1"))
        connections.close_all()

    with transaction.atomic():
        first = accept(strategy, dedup_key="bar-1")
        waiting = threading.Thread(target=accept_elsewhere)
        waiting.start()
        until_somebody_waits()
        transaction.set_rollback(not first_commits)
    waiting.join(timeout=20)

    (second,) = seconds
    assert second.is_new is not first_commits
    assert (second.signal == first.signal) is first_commits
    assert list(Signal.objects.all()) == [second.signal]
    assert Dispatch.objects.count() == 2
