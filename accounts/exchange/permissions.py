"""Whether a key could take an account's money away, asked of the venues that tell. Reads only."""

from collections.abc import Callable, Mapping
from typing import Any

from accounts.exchange.border import ask
from accounts.exchange.types import Environment, ExchangeAnswer, Login

# By venue: ccxt's name of the request, and how its answer is read. Upbit and Bithumb tell of a key
# only when it expires.
_TOLD: Mapping[str, tuple[str, Callable[[Any], bool]]] = {
    # developers.binance.com, "Get API Key Permission": GET /sapi/v1/account/apiRestrictions
    "binance": ("sapiGetAccountApiRestrictions", lambda told: told["enableWithdrawals"] is True),
    # okx.com/docs-v5, "Get account configuration": "read_only,withdraw,trade"
    "okx": (
        "privateGetAccountConfig",
        lambda told: "withdraw" in told["data"][0]["perm"].split(","),
    ),
    # bybit-exchange.github.io/docs/v5, "Get API Key Information"
    "bybit": (
        "privateGetV5UserQueryApi",
        lambda told: "Withdraw" in told["result"]["permissions"]["Wallet"],
    ),
}


async def can_withdraw(client: Any, login: Login) -> bool | None:
    """Whether the venue says that the login's key may withdraw; None when it did not answer.

    False where none tells. A TESTNET has nothing to take, and Binance's none of these addresses.
    """
    if login.market.venue not in _TOLD or login.market.environment is Environment.TESTNET:
        return False
    name, read = _TOLD[login.market.venue]
    try:
        # Not in the account's name: a key that may not read its own rights can still trade.
        return await ask(lambda: _told(getattr(client, name), read), at=login.market)
    except ExchangeAnswer:
        return None


async def _told(request: Callable[[], Any], read: Callable[[Any], bool]) -> bool:
    """The reading belongs to the call: an answer we cannot read says nothing."""
    return read(await request())
