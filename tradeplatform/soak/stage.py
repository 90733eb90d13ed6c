"""Puts the cast on the stage: rows as the admin makes them, and accounts at the sandbox."""

import secrets
from collections.abc import Mapping
from decimal import Decimal

from django.contrib.auth.models import User
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from accounts.exchange.types import Credentials, Environment
from accounts.models import Account
from accounts.sandbox.control import Control
from strategies.models import ExpiryRule, Strategy, Subscription
from tradeplatform.soak.cast import BALANCES, CAPITAL, LEVERAGE, OWNERS, ROLES, Role, Rule
from webhooks.tokens import issue_token

SHARDS = 3
# Of the environment in which the platform runs.
VARIABLES = {
    "SHARDS": str(SHARDS),
    "EXCHANGE_TIMEOUT_SECONDS": "2",
    "POLL_SECONDS_STREAM_UP": "15",
    # A close without an answer holds up its account for so long.
    "REVERSAL_SECONDS": "3",
}
# Seconds between two checks of what accounts hold; a minute would make every soak a minute longer.
_REMAINDERS_SECONDS = 15
_REPLACEMENTS = 2


def set_up(control: Control) -> Mapping[str, str]:
    """Make users, accounts, strategies and subscriptions; the users' webhook tokens by name."""
    users = {name: User.objects.create_user(name) for name in sorted(set(OWNERS.values()))}
    accounts = {name: _open(name, users[owner], control) for name, owner in OWNERS.items()}
    for role in ROLES:
        _engage(role, users[role.owner], accounts)
    _check_remainders_often()
    return {name: issue_token(user=user, now=timezone.now()) for name, user in users.items()}


def _open(name: str, owner: User, control: Control) -> Account:
    credentials = Credentials(api_key=secrets.token_hex(16), secret=secrets.token_hex(16))
    control.open_account(
        name, api_key=credentials.api_key, secret=credentials.secret, balances=BALANCES
    )
    account = Account(
        owner=owner, name=name, venue="binance", environment=Environment.SANDBOX.value
    )
    account.set_credentials(credentials)
    account.save()
    return account


def _engage(role: Role, owner: User, accounts: Mapping[str, Account]) -> None:
    strategy = Strategy.objects.create(
        owner=owner,
        name=role.name,
        group_name=role.name,
        market_type=role.market_type.value,
        is_public=role.is_public,
        close_first=role.close_first,
    )
    for name in role.accounts:
        Subscription.objects.create(
            strategy=strategy, account=accounts[name], capital=Decimal(CAPITAL), leverage=LEVERAGE
        )
    ExpiryRule.objects.bulk_create(
        _rule(rule, strategy, rank) for rank, rule in enumerate(role.rules, start=1)
    )


def _rule(rule: Rule, strategy: Strategy, rank: int) -> ExpiryRule:
    return ExpiryRule(
        strategy=strategy,
        rank=rank,
        side=rule.side or "",
        order_type=rule.order_type.value,
        after_seconds=rule.after_seconds,
        action=rule.action.value,
        book_side=rule.book_side.value,
        max_replacements=_REPLACEMENTS,
        max_slippage_percent=Decimal(5),
    )


def _check_remainders_often() -> None:
    interval, _ = IntervalSchedule.objects.get_or_create(
        every=_REMAINDERS_SECONDS, period=IntervalSchedule.SECONDS
    )
    task = PeriodicTask.objects.get(task="orders.check_remainders")
    task.interval, task.expire_seconds = interval, _REMAINDERS_SECONDS
    task.save()
