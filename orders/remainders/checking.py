"""Compare what accounts hold with our books, and write what was found. Reads at the venues only.

The books are read before and after the venue is asked: what changed meanwhile, or is in flight,
is no drift and has its turn with the next check.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, as_completed
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.db import transaction

from accounts.exchange import gateway
from accounts.exchange.types import ExchangeAnswer, Login, MarketType
from orders.models import Remainder
from orders.remainders.books import Book, Where, due_logins, key_of, read_books
from orders.remainders.judging import Look, Verdict, first_verdict, next_verdict
from tradeplatform.lib import loop
from tradeplatform.lib.decimals import ZERO, plain

logger = logging.getLogger(__name__)

# Loading the markets, then the holdings: each ends by the exchange's own time-out.
_REQUESTS = 2


@dataclass(frozen=True, slots=True)
class Holding:
    """What an account holds of one key, and the venue's smallest quantity there."""

    held: Decimal
    step: Decimal


_Holdings = Mapping[str, Holding]


def check_remainders(shard: int, *, now: datetime) -> None:
    """Check every account of the shard that has positions, open orders or open differences."""
    check_accounts(due_logins(shard), now=now)


def check_accounts(logins: Mapping[Where, Login], *, now: datetime) -> set[Where]:
    """Check these accounts; returns those that could be read.

    One call per account and type of market, all at once; an account that cannot be read is passed
    by.
    """
    before = {where: read_books(where) for where in logins}
    reached = set()
    for where, holdings in _as_they_come(logins, before):
        if holdings is not None:
            write(where, before[where], holdings, now=now)
            reached.add(where)
    return reached


def write(where: Where, before: Mapping[str, Book], holdings: _Holdings, *, now: datetime) -> None:
    """Write what was found, for the keys whose books stood still around the reading."""
    with transaction.atomic():
        rows = _locked_rows(where, holdings)
        # Behind the lock, so that a correction of a position is seen with its remainder or not yet.
        after = read_books(where)
        looks = {
            key: _look(before[key], holding, where[1])
            for key, holding in holdings.items()
            if before[key] == after.get(key) and not before[key].is_in_flight
        }
        for key, look in looks.items():
            row = rows.get(key)
            if row is None:
                _write_first(where, key, look, now)
            else:
                _write_next(row, look, now)


def _as_they_come(
    logins: Mapping[Where, Login], books: Mapping[Where, Mapping[str, Book]]
) -> Iterator[tuple[Where, _Holdings | None]]:
    asked: dict[Future[_Holdings | None], Where] = {
        loop.run(_read(login, books[where])): where for where, login in logins.items()
    }
    try:
        for future in as_completed(asked, timeout=_REQUESTS * settings.EXCHANGE_TIMEOUT_SECONDS):
            yield asked[future], future.result()
    except TimeoutError:
        logger.warning("not every account's holdings could be read in time")
    finally:
        for future in asked:
            future.cancel()


async def _read(login: Login, books: Mapping[str, Book]) -> _Holdings | None:
    """What the account holds by key, without symbols that the venue no longer has; None when it
    does not tell."""
    try:
        rules = await gateway.load_market_rules(login.market)
        symbols = sorted(
            symbol for book in books.values() for symbol in book.symbols if symbol in rules
        )
        held = await gateway.fetch_holdings(login, symbols) if symbols else {}
    except ExchangeAnswer as problem:
        logger.warning("holdings of account %s are not read: %s", login.account_id, problem)
        return None
    steps = {symbol: rules[symbol].quantity_step for symbol in symbols}
    return _by_key(held, steps, login.market.market_type)


def _by_key(
    held: Mapping[str, Decimal], steps: Mapping[str, Decimal], market_type: MarketType
) -> _Holdings:
    """A coin is told once per symbol, each time in full."""
    found: dict[str, Holding] = {}
    for symbol, quantity in held.items():
        key = key_of(symbol, market_type)
        wider = found[key].step if key in found else ZERO
        found[key] = Holding(quantity, max(wider, steps[symbol]))
    return found


def _look(book: Book, holding: Holding, market_type: MarketType) -> Look:
    return Look(
        held=holding.held,
        of_strategies=book.of_strategies,
        step=holding.step,
        has_open_orders=book.has_open_orders,
        may_be_short=market_type is not MarketType.SPOT,
    )


def _locked_rows(where: Where, keys: Iterable[str]) -> dict[str, Remainder]:
    account_id, market_type = where
    rows = Remainder.objects.select_for_update().filter(
        account=account_id, market_type=market_type, key__in=list(keys)
    )
    return {row.key: row for row in rows.order_by("id")}


def _write_first(where: Where, key: str, look: Look, now: datetime) -> None:
    verdict = first_verdict(look, now=now)
    if verdict is None:
        return
    account_id, market_type = where
    row = Remainder(account_id=account_id, market_type=market_type.value, key=key)
    _fill_in(row, look, verdict, now)
    # Somebody else may have made it just now; then that one counts.
    Remainder.objects.bulk_create([row], ignore_conflicts=True)


def _write_next(row: Remainder, look: Look, now: datetime) -> None:
    known = Verdict(row.accepted, row.differs_since, row.drifted_at)
    _fill_in(row, look, next_verdict(known, look, last_found=row.found, now=now), now)
    row.save()


def _fill_in(row: Remainder, look: Look, verdict: Verdict, now: datetime) -> None:
    if verdict.drifted_at is not None and row.drifted_at is None:
        logger.error(
            "drift: account %s holds %s of %s, its strategies %s, its owner %s",
            row.account_id,
            plain(look.held),
            row.key,
            plain(look.of_strategies),
            plain(verdict.accepted),
        )
    row.held = look.held
    row.of_strategies = look.of_strategies
    row.accepted = verdict.accepted
    row.differs_since = verdict.differs_since
    row.drifted_at = verdict.drifted_at
    row.checked_at = now
