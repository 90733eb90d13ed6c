"""Does an account's login work? Asked of the exchange by the account's own worker, reads only."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from django.conf import settings

from accounts.exchange import gateway
from accounts.exchange.types import (
    AccountCheck,
    Environment,
    Login,
    MarketKey,
    MarketType,
)
from accounts.exchange.venues import VENUES
from accounts.models import Account, Health
from tradeplatform.lib import loop

# The markets, the balance, the key's rights, the position mode: each ends by its own time-out.
_REQUESTS = 4


def check_account(account_id: int, *, now: datetime) -> None:
    """Write what the exchange says about the account's credentials into its health fields.

    Credentials that were replaced meanwhile are not judged by this answer. An account whose key
    may withdraw opens no positions until a check finds that it may not; it can still be closed.
    """
    account = Account.objects.get(pk=account_id)
    checks = _answers(_logins(account))
    failed = [check for check in checks if not check.is_ok]
    messages = dict.fromkeys(check.message for check in failed or checks)
    judged = Account.objects.filter(
        pk=account_id, encrypted_credentials=account.encrypted_credentials
    )
    told = [check.can_withdraw for check in checks if check.can_withdraw is not None]
    if told:
        judged.update(key_can_withdraw=any(told))
    judged.update(
        health=Health.FAILED if failed else Health.OK,
        health_message=" ".join(messages)[:300],
        health_checked_at=now,
    )


def _logins(account: Account) -> list[Login]:
    """One per type of market the account trades; before it trades any, the venue's first."""
    traded = set(account.subscriptions.values_list("strategy__market_type", flat=True))
    market_types = sorted(traded) or [next(iter(VENUES[account.venue].markets))]
    environment = Environment(account.environment)
    return [
        Login(
            account_id=account.pk,
            market=MarketKey(account.venue, environment, MarketType(market_type)),
            encrypted_credentials=account.encrypted_credentials,
        )
        for market_type in market_types
    ]


def _answers(logins: Sequence[Login]) -> Sequence[AccountCheck]:
    try:
        return loop.call(
            _check_all(logins), timeout_seconds=_REQUESTS * settings.EXCHANGE_TIMEOUT_SECONDS
        )
    except TimeoutError:
        return [AccountCheck(is_ok=False, code="TIMEOUT", message="The exchange did not answer.")]


async def _check_all(logins: Sequence[Login]) -> list[AccountCheck]:
    return await asyncio.gather(*(gateway.check_connection(login) for login in logins))
