"""What people hear of trading that is stopped or resumed, and of flattens."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from accounts.tests.rows import make_account, superuser
from orders.models import OrderEvent
from orders.tests.rows import make_dispatch, make_order
from strategies.models import Strategy, Subscription, TradingRun
from strategies.switching import Target, Wish, switch
from strategies.tests.rows import NOON, make_signal, subscribe
from strategies.trading_states import RunAction, Scope, TradingState
from tradeplatform.notifications.collecting import collect
from tradeplatform.notifications.tests.rows import make_channel, texts, trading

pytestmark = pytest.mark.django_db

ACTIVE, REDUCING, HALTED = TradingState
EVERYTHING = Target(Scope.EVERYTHING)


@pytest.fixture(autouse=True)
def _begun(db: None) -> None:
    """The notifier has been running before anything happens."""
    collect(now=NOON)


def throw(person: User, target: Target, state: TradingState, **how: object) -> TradingRun:
    wish = Wish(target, state, **{"reason": "maintenance", **how})  # type: ignore[arg-type]
    return switch(wish, person=person, now=NOON)


def end(run: TradingRun, **fields: object) -> None:
    fields = {"committed_at": NOON, "ended_at": NOON + timedelta(seconds=9), **fields}
    TradingRun.objects.filter(pk=run.pk).update(**fields)


def test_who_switched_what_and_why_is_told_once_to_whom_it_concerns(alice: User) -> None:
    root = superuser()
    channel, of_root = make_channel(alice), make_channel(root)
    account = trading(alice).account
    target = Target(Scope.ACCOUNT, account.pk)

    throw(root, target, HALTED, action=RunAction.FLATTEN)
    collect(now=NOON)
    throw(root, target, ACTIVE, reason="")
    collect(now=NOON + timedelta(seconds=2))
    collect(now=NOON + timedelta(days=2))

    assert texts(channel) == [
        "Trading of account A1 is HALTED, only cancels are sent. Set by root: maintenance. "
        "Open orders are canceled and positions closed.",
        "Trading of account A1: HALTED: not flat. The next switch took over.",
        "Trading of account A1 is ACTIVE, orders are sent again. Set by root.",
    ]
    assert texts(of_root) == texts(channel)


def test_a_strategys_switch_is_told_to_its_subscribers_and_what_is_left_to_its_owner(
    alice: User, bob: User
) -> None:
    provider, subscriber = make_channel(alice), make_channel(bob)
    strategy: Strategy = trading(alice).strategy
    subscribe(strategy, make_account(bob, "B1"))
    run = throw(alice, Target(Scope.STRATEGY, strategy.pk), REDUCING, action=RunAction.FLATTEN)

    end(run, notes="test1 × B1: 0.1 BTC/USDT: not closed after 5 tries: why")
    collect(now=NOON)

    told = (
        "Trading of strategy test1 is REDUCING, only closes and cancels are sent. Set by alice: "
        "maintenance. Open orders are canceled and positions closed."
    )
    assert texts(subscriber) == [told]
    assert texts(provider) == [
        told,
        "Trading of strategy test1: REDUCING: not flat. test1 × B1: 0.1 BTC/USDT: not closed "
        "after 5 tries: why",
    ]


def test_everything_is_told_to_superusers_once_and_to_all_who_trade(alice: User, bob: User) -> None:
    root = superuser()
    channels = [make_channel(user) for user in (root, alice, bob)]
    trading(alice)
    subscribe(Strategy.objects.get(), make_account(root, "R1"))
    run = throw(root, EVERYTHING, HALTED, action=RunAction.FLATTEN)

    end(run, flat_at=NOON + timedelta(seconds=4), notes="test1 × A1: too little to be sold")
    collect(now=NOON)

    began = (
        "All trading is HALTED, only cancels are sent. Set by root: maintenance. Open orders are "
        "canceled and positions closed."
    )
    assert [texts(channel) for channel in channels] == [
        [began, "All trading: HALTED: flat after 4.000 s"],
        [began],
        [],
    ]


def test_the_end_of_cancels_is_told_when_it_comes_and_that_of_a_mere_switch_is_not(
    alice: User,
) -> None:
    channel = make_channel(alice)
    mine = Target(Scope.USER, alice.pk)
    run = throw(alice, mine, REDUCING, action=RunAction.CANCEL)
    collect(now=NOON)

    end(run, cancels_asked=3)
    later = throw(alice, mine, HALTED)
    end(later)
    collect(now=NOON + timedelta(seconds=2))

    assert texts(channel) == [
        "Trading of user alice is REDUCING, only closes and cancels are sent. Set by alice: "
        "maintenance. Open orders are canceled.",
        "Trading of user alice: REDUCING: 3 cancels asked for, 0 without an end",
        "Trading of user alice is HALTED, only cancels are sent. Set by alice: maintenance.",
    ]


@pytest.mark.parametrize(
    ("code", "is_told"), [("NO_LONG_POSITION", False), ("NO_SHORT_POSITION", False), ("X", True)]
)
def test_a_flatten_that_finds_too_little_to_close_is_no_refused_order(
    alice: User, code: str, is_told: bool
) -> None:
    channel = make_channel(alice, events=["REFUSED"])
    subscription = trading(alice)

    deny_close(subscription, code)
    collect(now=NOON)

    assert bool(texts(channel)) == is_told


def deny_close(subscription: Subscription, code: str) -> None:
    """A close of a flatten that we refused."""
    owner = subscription.account.owner
    run = throw(owner, Target(Scope.USER, owner.pk), HALTED, action=RunAction.FLATTEN)
    signal = make_signal(subscription.strategy, owner, flatten_run=run)
    order = make_order(
        subscription, signal, status="DENIED", venue_order_id="", closed_at=NOON, error_code=code
    )
    OrderEvent.objects.create(
        order=order, at=NOON, from_status="INITIALIZED", to_status="DENIED", reason=code
    )


def test_closes_that_a_fault_prevented_are_told_to_whose_they_are(alice: User) -> None:
    subscription, channel, root = trading(alice), make_channel(alice), superuser()
    run = throw(root, EVERYTHING, HALTED, action=RunAction.FLATTEN)
    signal = make_signal(subscription.strategy, root, flatten_run=run)
    ended = {"claimed_at": NOON, "settled_at": NOON, "given_up_at": NOON}
    make_dispatch(signal, missed=[subscription.pk], uncanceled=[], **ended)

    collect(now=NOON)

    assert texts(channel)[-1] == (
        "A flatten's closes for test1 of 12:00:00 UTC were not carried out by a fault of the "
        "platform (a worker's log tells which): nothing was ordered or canceled for A1"
    )
