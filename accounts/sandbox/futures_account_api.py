"""The signed futures endpoints for the account: balances, positions, leverage, modes."""

from decimal import Decimal

from accounts.sandbox import queries
from accounts.sandbox.engine.commands import SetLeverage, SetMarginType
from accounts.sandbox.engine.decimals import ZERO
from accounts.sandbox.engine.futures import FuturesSettlement, Holding
from accounts.sandbox.engine.listings import FUTURES_LISTINGS, Market
from accounts.sandbox.errors import VenueError, missing, unsupported
from accounts.sandbox.formats import Row, amount, milliseconds, plain
from accounts.sandbox.futures_json import price_text, quantity_text
from accounts.sandbox.routes import Call, Route

_ASSET = "USDT"
_MAINTENANCE = Decimal("0.005")  # of the notional, one bracket for all sizes
_BRACKET_CAP = 1_000_000_000
_MARGIN_TYPES = ("CROSSED", "ISOLATED")


def balance(call: Call) -> list[Row]:
    """GET /fapi/v2/balance and /fapi/v3/balance."""
    money = call.venue.exchange.futures_money
    wallet = money.balances[call.account]
    return [
        {
            "accountAlias": call.account,
            "asset": _ASSET,
            "balance": amount(wallet),
            "crossWalletBalance": amount(wallet),
            "crossUnPnl": amount(money.unrealized_profit(call.account)),
            "availableBalance": amount(money.available(call.account)),
            "maxWithdrawAmount": amount(money.available(call.account)),
            "marginAvailable": True,
            "updateTime": milliseconds(call.at_us),
        }
    ]


def account(call: Call) -> Row:
    """GET /fapi/v2/account and /fapi/v3/account."""
    totals = _totals(call.venue.exchange.futures_money, call.account)
    asset = {"asset": _ASSET, **totals, "updateTime": milliseconds(call.at_us)}
    return {
        "feeTier": 0,
        "canTrade": True,
        "canDeposit": False,
        "canWithdraw": False,
        "multiAssetsMargin": False,
        "updateTime": 0,
        **{_total_name(name): value for name, value in totals.items()},
        "availableBalance": totals["availableBalance"],
        "maxWithdrawAmount": totals["maxWithdrawAmount"],
        "assets": [asset],
        "positions": [_account_position(call, symbol) for symbol in FUTURES_LISTINGS],
    }


def _total_name(name: str) -> str:
    return f"total{name[0].upper()}{name[1:]}"


def _totals(money: FuturesSettlement, name: str) -> dict[str, str]:
    wallet, profit = money.balances[name], money.unrealized_profit(name)
    margin, available = money.margin(name), money.available(name)
    positions = money.position_margin(name)
    figures = {
        "walletBalance": wallet,
        "unrealizedProfit": profit,
        "marginBalance": wallet + profit,
        "maintMargin": money.notional(name) * _MAINTENANCE,
        "initialMargin": margin,
        "positionInitialMargin": positions,
        "openOrderInitialMargin": margin - positions,
        "crossWalletBalance": wallet,
        "crossUnPnl": profit,
        "availableBalance": available,
        "maxWithdrawAmount": available,
    }
    return {figure: amount(value) for figure, value in figures.items()}


def _account_position(call: Call, symbol: str) -> Row:
    row = _position(call, symbol)
    row["unrealizedProfit"] = row.pop("unRealizedProfit")
    return {**row, "isolated": row["marginType"] == "isolated"}


def positions_of_all_symbols(call: Call) -> list[Row]:
    """GET /fapi/v2/positionRisk: flat ones too."""
    symbol = queries.symbol_of(call, Market.FUTURES)
    return [_position(call, symbol) for symbol in ([symbol] if symbol else FUTURES_LISTINGS)]


def positions(call: Call) -> list[Row]:
    """GET /fapi/v3/positionRisk: only where there is a position or an open order."""
    rows = positions_of_all_symbols(call)
    holdings = call.venue.exchange.futures_money.holdings
    return [row for row in rows if _is_used(holdings[call.account, str(row["symbol"])])]


def _is_used(holding: Holding) -> bool:
    return any((holding.position.quantity, holding.buying, holding.selling))


def _position(call: Call, symbol: str) -> Row:
    holding = call.venue.exchange.futures_money.holdings[call.account, symbol]
    price = call.venue.exchange.futures.pits[symbol].house.price
    position, margin = holding.position, holding.margin(price)
    notional = position.quantity * price
    is_crossed = holding.setting.margin_type == "CROSSED"
    return {
        "symbol": symbol,
        "positionSide": "BOTH",
        "positionAmt": quantity_text(symbol, position.quantity),
        "entryPrice": amount(position.entry_price),
        "breakEvenPrice": amount(position.entry_price),
        "markPrice": price_text(symbol, price),
        "unRealizedProfit": amount(position.unrealized_profit(price)),
        "liquidationPrice": "0",
        "leverage": str(holding.setting.leverage),
        "marginType": "cross" if is_crossed else "isolated",
        "maxNotionalValue": str(_BRACKET_CAP),
        "isolatedMargin": amount(ZERO),
        "isolatedWallet": amount(ZERO),
        "isAutoAddMargin": "false",
        "notional": amount(notional),
        "marginAsset": _ASSET,
        "initialMargin": amount(margin),
        "maintMargin": amount(abs(notional) * _MAINTENANCE),
        "positionInitialMargin": amount(holding.position_margin(price)),
        "openOrderInitialMargin": amount(margin - holding.position_margin(price)),
        "adl": 0,
        "bidNotional": amount(holding.buying),
        "askNotional": amount(holding.selling),
        "updateTime": milliseconds(call.at_us),
    }


def set_leverage(call: Call) -> Row:
    """POST /fapi/v1/leverage."""
    listing = queries.listing_of(call, Market.FUTURES)
    leverage = call.parameters.integer("leverage")
    if leverage is None:
        raise missing("leverage")
    call.venue.execute(SetLeverage(call.account, listing.symbol, leverage), at_us=call.at_us)
    return {
        "symbol": listing.symbol,
        "leverage": leverage,
        "maxNotionalValue": str(_BRACKET_CAP),
    }


def set_margin_type(call: Call) -> Row:
    """POST /fapi/v1/marginType; -4046 when it is set already."""
    listing = queries.listing_of(call, Market.FUTURES)
    margin_type = call.parameters.required("marginType")
    if margin_type not in _MARGIN_TYPES:
        raise VenueError(-4049, "Invalid marginType.")
    command = SetMarginType(call.account, listing.symbol, margin_type)
    call.venue.execute(command, at_us=call.at_us)
    return {"code": 200, "msg": "success"}


def position_mode(call: Call) -> Row:
    """GET /fapi/v1/positionSide/dual: always one-way."""
    del call
    return {"dualSidePosition": False}


def set_position_mode(call: Call) -> Row:
    """POST /fapi/v1/positionSide/dual: one-way is set already, hedging is not simulated."""
    call.parameters.required("dualSidePosition")
    if call.parameters.flag("dualSidePosition"):
        raise unsupported()
    raise VenueError(-4059, "No need to change position side.")


def multi_assets_mode(call: Call) -> Row:
    """GET /fapi/v1/multiAssetsMargin: always single-asset."""
    del call
    return {"multiAssetsMargin": False}


def leverage_brackets(call: Call) -> list[Row]:
    """GET /fapi/v1/leverageBracket: one bracket per symbol."""
    symbol = queries.symbol_of(call, Market.FUTURES)
    return [
        {
            "symbol": name,
            "notionalCoef": 1.0,
            "brackets": [
                {
                    "bracket": 1,
                    "initialLeverage": FUTURES_LISTINGS[name].max_leverage,
                    "notionalCap": _BRACKET_CAP,
                    "notionalFloor": 0,
                    "maintMarginRatio": float(_MAINTENANCE),
                    "cum": 0.0,
                }
            ],
        }
        for name in ([symbol] if symbol else FUTURES_LISTINGS)
    ]


def commission_rate(call: Call) -> Row:
    """GET /fapi/v1/commissionRate."""
    listing = queries.listing_of(call, Market.FUTURES)
    return {
        "symbol": listing.symbol,
        "makerCommissionRate": plain(listing.maker_fee),
        "takerCommissionRate": plain(listing.taker_fee),
    }


def account_config(call: Call) -> Row:
    """GET /fapi/v1/accountConfig."""
    del call
    return {
        "feeTier": 0,
        "canTrade": True,
        "canDeposit": False,
        "canWithdraw": False,
        "dualSidePosition": False,
        "multiAssetsMargin": False,
        "updateTime": 0,
    }


def symbol_config(call: Call) -> list[Row]:
    """GET /fapi/v1/symbolConfig."""
    symbol = queries.symbol_of(call, Market.FUTURES)
    holdings = call.venue.exchange.futures_money.holdings
    return [
        {
            "symbol": name,
            "marginType": holdings[call.account, name].setting.margin_type,
            "isAutoAddMargin": False,
            "leverage": holdings[call.account, name].setting.leverage,
            "maxNotionalValue": str(_BRACKET_CAP),
        }
        for name in ([symbol] if symbol else FUTURES_LISTINGS)
    ]


_F = Market.FUTURES
ROUTES = (
    Route("GET", "/fapi/v2/balance", balance, _F),
    Route("GET", "/fapi/v3/balance", balance, _F),
    Route("GET", "/fapi/v2/account", account, _F),
    Route("GET", "/fapi/v3/account", account, _F),
    Route("GET", "/fapi/v2/positionRisk", positions_of_all_symbols, _F),
    Route("GET", "/fapi/v3/positionRisk", positions, _F),
    Route("POST", "/fapi/v1/leverage", set_leverage, _F),
    Route("POST", "/fapi/v1/marginType", set_margin_type, _F),
    Route("GET", "/fapi/v1/positionSide/dual", position_mode, _F),
    Route("POST", "/fapi/v1/positionSide/dual", set_position_mode, _F),
    Route("GET", "/fapi/v1/multiAssetsMargin", multi_assets_mode, _F),
    Route("GET", "/fapi/v1/leverageBracket", leverage_brackets, _F),
    Route("GET", "/fapi/v1/commissionRate", commission_rate, _F),
    Route("GET", "/fapi/v1/accountConfig", account_config, _F),
    Route("GET", "/fapi/v1/symbolConfig", symbol_config, _F),
)
