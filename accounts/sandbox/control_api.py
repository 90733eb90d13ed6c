"""The control API for tests and demos: accounts, prices, faults, and all that ever happened.

Not part of Binance's dialect, not signed, reachable from this machine only. Errors are 400, 409
for a conflict with what is there or 404, with {"error": sentence}.
"""

import re
import time
import typing
from collections.abc import Callable

from aiohttp import web

from accounts.sandbox import futures_json, spot_json
from accounts.sandbox.control_bodies import Body, Wrong
from accounts.sandbox.engine.commands import Command, Deposit, OpenAccount, PinPrice
from accounts.sandbox.engine.listings import SPOT_LISTINGS, Market
from accounts.sandbox.engine.refusals import Reason, Refused
from accounts.sandbox.errors import BAD_REQUEST
from accounts.sandbox.faults import control as fault_control
from accounts.sandbox.formats import Row, amount
from accounts.sandbox.routes import Handler
from accounts.sandbox.streams import control as stream_control
from accounts.sandbox.venue import Venue

_CONFLICT = 409
_KEY = re.compile(r"[A-Za-z0-9_-]{1,128}")
CONFLICTS = {
    Reason.ACCOUNT_HAS_ANOTHER_KEY: "The account exists and has another key or secret.",
    Reason.KEY_IN_USE: "Another account has this apiKey.",
}
REFUSALS = {
    Reason.UNKNOWN_ACCOUNT: "There is no account of this name.",
    Reason.UNKNOWN_SYMBOL: f"symbol is none of {', '.join(SPOT_LISTINGS)}.",
    Reason.UNKNOWN_ASSET: "The futures wallet holds USDT only.",
    Reason.PRICE_OUT_OF_RANGE: "price is below the symbol's tick or above its maximum.",
    Reason.AMOUNT_NOT_POSITIVE: "An amount is zero or less.",
}


def open_account(body: Body, venue: Venue) -> Command:
    """POST /sandbox/accounts."""
    del venue
    api_key = body.text("apiKey")
    if not _KEY.fullmatch(api_key):
        raise Wrong("apiKey may hold letters, digits, - and _, up to 128 of them.")
    return OpenAccount(body.text("account"), api_key, body.text("secret"), body.amounts("balances"))


def deposit(body: Body, venue: Venue) -> Command:
    """POST /sandbox/deposit: into the spot wallet, or with "market": "futures" into that one."""
    del venue
    return Deposit(body.text("account"), body.market(), body.text("asset"), body.number("amount"))


def pin_price(body: Body, venue: Venue) -> Command:
    """POST /sandbox/price: null lets the price walk again."""
    del venue
    price = None if body.is_null("price") else body.number("price")
    return PinPrice(body.text("symbol"), price)


def set_latency(body: Body, venue: Venue) -> None:
    """POST /sandbox/latency: milliseconds by which order and cancel answers are delayed."""
    venue.latency_seconds = float(body.number("ms")) / 1_000


def accounts(venue: Venue) -> list[Row]:
    """GET /sandbox/accounts: names and balances, no secrets."""
    exchange = venue.exchange
    return [
        {
            "account": name,
            "balances": {
                asset: {"free": amount(free), "locked": amount(wallet.locked[asset])}
                for asset, free in sorted(wallet.free.items())
            },
            "futuresBalances": {"USDT": amount(exchange.futures_money.balances[name])},
        }
        for name, wallet in exchange.spot_money.wallets.items()
    ]


def orders(venue: Venue) -> list[Row]:
    """GET /sandbox/orders: every order ever accepted, in order of arrival, algo orders too."""
    exchange = venue.exchange
    rows = [
        *(
            _received(spot_json.order_row(order), order.ticket.account, order.received_at_us)
            for order in exchange.spot.ledger.orders.values()
        ),
        *(
            _received(futures_json.order_row(order), order.ticket.account, order.received_at_us)
            for order in exchange.futures.ledger.orders.values()
        ),
        *(
            _received(futures_json.algo_row(algo), algo.ticket.account, algo.received_at_us)
            for algo in exchange.algo.orders.values()
        ),
    ]
    return _by_arrival(rows)


def trades(venue: Venue) -> list[Row]:
    """GET /sandbox/trades: every account's side of every execution, in order of execution."""
    exchange = venue.exchange
    rows = [
        *(
            _received(spot_json.trade_row(fill), fill.account, fill.at_us)
            for fill in exchange.spot.ledger.fills
        ),
        *(
            _received(futures_json.trade_row(fill), fill.account, fill.at_us)
            for fill in exchange.futures.ledger.fills
        ),
    ]
    return _by_arrival(rows)


def requests(venue: Venue) -> list[Row]:
    """GET /sandbox/requests: how often each method and path was asked since start or reset."""
    return [{"request": request, "count": count} for request, count in venue.requests.items()]


def _received(row: Row, account: str, at_us: int) -> Row:
    market = Market.FUTURES if "positionSide" in row else Market.SPOT
    return {
        **row,
        "account": account,
        "market": market.value,
        "receivedAt": at_us / 1_000_000,
    }


def _by_arrival(rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: typing.cast("float", row["receivedAt"]))


def routes(venue: Venue) -> list[web.RouteDef]:
    """The control API over `venue`."""
    return [
        web.post("/sandbox/accounts", _changing(venue, open_account)),
        web.post("/sandbox/deposit", _changing(venue, deposit)),
        web.post("/sandbox/price", _changing(venue, pin_price)),
        web.post("/sandbox/latency", _changing(venue, set_latency)),
        web.post("/sandbox/streams/drop", _changing(venue, stream_control.drop)),
        web.post("/sandbox/streams/terminate", _changing(venue, stream_control.terminate)),
        web.post("/sandbox/streams/age", _changing(venue, stream_control.age)),
        web.post("/sandbox/streams/pause", _changing(venue, stream_control.pause)),
        web.post("/sandbox/streams/disturb", _changing(venue, stream_control.disturb)),
        web.post("/sandbox/streams/mishaps", _changing(venue, stream_control.have_mishaps)),
        web.post("/sandbox/streams/resume", _changing(venue, stream_control.resume)),
        web.post("/sandbox/limits", _changing(venue, fault_control.set_limits)),
        web.post("/sandbox/filters", _changing(venue, fault_control.change_filters)),
        web.get("/sandbox/limits", _showing(venue, fault_control.refused)),
        web.get("/sandbox/faults", _showing(venue, fault_control.faults)),
        *fault_control.routes(venue),
        web.get("/sandbox/streams", _showing(venue, stream_control.streams)),
        web.get("/sandbox/streams/mishaps", _showing(venue, stream_control.mishaps)),
        web.post("/sandbox/reset", _resetting(venue)),
        web.get("/sandbox/accounts", _showing(venue, accounts)),
        web.get("/sandbox/orders", _showing(venue, orders)),
        web.get("/sandbox/trades", _showing(venue, trades)),
        web.get("/sandbox/requests", _showing(venue, requests)),
    ]


def _changing(venue: Venue, act: Callable[[Body, Venue], Command | None]) -> Handler:
    async def handle(request: web.Request) -> web.Response:
        try:
            command = act(Body(await request.read()), venue)
            if command is not None:
                venue.execute(command, at_us=time.time_ns() // 1_000)
        except Wrong as wrong:
            return web.json_response({"error": str(wrong)}, status=BAD_REQUEST)
        except Refused as refused:
            return _refusal(refused.reason)
        return web.json_response({})

    return handle


def _resetting(venue: Venue) -> Handler:
    async def handle(request: web.Request) -> web.Response:
        del request
        venue.reset(at_us=time.time_ns() // 1_000)
        return web.json_response({})

    return handle


def _showing(venue: Venue, rows: Callable[[Venue], list[Row]]) -> Handler:
    async def handle(request: web.Request) -> web.Response:
        del request
        return web.json_response(rows(venue))

    return handle


def _refusal(reason: Reason) -> web.Response:
    if reason in CONFLICTS:
        return web.json_response({"error": CONFLICTS[reason]}, status=_CONFLICT)
    return web.json_response({"error": REFUSALS[reason]}, status=BAD_REQUEST)
