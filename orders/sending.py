"""Carry out what was committed: all accounts at once, each account's jobs one after another.

Runs on the process's event loop. Nothing here retries a placement; whatever cannot be proven is
recorded as an unknown outcome and looked up later.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial

from accounts.exchange import gateway
from accounts.exchange.errand import Errand
from accounts.exchange.limits.lanes import Lane
from accounts.exchange.limits.quotas import Rank
from accounts.exchange.types import (
    ExchangeAnswer,
    Login,
    MarketType,
    NotSent,
    OrderTicket,
    OutcomeUnknown,
    Rejected,
)
from orders import market_data
from orders.drafting import expired, replacement_expired
from orders.late_sizing import size_late
from orders.looking_up import look_up
from orders.outcomes import Answered, CancelFailed, Outcome, SendFailed
from orders.recording import record
from orders.restraining import refusals_at_turn
from orders.reversal import unfinished_close, wait_for_close
from orders.work import (
    CancelJob,
    Job,
    LateSizing,
    LookUpJob,
    MarketData,
    PlaceJob,
)
from strategies.intents import Intent
from strategies.sizing import Denied, needs_holding
from tradeplatform.lib.batching import Batcher
from tradeplatform.lib.database_threads import DatabaseThreads

logger = logging.getLogger(__name__)

# What is sent later than this after it was decided on is looked at again: it waited at a breaker,
# for its market, for a clock. To send hundreds at once takes less.
_STALE_AFTER = timedelta(seconds=0.5)


class Sender:
    """One per worker process: its locks, and its three batched ways to the database."""

    def __init__(self) -> None:
        self._threads = DatabaseThreads(name="outcomes", size=2)
        self._recorder: Batcher[Outcome, None] = Batcher(record, threads=self._threads)
        self._sizer: Batcher[LateSizing, OrderTicket | None] = Batcher(
            size_late, threads=self._threads
        )
        self._second_look: Batcher[int, Denied | None] = Batcher(
            refusals_at_turn, threads=self._threads
        )
        # Orders of one account go out one at a time, in the order in which they were committed;
        # those of its other type of market do not wait for a venue that is left alone.
        self._lanes: defaultdict[tuple[int, MarketType], Lane] = defaultdict(Lane)
        # By order: set once its cancel that waits or is under way is through.
        self._cancels: dict[int, asyncio.Event] = {}

    async def carry_out(self, jobs: Iterable[Job], *, expires_at: datetime | None) -> None:
        """Do all jobs, an account's in this order; one that hangs or fails holds up only itself.

        Nothing is placed after `expires_at`; None where nothing is to be placed.
        """
        await asyncio.gather(*(self._carry_out_job(job, expires_at) for job in jobs))

    async def look_up(self, jobs: Iterable[Job]) -> None:
        """Do look-ups, each account's between its orders and never before them."""
        by_lane: defaultdict[Lane, list[Job]] = defaultdict(list)
        for job in jobs:
            by_lane[self._lane(job)].append(job)
        await asyncio.gather(*(self._look_up_in(lane, own) for lane, own in by_lane.items()))

    async def _look_up_in(self, lane: Lane, jobs: Iterable[Job]) -> None:
        for job in jobs:
            if lane.is_busy:
                return  # with orders; the next beat comes back
            async with lane.turn(_rank_of(job)):
                await self._try(job, expires_at=None, has_waited=False)

    async def _carry_out_job(self, job: Job, expires_at: datetime | None) -> None:
        if not isinstance(job, CancelJob):
            return await self._in_turn(job, expires_at)
        if (asked := self._cancels.get(job.order_id)) is not None:
            # Another one behind it would find nothing to do, and take room that others need.
            await asked.wait()
            return None
        asked = self._cancels[job.order_id] = asyncio.Event()
        try:
            await self._in_turn(job, expires_at)
        finally:
            del self._cancels[job.order_id]
            asked.set()

    async def _in_turn(self, job: Job, expires_at: datetime | None) -> None:
        lane = self._lane(job)
        has_waited = lane.is_busy
        async with lane.turn(_rank_of(job)):
            await self._try(job, expires_at=expires_at, has_waited=has_waited)

    def _lane(self, job: Job) -> Lane:
        return self._lanes[job.login.account_id, job.login.market.market_type]

    async def _try(self, job: Job, *, expires_at: datetime | None, has_waited: bool) -> None:
        try:
            await self._do(job, expires_at, has_waited=has_waited)
        except Exception:  # the account's next job must still have its turn
            logger.exception("job of order %s broke off", job.order_id)

    async def _do(self, job: Job, expires_at: datetime | None, *, has_waited: bool) -> None:
        match job:
            case PlaceJob():
                outcome = await self._size_and_place(job, expires_at, has_waited=has_waited)
            case CancelJob():
                outcome = await _cancel(job)
            case LookUpJob():
                outcome = await _look_up(job)
        if outcome is not None:
            await self._recorder.submit(outcome)

    async def _size_and_place(
        self, job: PlaceJob, expires_at: datetime | None, *, has_waited: bool
    ) -> Outcome | None:
        decided_at = datetime.now(UTC)
        if _may_close(job) and expires_at is not None:
            await gateway.wait_until_open(job.login, until=expires_at)
        if job.intent.after_close and expires_at is not None:
            await self._wait_for_close(job, expires_at)
        ticket = job.ticket
        if ticket is None:
            ticket = await self._sizer.submit(await _late_sizing(job))
            decided_at, has_waited = datetime.now(UTC), False
        if ticket is None:
            return None
        # Replacements are written one by one and sent together: the first has waited for the last.
        is_stale = has_waited or job.is_replacement
        stale_at = decided_at if is_stale else decided_at + _STALE_AFTER
        check = partial(self._check, job, expires_at=expires_at, stale_at=stale_at)
        return await _place(job, ticket, expires_at, check)

    async def _wait_for_close(self, job: PlaceJob, expires_at: datetime) -> None:
        async def find(entry: PlaceJob) -> LookUpJob | None:
            return await asyncio.wrap_future(self._threads.submit(unfinished_close, entry))

        async def look_up(close: LookUpJob) -> None:
            await self._try(close, expires_at=None, has_waited=False)

        await wait_for_close(job, expires_at=expires_at, find=find, look_up=look_up)

    async def _check(
        self, job: PlaceJob, *, expires_at: datetime | None, stale_at: datetime
    ) -> None:
        """Raises NotSent for what is too late, or may not be sent any more since it waited."""
        refusal: Denied | None = None
        # Who closes or cancels right behind it may have taken it back.
        is_hurried = self._lane(job).best(Rank.ENTRY) < Rank.ENTRY
        if is_hurried or datetime.now(UTC) >= stale_at:
            refusal = await self._second_look.submit(job.order_id)
        if expires_at is not None and datetime.now(UTC) >= expires_at:
            refusal = replacement_expired() if job.is_replacement else expired()
        if refusal is not None:
            raise NotSent(refusal.code, refusal.message)

    def stop(self) -> None:
        """Write what is left and close the connections."""
        self._threads.stop()


def _may_close(job: PlaceJob) -> bool:
    """Whether it reduces a position; of a sale on spot that is known only once it is sized."""
    if job.ticket is not None and job.ticket.reduce_only:
        return True  # the rest of a close, which asks for a quantity
    return needs_holding(job.intent, job.login.market.market_type)


def _rank_of(job: Job) -> Rank:
    """How urgent it is; what is before it in its account's lane is then as urgent."""
    match job:
        case PlaceJob():
            return Rank.CLOSE if _may_close(job) else Rank.ENTRY
        case CancelJob():
            return Rank.CANCEL
        case LookUpJob():
            return Rank.POLL


async def _place(
    job: PlaceJob,
    ticket: OrderTicket,
    expires_at: datetime | None,
    check: Callable[[], Awaitable[None]],
) -> Outcome:
    try:
        errand = Errand(rank=_rank_of(job), until=expires_at, is_new_order=True, check=check)
        report = await gateway.place(job.login, ticket, errand)
        return Answered(job.order_id, report)
    except (NotSent, Rejected, OutcomeUnknown) as error:
        return SendFailed(job.order_id, error)
    except Exception as error:
        logger.exception("sending order %s broke off", job.order_id)
        return SendFailed(job.order_id, OutcomeUnknown("OUTCOME_UNKNOWN", type(error).__name__))


async def _cancel(job: CancelJob) -> Outcome:
    try:
        return Answered(job.order_id, await gateway.cancel(job.login, job.reference))
    except ExchangeAnswer as error:
        return CancelFailed(job.order_id, error.code, error.message)


async def _look_up(job: LookUpJob) -> Outcome | None:
    """Where the order stands; None while the venue does not tell."""
    try:
        return await look_up(job)
    except ExchangeAnswer as problem:
        logger.warning("looking up order %s: %s", job.order_id, problem)
        return None


async def _late_sizing(job: PlaceJob) -> LateSizing:
    market: MarketData | None = None
    quantity = denial = None
    read_at = datetime.now(UTC)
    try:
        market = await market_data.read(job.login.market, job.intent)
        quantity = await _account_quantity(job.login, job.intent, market)
    except Denied as refusal:
        denial = refusal
    return LateSizing(
        order_id=job.order_id,
        intent=job.intent,
        market=market,
        account_quantity=quantity,
        read_at=read_at,
        denial=denial,
    )


async def _account_quantity(login: Login, intent: Intent, market: MarketData) -> Decimal | None:
    """What the account holds, where sizing looks at it; None when the venue does not tell."""
    rules = market.rules
    if not needs_holding(intent, rules.market_type):
        return None
    try:
        holdings = await gateway.fetch_holdings(login, [rules.symbol], rank=Rank.CLOSE)
    except ExchangeAnswer as problem:
        logger.warning("holdings of account %s unread: %s", login.account_id, problem)
        return None
    return holdings[rules.symbol]
