"""Addresses of the pages under test, forms filled in, and what answers say."""

from typing import Any

from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.urls import reverse

from accounts.models import Account
from accounts.tests.rows import KEY, SECRET

LIST = "/admin/accounts/account/"
ADD = f"{LIST}add/"
CHECK = "accounts.check_connection"


def page(account: Account, name: str = "change") -> str:
    return reverse(f"admin:accounts_account_{name}", args=[account.pk])


def form(owner: User, **changes: Any) -> dict[str, Any]:
    """A filled in form for a new account."""
    return {
        "name": "main",
        "owner": owner.pk,
        "venue": "binance",
        "environment": "SANDBOX",
        "is_active": "on",
        "api_key": KEY,
        "secret": SECRET,
        **changes,
    }


def errors(answer: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = answer.context["adminform"].form.errors
    return found


def texts(answer: Any) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]
