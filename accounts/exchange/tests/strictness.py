"""For tests: an exchange that allows a tenth of what Binance does."""

from dataclasses import replace

from django.conf import settings

from accounts.exchange.desk import Desk, adopt_desk, close_desk
from accounts.exchange.limits.ledger import PREFIX
from accounts.exchange.limits.quotas import QUOTAS, Quota
from tradeplatform.lib import loop
from tradeplatform.lib.services.tests.forgetting import forget


def allow_a_tenth() -> None:
    """From now on this process's loop has a tenth of the quotas.

    Nobody has leased anything.
    """
    loop.call(close_desk(), timeout_seconds=10)  # it would state what it has used before
    forget(settings.REDIS_URL, f"{PREFIX}*")
    loop.call(_adopt(), timeout_seconds=10)


async def _adopt() -> None:
    binance = QUOTAS["binance"]
    few = replace(
        binance,
        address=tuple(map(_tenth, binance.address)),
        account=tuple(map(_tenth, binance.account)),
    )
    adopt_desk(Desk(quotas={"binance": few}))


def _tenth(quota: Quota) -> Quota:
    return replace(quota, limit=quota.limit / 10)
