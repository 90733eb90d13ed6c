"""What an account holds at its venue, and whether its credentials work. Reads only."""

from collections.abc import Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from accounts.exchange.desk import desk
from accounts.exchange.limits.quotas import Rank
from accounts.exchange.markets import MarketTable
from accounts.exchange.permissions import can_withdraw
from accounts.exchange.signed import ask
from accounts.exchange.types import (
    KEY_CAN_WITHDRAW,
    AccountCheck,
    ExchangeAnswer,
    Login,
    MarketType,
    NotSent,
)

_ZERO = Decimal(0)


async def fetch_holdings(
    login: Login, symbols: Sequence[str], *, rank: Rank = Rank.POLL
) -> dict[str, Decimal]:
    """Base units held per symbol: on spot the whole balance of the base coin, on futures the
    position, negative when short.
    """
    table = await desk().table(login.market)
    unknown = [symbol for symbol in symbols if symbol not in table.rules]
    if unknown:
        raise NotSent("SYMBOL_UNKNOWN", f"{login.market.venue} has no market {unknown[0]!r}.")
    client = await desk().client(login)
    if login.market.market_type is MarketType.SPOT:
        read = partial(_balances, client, table, symbols)
    else:
        read = partial(_positions, client, table, symbols)
    return await ask(read, at=login, rank=rank)


async def check_connection(login: Login) -> AccountCheck:
    """Whether the venue accepts the login's credentials; never raises for what a venue answers."""
    try:
        client = await desk().client(login)
        # Urgent: it may find out that a stopped account works again.
        await ask(client.fetch_balance, at=login, rank=Rank.CANCEL)
    except ExchangeAnswer as error:
        return AccountCheck(is_ok=False, code=error.code, message=error.message)
    may_withdraw = await can_withdraw(client, login)
    if may_withdraw:
        return AccountCheck(
            is_ok=False,
            code=KEY_CAN_WITHDRAW,
            message="This key may withdraw money, so the account opens no positions; it can still "
            "close and cancel. Make a key that may trade only and enter it here.",
            can_withdraw=True,
        )
    if await _is_hedged(client, login):
        return AccountCheck(
            is_ok=True,
            code="POSITION_MODE_MISMATCH",
            message="Connected, but the account is in hedge mode. Switch it to one-way mode at "
            "the exchange before it trades futures.",
            can_withdraw=may_withdraw,
        )
    return AccountCheck(is_ok=True, code="", message="Connected.", can_withdraw=may_withdraw)


async def _balances(client: Any, table: MarketTable, symbols: Sequence[str]) -> dict[str, Decimal]:
    total = (await client.fetch_balance())["total"]
    return {symbol: Decimal(total.get(table.rules[symbol].base) or 0) for symbol in symbols}


async def _positions(client: Any, table: MarketTable, symbols: Sequence[str]) -> dict[str, Decimal]:
    held = dict.fromkeys(symbols, _ZERO)
    for symbol, quantity in await _signed_positions(client, table, symbols):
        if symbol in held:
            held[symbol] += quantity
    return held


async def _signed_positions(
    client: Any, table: MarketTable, symbols: Sequence[str]
) -> list[tuple[str, Decimal]]:
    if client.id == "binanceusdm":
        # ccxt's fetch_positions would read every symbol's leverage brackets first.
        rows = await client.fapiPrivateV3GetPositionRisk()
        return [
            (client.safe_symbol(row["symbol"], None, None, "swap"), Decimal(row["positionAmt"]))
            for row in rows
        ]
    positions = await client.fetch_positions(list(symbols))
    return [
        (position["symbol"], _signed(position) * table.contract_sizes[position["symbol"]])
        for position in positions
    ]


def _signed(position: dict[str, Any]) -> Decimal:
    contracts = Decimal(position["contracts"] or 0)
    return -contracts if position["side"] == "short" else contracts


async def _is_hedged(client: Any, login: Login) -> bool:
    """False where the venue does not tell: this is a warning, not a permission."""
    if login.market.market_type is not MarketType.FUTURES or not client.has["fetchPositionMode"]:
        return False
    try:
        mode = await ask(client.fetch_position_mode, at=login)
    except ExchangeAnswer:
        return False
    return bool(mode["hedged"])
