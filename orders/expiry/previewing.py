"""Which of today's open orders a strategy's rules would touch, and when; asks no exchange."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from orders.expiry.deciding import applies
from orders.expiry.watching import WATCHED, candidate_of, with_chain
from orders.models import Order
from strategies.models import ExpiryAction, ExpiryRule, Strategy

# Nobody reads a longer list; of a rule that means more, the oldest are shown.
_AT_MOST = 200
_READ_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Touched:
    """An order that a rule means. `due_at` is empty for a rule without an age; `has_acted`: the
    rule, as it was saved, did so already; `may_be_kept`: an earlier KEEP looks at prices."""

    order: Order
    due_at: datetime | None
    depends_on_price: bool
    has_acted: bool
    may_be_kept: bool


@dataclass(frozen=True, slots=True)
class RulePreview:
    """A rule, saved or not, with the oldest open orders it means, and how many more there are."""

    rule: ExpiryRule
    touched: Sequence[Touched]
    more: int


def preview(strategy: Strategy, rules: Iterable[ExpiryRule], *, now: datetime) -> list[RulePreview]:
    """The rules by rank, each with those of the strategy's open orders that it means."""
    by_rank = sorted(rules, key=lambda rule: (rule.rank, rule.pk or 0))
    found: list[list[Touched]] = [[] for _ in by_rank]
    more: Counter[int] = Counter()
    for order in _open_orders(strategy):
        for number, touched in _touched(order, by_rank, now):
            if len(found[number]) < _AT_MOST:
                found[number].append(touched)
            else:
                more[number] += 1
    return [RulePreview(rule, found[number], more[number]) for number, rule in enumerate(by_rank)]


def _open_orders(strategy: Strategy) -> Iterator[Order]:
    """The oldest first; there may be many, so they are not all held at once."""
    orders = Order.objects.filter(
        subscription__strategy=strategy, status__in=WATCHED, outcome_unknown_since__isnull=True
    )
    return with_chain(orders).order_by("submitted_at", "id").iterator(chunk_size=_READ_AT_ONCE)


def _touched(
    order: Order, rules: Iterable[ExpiryRule], now: datetime
) -> Iterator[tuple[int, Touched]]:
    """The rules that mean the order, by their place, up to one that keeps it whatever its price."""
    candidate = candidate_of(order)
    may_be_kept = False
    for number, rule in enumerate(rules):
        if not applies(rule, candidate):
            continue
        due_at = _due_at(rule, candidate.submitted_at)
        looks_at_price = rule.drift_percent is not None or rule.is_kept_between_levels
        has_acted = rule.pk in candidate.acted
        yield number, Touched(order, due_at, looks_at_price, has_acted, may_be_kept)
        if rule.action == ExpiryAction.KEEP:
            if due_at is not None and due_at <= now:
                return
            may_be_kept = may_be_kept or looks_at_price


def _due_at(rule: ExpiryRule, submitted_at: datetime) -> datetime | None:
    if rule.after_seconds is None:
        return None
    return submitted_at + timedelta(seconds=rule.after_seconds)
