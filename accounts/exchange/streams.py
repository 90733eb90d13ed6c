"""An account's order updates as its venue pushes them, over ccxt.pro.

Streams lose, repeat and reorder: what is pushed is only ever one more report, and polling goes on
beside it. A stream that breaks is not mended; its user opens a new one.
"""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from decimal import Decimal
from functools import partial
from typing import Any

from accounts.exchange.border import listen
from accounts.exchange.desk import desk
from accounts.exchange.findings import Passage
from accounts.exchange.gate import gate
from accounts.exchange.reports import order_report, trade_reports
from accounts.exchange.types import (
    ExchangeAnswer,
    Login,
    MarketKey,
    OrderReport,
    Push,
    ReportStatus,
    StreamUp,
)
from accounts.exchange.venues import access_to

_LOOK_SECONDS = 0.02
# Venue order ids whose client order id is remembered, per account.
_NAMES_AT_MOST = 10_000

StreamEvent = Push | StreamUp
# What ccxt tells of one order or execution.
_Told = Mapping[str, Any]


def can_stream(key: MarketKey) -> bool:
    """Whether these markets' order streams are known to be understood; raises NotSent as usual."""
    return bool(access_to(key).pushed_filled_field)


async def watch(login: Login) -> AsyncGenerator[StreamEvent]:
    """`StreamUp` once the account's stream is open, and every push; never ends by itself.

    Raises NotSent, Rejected or OutcomeUnknown when the stream cannot be opened or breaks. Close
    the iterator (`aclosing`) to close the stream.
    """
    passage = gate().look(login)
    client = await desk().streaming_client(login)
    reader = _Reader(login, (await desk().table(login.market)).contract_sizes)
    told: asyncio.Queue[StreamEvent | ExchangeAnswer] = asyncio.Queue()
    running = [
        asyncio.create_task(_pump(client.watch_orders, reader.of_order, passage, told)),
        asyncio.create_task(_pump(client.watch_my_trades, reader.of_trade, passage, told)),
        asyncio.create_task(_tell_when_open(client, told)),
    ]
    try:
        while True:
            event = await told.get()
            if isinstance(event, ExchangeAnswer):
                raise event
            yield event
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await client.close()


async def _pump(
    answers: Callable[[], Awaitable[list[_Told]]],
    read: Callable[[_Told], Push | None],
    passage: Passage,
    told: "asyncio.Queue[StreamEvent | ExchangeAnswer]",
) -> None:
    """Pass on what one of ccxt's watching methods tells, until it fails."""
    while True:
        try:
            pushes = await listen(partial(_read, answers, read), passage=passage)
        except ExchangeAnswer as problem:
            told.put_nowait(problem)
            return
        for push in pushes:
            told.put_nowait(push)


async def _read(
    answers: Callable[[], Awaitable[list[_Told]]], read: Callable[[_Told], Push | None]
) -> list[Push]:
    """One that cannot be read fails like a stream that breaks: what it told is then polled for."""
    try:
        news = await answers()
    except KeyError as flaw:
        # ccxt 4.5.90 removes a refused subscription twice; its own error is the one underneath.
        raise flaw.__context__ or flaw from None
    return [push for push in map(read, news) if push is not None]


async def _tell_when_open(client: Any, told: "asyncio.Queue[StreamEvent | ExchangeAnswer]") -> None:
    while not _is_open(client):
        await asyncio.sleep(_LOOK_SECONDS)
    told.put_nowait(StreamUp())


def _is_open(client: Any) -> bool:
    """Whether a connection stands and no log-in is under way: ccxt has no word of its own for it.

    ccxt 4.5.90 keeps one `Client` per address, whose `futures` name what is awaited on it.
    """
    sockets = list(client.clients.values())
    is_connected = any(socket.connection and not socket.connection.closed for socket in sockets)
    return is_connected and not any(
        name.startswith("authenticate") for socket in sockets for name in socket.futures
    )


class _Reader:
    """Says what ccxt tells of one account in our words."""

    def __init__(self, login: Login, contract_sizes: Mapping[str, Decimal]) -> None:
        self._login = login
        self._filled_field = access_to(login.market).pushed_filled_field
        self._contract_sizes = contract_sizes
        # Executions name the venue's order id only; the order's own update came before them.
        self._names: OrderedDict[tuple[str, str], str] = OrderedDict()

    def of_order(self, order: _Told) -> Push | None:
        """Where an order stands; None for a market we do not trade."""
        symbol, venue_order_id = _text(order, "symbol"), _text(order, "id")
        if symbol not in self._contract_sizes or not venue_order_id:
            return None
        client_order_id = _text(order, "clientOrderId")
        self._remember(symbol, venue_order_id, client_order_id)
        # Without ccxt's `trades`: it adds an execution that is pushed twice a second time.
        report = order_report(
            {**order, "trades": None},
            filled_field=self._filled_field,
            contract_size=self._contract_sizes[symbol],
        )
        return self._push(symbol, client_order_id, report)

    def of_trade(self, trade: _Told) -> Push | None:
        """One execution, as a report that knows of nothing else."""
        symbol, venue_order_id = _text(trade, "symbol"), _text(trade, "order")
        if symbol not in self._contract_sizes or not venue_order_id:
            return None
        fills = trade_reports([trade], contract_size=self._contract_sizes[symbol])
        if not fills:
            return None
        report = OrderReport(
            venue_order_id=venue_order_id,
            status=ReportStatus.UNKNOWN,
            filled_quantity=fills[0].quantity,
            average_price=fills[0].price,
            fills=fills,
        )
        name = self._names.get((symbol, venue_order_id), "")
        return self._push(symbol, name, report)

    def _push(self, symbol: str, client_order_id: str, report: OrderReport) -> Push:
        login = self._login
        return Push(login.account_id, login.market, symbol, client_order_id, report)

    def _remember(self, symbol: str, venue_order_id: str, client_order_id: str) -> None:
        self._names[symbol, venue_order_id] = client_order_id
        if len(self._names) > _NAMES_AT_MOST:
            self._names.popitem(last=False)


def _text(told: _Told, name: str) -> str:
    return str(told.get(name) or "")
