"""What one asyncio loop shares: the HTTP session, the market tables and the clients of all logins.

Clients and sessions belong to the loop they were made on, so each loop has a desk of its own; a
forked child with a new loop starts with an empty one.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from weakref import WeakKeyDictionary

import aiohttp
from django.conf import settings

from accounts.exchange.books import Books
from accounts.exchange.border import ask
from accounts.exchange.clients import build_client, ssl_context
from accounts.exchange.limits.ledger import ValkeyLedger
from accounts.exchange.limits.limiter import Limiter, Payer
from accounts.exchange.limits.quotas import QUOTAS, Quotas, Rank
from accounts.exchange.markets import MarketTable, load_table
from accounts.exchange.prices import Prices
from accounts.exchange.single_flight import SingleFlight
from accounts.exchange.types import ExchangeAnswer, Login, MarketKey
from accounts.exchange.venues import access_to
from accounts.exchange.wire import Clock
from tradeplatform.lib.garbage import set_aside

logger = logging.getLogger(__name__)

_REFRESH_PAUSE_SECONDS = 300
# A price out of bounds looks like a changed rule, and alerts may send such prices all day.
_DOUBT_PAUSE_SECONDS = 60
# aiohttp drops idle connections after 15 s by default; a new TLS handshake costs a round trip.
_KEEPALIVE_SECONDS = 75
# Clients are built in bursts; one collection after the burst covers them all.
_FREEZE_DELAY_SECONDS = 2


@dataclass(frozen=True, slots=True)
class _Cached:
    client: Any
    encrypted_credentials: str


class Desk:
    """The shared things of one loop. Used on that loop only."""

    def __init__(
        self,
        *,
        session: aiohttp.ClientSession | None = None,
        quotas: Mapping[str, Quotas] = QUOTAS,
    ) -> None:
        self.prices = Prices()
        self.books = Books()
        self._session = session or _open_session()
        self._ledger = ValkeyLedger(settings.REDIS_URL)
        self._limiter = Limiter(
            self._ledger,
            # Each shard's worker, and whatever else runs: streams, commands.
            part=1 / (settings.SHARDS + 1),
            percent=settings.EXCHANGE_LIMITS_PERCENT,
            quotas=quotas,
        )
        self._tables: dict[MarketKey, MarketTable] = {}
        self._loading: SingleFlight[MarketKey, MarketTable] = SingleFlight()
        self._refreshing: SingleFlight[MarketKey, None] = SingleFlight()
        self._doubted_until: dict[MarketKey, float] = {}
        self._clocks: defaultdict[MarketKey, Clock] = defaultdict(Clock)
        self._setting: SingleFlight[MarketKey, int | None] = SingleFlight()
        self._clients: dict[tuple[int, MarketKey], _Cached] = {}
        self._freeze_at: asyncio.TimerHandle | None = None

    async def table(self, key: MarketKey, *, reload: bool = False) -> MarketTable:
        """The market table, loaded once for all; an old one serves until the new one is there."""
        table = self._tables.get(key)
        if table is None or reload:
            return await self._loading.get(key, lambda: self._load(key))
        if asyncio.get_running_loop().time() > table.fresh_until:
            self._refreshing.start(key, lambda: self._refresh(key))
        return table

    def doubt(self, key: MarketKey) -> None:
        """The venue refused what its table allows: load it anew, once a minute at most."""
        now = asyncio.get_running_loop().time()
        if now >= self._doubted_until.get(key, now):
            self._doubted_until[key] = now + _DOUBT_PAUSE_SECONDS
            self._refreshing.start(key, lambda: self._refresh(key))

    async def set_clock(self, key: MarketKey) -> int | None:
        """Measure by how many ms our clock is ahead of the venue's; None when it does not tell."""
        return await self._setting.get(key, lambda: self._set_clock(key))

    async def client(self, login: Login) -> Any:
        """The login's client with the current market table; raises NotSent if none can be had."""
        table = await self.table(login.market)
        cached = self._clients.get((login.account_id, login.market))
        if cached is None or cached.encrypted_credentials != login.encrypted_credentials:
            cached = self._build(login)
        if cached.client.markets is not table.source.markets:
            cached.client.set_markets_from_exchange(table.source)
        return cached.client

    async def stock_up(self, key: MarketKey, *, orders: int) -> None:
        """Lease what so many entries are about to use; raises NotSent without access to them."""
        payer = Payer(access_to(key).ccxt_id, key, account_id=None)
        await self._limiter.stock_up(payer, orders=orders, rank=Rank.ENTRY)

    async def streaming_client(self, login: Login) -> Any:
        """A new client that can hold the login's order stream open; its user closes it.

        Raises NotSent if none can be had.
        """
        table = await self.table(login.market)
        client = build_client(
            login.market,
            session=self._session,
            clock=self._clocks[login.market],
            limiter=self._limiter,
            login=login,
            is_streaming=True,
        )
        client.set_markets_from_exchange(table.source)
        return client

    async def close(self) -> None:
        """Close the session; every client becomes useless."""
        if self._freeze_at is not None:
            self._freeze_at.cancel()
        await self._session.close()
        await self._ledger.close()

    async def _load(self, key: MarketKey) -> MarketTable:
        table = await load_table(
            key, session=self._session, clock=self._clocks[key], limiter=self._limiter
        )
        self._tables[key] = table
        set_aside()
        return table

    async def _set_clock(self, key: MarketKey) -> int | None:
        source = (await self.table(key)).source
        if not source.has["fetchTime"]:
            return None
        try:
            told_ms = await ask(lambda: _time_ms(source), at=key, rank=Rank.CLOSE)
        except ExchangeAnswer as error:
            logger.warning("the clock of %s is not read: %s", key.venue, error)
            return None
        ahead_ms: int = source.milliseconds() - told_ms
        logger.warning("this machine's clock is %s ms ahead of %s's", ahead_ms, key.venue)
        self._clocks[key].ahead_ms = ahead_ms
        return ahead_ms

    async def _refresh(self, key: MarketKey) -> None:
        """Load the table anew in the background; on failure the old one serves a while longer."""
        try:
            await self._loading.get(key, lambda: self._load(key))
        except ExchangeAnswer as error:
            logger.warning("Markets of %s are not reloaded: %s", key, error)
            retry_at = asyncio.get_running_loop().time() + _REFRESH_PAUSE_SECONDS
            self._tables[key] = replace(self._tables[key], fresh_until=retry_at)

    def _build(self, login: Login) -> _Cached:
        client = build_client(
            login.market,
            session=self._session,
            clock=self._clocks[login.market],
            limiter=self._limiter,
            login=login,
        )
        cached = _Cached(client, login.encrypted_credentials)
        self._clients[login.account_id, login.market] = cached
        if self._freeze_at is None:
            loop = asyncio.get_running_loop()
            self._freeze_at = loop.call_later(_FREEZE_DELAY_SECONDS, self._freeze_burst)
        return cached

    def _freeze_burst(self) -> None:
        self._freeze_at = None
        set_aside()


_desks: WeakKeyDictionary[asyncio.AbstractEventLoop, Desk] = WeakKeyDictionary()


def desk() -> Desk:
    """The running loop's desk."""
    loop = asyncio.get_running_loop()
    own = _desks.get(loop)
    if own is None:
        own = _desks[loop] = Desk()
    return own


def adopt_desk(own: Desk) -> None:
    """Make this the running loop's desk, instead of one with a session of its own making."""
    _desks[asyncio.get_running_loop()] = own


async def close_desk() -> None:
    """Close the running loop's desk, if it has one; the next call opens a new one."""
    closed = _desks.pop(asyncio.get_running_loop(), None)
    if closed is not None:
        await closed.close()


def _open_session() -> aiohttp.ClientSession:
    connector = aiohttp.TCPConnector(
        limit=0,  # hundreds of accounts send at once
        ssl=ssl_context(),
        keepalive_timeout=_KEEPALIVE_SECONDS,
    )
    return aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        middlewares=(_refuse_redirects,),
    )


async def _refuse_redirects(
    request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
) -> aiohttp.ClientResponse:
    """Following a 307 would send an order a second time, and its key to another host."""
    response = await handler(request)
    if 300 <= response.status < 400:
        response.close()
        raise aiohttp.ClientError(f"redirected, HTTP {response.status}")
    return response


async def _time_ms(source: Any) -> int:
    """The reading belongs to the call: a time that makes no sense was not told."""
    return int(await source.fetch_time())
