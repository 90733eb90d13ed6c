"""What a poll of an account came to, and where it is written down."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce

from orders.models import Feed


@dataclass(frozen=True, slots=True)
class PollResult:
    """Numbers of orders: open `at_venue`, `ours` among them, brought up to date, stray.

    `is_full`: orders in every symbol were asked for. An empty `problem` means that the account was
    compared with its venue.
    """

    feed_id: int
    account_name: str
    market_type: str
    at_venue: int = 0
    ours: int = 0
    updated: int = 0
    strays: int = 0
    is_full: bool = False
    problem: str = ""


def note(results: Sequence[PollResult]) -> list[None]:
    """Write to the feeds what changed: a statement for the accounts reached, one per problem."""
    reached = Feed.objects.filter(id__in=[item.feed_id for item in results if not item.problem])
    reached.filter(Q(reconciled_at__isnull=True) | ~Q(poll_problem="")).update(
        poll_problem="", reconciled_at=Coalesce(F("reconciled_at"), Value(datetime.now(UTC)))
    )
    listed = [item.feed_id for item in results if item.is_full and not item.problem]
    if listed:
        Feed.objects.filter(id__in=listed).update(listed_at=datetime.now(UTC))
    troubled: dict[str, list[int]] = defaultdict(list)
    for item in results:
        if item.problem:
            troubled[item.problem[:300]].append(item.feed_id)
    for problem, feed_ids in troubled.items():
        Feed.objects.filter(id__in=feed_ids).exclude(poll_problem=problem).update(
            poll_problem=problem
        )
    return [None] * len(results)
