"""Ends pauses that nobody waits for: what is idle has no call of its own to find out that all is
well again, and its streams wait for that.
"""

import asyncio
import logging
from collections.abc import Iterable, Sequence

from accounts.exchange import gateway
from accounts.exchange.findings import Scope
from accounts.exchange.types import ExchangeAnswer, Login, MarketKey
from accounts.models import Account
from accounts.shards import shard_of
from orders.planning import login_in

logger = logging.getLogger(__name__)


def places_to_ask(scopes: Sequence[Scope], shard: int) -> list[Login | MarketKey]:
    """The markets among the scopes, and the shard's own accounts, each in its market."""
    of_accounts = {
        scope: scope.account_id
        for scope in scopes
        if scope.account_id is not None and shard_of(scope.account_id) == shard
    }
    accounts = Account.objects.in_bulk(of_accounts.values())
    markets = [scope.market for scope in scopes if scope.account_id is None]
    return markets + [
        login_in(accounts[account_id], scope.market.market_type)
        for scope, account_id in of_accounts.items()
        if account_id in accounts
    ]


async def probe_all(places: Iterable[Login | MarketKey]) -> None:
    """Ask each once; who answers well a few times in a row is let through again."""
    await asyncio.gather(*(_probe(place) for place in places))


async def _probe(place: Login | MarketKey) -> None:
    try:
        await gateway.probe(place)
    except ExchangeAnswer as problem:
        logger.info("still left alone: %s", problem)
