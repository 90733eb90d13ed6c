"""The life of a shard's stream process: watch the accounts there are, tell that it lives."""

import asyncio
import logging
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import Error, close_old_connections, connections

from accounts.breakers.sharing import SharedBreakers
from accounts.exchange import gateway, streams
from accounts.exchange.types import ExchangeAnswer, Login, MarketType
from orders.models import Feed, StreamState
from orders.streaming import feeds
from orders.streaming.watching import Booking, Watcher
from tradeplatform.lib import loop
from tradeplatform.lib.database_threads import DatabaseThreads

logger = logging.getLogger(__name__)

# How often accounts are looked for and the heartbeat is written.
_ROUND_SECONDS = 5.0
# The loop is called hung when it takes longer for one turn.
_TURN_SECONDS = 2.0

_Key = tuple[int, MarketType]


@dataclass(frozen=True, slots=True)
class _Running:
    watcher: Watcher
    future: "Future[None]"


class StreamProcess:
    """Watches the shard's accounts until told to stop."""

    def __init__(self, shard: int) -> None:
        self._shard = shard
        self._breakers = SharedBreakers()
        self._booking = Booking()
        self._threads = DatabaseThreads(name="feeds", size=1)
        self._running: dict[_Key, _Running] = {}

    def run(self, stopped: threading.Event) -> None:
        """Go round until `stopped` is set; a round that the database refuses is made up for."""
        while not stopped.is_set():
            try:
                self.round(now=datetime.now(UTC))
            except Error:
                logger.exception("the database is away; the streams go on")
                close_old_connections()
            stopped.wait(_ROUND_SECONDS)
        self.stop()

    def round(self, *, now: datetime) -> None:
        """Start what is to be watched, end what is not any more, write the heartbeat."""
        self._breakers.refresh()
        wanted = feeds.logins_to_watch(self._shard)
        unsupported = [login for login in wanted.values() if not _can_stream(login)]
        for login in unsupported:
            del wanted[login.account_id, login.market.market_type]
        self._end_all_but(wanted)
        for key, login in wanted.items():
            if key not in self._running:
                self._start(key, login)
        if self._turns():
            self._threads.run(self._write_heartbeat, unsupported, now=now)
        feeds.mark_down(self._shard, except_for=self._running)

    def stop(self) -> None:
        """Close the streams, write what was pushed, and say that nobody watches."""
        self._end_all_but({})
        loop.stop(drain_seconds=1, farewell=gateway.close())
        self._booking.stop()
        self._threads.stop()
        self._breakers.stop()
        feeds.mark_down(self._shard)
        connections.close_all()

    def _start(self, key: _Key, login: Login) -> None:
        watcher = Watcher(login, self._booking, self._tell_change)
        self._running[key] = _Running(watcher, loop.run(watcher.run()))

    def _turns(self) -> bool:
        """Whether the loop turns: while it hangs nothing is heard, whatever the streams' states."""
        try:
            loop.call(asyncio.sleep(0), timeout_seconds=_TURN_SECONDS)
        except TimeoutError:
            logger.error("the streams' loop hangs: no heartbeat")  # noqa: TRY400  no news in it
            return False
        return True

    def _end_all_but(self, wanted: dict[_Key, Login]) -> None:
        """End the watching of accounts that are gone or have another key now, and what broke."""
        for key, entry in list(self._running.items()):
            if wanted.get(key) != entry.watcher.login or entry.future.done():
                entry.future.cancel()
                del self._running[key]

    async def _tell_change(self, watcher: Watcher) -> None:
        """On the loop: the state in the row at once, and a poll for what was missed before."""
        await asyncio.wrap_future(
            self._threads.submit(_write_change, watcher, now=datetime.now(UTC))
        )

    def _write_heartbeat(self, unsupported: Sequence[Login], *, now: datetime) -> None:
        # On the thread that writes changes, from the states of this moment: an older state must
        # not come after a newer one.
        rows = [_row(entry.watcher, now) for entry in self._running.values()]
        feeds.write_streams([*rows, *(_unsupported(login) for login in unsupported)], now=now)


def _write_change(watcher: Watcher, *, now: datetime) -> None:
    row = _row(watcher, now)
    feeds.write_streams([row], now=now)
    if row.stream_state == StreamState.UP:
        feeds.ask_for_poll(row.account_id, MarketType(row.market_type))


def _can_stream(login: Login) -> bool:
    try:
        return streams.can_stream(login.market)
    except ExchangeAnswer:
        return False


def _row(watcher: Watcher, now: datetime) -> Feed:
    state = StreamState.UP if watcher.is_up else StreamState.DOWN
    return feeds.feed_of(watcher.login, state=state, problem=watcher.problem, seen_at=now)


def _unsupported(login: Login) -> Feed:
    return feeds.feed_of(login, state=StreamState.NOT_SUPPORTED, problem="", seen_at=None)
