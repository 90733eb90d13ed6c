"""A client's requests and what their answers tell, where a part of what a venue allows is ours."""

import time
from uuid import uuid4

import pytest
from django.conf import settings

from accounts.exchange.limits.ledger import ValkeyLedger
from accounts.exchange.limits.limiter import Limiter, Payer
from accounts.exchange.limits.quotas import QUOTAS, Rank, Request
from accounts.exchange.types import Environment, MarketKey, MarketType, NotSent
from tradeplatform.lib import loop

_SPOT = MarketKey("binance", Environment.LIVE, MarketType.SPOT)
_ORDER = Request(cost=0.2, is_new_order=True)


async def _take_after(told: int, *, percent: float) -> None:
    """A close, when the venue has counted that many of the 6,000 that it allows."""
    ledger = ValkeyLedger(settings.REDIS_URL)
    try:
        name = uuid4().hex  # an exchange by itself
        limiter = Limiter(ledger, part=1, percent=percent, quotas={name: QUOTAS["binance"]})
        purse = limiter.purse(Payer(name, _SPOT, account_id=1))
        purse.hear({"x-mbx-used-weight-1m": str(told)})
        await purse.take(_ORDER, rank=Rank.CLOSE, until=time.time() + 0.3)
    finally:
        await ledger.close()


def test_what_is_left_to_other_programs_may_be_used_by_them() -> None:
    loop.call(_take_after(3000, percent=50), timeout_seconds=10)


@pytest.mark.parametrize(("told", "percent"), [(5900, 100), (5900, 50), (5900, 1)])
def test_what_others_use_beyond_that_counts_as_ours(told: int, percent: float) -> None:
    with pytest.raises(NotSent, match="there was none left in time"):
        loop.call(_take_after(told, percent=percent), timeout_seconds=10)
