"""An order that its venue does not find ends only after patience, and only where that is proof."""

from datetime import timedelta

import pytest
from django.db.models import F
from pytest_django import Settings

from orders import absence
from orders.models import Order, OrderEvent
from orders.tests.world import World, limit_buy
from strategies.models import Signal


def never_arrived(world: World) -> Signal:
    """An order whose send broke off before it left; nobody knows."""
    strategy = world.strategy("test1", world.account("A1"))
    signal = world.alert(strategy, limit_buy())
    world.claim_only(signal)
    Order.objects.update(outcome_unknown_since=world.now())
    return signal


def let_pass(seconds: float) -> None:
    """As if what the rows tell had happened so much earlier; the sandbox wants the true time."""
    span = timedelta(seconds=seconds)
    Order.objects.update(
        outcome_unknown_since=F("outcome_unknown_since") - span,
        looked_up_at=F("looked_up_at") - span,
    )


def look_up_after(world: World, *pauses: int) -> list[tuple[str, int]]:
    """Look up after each of these pauses, in seconds; status and misses after each."""
    seen = []
    for pause in pauses:
        let_pass(pause)
        world.look_up()
        order = Order.objects.get()
        seen.append((order.status, order.missed_look_ups))
    return seen


def reasons() -> list[str]:
    return list(OrderEvent.objects.order_by("id").values_list("reason", flat=True))


def test_spaced_misses_and_open_orders_prove_at_binance_that_it_never_arrived(
    world: World,
) -> None:
    never_arrived(world)

    seen = look_up_after(world, 2, 6, 12, 22, 42)

    assert seen == [
        ("SUBMITTED", 0),  # in the grace time
        ("SUBMITTED", 1),
        ("SUBMITTED", 2),
        ("SUBMITTED", 3),
        ("REJECTED", 4),
    ]
    order = Order.objects.get()
    assert (order.error_code, order.outcome_unknown_since) == ("NOT_FOUND_AT_VENUE", None)
    assert order.needs_attention is False
    assert reasons()[-1].startswith("NOT_FOUND_AT_VENUE: ")
    assert world.venue_orders() == []


def test_look_ups_soon_after_one_another_count_once(world: World) -> None:
    never_arrived(world)

    seen = look_up_after(world, 6, 1, 1, 7, 3)

    assert [misses for _, misses in seen] == [1, 1, 1, 1, 2]


def test_an_order_that_appears_late_is_adopted(world: World) -> None:
    never_arrived(world)
    look_up_after(world, 8, 12)
    world.place_by_hand(Order.objects.get())

    (seen,) = look_up_after(world, 22)

    order = Order.objects.get()
    assert seen == ("ACCEPTED", 0)
    assert (order.outcome_unknown_since, order.looked_up_at) == (None, None)


def test_a_canceled_order_that_never_arrived_is_rejected_too(world: World) -> None:
    never_arrived(world)
    Order.objects.update(status="PENDING_CANCEL")

    seen = look_up_after(world, 8, 12, 22, 42)

    assert seen[-1] == ("REJECTED", 4)


def test_a_venue_that_does_not_answer_is_no_miss(world: World, settings: Settings) -> None:
    never_arrived(world)
    world.restart_executor()
    settings.SANDBOX_URL = "http://127.0.0.1:9"

    seen = look_up_after(world, 8, 12, 22, 42, 100)

    assert seen == [("SUBMITTED", 0)] * 5


def test_where_absence_cannot_be_proven_a_person_is_told_once(world: World) -> None:
    never_arrived(world)
    # Longer ago than Binance remembers orders, which then proves nothing.
    Order.objects.update(submitted_at=world.now() - timedelta(days=91))

    look_up_after(world, 8, 12, 22)
    flagged_before = Order.objects.get().needs_attention
    seen = look_up_after(world, 42, 82, 162, 302)

    order = Order.objects.get()
    assert (flagged_before, order.needs_attention) == (False, True)
    assert seen == [("SUBMITTED", misses) for misses in (4, 5, 6, 7)]
    assert len([reason for reason in reasons() if reason.startswith("needs a person")]) == 1


@pytest.mark.parametrize(("misses", "pause"), [(0, 5), (1, 10), (4, 80), (6, 300), (99, 300)])
@pytest.mark.django_db
def test_pauses_grow_up_to_five_minutes(world: World, misses: int, pause: int) -> None:
    never_arrived(world)
    now = world.now()

    def is_due(seconds: int) -> tuple[bool, bool]:
        looked_up_at = now - timedelta(seconds=seconds)
        Order.objects.update(missed_look_ups=misses, looked_up_at=looked_up_at)
        return (
            Order.objects.filter(absence.due(now=now)).exists(),
            absence.is_due(Order.objects.get(), now=now),
        )

    assert is_due(pause - 1) == (False, False)
    assert is_due(pause) == (True, True)


def test_an_order_the_venue_answered_for_and_does_not_know_any_more_is_shown_to_a_person(
    world: World,
) -> None:
    never_arrived(world)
    Order.objects.update(
        status="ACCEPTED",
        answered_at=world.now(),
        outcome_unknown_since=None,
        venue_filled_quantity=1,
    )

    look_up_after(world, 0, 12, 22, 42, 82)

    order = Order.objects.get()
    assert (order.status, order.needs_attention, order.missed_look_ups) == ("ACCEPTED", True, 5)
    assert len([reason for reason in reasons() if reason.startswith("needs a person")]) == 1
