"""The database refuses rows that cannot be true, whoever writes them."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from orders.models import Fill, Order, OrderEvent
from orders.tests.rows import make_dispatch, make_event, make_fill, make_order
from strategies.models import Signal, Subscription
from strategies.tests.rows import NOON

pytestmark = pytest.mark.django_db

_CLOSED = {"closed_at": NOON}
_UNSENT = {"venue_order_id": "", "answered_at": None}
_REFUSED = {**_CLOSED, "error_code": "BELOW_MINIMUM"}


@pytest.mark.parametrize(
    ("constraint", "fields"),
    [
        ("order_(status|closed_has_time)", {"status": "LOST"}),
        ("order_side", {"side": "HOLD"}),
        ("order_type", {"order_type": "ICEBERG", "trigger_price": 1}),
        ("order_sent_has_quantity_and_time", {"quantity": None}),
        ("order_sent_has_quantity_and_time", {"quantity": 0}),
        ("order_sent_has_quantity_and_time", {"submitted_at": None}),
        ("order_error_only_when_refused", {"error_code": "BELOW_MINIMUM"}),
        ("order_refused_has_error", {"status": "REJECTED", **_CLOSED}),
        ("order_refused_has_error", {"status": "DENIED", **_UNSENT, **_CLOSED}),
        (
            "order_initialized_has_no_venue_data",
            {"status": "INITIALIZED", **_UNSENT, "answered_at": NOON},
        ),
        (
            "order_initialized_has_no_venue_data",
            {"status": "INITIALIZED", **_UNSENT, "filled_quantity": 1},
        ),
        ("order_closed_has_time", {"status": "CANCELED"}),
        ("order_closed_has_time", {"closed_at": NOON}),
        ("order_filled_means_filled", {"status": "FILLED", **_CLOSED}),
        ("order_accepted_has_no_fill", {"filled_quantity": Decimal("0.1")}),
        ("order_unknown_only_while_unanswered", {"outcome_unknown_since": NOON}),
        ("order_filled_not_negative", {"filled_quantity": -1, "status": "SUBMITTED"}),
        ("order_filled_not_negative", {"venue_filled_quantity": -1}),
        ("order_limit_has_price", {"limit_price": None}),
        ("order_limit_has_price", {"limit_price": 0}),
        ("order_stop_has_trigger", {"order_type": "STOP_LIMIT"}),
        ("order_stop_has_trigger", {"order_type": "STOP_MARKET"}),
    ],
)
def test_an_order_that_cannot_be_true_is_refused(
    subscription: Subscription, signal: Signal, constraint: str, fields: dict[str, Any]
) -> None:
    with pytest.raises(IntegrityError, match=f'"{constraint}"'), transaction.atomic():
        make_order(subscription, signal, **fields)


@pytest.mark.parametrize(
    ("constraint", "fields"),
    [
        ("order_once_per_attempt", {"venue_order_id": "2", "client_order_id": "tp2"}),
        ("order_once_per_venue_order_id", {"intent_index": 2, "client_order_id": "tp2"}),
        ("client_order_id", {"intent_index": 2, "venue_order_id": "2"}),
    ],
)
def test_an_order_exists_once(
    subscription: Subscription, signal: Signal, constraint: str, fields: dict[str, Any]
) -> None:
    same = {"intent_index": 1, "venue_order_id": "1", "client_order_id": "tp1"}
    make_order(subscription, signal, **same)

    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        make_order(subscription, signal, **{**same, **fields})


def test_an_order_is_replaced_once(subscription: Subscription, signal: Signal) -> None:
    parent = make_order(subscription, signal)
    make_order(subscription, signal, parent=parent, attempt=1)

    with pytest.raises(IntegrityError, match="order_once_per_parent"), transaction.atomic():
        make_order(subscription, signal, parent=parent, attempt=2)


def test_orders_without_a_venues_id_do_not_collide(
    subscription: Subscription, signal: Signal
) -> None:
    for _ in range(2):
        make_order(subscription, signal, status="SUBMITTED", venue_order_id="", answered_at=None)

    assert Order.objects.count() == 2


def test_a_stop_may_have_the_number_of_another_kind_of_order(
    subscription: Subscription, signal: Signal
) -> None:
    make_order(subscription, signal, venue_order_id="1")

    stop = {"order_type": "STOP_LIMIT", "trigger_price": 89000}
    make_order(subscription, signal, venue_order_id="1", **stop)

    assert Order.objects.filter(venue_order_id="1").count() == 2


def test_a_fill_exists_once(subscription: Subscription, signal: Signal) -> None:
    fill = make_fill(make_order(subscription, signal))
    fill.pk = None

    with pytest.raises(IntegrityError, match="fill_once_per_trade"), transaction.atomic():
        fill.save(force_insert=True)
    assert Fill.objects.count() == 1


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "DENIED", **_REFUSED, **_UNSENT, "quantity": None, "submitted_at": None},
        {"status": "DENIED", **_REFUSED, "needs_attention": True},  # the venue has it after all
        {"status": "SUBMITTED", **_UNSENT, "outcome_unknown_since": NOON},
        {"status": "PENDING_CANCEL", **_UNSENT, "outcome_unknown_since": NOON},
        {"status": "FILLED", **_CLOSED, "filled_quantity": Decimal("0.6")},  # more than asked for
        {"order_type": "MARKET", "limit_price": None},
        {"order_type": "STOP_MARKET", "limit_price": None, "trigger_price": 1},
    ],
)
def test_what_does_happen_is_taken(
    subscription: Subscription, signal: Signal, fields: dict[str, Any]
) -> None:
    make_order(subscription, signal, **fields)

    assert Order.objects.count() == 1


@pytest.mark.parametrize(
    ("constraint", "fields"),
    [
        ("fill_quantity_positive", {"quantity": Decimal(0)}),
        ("fill_price_positive", {"price": Decimal(0)}),
        ("fill_side", {"side": "HOLD"}),
    ],
)
def test_a_fill_that_cannot_be_true_is_refused(
    subscription: Subscription, signal: Signal, constraint: str, fields: dict[str, Any]
) -> None:
    fill = make_fill(make_order(subscription, signal))

    with pytest.raises(IntegrityError, match=f'"{constraint}"'), transaction.atomic():
        Fill.objects.filter(pk=fill.pk).update(**fields)


def test_an_event_names_a_status_that_there_is(subscription: Subscription, signal: Signal) -> None:
    event = make_event(make_order(subscription, signal))

    with pytest.raises(IntegrityError, match='"order_event_status"'), transaction.atomic():
        OrderEvent.objects.filter(pk=event.pk).update(to_status="LOST")


def test_a_dispatch_exists_once_per_shard_and_is_settled_only_after_its_claim(
    signal: Signal,
) -> None:
    make_dispatch(signal)

    with pytest.raises(IntegrityError, match="dispatch_once_per_shard"), transaction.atomic():
        make_dispatch(signal)
    with pytest.raises(IntegrityError, match="dispatch_settled_only"), transaction.atomic():
        make_dispatch(signal, shard=1, settled_at=NOON)


@pytest.mark.parametrize(
    ("status", "leaves"), [("SUBMITTED", "0.5"), ("PENDING_CANCEL", "0.5"), ("CANCELED", "0")]
)
def test_only_an_open_order_can_still_fill(
    subscription: Subscription, signal: Signal, status: str, leaves: str
) -> None:
    closed_at = NOON if status == "CANCELED" else None

    order = make_order(subscription, signal, status=status, closed_at=closed_at)

    assert order.leaves_quantity == Decimal(leaves)
