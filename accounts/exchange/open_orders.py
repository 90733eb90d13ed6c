"""Lists the open orders of a login: one call per kind of list and page, or per symbol where that is
cheaper.

All our venues list without a symbol. An order that a page loses, or that cannot be read, is missing
from the answer, so whoever misses one looks it up; a list alone ends no order.
"""

import asyncio
import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from accounts.exchange.desk import desk
from accounts.exchange.lookups import Answer
from accounts.exchange.markets import MarketTable
from accounts.exchange.paging import NextPage, bybit_cursor, fetch_pages
from accounts.exchange.reports import order_report
from accounts.exchange.signed import ask
from accounts.exchange.types import FoundOrder, Login, MarketType, OutcomeUnknown, Side
from accounts.exchange.venues import Access, access_to

logger = logging.getLogger(__name__)

_Listing = Mapping[str, Any]

# What reading a row that lacks something, or has something odd in it, ends with.
_UNREADABLE = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, OutcomeUnknown)


@dataclass(frozen=True, slots=True)
class _Pages:
    """How a venue cuts its lists; `limit` is what it is asked for, None where it tells all."""

    limit: int | None
    following: NextPage


async def fetch_open_reports(
    login: Login, symbols: Collection[str] | None = None
) -> tuple[FoundOrder, ...]:
    """The open orders of the account in the login's markets, at least those in these symbols, all
    by default; raises as `border.ask` does."""
    table = await desk().table(login.market)
    client = await desk().client(login)
    access = access_to(login.market)
    pages = _PAGES.get(access.ccxt_id, _WHOLE)
    lists = await asyncio.gather(
        *(
            ask(partial(_fetch_all, client, symbol, listing, pages), at=login)
            for listing in _listings(access, login.market.market_type)
            for symbol in _asked_for(access, symbols)
        )
    )
    found = (
        _try_to_read(order, table, access)
        for orders in lists
        for order in orders
        if order["symbol"] in table.rules
    )
    return tuple(order for order in found if order is not None)


def _asked_for(access: Access, symbols: Collection[str] | None) -> Collection[str | None]:
    """By which symbols to list; None is all of them at once."""
    if symbols is None or len(symbols) > access.lists_by_symbol_up_to:
        return (None,)
    return symbols


async def _fetch_all(
    client: Any, symbol: str | None, listing: _Listing, pages: _Pages
) -> list[Answer]:
    async def fetch(place: Mapping[str, Any]) -> list[Answer]:
        page: list[Answer] = await client.fetch_open_orders(
            symbol, None, pages.limit, {**listing, **place}
        )
        return page

    return await fetch_pages(fetch, pages.following)


def _try_to_read(order: Answer, table: MarketTable, access: Access) -> FoundOrder | None:
    """None for what we cannot read: other programs' orders may be of any kind."""
    try:
        return _found(order, table, access)
    except _UNREADABLE as flaw:
        logger.warning("an open %s order is left out: %s", order["symbol"], type(flaw).__name__)
        return None


def _found(order: Answer, table: MarketTable, access: Access) -> FoundOrder:
    contract_size = table.contract_sizes[order["symbol"]]
    return FoundOrder(
        # ccxt leaves out the name that OKX's stops bear.
        client_order_id=order["clientOrderId"]
        or order["info"].get(access.stop_client_id_field)
        or "",
        symbol=order["symbol"],
        side=Side(order["side"].upper()),
        quantity=Decimal(str(order.get("amount") or 0)) * contract_size,
        report=order_report(
            order,
            filled_field=access.filled_field,
            contract_size=contract_size,
            has_executions=access.tells_executions,
        ),
    )


def _listings(access: Access, market_type: MarketType) -> tuple[_Listing, ...]:
    """The lists that together hold every open order: stops, and coins of settlement, are apart."""
    is_spot = market_type is MarketType.SPOT
    if access.ccxt_id == "binanceusdm":
        # GET /fapi/v1/openOrders and /fapi/v1/openAlgoOrders.
        return ({}, {"trigger": True})
    if access.ccxt_id == "okx":
        # GET /trade/orders-pending and /trade/orders-algo-pending; without a type it tells all.
        kind = {"instType": "SPOT" if is_spot else "SWAP"}
        return (kind, {**kind, "trigger": True})
    if access.ccxt_id == "bybit":
        # GET /v5/order/realtime tells waiting stops too, linear contracts per settlement coin.
        linear = {"type": "swap", "subType": "linear"}
        coins = ("USDT", "USDC")
        return ({"type": "spot"},) if is_spot else tuple(linear | {"settleCoin": c} for c in coins)
    return ({},)


def _no_more(page: Sequence[Answer], number: int) -> None:
    """Binance tells everything at once."""


def _older_at_okx(page: Sequence[Answer], number: int) -> Mapping[str, Any] | None:
    """`after`: orders older than this one; ccxt sorts the oldest to the front."""
    return {"after": page[0]["id"]} if len(page) == _FULL_PAGE else None


def _cursor_of_bybit(page: Sequence[Answer], number: int) -> Mapping[str, Any] | None:
    return bybit_cursor(page, full=_FULL_PAGE_OF_BYBIT)


def _numbered(page: Sequence[Answer], number: int) -> Mapping[str, Any] | None:
    """`page` of Upbit (GET /v1/orders/open) and Bithumb (GET /v1/orders)."""
    return {"page": number + 1} if len(page) == _FULL_PAGE else None


# The most per page that OKX, Upbit and Bithumb allow, and Bybit, by their documentation.
_FULL_PAGE = 100
_FULL_PAGE_OF_BYBIT = 50
_WHOLE = _Pages(limit=None, following=_no_more)
_PAGES = {
    "okx": _Pages(limit=_FULL_PAGE, following=_older_at_okx),
    "bybit": _Pages(limit=_FULL_PAGE_OF_BYBIT, following=_cursor_of_bybit),
    "upbit": _Pages(limit=_FULL_PAGE, following=_numbered),
    "bithumb": _Pages(limit=_FULL_PAGE, following=_numbered),
}
