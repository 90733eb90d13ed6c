"""The database refuses strategies, subscriptions, signals and positions that cannot be true."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.tests.rows import make_account
from strategies.models import Position, Signal, Strategy, Subscription
from strategies.tests.rows import NOON, make_position, make_signal, make_strategy, subscribe

pytestmark = pytest.mark.django_db


@pytest.fixture
def subscription() -> Subscription:
    owner = User.objects.create_user("owner")
    return subscribe(make_strategy(owner, "test1"), make_account(owner, "A1"))


@pytest.mark.parametrize(
    ("constraint", "fields"),
    [
        ("strategy_market_type", {"market_type": "OPTIONS"}),
        ("strategy_max_signal_age_positive", {"max_signal_age_seconds": 0}),
    ],
)
def test_a_strategy_that_cannot_be_true_is_refused(
    subscription: Subscription, constraint: str, fields: dict[str, Any]
) -> None:
    with pytest.raises(IntegrityError, match=f'"{constraint}"'), transaction.atomic():
        Strategy.objects.update(**fields)


def test_alerts_find_one_strategy_by_its_group_name(subscription: Subscription) -> None:
    with pytest.raises(IntegrityError, match="group_name"), transaction.atomic():
        make_strategy(subscription.strategy.owner, "test1")


@pytest.mark.parametrize("group_name", ["test 1", "test1\n", "test/1", "", "{{ticker}}"])
def test_a_group_name_is_made_of_plain_characters(
    subscription: Subscription, group_name: str
) -> None:
    subscription.strategy.group_name = group_name

    with pytest.raises(ValidationError) as refusal:
        subscription.strategy.full_clean()

    assert list(refusal.value.message_dict) == ["group_name"]


@pytest.mark.parametrize(
    ("constraint", "fields"),
    [
        ("subscription_capital_positive", {"capital": 0}),
        ("subscription_leverage_at_least_one", {"leverage": 0}),
        ("subscription_max_symbols_at_least_one", {"max_symbols": 0}),
    ],
)
def test_a_subscription_that_cannot_be_true_is_refused(
    subscription: Subscription, constraint: str, fields: dict[str, Any]
) -> None:
    with pytest.raises(IntegrityError, match=f'"{constraint}"'), transaction.atomic():
        Subscription.objects.update(**fields)


def test_an_account_subscribes_to_a_strategy_once(subscription: Subscription) -> None:
    with (
        pytest.raises(IntegrityError, match="subscription_once_per_account"),
        transaction.atomic(),
    ):
        subscribe(subscription.strategy, subscription.account)


@pytest.mark.parametrize(
    ("constraint", "fields"),
    [
        ("signal_dedup_key_not_empty", {"dedup_key": ""}),
        ("signal_expires_after_receipt", {"expires_at": NOON}),
        ("signal_expires_after_receipt", {"expires_at": NOON - timedelta(seconds=1)}),
    ],
)
def test_a_signal_that_cannot_be_true_is_refused(
    subscription: Subscription, constraint: str, fields: dict[str, Any]
) -> None:
    with pytest.raises(IntegrityError, match=f'"{constraint}"'), transaction.atomic():
        make_signal(subscription.strategy, subscription.strategy.owner, **fields)


def test_a_dedup_key_is_used_once_per_strategy_and_sender(subscription: Subscription) -> None:
    strategy, owner = subscription.strategy, subscription.strategy.owner
    make_signal(strategy, owner, dedup_key="bar-1")
    make_signal(strategy, User.objects.create_user("subscriber"), dedup_key="bar-1")
    make_signal(make_strategy(owner, "test2"), owner, dedup_key="bar-1")
    for _ in range(2):
        make_signal(strategy, owner, dedup_key=None)

    with pytest.raises(IntegrityError, match="signal_once_per_dedup_key"), transaction.atomic():
        make_signal(strategy, owner, dedup_key="bar-1")
    assert Signal.objects.count() == 5


def test_a_subscription_has_one_position_per_symbol(subscription: Subscription) -> None:
    make_position(subscription)

    with pytest.raises(IntegrityError, match="position_once_per_symbol"), transaction.atomic():
        make_position(subscription)


def test_an_entry_price_is_not_negative(subscription: Subscription) -> None:
    make_position(subscription)

    with (
        pytest.raises(IntegrityError, match='"position_entry_price_not_negative"'),
        transaction.atomic(),
    ):
        Position.objects.update(average_entry_price=-1)
