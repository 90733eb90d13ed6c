"""How each venue is asked for the executions of one order."""

from collections.abc import Mapping, Sequence
from typing import Any

from accounts.exchange.lookups import Answer, find
from accounts.exchange.paging import bybit_cursor, fetch_pages
from accounts.exchange.reports import trades_of
from accounts.exchange.types import OrderReference
from accounts.exchange.venues import Access

# The most per page that Bybit (GET /v5/execution/list) and OKX (GET /trade/fills-history) allow,
# and Binance (GET /api/v3/myTrades, /fapi/v1/userTrades), whose lists of one order go no further.
_FULL_PAGE = 100
_MOST_AT_BINANCE = 1000


async def fetch_executions(client: Any, order: OrderReference, access: Access) -> list[Answer]:
    """All executions of the order, whose `venue_order_id` is known, in ccxt's shape."""
    if access.ccxt_id in ("upbit", "bithumb"):  # they tell executions with the order only
        return trades_of(await find(client, order, access))
    if access.ccxt_id in ("bybit", "okx"):
        return await _fetch_pages(client, order, access)
    by_order = {"orderId": order.venue_order_id}
    found: list[Answer] = await client.fetch_my_trades(
        order.symbol, None, _MOST_AT_BINANCE, by_order
    )
    return found


async def _fetch_pages(client: Any, order: OrderReference, access: Access) -> list[Answer]:
    async def fetch(place: Mapping[str, Any]) -> list[Answer]:
        page: list[Answer] = await client.fetch_order_trades(
            order.venue_order_id, order.symbol, None, _FULL_PAGE, dict(place)
        )
        return page

    return await fetch_pages(fetch, _older_at_okx if access.ccxt_id == "okx" else _next_at_bybit)


def _next_at_bybit(page: Sequence[Answer], number: int) -> Mapping[str, Any] | None:
    return bybit_cursor(page, full=_FULL_PAGE)


def _older_at_okx(page: Sequence[Answer], number: int) -> Mapping[str, Any] | None:
    """`after`: executions older than this bill; ccxt sorts the oldest to the front."""
    return {"after": page[0]["info"]["billId"]} if len(page) == _FULL_PAGE else None
