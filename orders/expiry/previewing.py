"""Which of today's open orders a strategy's rules would touch, and when; asks no exchange."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from orders.expiry.deciding import applies
from orders.expiry.watching import WATCHED, candidate_of, with_chain
from orders.models import Order
from strategies.models import ExpiryRule, Strategy

# Nobody reads a longer list.
_AT_MOST = 200


@dataclass(frozen=True, slots=True)
class Touched:
    """An order that a rule means. `due_at` is empty for a rule without an age; `has_acted`: the
    rule, as it was saved, did so already."""

    order: Order
    due_at: datetime | None
    depends_on_price: bool
    has_acted: bool


@dataclass(frozen=True, slots=True)
class RulePreview:
    """A rule, saved or not, with the open orders it means."""

    rule: ExpiryRule
    touched: Sequence[Touched]


def preview(strategy: Strategy, rules: Iterable[ExpiryRule]) -> list[RulePreview]:
    """The rules by rank, each with those of the strategy's oldest open orders that it means."""
    open_orders = Order.objects.filter(
        subscription__strategy=strategy, status__in=WATCHED, outcome_unknown_since__isnull=True
    )
    orders = list(with_chain(open_orders).order_by("submitted_at", "id")[:_AT_MOST])
    by_rank = sorted(rules, key=lambda rule: (rule.rank, rule.pk or 0))
    return [RulePreview(rule, _touched(rule, orders)) for rule in by_rank]


def _touched(rule: ExpiryRule, orders: Iterable[Order]) -> list[Touched]:
    meant = [(order, candidate_of(order)) for order in orders]
    return [
        Touched(
            order=order,
            due_at=_due_at(rule, candidate.submitted_at),
            depends_on_price=rule.drift_percent is not None or rule.is_kept_between_levels,
            has_acted=rule.pk in candidate.acted,
        )
        for order, candidate in meant
        if applies(rule, candidate)
    ]


def _due_at(rule: ExpiryRule, submitted_at: datetime) -> datetime | None:
    if rule.after_seconds is None:
        return None
    return submitted_at + timedelta(seconds=rule.after_seconds)
