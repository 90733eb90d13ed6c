"""Users and accounts for tests, with readable values."""

from typing import Any

from django.apps import apps
from django.contrib.auth.models import User

from accounts.exchange.types import Credentials, Environment
from accounts.models import Account
from accounts.traders import ensure_traders

KEY, SECRET = "key-that-must-not-show", "secret-that-must-not-show"


def superuser(name: str = "root") -> User:
    """Somebody who sees and does everything."""
    return User.objects.create_superuser(name)


def trader(name: str) -> User:
    """Staff in the group Traders."""
    user = User.objects.create_user(name, is_staff=True)
    user.groups.add(ensure_traders(apps))
    return user


def make_account(owner: User, name: str, **fields: Any) -> Account:
    """An account at the sandbox's Binance unless told otherwise."""
    account = Account(
        owner=owner,
        name=name,
        **{"venue": "binance", "environment": Environment.SANDBOX.value, **fields},
    )
    account.set_credentials(Credentials(api_key=KEY, secret=SECRET))
    account.save()
    return account
