"""What people read: the exact words of every kind of news, and who hears it."""

from decimal import Decimal

import pytest
from django.contrib.auth.models import User

from orders.models import Expiry, OrderEvent, StrayOrder
from orders.tests.rows import make_fill
from strategies.tests.rows import NOON, subscribe
from tradeplatform.notifications.collecting import collect
from tradeplatform.notifications.events import Event
from tradeplatform.notifications.tests.rows import denied, make_channel, order_of, texts, trading

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _begun(db: None) -> None:
    """The notifier has been running before anything happens."""
    collect(now=NOON)


def test_a_fill(alice: User) -> None:
    channel = make_channel(alice)
    make_fill(order_of(trading(alice), status="PARTIALLY_FILLED", filled_quantity=Decimal("0.1")))

    collect(now=NOON)

    assert texts(channel) == ["Bought 0.1 BTC/USDT at 89999.5, 0.1 of 0.5 filled · A1 · test1"]


def test_an_order_that_we_refused(alice: User) -> None:
    channel = make_channel(alice)
    denied(trading(alice))

    collect(now=NOON)

    assert texts(channel) == [
        "Not sent: buy 0.5 BTC/USDT at 90000 · A1 · test1. "
        "BELOW_MINIMUM: 0.00001 BTC is below the minimum 0.0001"
    ]


def test_an_order_that_the_exchange_refused(alice: User) -> None:
    channel = make_channel(alice)
    order = order_of(trading(alice), side="SELL", order_type="MARKET", limit_price=None)
    OrderEvent.objects.create(
        order=order,
        at=NOON,
        from_status="SUBMITTED",
        to_status="REJECTED",
        reason="INSUFFICIENT_FUNDS: the account has too little BTC",
    )

    collect(now=NOON)

    assert texts(channel) == [
        "Refused by the exchange: sell 0.5 BTC/USDT at the market · A1 · test1. "
        "INSUFFICIENT_FUNDS: the account has too little BTC"
    ]


def test_an_expiry_rule(alice: User) -> None:
    channel = make_channel(alice)
    Expiry.objects.create(
        order=order_of(trading(alice)),
        action="CANCEL",
        rule_text="1. LIMIT buys that open: after 3 h → cancel",
        started_at=NOON,
    )

    collect(now=NOON)

    assert texts(channel) == [
        "Expiry rule, CANCEL: buy 0.5 BTC/USDT at 90000 · A1 · test1. "
        "1. LIMIT buys that open: after 3 h → cancel"
    ]


@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ("outcome unknown: no answer was recorded", "Outcome unknown"),
        ("needs a person: no answer was recorded", "Needs you"),
    ],
)
def test_an_order_of_which_nobody_knows_enough(alice: User, reason: str, told: str) -> None:
    channel = make_channel(alice)
    OrderEvent.objects.create(
        order=order_of(trading(alice)),
        at=NOON,
        from_status="SUBMITTED",
        to_status="SUBMITTED",
        reason=reason,
    )

    collect(now=NOON)

    assert texts(channel) == [
        f"{told}: buy 0.5 BTC/USDT at 90000 · A1 · test1. no answer was recorded"
    ]


def test_a_stray_order(alice: User) -> None:
    channel = make_channel(alice)
    StrayOrder.objects.create(
        account=trading(alice).account,
        client_order_id="tp1",
        venue_order_id="1",
        symbol="BTC/USDT",
        side="BUY",
        quantity=Decimal("0.50"),
        found_at=NOON,
    )

    collect(now=NOON)

    assert texts(channel) == [
        "Needs you: buy 0.5 BTC/USDT is at the exchange with our id, unknown here · A1"
    ]


def test_the_owner_of_the_account_hears_and_the_owner_of_the_strategy_does_not(
    alice: User, bob: User
) -> None:
    provider, subscriber = make_channel(alice), make_channel(bob)
    strategy = trading(alice).strategy
    mine = trading(bob, "bobs", "bobs").account
    denied(subscribe(strategy, mine))

    collect(now=NOON)

    assert texts(provider) == []
    assert len(texts(subscriber)) == 1


def test_a_channel_hears_only_what_it_chose(alice: User) -> None:
    channel = make_channel(alice, events=[Event.REFUSED])
    subscription = trading(alice)
    make_fill(order_of(subscription))
    denied(subscription)

    collect(now=NOON)

    assert [notice.event for notice in channel.notices.all()] == ["REFUSED"]


@pytest.mark.parametrize("off", ["channel", "owner"])
def test_nobody_is_told_on_a_channel_that_is_switched_off(alice: User, off: str) -> None:
    channel = make_channel(alice, is_active=off != "channel")
    User.objects.filter(pk=alice.pk).update(is_active=off != "owner")
    denied(trading(alice))

    collect(now=NOON)

    assert texts(channel) == []


def test_one_of_our_tokens_in_a_reason_is_not_told(alice: User) -> None:
    channel = make_channel(alice)
    event = denied(trading(alice))
    OrderEvent.objects.filter(pk=event.pk).update(reason="BAD: tpw_abcdef0123456789")

    collect(now=NOON)

    assert texts(channel) == ["Not sent: buy 0.5 BTC/USDT at 90000 · A1 · test1. BAD: [removed]"]
