"""How each venue is asked for an order and its cancel.

By the venue's order id where it is known, otherwise by our client order id. An id is never empty:
some venues take an empty one for "all orders".
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from accounts.exchange.types import NotSent, OrderGone, OrderReference, OrderType
from accounts.exchange.venues import Access, has_separate_stops, is_stop

# A venue's answer about one order or execution, in ccxt's shape.
Answer = dict[str, Any]


async def find(client: Any, reference: OrderReference, access: Access) -> Answer:
    """The order as the venue has it now; raises OrderGone or ccxt's errors when it has none."""
    _check(reference)
    if access.ccxt_id == "bybit":
        return await _find_at_bybit(client, reference)
    if access.ccxt_id == "upbit":
        return _parsed(client, await client.private_get_order(_upbit_id(reference)), reference)
    found: Answer = await client.fetch_order(
        reference.venue_order_id or None, reference.symbol, _params(reference, access)
    )
    return _with_bithumb_trades(found) if access.ccxt_id == "bithumb" else found


async def cancel(client: Any, reference: OrderReference, access: Access) -> Answer:
    """Ask the venue to cancel; its answer may say little about the order."""
    _check(reference)
    if access.ccxt_id == "upbit":
        return _parsed(client, await client.private_delete_order(_upbit_id(reference)), reference)
    params = _params(reference, access)
    if access.ccxt_id == "bybit":
        params = _bybit_cancel_params(reference, access)
    answer: Answer = await client.cancel_order(
        reference.venue_order_id or None, reference.symbol, params
    )
    return answer


async def after_trigger(
    client: Any, reference: OrderReference, access: Access
) -> OrderReference | None:
    """How a stop is named once it has triggered; None where that changes nothing."""
    if has_separate_stops(access, reference.order_type):
        child = child_of(await find(client, reference, access))
        return triggered(reference, child) if child else None
    return replace(reference, order_type=OrderType.LIMIT) if access.ccxt_id == "bybit" else None


def child_of(stop: Answer) -> str:
    """The id of the order that a triggered stop became; empty while it waits.

    Binance's algo service says `actualOrderId`, OKX's `ordId`.
    """
    raw = stop.get("info") or {}
    return str(raw.get("actualOrderId") or raw.get("ordId") or "")


def triggered(stop: OrderReference, child: str) -> OrderReference:
    """The order that a stop became: a plain one, found by the venue's id alone."""
    return replace(stop, client_order_id="", venue_order_id=child, order_type=OrderType.LIMIT)


def _check(reference: OrderReference) -> None:
    if not (reference.venue_order_id or reference.client_order_id):
        raise NotSent("ORDER_ID_MISSING", "The order has no id to look it up by.")


def _params(reference: OrderReference, access: Access) -> dict[str, Any]:
    params: dict[str, Any] = {}
    if not reference.venue_order_id:
        params["clientOrderId"] = reference.client_order_id
    if has_separate_stops(access, reference.order_type):
        params["trigger"] = True
    return params


def _parsed(client: Any, raw: Answer, reference: OrderReference) -> Answer:
    order: Answer = client.parse_order(raw, client.market(reference.symbol))
    return order


def _upbit_id(reference: OrderReference) -> dict[str, str]:
    """ccxt would send `uuid=None` beside an identifier, and Upbit takes the uuid first."""
    if reference.venue_order_id:
        return {"uuid": reference.venue_order_id}
    return {"identifier": reference.client_order_id}


def _with_bithumb_trades(order: Answer) -> Answer:
    """ccxt reads none of the fields in which Bithumb tells an order's executions."""
    trades = [
        {
            "id": raw["uuid"],
            "side": "buy" if raw["side"] == "bid" else "sell",
            "amount": raw["volume"],
            "price": raw["price"],
            "timestamp": int(datetime.fromisoformat(raw["created_at"]).timestamp() * 1000),
        }
        for raw in order["info"].get("trades") or ()
    ]
    return {**order, "trades": trades}


def _bybit_id(reference: OrderReference) -> dict[str, str]:
    if reference.venue_order_id:
        return {"orderId": reference.venue_order_id}
    return {"orderLinkId": reference.client_order_id}


def _bybit_cancel_params(reference: OrderReference, access: Access) -> dict[str, Any]:
    """On spot a waiting stop is canceled under the filter StopOrder, which `trigger` sets."""
    params: dict[str, Any] = dict(_bybit_id(reference))
    if is_stop(reference.order_type) and access.ccxt_market_types == ("spot",):
        params["trigger"] = True
    return params


async def _find_at_bybit(client: Any, reference: OrderReference) -> Answer:
    """The open and the last 500 closed orders, then the history.

    ccxt's fetch_order would send an empty orderId beside our own.
    """
    market = client.market(reference.symbol)
    category = "spot" if market["spot"] else "linear"
    request = {"category": category, "symbol": market["id"], **_bybit_id(reference)}
    for ask_for in (client.private_get_v5_order_realtime, client.private_get_v5_order_history):
        rows = (await ask_for(request))["result"]["list"]
        if rows:
            return _parsed(client, rows[0], reference)
    raise OrderGone("ORDER_NOT_FOUND", "Bybit has no such order.")
