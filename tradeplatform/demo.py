"""First-run demo data: made once, when nobody has a login yet, so that an alert trades at once.

Two users, three accounts at the sandbox exchange, three strategies. It is ordinary data: rename,
change or delete it like any other.
"""

import json
import logging
import secrets
import urllib.request
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from http.client import HTTPException

from django.apps import apps
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from accounts.exchange.types import Credentials, Environment, MarketType
from accounts.models import Account
from accounts.nudges import nudge_check
from accounts.traders import ensure_traders
from strategies.default_rules import add_default_rules
from strategies.models import Strategy, Subscription
from tradeplatform.lib.encryption import decrypt
from webhooks.tokens import issue_token

logger = logging.getLogger(__name__)

OPERATOR = "operator"
SUBSCRIBER = "subscriber"
# The public spot strategy first: it is the one to try.
GROUP_NAMES = ("demo-spot", "demo-private", "demo-futures")

_ACCOUNTS = {"demo-1": OPERATOR, "demo-2": OPERATOR, "demo-3": SUBSCRIBER}
_BALANCES = {"USDT": "100000", "BTC": "1", "ETH": "10"}
_SANDBOX_TIMEOUT_SECONDS = 5


@dataclass(frozen=True, slots=True)
class DemoLogin:
    """What can be told only once: the database keeps digests."""

    admin_user: str
    admin_password: str
    token: str


def ensure_demo(*, sandbox_url: str) -> DemoLogin | None:
    """Make the demo if there is no user at all, and make its accounts known to the sandbox.

    Those of a new demo are checked as soon as there are workers.

    Returns the new login, None when there were users already. A sandbox that refuses or does not
    answer is reported in the log.
    """
    with transaction.atomic():
        login = None if User.objects.exists() else _make_demo()
    for account in _demo_accounts():
        _register(account, sandbox_url=sandbox_url)
        if login is not None:
            nudge_check(account_id=account.pk)
    return login


def _make_demo() -> DemoLogin:
    password = secrets.token_urlsafe(12)
    operator = User.objects.create_superuser(OPERATOR, password=password)
    subscriber = User.objects.create_user(SUBSCRIBER, is_staff=True)
    subscriber.groups.add(ensure_traders(apps))
    owners = {OPERATOR: operator, SUBSCRIBER: subscriber}
    accounts = [_make_account(name, owners[owner]) for name, owner in _ACCOUNTS.items()]
    _make_strategies(operator, accounts)
    token = issue_token(user=operator, now=timezone.now())
    return DemoLogin(admin_user=OPERATOR, admin_password=password, token=token)


def _make_account(name: str, owner: User) -> Account:
    account = Account(
        owner=owner, name=name, venue="binance", environment=Environment.SANDBOX.value
    )
    account.set_credentials(
        Credentials(api_key=secrets.token_urlsafe(32), secret=secrets.token_urlsafe(32))
    )
    account.save()
    return account


def _make_strategies(owner: User, accounts: list[Account]) -> None:
    spot_group, private_group, futures_group = GROUP_NAMES
    spot = _make_strategy(owner, spot_group, MarketType.SPOT, is_public=True)
    for account, capital in zip(accounts, ("10000", "25000", "50000"), strict=True):
        _subscribe(spot, account, capital=capital)
    private = _make_strategy(owner, private_group, MarketType.SPOT)
    _subscribe(private, accounts[0], capital="5000")
    futures = _make_strategy(owner, futures_group, MarketType.FUTURES)
    for account in accounts[:2]:
        _subscribe(futures, account, capital="10000", leverage=3)


def _make_strategy(
    owner: User, group_name: str, market_type: MarketType, *, is_public: bool = False
) -> Strategy:
    strategy = Strategy.objects.create(
        owner=owner,
        name=group_name.replace("-", " ").capitalize(),
        group_name=group_name,
        market_type=market_type.value,
        venue="binance",
        currency="USDT",
        is_public=is_public,
    )
    add_default_rules(strategy)
    return strategy


def _subscribe(strategy: Strategy, account: Account, *, capital: str, leverage: int = 1) -> None:
    Subscription.objects.create(
        strategy=strategy, account=account, capital=Decimal(capital), leverage=leverage
    )


def _demo_accounts() -> Iterable[Account]:
    return Account.objects.filter(
        environment=Environment.SANDBOX.value,
        name__in=_ACCOUNTS,
        owner__username__in=set(_ACCOUNTS.values()),
    )


def _register(account: Account, *, sandbox_url: str) -> None:
    """Repeating it changes nothing at the sandbox."""
    credentials = json.loads(decrypt(account.encrypted_credentials))
    body = {
        "account": account.name,
        "apiKey": credentials["api_key"],
        "secret": credentials["secret"],
        "balances": _BALANCES,
    }
    request = urllib.request.Request(  # noqa: S310  the address is the operator's own setting
        f"{sandbox_url.rstrip('/')}/sandbox/accounts",
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=_SANDBOX_TIMEOUT_SECONDS):  # noqa: S310  as above
            pass
    except (OSError, HTTPException) as error:
        logger.warning(
            "The sandbox at %s did not take account %s: %s", sandbox_url, account.name, error
        )
