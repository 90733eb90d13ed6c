"""From a dispatch row to the exchange: plan, claim and write ahead, then send.

The caller waits for the commit, not for the venues: sending goes on in the process's event loop,
so that a venue that hangs holds no worker thread.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import Future
from datetime import UTC, datetime
from functools import partial
from threading import Lock

from accounts.breakers.sharing import SharedBreakers
from accounts.exchange import gateway
from accounts.exchange.findings import Scope
from accounts.exchange.gate import gate
from orders import followup, market_data
from orders.expiry.rounds import replace_ended, run_round
from orders.models import Dispatch
from orders.placement import claim
from orders.planning import plan_of, strategy_of, waiting_dispatches
from orders.polling.due import claim_due
from orders.polling.poller import Poller
from orders.polling.results import PollResult
from orders.probing import places_to_ask, probe_all
from orders.sending import Sender
from orders.settling import REPLACEMENT_MAX_AGE, Course, settle
from orders.work import DispatchWork, Job
from tradeplatform.lib import loop
from tradeplatform.lib.coalescing import Coalesced
from tradeplatform.lib.database_threads import DISCONNECTED, DatabaseThreads

logger = logging.getLogger(__name__)

# Claims are short; a few threads keep up with bursts without exhausting the database.
_CLAIM_THREADS = 4
_MARKET_DATA_SECONDS = market_data.PREFETCH_SECONDS + 5
# The database, or the machine, is away for a moment.
_PASSING = (*DISCONNECTED, TimeoutError)


class Executor:
    """One per worker process: the threads that claim, the sender that carries out, the poller."""

    def __init__(self) -> None:
        self._breakers = SharedBreakers()
        # The breakers that were open at each shard's last poll.
        self._open: defaultdict[int, frozenset[Scope]] = defaultdict(frozenset)
        self._threads = DatabaseThreads(name="claims", size=_CLAIM_THREADS)
        self._sender = Sender()
        self._poller = Poller()
        # From claim to hand-over one strategy's alerts pass one by one, in their order.
        self._strategies: defaultdict[int | None, Lock] = defaultdict(Lock)
        self._replacing: dict[int, Coalesced[Future[None]]] = {}

    def execute_dispatch(
        self, dispatch_id: int, strategy_id: int | None = None
    ) -> list["Future[None]"]:
        """Claim what waits of the dispatch's strategy, in its order, and start sending the orders.

        Returns once the orders are committed. Each future ends when a dispatch's accounts are
        through; a dispatch that somebody else claimed has none.
        """
        if strategy_id is None:
            strategy_id = self._threads.run(strategy_of, dispatch_id)
        with self._strategies[strategy_id]:
            return self._execute_in_order(
                self._threads.run(waiting_dispatches, dispatch_id, strategy_id)
            )

    def send_due_cancels(self, shard: int) -> "Future[None]":
        """Send the shard's cancels that were never sent, or long ago and without an end."""
        work = self._threads.run(followup.due_cancels, shard, now=datetime.now(UTC))
        return loop.run(self._sender.carry_out(work, expires_at=None))

    def look_up(self, shard: int) -> "Future[None]":
        """Ask the venues about the shard's orders whose outcome or fills are missing."""
        work = self._threads.run(followup.unresolved, shard, now=datetime.now(UTC))
        return loop.run(self._sender.look_up(work))

    def poll(self, shard: int) -> "Future[list[PollResult]]":
        """Compare the shard's accounts that are due with what their venues say is open."""
        self._mind_breakers(shard)
        under_way = self._poller.under_way()
        due = self._threads.run(claim_due, shard, now=datetime.now(UTC), under_way=under_way)
        return loop.run(self._poller.poll(due))

    def expire(self, shard: int, *, now: datetime) -> "Future[None]":
        """Have the rules of strategies act on the shard's open orders; send the replacements."""
        return self._send_replacements(run_round(shard, threads=self._threads, now=now))

    def replace_ended(self, shard: int) -> list["Future[None]"]:
        """Send the replacements of the shard's orders that rules had canceled and that have ended.

        Many orders that end at once nudge many times: one call works, and once more for the others.
        """
        work = partial(self._replace_ended, shard)
        return self._replacing.setdefault(shard, Coalesced(work)).run()

    def stop(self, *, drain_seconds: float) -> None:
        """Let what is under way finish, then end the loop and the threads."""
        loop.stop(drain_seconds=drain_seconds, farewell=gateway.close())
        self._sender.stop()
        self._poller.stop()
        self._threads.stop()
        self._breakers.stop()

    def _mind_breakers(self, shard: int) -> None:
        """Where exchanges may be asked again, cancels and missing outcomes come first.

        Where nobody has asked since a pause was over, this does.
        """
        before, self._open[shard] = self._open[shard], self._breakers.refresh()
        if closed := before - self._open[shard]:
            self._threads.run(followup.hasten_cancels, closed)
            self.send_due_cancels(shard)
            self.look_up(shard)
        if unproven := gate().unproven(now=datetime.now(UTC)):
            loop.start(probe_all(self._threads.run(places_to_ask, unproven, shard)))

    def _replace_ended(self, shard: int) -> "Future[None]":
        now = datetime.now(UTC)
        return self._send_replacements(replace_ended(shard, threads=self._threads, now=now))

    def _send_replacements(self, work: Sequence[Job]) -> "Future[None]":
        expires_at = datetime.now(UTC) + REPLACEMENT_MAX_AGE
        return loop.run(self._sender.carry_out(work, expires_at=expires_at))

    def _execute_in_order(self, dispatches: Sequence[Dispatch]) -> list["Future[None]"]:
        """Those that cannot be claimed now the sweep comes back to.

        What passes keeps those behind it waiting too: a close that overtook its entry would find
        nothing to close. What does not pass must not hold them up.
        """
        started = []
        for dispatch in dispatches:
            try:
                started.append(self._execute(dispatch))
            except _PASSING:
                logger.exception("dispatch %s and what is behind it wait", dispatch.pk)
                break
            except Exception:
                logger.exception("dispatch %s is not claimed", dispatch.pk)
        return [future for future in started if future is not None]

    def _execute(self, dispatch: Dispatch) -> "Future[None] | None":
        picked_up_at = datetime.now(UTC)  # until now it waited, for its strategy's others too
        plan = self._threads.run(plan_of, dispatch)
        view = loop.call(market_data.prefetch(plan), timeout_seconds=_MARKET_DATA_SECONDS)
        work = self._threads.run(claim, plan, view, now=datetime.now(UTC))
        if work is None:
            return None
        course = Course(picked_up_at=picked_up_at, written_at=datetime.now(UTC))
        return loop.run(self._carry_out(work, course))

    async def _carry_out(self, work: DispatchWork, course: Course) -> None:
        await self._sender.carry_out(work.jobs, expires_at=work.expires_at)
        settled = self._threads.submit(
            settle, work.dispatch_id, now=datetime.now(UTC), course=course
        )
        await asyncio.wrap_future(settled)
