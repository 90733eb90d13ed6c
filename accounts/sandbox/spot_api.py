"""The signed spot endpoints: orders, trades, account (/api/v3 and what ccxt asks of /sapi/v1)."""

import uuid

from accounts.sandbox import queries, spot_json, spot_tickets
from accounts.sandbox.engine.commands import CancelOrder, PlaceOrder
from accounts.sandbox.engine.decimals import ZERO
from accounts.sandbox.engine.events import OrderChanged
from accounts.sandbox.engine.listings import SPOT_LISTINGS, Market
from accounts.sandbox.engine.orders import Order
from accounts.sandbox.engine.refusals import Reason, Refused
from accounts.sandbox.errors import missing, no_such_order
from accounts.sandbox.formats import Row, amount, milliseconds, plain
from accounts.sandbox.routes import Access, Call, Route

_FULL_BY_DEFAULT = ("LIMIT", "MARKET")
_RESPONSE_TYPES = ("ACK", "RESULT", "FULL")


def place_order(call: Call) -> Row:
    """POST /api/v3/order."""
    ticket = spot_tickets.read(call.parameters, account=call.account)
    default = "FULL" if ticket.type in _FULL_BY_DEFAULT else "ACK"
    response_type = call.parameters.text("newOrderRespType") or default
    if response_type not in _RESPONSE_TYPES:
        raise missing("newOrderRespType")
    events = call.venue.execute(PlaceOrder(Market.SPOT, ticket), at_us=call.at_us)
    placed = [event for event in events if isinstance(event, OrderChanged)]
    order_id = placed[0].order.order_id
    order = call.venue.exchange.spot.ledger.orders[ticket.symbol, order_id]
    if response_type == "ACK":
        return spot_json.acknowledgement(order)
    if response_type == "RESULT":
        return spot_json.result(order)
    fills = [event.fill for event in placed if event.fill and event.fill.order_id == order_id]
    return spot_json.full(order, fills)


def test_order(call: Call) -> Row:
    """POST /api/v3/order/test: reads the order and places nothing."""
    spot_tickets.read(call.parameters, account=call.account)
    return {}


def query_order(call: Call) -> Row:
    """GET /api/v3/order."""
    order = queries.find_order(call, Market.SPOT)
    if order is None:
        raise no_such_order()
    return spot_json.order_row(order)


def cancel_order(call: Call) -> Row:
    """DELETE /api/v3/order."""
    order = queries.find_order(call, Market.SPOT)
    if order is None:
        raise Refused(Reason.UNKNOWN_ORDER)
    return _cancel(call, order)


def cancel_open_orders(call: Call) -> list[Row]:
    """DELETE /api/v3/openOrders: of one symbol; -2011 when there are none."""
    call.parameters.required("symbol")
    orders = queries.open_orders(call, Market.SPOT)
    if not orders:
        raise Refused(Reason.UNKNOWN_ORDER)
    return [_cancel(call, order) for order in orders]


def open_orders(call: Call) -> list[Row]:
    """GET /api/v3/openOrders."""
    return [spot_json.order_row(order) for order in queries.open_orders(call, Market.SPOT)]


def all_orders(call: Call) -> list[Row]:
    """GET /api/v3/allOrders."""
    return [spot_json.order_row(order) for order in queries.all_orders(call, Market.SPOT)]


def my_trades(call: Call) -> list[Row]:
    """GET /api/v3/myTrades."""
    return [spot_json.trade_row(fill) for fill in queries.fills(call, Market.SPOT)]


def account(call: Call) -> Row:
    """GET /api/v3/account."""
    wallet = call.venue.exchange.spot_money.wallets[call.account]
    listed = {asset for item in SPOT_LISTINGS.values() for asset in (item.base, item.quote)}
    held = {asset for asset in wallet.free if wallet.free[asset] or wallet.locked[asset]}
    assets = held if call.parameters.flag("omitZeroBalances") else held | listed
    return {
        "makerCommission": 10,
        "takerCommission": 10,
        "buyerCommission": 0,
        "sellerCommission": 0,
        "commissionRates": {
            "maker": "0.00100000",
            "taker": "0.00100000",
            "buyer": "0.00000000",
            "seller": "0.00000000",
        },
        "canTrade": True,
        "canWithdraw": False,
        "canDeposit": False,
        "brokered": False,
        "requireSelfTradePrevention": False,
        "preventSor": False,
        "updateTime": milliseconds(call.at_us),
        "accountType": "SPOT",
        "balances": [
            {
                "asset": asset,
                "free": amount(wallet.free.get(asset, ZERO)),
                "locked": amount(wallet.locked.get(asset, ZERO)),
            }
            for asset in sorted(assets)
        ],
        "permissions": ["SPOT"],
    }


def trade_fees(call: Call) -> list[Row]:
    """GET /sapi/v1/asset/tradeFee."""
    symbol = queries.symbol_of(call, Market.SPOT)
    return [
        {
            "symbol": name,
            "makerCommission": plain(SPOT_LISTINGS[name].maker_fee),
            "takerCommission": plain(SPOT_LISTINGS[name].taker_fee),
        }
        for name in ([symbol] if symbol else SPOT_LISTINGS)
    ]


def api_restrictions(call: Call) -> Row:
    """GET /sapi/v1/account/apiRestrictions: a key that trades and cannot withdraw."""
    opened = call.venue.exchange.accounts[call.account].opened_at_us
    return {
        "ipRestrict": False,
        "createTime": milliseconds(opened),
        "enableReading": True,
        "enableSpotAndMarginTrading": True,
        "enableFutures": True,
        "enableWithdrawals": False,
        "enableInternalTransfer": False,
        "enableMargin": False,
        "enableVanillaOptions": False,
        "permitsUniversalTransfer": False,
        "enablePortfolioMarginTrading": False,
    }


def _cancel(call: Call, order: Order) -> Row:
    cancel_id = call.parameters.client_id("newClientOrderId") or uuid.uuid4().hex[:22]
    command = CancelOrder(Market.SPOT, call.account, order.ticket.symbol, order.order_id, cancel_id)
    call.venue.execute(command, at_us=call.at_us)
    return spot_json.cancellation(order, cancel_id=cancel_id)


_SPOT = Market.SPOT
ROUTES = (
    Route("POST", "/api/v3/order", place_order, _SPOT, Access.TRADE),
    Route("POST", "/api/v3/order/test", test_order, _SPOT),
    Route("GET", "/api/v3/order", query_order, _SPOT),
    Route("DELETE", "/api/v3/order", cancel_order, _SPOT, Access.TRADE),
    Route("GET", "/api/v3/openOrders", open_orders, _SPOT),
    Route("DELETE", "/api/v3/openOrders", cancel_open_orders, _SPOT, Access.TRADE),
    Route("GET", "/api/v3/allOrders", all_orders, _SPOT),
    Route("GET", "/api/v3/myTrades", my_trades, _SPOT),
    Route("GET", "/api/v3/account", account, _SPOT),
    Route("GET", "/sapi/v1/asset/tradeFee", trade_fees, _SPOT),
    Route("GET", "/sapi/v1/account/apiRestrictions", api_restrictions, _SPOT),
)
