"""Poll accounts, all at once: list the open orders, record what is new, look up what is missing.

Runs on the process's event loop and only reads at the venues, so no account's orders wait for it.
What is written goes through orders.recording, in batches over all accounts.
"""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from accounts.exchange import gateway
from accounts.exchange.types import ExchangeAnswer, FoundOrder
from orders.followup import look_up_job
from orders.looking_up import look_up
from orders.models import Order
from orders.outcomes import Answered, Outcome, StillListed
from orders.polling.comparing import compare
from orders.polling.due import AccountPoll
from orders.polling.results import PollResult, note
from orders.polling.strays import Unknown, sort_out
from orders.recording import record
from orders.report_reading import is_news
from tradeplatform.lib.batching import Batcher
from tradeplatform.lib.database_threads import DatabaseThreads

logger = logging.getLogger(__name__)

# A list may be older than the end of an order that is in it, but not by so much.
_LIST_LAG = timedelta(seconds=60)
# Of one account; a restart may find all its orders filled, and venues count requests.
_LOOK_UPS_AT_ONCE = 4


class Poller:
    """One per process that polls: its batched ways to the database."""

    def __init__(self) -> None:
        # Its own: thousands of polled orders must not hold up the answers to orders being sent.
        self._threads = DatabaseThreads(name="polls", size=2)
        self._recorder: Batcher[Outcome, None] = Batcher(record, threads=self._threads)
        self._sorter: Batcher[Unknown, Order | None] = Batcher(sort_out, threads=self._threads)
        self._notes: Batcher[PollResult, None] = Batcher(note, threads=self._threads)
        # Feeds being polled; an account that hangs is not asked again meanwhile.
        self._under_way: set[int] = set()

    def under_way(self) -> frozenset[int]:
        """The feeds being polled just now; may be asked on any thread."""
        return frozenset(self._under_way)

    async def poll(self, polls: Iterable[AccountPoll]) -> list[PollResult]:
        """Bring these accounts' orders up to date; a result for each that is not being polled."""
        idle = [poll for poll in polls if poll.feed_id not in self._under_way]
        self._under_way.update(poll.feed_id for poll in idle)
        return list(await asyncio.gather(*(self._poll_and_note(poll) for poll in idle)))

    def stop(self) -> None:
        """Write what is left and close the connections."""
        self._threads.stop()

    async def _poll_and_note(self, poll: AccountPoll) -> PollResult:
        try:
            result = await self._try_to_poll(poll)
            await self._note(result)
        finally:
            self._under_way.discard(poll.feed_id)
        return result

    async def _try_to_poll(self, poll: AccountPoll) -> PollResult:
        try:
            return await self._poll(poll)
        except Exception:  # no account's flaw may hold up the others
            logger.exception("poll of account %s broke off", poll.login.account_id)
            return _result(poll, problem="the poll broke off; the log tells why")

    async def _note(self, result: PollResult) -> None:
        try:
            await self._notes.submit(result)
        except Exception:  # the next poll has a note of its own
            logger.exception("the poll of account %s is not noted", result.account_name)

    async def _poll(self, poll: AccountPoll) -> PollResult:
        started_at = datetime.now(UTC)
        try:
            found = await gateway.fetch_open_reports(poll.login, poll.symbols)
        except ExchangeAnswer as answer:
            return _result(poll, problem=str(answer))
        comparison = compare(poll, found, now=datetime.now(UTC))
        news: list[Outcome] = [Answered(order.pk, report) for order, report in comparison.news]
        known = await self._sort_out(poll, comparison.unknown)
        for order, told in known:
            news += _of_ended(order, told, listed_at=started_at)
        await asyncio.gather(*(self._recorder.submit(outcome) for outcome in news))
        looked_up, problem = await self._look_up(poll, comparison.to_look_up, found)
        strays = len(comparison.unknown) - len(known)
        return _result(
            poll,
            at_venue=len(found),
            ours=comparison.listed + len(known),
            updated=len(news) + looked_up,
            strays=strays,
            is_full=poll.is_full,
            problem=problem,
        )

    async def _sort_out(
        self, poll: AccountPoll, unknown: Sequence[FoundOrder]
    ) -> list[tuple[Order, FoundOrder]]:
        """Those of the unknown orders that are ours after all."""
        account_id = poll.login.account_id
        orders = await asyncio.gather(
            *(self._sorter.submit(Unknown(account_id, found)) for found in unknown)
        )
        pairs = zip(orders, unknown, strict=True)
        return [(order, found) for order, found in pairs if order is not None]

    async def _look_up(
        self, poll: AccountPoll, orders: Sequence[Order], found: Sequence[FoundOrder]
    ) -> tuple[int, str]:
        """How many were found, and the last problem of those that could not be looked up."""
        turns = asyncio.Semaphore(_LOOK_UPS_AT_ONCE)

        async def look_up_one(order: Order) -> Outcome | ExchangeAnswer:
            job = look_up_job(order, poll.login, now=datetime.now(UTC))
            try:
                async with turns:
                    outcome = await look_up(job, open_orders=found)
            except ExchangeAnswer as problem:
                return problem
            await self._recorder.submit(outcome)
            return outcome

        outcomes = await asyncio.gather(*(look_up_one(order) for order in orders))
        problems = [str(outcome) for outcome in outcomes if isinstance(outcome, ExchangeAnswer)]
        answered = sum(isinstance(outcome, Answered) for outcome in outcomes)
        return answered, problems[-1] if problems else ""


def _of_ended(order: Order, found: FoundOrder, *, listed_at: datetime) -> list[Outcome]:
    """What to make of an order in the list that we believe to have ended; nothing of others."""
    if order.closed_at is None:
        return []
    if is_news(order, found.report):
        return [Answered(order.pk, found.report)]
    if order.needs_attention or order.closed_at >= listed_at - _LIST_LAG:
        return []
    return [StillListed(order.pk)]


def _result(poll: AccountPoll, **told: int | str) -> PollResult:
    return PollResult(
        feed_id=poll.feed_id,
        account_name=poll.account_name,
        market_type=poll.login.market.market_type.value,
        **told,  # type: ignore[arg-type]  # the fields' own names and types
    )
