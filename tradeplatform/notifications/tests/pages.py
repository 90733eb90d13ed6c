"""Addresses of the pages under test, and forms filled in."""

from typing import Any

from django.contrib.auth.models import User
from django.urls import reverse

from tradeplatform.notifications.models import Channel, Message
from tradeplatform.notifications.tests.rows import SECRET_ADDRESS

LIST = "/admin/notifications/channel/"
ADD = f"{LIST}add/"
MESSAGES = "/admin/notifications/message/"
NOTICES = "/admin/notifications/notice/"


def page(row: Channel | Message, name: str = "change") -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{name}", args=[row.pk])


def form(owner: User, **changes: Any) -> dict[str, Any]:
    """A filled in form for a new channel."""
    return {
        "name": "phone",
        "owner": owner.pk,
        "is_active": "on",
        "events": ["FILL", "REFUSED"],
        "address": SECRET_ADDRESS,
        **changes,
    }
