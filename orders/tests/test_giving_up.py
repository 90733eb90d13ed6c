"""What is told of an alert that was given up: what it meant then, whoever came or went since."""

from decimal import Decimal

import pytest

from accounts.exchange.types import OrderType, Side
from accounts.tests.rows import make_account
from orders.giving_up import give_up
from orders.models import Dispatch
from orders.results import results_of
from orders.tests.rows import make_dispatch, make_order
from strategies.intents import Action, Intent, Size, SizeKind, to_json
from strategies.models import Signal, Subscription
from strategies.tests.rows import NOON, make_signal, subscribe

pytestmark = pytest.mark.django_db

_BUY = Intent(
    action=Action.PLACE,
    symbol="BTC/USDT",
    side=Side.BUY,
    order_type=OrderType.MARKET,
    size=Size(kind=SizeKind.QUANTITY, value=Decimal(1)),
)


def _given_up(subscription: Subscription, signal: Signal, *intents: Intent) -> Signal:
    later = make_signal(subscription.strategy, signal.sender)
    Signal.objects.filter(pk=later.pk).update(intents=[to_json(intent) for intent in intents])
    give_up(make_dispatch(later, shard=subscription.account_id % 2).pk, now=NOON)
    return later


def _told(signal: Signal) -> list[tuple[str, str]]:
    return [(row.account_name, row.error_code) for row in results_of(signal.pk).rows]


def test_who_comes_or_goes_later_changes_nothing(
    subscription: Subscription, signal: Signal
) -> None:
    given_up = _given_up(subscription, signal, _BUY)

    before = _told(given_up)
    for name in ("NEW1", "NEW2"):  # one in each shard
        subscribe(subscription.strategy, make_account(subscription.account.owner, name))
    Subscription.objects.filter(pk=subscription.pk).update(is_active=False)

    assert before == [(subscription.account.name, "NOT_EXECUTED")]
    assert _told(given_up) == before


def test_what_was_canceled_before_does_not_hide_what_was_not_ordered(
    subscription: Subscription, signal: Signal
) -> None:
    make_order(subscription, signal, venue_order_id="77", status="CANCELED", closed_at=NOON)
    cancel = Intent(action=Action.CANCEL, order_id="77")

    given_up = _given_up(subscription, signal, cancel, _BUY)

    account = subscription.account.name
    assert _told(given_up) == [(account, ""), (account, "NOT_EXECUTED")]


def test_a_paused_subscription_misses_only_the_cancels(
    subscription: Subscription, signal: Signal
) -> None:
    make_order(subscription, signal)
    Subscription.objects.filter(pk=subscription.pk).update(is_active=False)

    given_up = _given_up(subscription, signal, Intent(action=Action.CANCEL_ALL), _BUY)

    dispatch = Dispatch.objects.get(signal=given_up)
    assert (dispatch.missed, dispatch.uncanceled) == ([], [subscription.pk])
    assert _told(given_up) == []


def test_an_alert_that_somebody_has_claimed_meanwhile_is_not_given_up(
    subscription: Subscription, signal: Signal
) -> None:
    claimed = make_dispatch(make_signal(subscription.strategy, signal.sender), claimed_at=NOON)

    give_up(claimed.pk, now=NOON)

    claimed.refresh_from_db()
    assert (claimed.given_up_at, claimed.settled_at) == (None, None)


@pytest.mark.parametrize("fault", [[{"symbol": "BTC/USDT"}], ["PLACE"]])
def test_cancels_that_cannot_be_read_are_given_up_with_what_is_known(
    subscription: Subscription, signal: Signal, fault: list[object]
) -> None:
    unreadable = make_signal(subscription.strategy, signal.sender, intents=fault)

    give_up(make_dispatch(unreadable, shard=subscription.account_id % 2).pk, now=NOON)

    dispatch = Dispatch.objects.get(signal=unreadable)
    assert dispatch.given_up_at == NOON
    assert (dispatch.missed, dispatch.uncanceled) == ([subscription.pk], None)
