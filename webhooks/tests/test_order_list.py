"""One's orders, newest first, filtered, page by page."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from orders.models import Order, OrderEvent
from orders.tests.rows import make_fill
from orders.transitions import OrderStatus
from webhooks.tests.conftest import Desk
from webhooks.tests.trading_rows import (
    NOW,
    accepted,
    denied,
    make_account,
    make_signal,
    make_strategy,
    person,
    subscribe,
)

pytestmark = pytest.mark.django_db

STRATEGY = (
    "the group_name of a strategy of yours, or of one that an account of yours is subscribed to; "
    "upper and lower case count"
)
STATES = (
    "one of INITIALIZED, DENIED, SUBMITTED, ACCEPTED, PARTIALLY_FILLED, PENDING_CANCEL, FILLED, "
    "CANCELED, EXPIRED, REJECTED"
)


def orders(token: str, **parameters: str | int) -> Any:
    return Client().get(
        "/api/orders", data=parameters, headers={"Authorization": f"Bearer {token}"}
    )


def ids(response: Any) -> list[int]:
    assert response.status_code == 200, response.content
    return [order["id"] for order in response.json()["orders"]]


class Book:
    """Four orders of two accounts and two strategies, oldest first."""

    def __init__(self, desk: Desk) -> None:
        first, second = make_account(desk.owner, "A1"), make_account(desk.owner, "A2")
        other = make_strategy(desk.owner, "other")
        signal = make_signal(desk.strategy)
        self.resting = accepted(signal, subscribe(desk.strategy, first))
        self.denied = denied(signal, subscribe(desk.strategy, second))
        self.filled = accepted(
            make_signal(other),
            subscribe(other, first),
            symbol="ETH/USDT",
            status=OrderStatus.FILLED,
            filled_quantity=Decimal("0.01"),
            average_price=Decimal("3000.5"),
            closed_at=NOW,
        )
        self.pending = accepted(
            make_signal(other),
            self.filled.subscription,
            symbol="ETH/USDT",
            status=OrderStatus.SUBMITTED,
            venue_order_id="",
            answered_at=None,
        )
        self.all = [self.pending.pk, self.filled.pk, self.denied.pk, self.resting.pk]


def test_an_order_is_told_in_the_words_of_the_wire(desk: Desk) -> None:
    order = Book(desk).resting

    response = orders(desk.token, account="A1", group_name="test1")

    stored = Order.objects.get(pk=order.pk)
    assert response.json() == {
        "orders": [
            {
                "id": order.pk,
                "signal_id": str(order.signal_id),
                "strategy": "test1",
                "account_name": "A1",
                "symbol": "BTC/USDT",
                "side": "BUY",
                "order_type": "LIMIT",
                "is_close": False,
                "quantity": "0.01",
                "price": "90000",
                "stop_price": None,
                "order_status": "ACCEPTED",
                "filled_quantity": "0",
                "average_price": None,
                "fees": {},
                "order_id": order.venue_order_id,
                "client_order_id": order.client_order_id,
                "replaces": None,
                "last_event": "",
                "error_code": "",
                "error": "",
                "created_at": stored.created_at.isoformat(),
                "updated_at": stored.updated_at.isoformat(),
            }
        ],
        "next_before": None,
    }


def test_a_replacement_tells_what_it_replaced_what_it_cost_and_why_it_ended(desk: Desk) -> None:
    first = Book(desk).resting
    child = accepted(first.signal, first.subscription, parent=first, attempt=1)
    make_fill(child)
    make_fill(first)
    for text in ("accepted", "rule 1 CANCEL"):
        OrderEvent.objects.create(order=child, at=NOW, to_status="ACCEPTED", reason=text)

    told = orders(desk.token, limit=1).json()["orders"][0]

    assert told["id"] == child.pk
    assert told["replaces"] == first.client_order_id
    assert told["fees"] == {"BTC": "0.0001"}
    assert told["last_event"] == "rule 1 CANCEL"


def test_a_canceled_order_tells_who_had_it_canceled(desk: Desk) -> None:
    order = Book(desk).resting
    reason = "canceled by root: All trading: HALTED"
    order.events.create(at=NOW, to_status="PENDING_CANCEL", reason=reason)
    told = [orders(desk.token).json()["orders"]]
    Order.objects.filter(pk=order.pk).update(status="CANCELED", closed_at=NOW)
    order.events.create(at=NOW, to_status="CANCELED", reason="canceled at the exchange")
    told.append(orders(desk.token).json()["orders"])

    last_events = [row["last_event"] for rows in told for row in rows if row["id"] == order.pk]
    assert last_events == [reason, f"canceled at the exchange; {reason}"]


@pytest.mark.parametrize(
    ("parameters", "found"),
    [
        ({}, ["pending", "filled", "denied", "resting"]),
        ({"group_name": "other"}, ["pending", "filled"]),
        ({"account": "A2"}, ["denied"]),
        ({"symbol": "eth/usdt"}, ["pending", "filled"]),
        ({"status": "denied"}, ["denied"]),
        ({"open": "true"}, ["pending", "resting"]),
        ({"open": "false", "account": "A1"}, ["filled"]),
        ({"strategy": "other"}, ["pending", "filled"]),
        ({"strategy": "test1", "account": "A1"}, ["resting"]),
        ({"limit": "200"}, ["pending", "filled", "denied", "resting"]),
    ],
)
def test_orders_are_filtered(desk: Desk, parameters: dict[str, str], found: list[str]) -> None:
    book = Book(desk)

    response = orders(desk.token, **parameters)

    assert ids(response) == [getattr(book, name).pk for name in found]


def test_pages_follow_one_another(desk: Desk) -> None:
    book = Book(desk)

    first = orders(desk.token, limit=3)
    second = orders(desk.token, limit=3, before=first.json()["next_before"])

    assert ids(first) + ids(second) == book.all
    assert first.json()["next_before"] == book.denied.pk
    assert second.json()["next_before"] is None


def test_a_page_that_ends_with_the_last_order_has_no_next(desk: Desk) -> None:
    Book(desk)

    assert orders(desk.token, limit=4).json()["next_before"] is None


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("limit", "0", "a whole number from 1 to 200"),
        ("limit", "201", "a whole number from 1 to 200"),
        ("limit", "-1", "a whole number from 1 to 200"),
        ("limit", "１０", "a whole number from 1 to 200"),
        ("before", "x", "a whole number"),
        ("before", "9" * 19, "a whole number"),
        ("status", "OPENED", STATES),
        ("open", "1", "true or false"),
        ("account", "\x00", "a text without NUL characters"),
        ("strategy", "nope", STRATEGY),
        ("strategy", "Test1", STRATEGY),
        ("strategy", "", STRATEGY),
        ("group_name", "nope", STRATEGY),
        ("group_name", "\x00", STRATEGY),
        ("symbol", "\x00", "a text without NUL characters"),
    ],
)
def test_a_parameter_that_cannot_be_meant_is_refused(
    desk: Desk, name: str, value: str, expected: str
) -> None:
    response = orders(desk.token, **{name: value})

    assert response.status_code == 400
    assert response.json() == {
        "error_code": "PARAMETER_INVALID",
        "error": f"The parameter {name} must be {expected}.",
        "field": name,
    }


def test_a_parameter_that_does_not_exist_is_refused_and_the_others_are_named(desk: Desk) -> None:
    response = orders(desk.token, startegy="test1")

    assert response.status_code == 400
    assert response.json() == {
        "error_code": "PARAMETER_UNKNOWN",
        "error": "There is no parameter startegy. This address takes strategy, group_name, "
        "account, symbol, status, open, before and limit.",
        "field": "startegy",
    }


def test_a_strategy_is_named_by_those_who_may_see_it_only(desk: Desk) -> None:
    subscriber, token = person("subscriber")
    _, strangers_token = person("stranger")
    desk.strategy.is_public = True
    desk.strategy.save()
    own = accepted(
        make_signal(desk.strategy), subscribe(desk.strategy, make_account(subscriber, "B1"))
    )
    unused = make_strategy(subscriber, "unused")

    foreign = orders(strangers_token, strategy="test1")

    assert ids(orders(token, strategy="test1")) == [own.pk]
    assert ids(orders(token, strategy=unused.group_name)) == []
    assert foreign.status_code == 400
    assert foreign.json() == {
        "error_code": "PARAMETER_INVALID",
        "error": f"The parameter strategy must be {STRATEGY}.",
        "field": "strategy",
    }


def test_everybody_sees_the_own_accounts_and_strategies_only(desk: Desk) -> None:
    subscriber, token = person("subscriber")
    _, strangers_token = person("stranger")
    signal = make_signal(desk.strategy)
    owners = accepted(signal, subscribe(desk.strategy, make_account(desk.owner, "A1")))
    subscribers = accepted(signal, subscribe(desk.strategy, make_account(subscriber, "B1")))

    assert ids(orders(desk.token)) == [subscribers.pk, owners.pk]
    assert ids(orders(token)) == [subscribers.pk]
    assert ids(orders(strangers_token)) == []


def test_without_a_token_nothing_is_listed(desk: Desk) -> None:
    Book(desk)

    response = Client().get("/api/orders")

    assert response.status_code == 401
    assert response.json()["error_code"] == "TOKEN_INVALID"
