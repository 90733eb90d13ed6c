"""Channels and trades for tests, with readable values."""

from typing import Any

from django.contrib.auth.models import User

from accounts.tests.rows import make_account
from orders.models import Order, OrderEvent
from orders.tests.rows import make_denied, make_order
from strategies.models import Subscription
from strategies.tests.rows import NOON, make_signal, make_strategy, subscribe
from tradeplatform.notifications.events import Event
from tradeplatform.notifications.models import Channel, Notice

SECRET_ADDRESS = "tgram://123456789:bot-token-that-must-not-show/4455"


def make_channel(
    owner: User, name: str = "phone", *, address: str = SECRET_ADDRESS, **fields: Any
) -> Channel:
    """A channel for everything unless told otherwise."""
    everything = [event.value for event in Event]
    channel = Channel(owner=owner, name=name, **{"events": everything, **fields})
    channel.set_address(address, hint="tgram://12…")
    channel.save()
    return channel


def make_notice(channel: Channel, key: str, text: str = "news", **fields: Any) -> Notice:
    """A fill that was found at noon and is in no message yet."""
    return Notice.objects.create(
        channel=channel,
        source="fills",
        source_key=key,
        **{"event": Event.FILL, "at": NOON, "text": text, **fields},
    )


def trading(owner: User, account: str = "A1", strategy: str = "test1") -> Subscription:
    """An account of this owner trades a strategy of theirs."""
    return subscribe(make_strategy(owner, strategy), make_account(owner, account))


def order_of(subscription: Subscription, **fields: Any) -> Order:
    """An order of an alert of its own."""
    strategy = subscription.strategy
    return make_order(subscription, make_signal(strategy, strategy.owner), **fields)


def denied(subscription: Subscription) -> OrderEvent:
    """An order that we refused because it was too small, and the step that says so."""
    strategy = subscription.strategy
    order = make_denied(subscription, make_signal(strategy, strategy.owner))
    return OrderEvent.objects.create(
        order=order,
        at=NOON,
        from_status="INITIALIZED",
        to_status="DENIED",
        reason=f"{order.error_code}: {order.error_message}",
    )


def texts(channel: Channel) -> list[str]:
    """What the channel is to be told, oldest first."""
    return [notice.text for notice in channel.notices.order_by("id")]
