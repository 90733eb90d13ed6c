"""Orders of the past, made by the million."""

import re
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F

from accounts.tests.rows import make_account, superuser
from orders.models import Dispatch, Order, OrderEvent
from orders.transitions import CLOSED
from strategies.models import Signal, Subscription
from strategies.tests.rows import NOON, make_strategy, subscribe
from tradeplatform.bench.old_orders import insert_old_orders
from webhooks.models import Delivery, Outcome

pytestmark = pytest.mark.django_db(transaction=True)

_CASTS = re.compile(r"::[a-z ]+(\[\])?|[()]")


@pytest.fixture
def few_and_many() -> tuple[Subscription, list[Subscription]]:
    """The one subscription of a strategy, and the thirty of another."""
    owner = superuser()
    accounts = [make_account(owner, f"A{number}") for number in range(30)]
    few, many = make_strategy(owner, "few"), make_strategy(owner, "many")
    return subscribe(few, accounts[0]), [subscribe(many, account) for account in accounts]


def test_old_orders_are_spread_over_all_subscriptions_by_signals_of_their_strategy(
    few_and_many: tuple[Subscription, list[Subscription]],
) -> None:
    few, many = few_and_many

    insert_old_orders(first=0, last=120, now=NOON)

    # Two rounds of 20 orders for the one and of 40 for the thirty, ten of whom have two each time.
    assert Order.objects.count() == 120
    assert few.orders.count() == 40
    assert sorted(own.orders.count() for own in many) == [2] * 20 + [4] * 10
    strange = Order.objects.exclude(
        signal__strategy=F("subscription__strategy"), account=F("subscription__account")
    )
    assert not strange.exists()


def test_old_orders_have_ended_with_a_history_that_leads_to_their_state(
    few_and_many: tuple[Subscription, list[Subscription]],
) -> None:
    insert_old_orders(first=0, last=200, now=NOON)

    states = Counter(Order.objects.values_list("status", flat=True))
    assert set(states) == {"FILLED", "CANCELED", "DENIED", "REJECTED"} <= CLOSED
    for order in Order.objects.prefetch_related("events"):
        steps = list(order.events.all())
        arrived = [step.to_status for step in steps]
        assert [step.from_status for step in steps] == ["INITIALIZED", *arrived[:-1]]
        assert arrived[-1] == order.status


def test_old_orders_have_signals_dispatches_and_deliveries(
    few_and_many: tuple[Subscription, list[Subscription]],
) -> None:
    insert_old_orders(first=0, last=360, now=NOON)

    assert Signal.objects.count() == 18
    assert Dispatch.objects.filter(settled_at__lt=NOON + timedelta(seconds=1)).count() == 36
    outcomes = Counter(Delivery.objects.values_list("outcome", flat=True))
    assert outcomes == {Outcome.ACCEPTED: 18, Outcome.REFUSED: 2}


def test_further_old_orders_are_older_and_have_lower_ids(
    few_and_many: tuple[Subscription, list[Subscription]],
) -> None:
    insert_old_orders(first=0, last=40, now=NOON)
    newer = set(Order.objects.values_list("id", flat=True))

    insert_old_orders(first=40, last=100, now=NOON)

    older = Order.objects.exclude(id__in=newer)
    assert older.count() == 60
    by_id, by_time = older.order_by("id"), older.order_by("created_at", "id")
    assert list(by_id) == list(by_time)
    assert max(order.pk for order in older) < min(newer)


def test_indexes_and_constraints_are_as_before(
    few_and_many: tuple[Subscription, list[Subscription]],
) -> None:
    before = _indexes_and_constraints()

    insert_old_orders(first=0, last=20, now=NOON)

    assert _indexes_and_constraints() == before
    assert OrderEvent.objects.exists()


def _indexes_and_constraints() -> set[tuple[str, str]]:
    """Without casts and brackets: PostgreSQL writes those of its own text in another way."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' UNION ALL "
            "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint"
        )
        return {(name, _CASTS.sub("", definition)) for name, definition in cursor.fetchall()}
