"""`manage.py reconcile`: compare accounts with their exchanges now, and tell what came of it."""

import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import QuerySet
from django.utils import timezone

from accounts.breakers.sharing import SharedBreakers
from accounts.exchange import gateway
from accounts.exchange.types import MarketType
from orders.models import Feed
from orders.polling.due import add_all_feeds, polls_of
from orders.polling.reconciling import reconcile
from orders.polling.results import PollResult
from orders.remainders.books import Where, all_logins
from orders.remainders.checking import check_accounts
from orders.remainders.telling import Differences, differences
from tradeplatform.lib import loop

_TIMEOUT_SECONDS = 120
_HEADERS = ("account", "market", "open there", "ours", "updated", "stray", "drift", "problem")
_UNREAD = "HOLDINGS_UNKNOWN: what the account holds could not be read"


class Command(BaseCommand):
    """Brings our orders up to date as a poll does; sends and cancels nothing."""

    help = (
        "Compare our open orders with the exchanges' and our positions with what the accounts "
        "hold, bring ours up to date and print a table. Drift is what an account holds more (+) or "
        "less (-) than strategies and owner account for. Exit status 1 when an account was not "
        "reached, has stray orders or drift that was seen twice."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--account", help="Only accounts of this name.")

    def handle(self, *, account: str | None, **_options: Any) -> None:
        feeds = _feeds(account)
        breakers = SharedBreakers()
        try:
            results = reconcile(polls_of(feeds), timeout_seconds=_TIMEOUT_SECONDS)
            unread = _unread({feed.account_id for feed in feeds}, now=timezone.now())
        except TimeoutError as error:
            raise CommandError(f"Not all accounts answered in {_TIMEOUT_SECONDS} s.") from error
        finally:
            loop.stop(drain_seconds=1, farewell=gateway.close())
            breakers.stop()
        places = {feed.pk: (feed.account_id, MarketType(feed.market_type)) for feed in feeds}
        differing = differences({feed.account_id for feed in feeds})
        rows = [_row(result, places[result.feed_id], differing, unread) for result in results]
        self.stdout.write(_table([_HEADERS, *rows]))
        is_bad = unread or any(found.is_drift for found in differing.values())
        if is_bad or any(result.problem or result.strays for result in results):
            sys.exit(1)


def _feeds(account: str | None) -> QuerySet[Feed]:
    add_all_feeds(reconciled_at=timezone.now())
    feeds = Feed.objects.select_related("account").order_by("account__name", "market_type")
    if account is not None:
        feeds = feeds.filter(account__name=account)
        if not feeds:
            raise CommandError(f"No account named {account!r} trades anything.")
    return feeds


def _unread(account_ids: set[int], *, now: datetime) -> set[Where]:
    """Check what these accounts hold; returns those that could not be read."""
    logins = {where: login for where, login in all_logins().items() if where[0] in account_ids}
    return set(logins) - check_accounts(logins, now=now)


def _row(
    result: PollResult, place: Where, differing: Mapping[Where, Differences], unread: set[Where]
) -> tuple[str, ...]:
    numbers = (result.at_venue, result.ours, result.updated, result.strays)
    return (
        result.account_name,
        result.market_type,
        *(str(number) for number in numbers),
        differing.get(place, Differences()).text or "-",
        result.problem or (_UNREAD if place in unread else ""),
    )


def _table(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )
