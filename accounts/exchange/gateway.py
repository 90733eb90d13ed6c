"""The gateway: what the platform may ask of a venue. Await these on the loop of `lib/loop.py`.

Every failure is one of NotSent, Rejected, OrderGone and OutcomeUnknown, and no write is repeated.
A report tells the venue's present truth: after an unclear answer to a cancel the order is looked
up.
"""

import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import partial

from accounts.exchange import lookups
from accounts.exchange.counter import Counter
from accounts.exchange.desk import close_desk, desk
from accounts.exchange.errand import CANCEL, ENTRY, Errand
from accounts.exchange.executions import fetch_executions
from accounts.exchange.gate import gate
from accounts.exchange.holdings import check_connection, fetch_holdings
from accounts.exchange.limits.quotas import Rank
from accounts.exchange.open_orders import fetch_open_reports
from accounts.exchange.probing import probe
from accounts.exchange.recipes import Creation, creation_of
from accounts.exchange.reports import lacks_fills, trade_reports, with_fills
from accounts.exchange.signed import ask, send
from accounts.exchange.types import (
    Book,
    ExchangeAnswer,
    FillReport,
    Login,
    MarketKey,
    MarketRules,
    NotSent,
    OrderGone,
    OrderReference,
    OrderReport,
    OrderTicket,
    OutcomeUnknown,
    Price,
    Rejected,
    ReportStatus,
)
from accounts.exchange.venues import has_separate_stops, is_stop

__all__ = [
    "cancel",
    "check_connection",
    "close",
    "fetch_book",
    "fetch_holdings",
    "fetch_open_reports",
    "fetch_price",
    "fetch_report",
    "load_market_rules",
    "place",
    "probe",
    "stock_up",
    "wait_until_open",
]

logger = logging.getLogger(__name__)

# Refusals of what our market table allowed: a tick, a step or a limit may have changed.
_AGAINST_RULES = frozenset(
    {"ABOVE_MAXIMUM", "BELOW_MINIMUM", "NUMBER_INVALID", "PRICE_OUT_OF_RANGE", "SYMBOL_UNKNOWN"}
)
_STILL_OPEN = frozenset({ReportStatus.OPEN, ReportStatus.UNKNOWN})


async def load_market_rules(key: MarketKey, *, reload: bool = False) -> Mapping[str, MarketRules]:
    """The rules of every symbol of these markets, by unified symbol; read once a day.

    `reload` reads them now, for when a venue says that a step or minimum has changed.
    """
    return (await desk().table(key, reload=reload)).rules


async def fetch_price(key: MarketKey, symbol: str, *, rank: Rank) -> Price:
    """The last price, at most `settings.PRICE_MAX_AGE_SECONDS` old; read once for all who ask.

    `rank`: what it is needed for. Only what may close a position is to take from what is kept for
    closes.
    """
    table = await desk().table(key)
    return await desk().prices.get(key, symbol, rank=rank, source=table.source)


async def fetch_book(key: MarketKey, symbol: str, *, depth: int) -> Book:
    """The best levels of the order book now; one call for all who ask at the same time.

    `depth` must be a number of levels that the venue offers: 20 is known everywhere. Raises
    NotSent when there is no such market.
    """
    table = await desk().table(key)
    contract_size = table.contract_sizes.get(symbol)
    if contract_size is None:
        raise NotSent("SYMBOL_UNKNOWN", f"{key.venue} has no market {symbol!r}.")
    return await desk().books.get(
        key, symbol, depth=depth, contract_size=contract_size, source=table.source
    )


async def place(login: Login, ticket: OrderTicket, errand: Errand = ENTRY) -> OrderReport:
    """Send one order, once. Executions told in the answer come with it.

    Raises NotSent or Rejected when no order exists, OutcomeUnknown when one may.
    """
    counter = await Counter.open(login, ticket.symbol)
    creation = creation_of(
        ticket,
        access=counter.access,
        rules=counter.rules,
        contract_size=counter.contract_size,
    )
    try:
        report = await send(partial(_create, counter, creation), at=login, errand=errand)
    except Rejected as refusal:
        if refusal.code in _AGAINST_RULES:
            desk().doubt(login.market)
        raise
    reference = OrderReference(
        client_order_id=ticket.client_order_id,
        venue_order_id=report.venue_order_id,
        symbol=ticket.symbol,
        order_type=ticket.order_type,
    )
    return await _with_executions(counter, reference, report, rank=errand.rank)


async def fetch_report(login: Login, reference: OrderReference) -> OrderReport:
    """Where the order stands now, with its executions; raises OrderGone when it is not found."""
    counter = await Counter.open(login, reference.symbol)
    return await _look_up(counter, reference)


async def cancel(login: Login, reference: OrderReference) -> OrderReport:
    """Cancel one order and tell what became of it; a fill may have come first.

    Raises OrderGone when the order cannot be found at all, Rejected when the venue refused and the
    order is still open, or cannot be looked up because of what was refused.
    """
    counter = await Counter.open(login, reference.symbol)
    refusal: Rejected | None = None
    try:
        report = await send(partial(_cancel, counter, reference), at=login, errand=CANCEL)
        if report.status not in _STILL_OPEN:
            return await _with_executions(counter, reference, report, rank=Rank.CANCEL)
    except OrderGone:
        await _cancel_triggered(counter, reference)
    except Rejected as error:
        refusal = error
    except OutcomeUnknown as error:
        logger.info("Cancel of %s is unclear: %s", reference.client_order_id, error)
    try:
        report = await _look_up(counter, reference, rank=Rank.CANCEL)
    except NotSent:
        # A breaker has opened, perhaps because of the refusal: then that says more.
        if refusal is not None:
            raise refusal from None
        raise
    if refusal is not None and report.status in _STILL_OPEN:
        raise refusal
    return report


async def stock_up(orders: Mapping[MarketKey, int]) -> None:
    """Have room at hand, as far as venues leave any, for so many entries that are about to come.

    They need not wait for it then, and are told themselves where there is no access.
    """
    for key, count in orders.items():
        with suppress(NotSent):
            await desk().stock_up(key, orders=count)


async def wait_until_open(login: Login, *, until: datetime) -> None:
    """Wait for the end of a pause that is over before `until`, to be tried first then."""
    await gate().wait_until_open(login, until=until)


async def close() -> None:
    """Close the running loop's connections, before the loop stops."""
    await close_desk()


async def _executions(counter: Counter, reference: OrderReference) -> tuple[FillReport, ...]:
    trades = await fetch_executions(counter.client, reference, counter.access)
    return trade_reports(trades, contract_size=counter.contract_size)


async def _create(counter: Counter, creation: Creation) -> OrderReport:
    """The parsing belongs to the call: an answer we cannot read leaves the outcome unknown."""
    return counter.report(await counter.client.create_order(**creation.arguments()))


async def _cancel(counter: Counter, reference: OrderReference) -> OrderReport:
    return counter.report(await lookups.cancel(counter.client, reference, counter.access))


async def _cancel_triggered(counter: Counter, stop: OrderReference) -> None:
    """A stop that is gone may have triggered and live on under another name: cancel that."""
    if not is_stop(stop.order_type):
        return
    find = partial(lookups.after_trigger, counter.client, stop, counter.access)
    order = await ask(find, at=counter.login, rank=Rank.CANCEL)
    if order is None:
        return
    try:
        await send(partial(_cancel, counter, order), at=counter.login, errand=CANCEL)
    except (OrderGone, OutcomeUnknown) as error:
        logger.info("Cancel of triggered %s is unclear: %s", stop.client_order_id, error)


async def _look_up(
    counter: Counter, reference: OrderReference, *, rank: Rank = Rank.POLL
) -> OrderReport:
    if has_separate_stops(counter.access, reference.order_type):
        return await _look_up_stop(counter, reference, rank)
    report = counter.report(await _find(counter, reference, rank))
    return await _with_executions(counter, reference, report, rank=rank)


async def _find(counter: Counter, reference: OrderReference, rank: Rank) -> lookups.Answer:
    find = partial(lookups.find, counter.client, reference, counter.access)
    return await ask(find, at=counter.login, rank=rank)


async def _look_up_stop(counter: Counter, reference: OrderReference, rank: Rank) -> OrderReport:
    """A waiting stop is reported itself, a triggered one by its child under the stop's id."""
    stop = await _find(counter, reference, rank)
    report = counter.report(stop)
    child = lookups.child_of(stop)
    if child:
        working = await _look_up(counter, lookups.triggered(reference, child), rank=rank)
        return replace(working, venue_order_id=report.venue_order_id)
    if report.status is ReportStatus.CLOSED:  # "closed" means triggered, not ended
        return replace(report, status=ReportStatus.UNKNOWN)
    return report


async def _with_executions(
    counter: Counter, reference: OrderReference, report: OrderReport, *, rank: Rank
) -> OrderReport:
    """The report with executions the venue did not tell; without them when the read fails."""
    if not (report.has_executions and lacks_fills(report)):
        return report
    known = replace(reference, venue_order_id=report.venue_order_id)
    try:
        fills = await ask(partial(_executions, counter, known), at=counter.login, rank=rank)
    except ExchangeAnswer as error:
        logger.warning("Executions of %s are not read: %s", reference.client_order_id, error)
        return report
    told = {fill.venue_trade_id: fill for fill in (*report.fills, *fills)}
    return with_fills(report, tuple(told.values()))
