"""Carry out what rules decide about open orders: ask for cancels, leave notes.

One transaction: the orders locked and looked at again, an Expiry row for each (unique per order
and rule), the cancel asked for. What replaces an order is the business of orders.expiry.replacing.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import transaction

from orders import steps
from orders.cancellation import cancel_by_workers
from orders.expiry.deciding import Decision, decide, needs_book, needs_last_price
from orders.expiry.quoting import Quotes, Want
from orders.expiry.watching import WATCHED, Watched
from orders.models import Expiry, Order
from orders.restraining import is_halted
from strategies.expiry_wording import numbered_sentence
from strategies.models import ExpiryAction
from strategies.restraints import read_restraints
from tradeplatform.lib.bulk_insert import insert_all


def wants_of(watched: Iterable[Watched], *, now: datetime) -> list[Want]:
    """The market data that the rules look at now."""
    wants = []
    for each in watched:
        price = any(needs_last_price(rule) for rule in each.rules)
        book = any(needs_book(rule, each.candidate, now=now) for rule in each.rules)
        if price or book:
            wants.append(Want(each.market, each.symbol, last_price=price, book=book))
    return wants


def act(watched: Sequence[Watched], quotes: Quotes, *, now: datetime) -> int:
    """Do what the rules want done; returns for how many orders something was done.

    An order that ended, or whose cancel was asked for, since it was read is left alone; so is a
    close that would be replaced while that is halted: a position must not lose its close.
    """
    decisions = {
        each.order_id: decision
        for each in watched
        if (decision := _decide(each, quotes, now)) is not None
    }
    if not decisions:
        return 0
    with transaction.atomic():
        orders = _without_frozen(_still_due(decisions), decisions)
        _cancel(orders, decisions, now)
        _record(orders, decisions, now)
    return len(orders)


def _decide(watched: Watched, quotes: Quotes, now: datetime) -> Decision | None:
    quote = quotes.get((watched.market, watched.symbol))
    return decide(watched.candidate, watched.rules, quote=quote, now=now)


def _still_due(decisions: Mapping[int, Decision]) -> list[Order]:
    """The orders on which the decided rule may act, locked. Every Expiry is written under that
    lock, so what is not there now comes from nobody else."""
    rows = Order.objects.filter(
        id__in=decisions, status__in=WATCHED, outcome_unknown_since__isnull=True
    )
    orders = list(
        rows.select_for_update(of=("self",), no_key=True)
        .select_related("account", "subscription")
        .order_by("id")
    )
    known = Expiry.objects.filter(order__in=orders).values_list("order_id", "rule_id")
    acted = set(known)
    return [order for order in orders if (order.pk, decisions[order.pk].rule.pk) not in acted]


def _without_frozen(orders: list[Order], decisions: Mapping[int, Decision]) -> list[Order]:
    restraints = read_restraints()
    return [
        order
        for order in orders
        if not (
            order.is_close and decisions[order.pk].action.replaces and is_halted(order, restraints)
        )
    ]


def _cancel(orders: Iterable[Order], decisions: Mapping[int, Decision], now: datetime) -> None:
    by_reason: dict[str, list[int]] = defaultdict(list)
    for order in orders:
        if decisions[order.pk].action is not ExpiryAction.NOTIFY:
            by_reason[decisions[order.pk].reason].append(order.pk)
    for reason, order_ids in sorted(by_reason.items()):
        cancel_by_workers(Order.objects.filter(id__in=order_ids), reason=reason, now=now)


def _record(orders: Iterable[Order], decisions: Mapping[int, Decision], now: datetime) -> None:
    """The Expiry rows, after the cancels: whoever asks for a cancel ends what was begun before."""
    expiries, notes = [], []
    for order in orders:
        decision = decisions[order.pk]
        expiries.append(
            Expiry(
                order=order,
                rule=decision.rule,
                rule_text=numbered_sentence(decision.rule),
                action=decision.action.value,
                started_at=now,
                settled_at=None if decision.action.replaces else now,
            )
        )
        if decision.action is ExpiryAction.NOTIFY:
            notes.append(steps.note(order, reason=decision.reason, now=now))
    Expiry.objects.bulk_create(expiries)
    insert_all(notes)
