"""A row of Alice's for every page of the admin, each recognisable by her name."""

from typing import Any

from django.contrib import admin
from django.db.models import Model

import tradeplatform.urls  # noqa: F401  the admin knows its pages then
from accounts.breakers.tests.open_ones import make_open
from accounts.tests.rows import make_account, trader
from orders.models import Feed, StrayOrder
from orders.tests.rows import (
    make_dispatch,
    make_event,
    make_expiry,
    make_fill,
    make_order,
    make_remainder,
)
from strategies.models import HookProgress, TradingRun, TradingSwitch
from strategies.tests.rows import NOON, make_position, make_signal, make_strategy, subscribe
from tradeplatform.lib.encryption import encrypt
from tradeplatform.models import AuthenticatorApp, FailedLogin
from tradeplatform.notifications.models import Message
from tradeplatform.notifications.tests.rows import make_channel, make_notice
from tradeplatform.two_factor import new_key
from webhooks.models import WebhookToken
from webhooks.tests.delivery_rows import make_delivery
from webhooks.tokens import issue_token

# Rows that belong to nobody in particular: prices, and what superusers set for all.
NOBODYS = frozenset(
    {
        "strategies.MarkPrice",
        "webhooks.AllowedAddress",
        "auth.Group",
        *(
            f"django_celery_beat.{name}"
            for name in (
                "PeriodicTask",
                "IntervalSchedule",
                "CrontabSchedule",
                "ClockedSchedule",
                "SolarSchedule",
            )
        ),
    }
)


def alices_rows() -> dict[str, Model]:
    """The rows, by the label of their model."""
    alice = trader("alice")
    account = make_account(alice, "alices-account")
    strategy = make_strategy(alice, "alices-strategy")
    subscription = subscribe(strategy, account)
    signal = make_signal(strategy, alice, dedup_key="alices-alert")
    order = make_order(subscription, signal, client_order_id="tp-alices", venue_order_id="alices-1")
    channel = make_channel(alice, name="alices-channel")
    switch = TradingSwitch.objects.create(
        scope="ACCOUNT", account=account, state="HALTED", person=alice, changed_at=NOON
    )
    issue_token(user=alice, now=NOON)
    rows: list[Model] = [
        alice,
        account,
        make_open(account, message="alices"),
        strategy,
        subscription,
        signal,
        order,
        make_fill(order),
        make_event(order),
        make_expiry(order),
        make_dispatch(signal),
        make_position(subscription, symbol="ALICE/USDT"),
        make_remainder(account, key="ALICE"),
        make_delivery(signal, body="alices-body"),
        Feed.objects.create(account=account, market_type="SPOT", stream_problem="alices"),
        _stray(account),
        HookProgress.objects.create(
            strategy=strategy, hooks="alices", events={}, fills={}, marked_at=NOON
        ),
        WebhookToken.objects.get(user=alice),
        switch,
        TradingRun.objects.create(
            switch=switch, state="HALTED", action="CANCEL", person=alice, requested_at=NOON
        ),
        channel,
        make_notice(channel, "alices-notice"),
        Message.objects.create(
            channel=channel, title="alices", text="alices", created_at=NOON, next_try_at=NOON
        ),
        AuthenticatorApp.objects.create(
            user=alice, encrypted_key=encrypt(new_key()), last_step=0, created_at=NOON
        ),
        FailedLogin.objects.create(username="alice", ip_address="1.1.1.1", failures_since_start=1),
    ]
    found = {row._meta.label: row for row in rows}
    return found | {"orders.OpenOrder": found["orders.Order"]}


def pages() -> list[Any]:
    """Every admin page that shows somebody's rows."""
    return [page for page in admin.site._registry.values() if _label(page) not in NOBODYS]


def assert_tells_nothing(answer: Any, path: str) -> None:
    """Not even her name, wherever an answer leads."""
    assert answer.status_code in (200, 302, 401, 403, 404, 405), path
    for text in (answer.content.decode(), answer.headers.get("Location", "")):
        assert "alice" not in text.lower().replace(path.lower(), ""), path


def _label(page: Any) -> str:
    return str(page.model._meta.label)


def _stray(account: Any) -> StrayOrder:
    return StrayOrder.objects.create(
        account=account,
        client_order_id="tp-alices-stray",
        venue_order_id="alices-2",
        symbol="BTC/USDT",
        side="BUY",
        quantity=1,
        found_at=NOON,
    )
