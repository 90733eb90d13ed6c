"""`manage.py reconcile`: compare accounts with their exchanges now, and tell what came of it."""

import sys
from collections.abc import Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from accounts.exchange import gateway
from orders.models import Feed
from orders.polling.due import add_all_feeds, polls_of
from orders.polling.reconciling import reconcile
from orders.polling.results import PollResult
from tradeplatform.lib import loop

_TIMEOUT_SECONDS = 120
_HEADERS = ("account", "market", "open there", "ours", "updated", "stray", "problem")


class Command(BaseCommand):
    """Brings our orders up to date as a poll does; sends and cancels nothing."""

    help = (
        "Compare our open orders with the exchanges', bring ours up to date and print a table. "
        "Exit status 1 when an account was not reached or has stray orders."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--account", help="Only accounts of this name.")

    def handle(self, *, account: str | None, **_options: Any) -> None:
        add_all_feeds(reconciled_at=timezone.now())
        feeds = Feed.objects.select_related("account").order_by("account__name", "market_type")
        if account is not None:
            feeds = feeds.filter(account__name=account)
            if not feeds:
                raise CommandError(f"No account named {account!r} trades anything.")
        try:
            results = reconcile(polls_of(feeds), timeout_seconds=_TIMEOUT_SECONDS)
        except TimeoutError as error:
            raise CommandError(f"Not all accounts answered in {_TIMEOUT_SECONDS} s.") from error
        finally:
            loop.stop(drain_seconds=1, farewell=gateway.close())
        self.stdout.write(_table([_HEADERS, *(_row(result) for result in results)]))
        if any(result.problem or result.strays for result in results):
            sys.exit(1)


def _row(result: PollResult) -> tuple[str, ...]:
    numbers = (result.at_venue, result.ours, result.updated, result.strays)
    return (
        result.account_name,
        result.market_type,
        *(str(number) for number in numbers),
        result.problem,
    )


def _table(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )
