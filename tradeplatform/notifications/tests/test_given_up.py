"""An alert that a fault of ours kept from being carried out is told to those it concerns."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.tests.rows import make_account, superuser, trader
from orders.giving_up import give_up
from orders.models import Dispatch
from orders.tests.rows import make_dispatch, make_order
from strategies.models import Subscription
from strategies.tests.rows import NOON, make_signal, subscribe
from tradeplatform.notifications.collecting import collect
from tradeplatform.notifications.models import Channel
from tradeplatform.notifications.tests.rows import make_channel, texts, trading

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nothing_counted")]


@pytest.fixture
def channel(alice: User) -> Channel:
    """Alice's, who has a strategy."""
    trading(alice)
    return make_channel(alice)


@pytest.fixture
def of_root() -> Channel:
    return make_channel(superuser())


_ENDED = {"claimed_at": NOON, "settled_at": NOON, "uncanceled": []}


def test_an_alert_that_a_fault_kept_from_being_carried_out_is_told_to_all_concerned(
    alice: User, channel: Channel, of_root: Channel
) -> None:
    subscription = Subscription.objects.get()
    bob = trader("bob")
    others = make_channel(bob), make_channel(trader("carol"))
    own = subscribe(subscription.strategy, make_account(bob, "B1"))
    signal = make_signal(subscription.strategy, alice)
    for shard, missed in enumerate([[subscription.pk], [own.pk]]):
        make_dispatch(signal, shard=shard, given_up_at=NOON, missed=missed, **_ENDED)
    subscribe(subscription.strategy, make_account(others[1].owner, "C1"))  # since then

    collect(now=NOON)

    everybody = [channel, others[0], of_root, others[1]]
    told = [_not_carried_out(names) for names in ("A1, B1", "B1", "A1, B1")]
    assert [texts(one) for one in everybody] == [*([text] for text in told), []]


def _not_carried_out(accounts: str) -> str:
    return (
        "An alert for test1 of 12:00:00 UTC was not carried out by a fault of the platform (a "
        f"worker's log tells which): nothing was ordered or canceled for {accounts}"
    )


def test_a_shard_that_is_given_up_later_is_told_to_those_whom_it_concerns(
    alice: User, channel: Channel
) -> None:
    subscription = Subscription.objects.get()
    bob = trader("bob")
    of_bob = make_channel(bob)
    other = subscribe(subscription.strategy, make_account(bob, "B1"))
    signal = make_signal(subscription.strategy, alice)

    of_lower_id = make_dispatch(signal, shard=0)
    make_dispatch(signal, shard=1, given_up_at=NOON, missed=[other.pk], **_ENDED)
    collect(now=NOON)
    later = NOON + timedelta(minutes=5)
    Dispatch.objects.filter(pk=of_lower_id.pk).update(
        given_up_at=later, missed=[subscription.pk], **_ENDED
    )
    for now in (later, NOON + timedelta(days=1, minutes=1)):
        collect(now=now)

    assert texts(of_bob) == [_not_carried_out("B1")]
    assert texts(channel) == [_not_carried_out("B1"), _not_carried_out("A1, B1")]


def test_a_shard_in_which_there_was_nothing_to_do_is_no_news(alice: User, channel: Channel) -> None:
    signal = make_signal(Subscription.objects.get().strategy, alice)
    make_dispatch(signal, given_up_at=NOON, missed=[], **_ENDED)

    collect(now=NOON)

    assert texts(channel) == []


def test_of_many_accounts_three_are_named(alice: User, channel: Channel) -> None:
    first = Subscription.objects.get()
    names = ("A2", "A3", "A4", "A5")
    more = [subscribe(first.strategy, make_account(alice, name)) for name in names]
    missed = [subscription.pk for subscription in (first, *more)]
    make_dispatch(make_signal(first.strategy, alice), given_up_at=NOON, missed=missed, **_ENDED)

    collect(now=NOON)

    assert texts(channel) == [_not_carried_out("A1, A2, A3 and 2 more")]


def test_accounts_of_one_name_are_counted_each(channel: Channel, of_root: Channel) -> None:
    first = Subscription.objects.get()
    others = (make_account(trader(name), "A1") for name in ("bob", "carol", "dave"))
    missed = [first.pk, *(subscribe(first.strategy, account).pk for account in others)]
    make_dispatch(
        make_signal(first.strategy, of_root.owner), given_up_at=NOON, missed=missed, **_ENDED
    )

    collect(now=NOON)

    assert texts(of_root) == [_not_carried_out("A1, A1, A1 and 1 more")]
    assert texts(channel) == [_not_carried_out("A1")]


def test_long_names_do_not_hide_what_happened(alice: User, channel: Channel) -> None:
    first = Subscription.objects.get()
    accounts = [make_account(alice, letter * 60) for letter in "XYZ"]
    missed = [subscribe(first.strategy, account).pk for account in accounts]
    make_dispatch(make_signal(first.strategy, alice), given_up_at=NOON, missed=missed, **_ENDED)

    collect(now=NOON)

    names = ", ".join(account.name for account in accounts)
    assert texts(channel) == [_not_carried_out(names)[:300]]


def test_those_that_could_not_be_found_out_are_told_of_to_the_sender_and_superusers(
    alice: User, channel: Channel, of_root: Channel
) -> None:
    subscription = Subscription.objects.get()
    others = make_channel(trader("bob"))
    own = subscribe(subscription.strategy, make_account(others.owner, "B1"))
    signal = make_signal(subscription.strategy, alice)
    unknown = _ENDED | {"uncanceled": None}
    make_dispatch(signal, shard=0, given_up_at=NOON, missed=None, **unknown)
    collect(now=NOON)
    make_dispatch(signal, shard=1, given_up_at=NOON, missed=[own.pk], **unknown)
    collect(now=NOON)

    nobody, somebody = (
        _not_carried_out(f"{known}accounts that could not be found out")
        for known in ("", "B1 and ")
    )
    assert texts(channel) == texts(of_root) == [nobody, somebody]
    assert texts(others) == [_not_carried_out("B1")]


def test_a_cancel_that_was_given_up_is_told_to_whose_orders_they_are_paused_or_not(
    alice: User, channel: Channel
) -> None:
    paused = Subscription.objects.get()
    strategy, of_bob = paused.strategy, make_channel(trader("bob"))
    own = subscribe(strategy, make_account(of_bob.owner, "B1"))
    make_order(paused, make_signal(strategy, alice))
    Subscription.objects.filter(pk=paused.pk).update(is_active=False)
    cancel = make_signal(strategy, alice, intents=[{"action": "CANCEL_ALL"}])

    for subscription in (paused, own):
        dispatch = make_dispatch(cancel, shard=subscription.account_id % 2)
        give_up(dispatch.pk, now=NOON)
    collect(now=NOON)

    assert (texts(channel), texts(of_bob)) == ([_not_carried_out("A1")], [])


def test_many_alerts_that_were_given_up_are_no_more_statements(
    alice: User, channel: Channel
) -> None:
    subscription = Subscription.objects.get()

    def statements(alerts: int) -> int:
        for _ in range(alerts):
            signal = make_signal(subscription.strategy, alice)
            make_dispatch(signal, given_up_at=NOON, missed=[subscription.pk], **_ENDED)
        collect(now=NOON)
        with CaptureQueriesContext(connection) as asked:
            collect(now=NOON)
        return len(asked)

    assert statements(1) == statements(20)
