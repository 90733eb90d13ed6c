"""The admin's sidebar, its search page list, and the badge beside the user's name."""

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from accounts.exchange.types import Environment
from accounts.models import Account

_AUTHENTICATOR_APP = "tradeplatform.authenticatorapp"
_GROUPS: list[tuple[Any, list[tuple[Any, str, str]]]] = [
    (
        _("Trading"),
        [
            (_("Open orders"), "pending", "orders.openorder"),
            (_("Orders"), "receipt_long", "orders.order"),
            (_("Positions"), "account_balance_wallet", "strategies.position"),
            (_("Strategies"), "strategy", "strategies.strategy"),
            (_("Stop and resume"), "front_hand", "strategies.tradingswitch"),
        ],
    ),
    (
        _("Accounts"),
        [
            (_("Accounts"), "key", "accounts.account"),
            (_("Subscriptions"), "link", "strategies.subscription"),
            (_("Remainders"), "balance", "orders.remainder"),
            (_("Feeds"), "sync", "orders.feed"),
            (_("Breakers"), "power_off", "accounts.breaker"),
            (_("Stray orders"), "question_mark", "orders.strayorder"),
        ],
    ),
    (
        _("Activity"),
        [
            (_("Deliveries"), "inbox", "webhooks.delivery"),
            (_("Signals"), "bolt", "strategies.signal"),
            (_("Fills"), "done_all", "orders.fill"),
            (_("Order events"), "history", "orders.orderevent"),
            (_("Expiries"), "timer", "orders.expiry"),
            (_("Trading runs"), "flag", "strategies.tradingrun"),
        ],
    ),
    (
        _("Notifications"),
        [
            (_("Channels"), "notifications", "notifications.channel"),
            (_("Messages"), "mail", "notifications.message"),
            (_("Notices"), "campaign", "notifications.notice"),
        ],
    ),
    (
        _("System"),
        [
            (_("Webhook tokens"), "vpn_key", "webhooks.webhooktoken"),
            (_("Allowed addresses"), "shield", "webhooks.allowedaddress"),
            (_("Dispatches"), "lan", "orders.dispatch"),
            (_("Hook progress"), "code", "strategies.hookprogress"),
            (_("Periodic tasks"), "schedule", "django_celery_beat.periodictask"),
            (_("Failed logins"), "lock", "tradeplatform.failedlogin"),
            (_("Two-factor logins"), "qr_code", _AUTHENTICATOR_APP),
            (_("Users"), "person", "auth.user"),
            (_("Groups"), "group", "auth.group"),
        ],
    ),
]


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """Unfold's SIDEBAR navigation: the pages whose rows the user may view."""
    front = {"title": _("Overview"), "icon": "dashboard", "link": reverse_lazy("admin:index")}
    groups = [
        {"title": title, "separator": True, "items": _items(request, pages)}
        for title, pages in _GROUPS
    ]
    return [{"items": [front]}, *(group for group in groups if group["items"])]


def own_pages(request: HttpRequest) -> list[dict[str, Any]]:
    """Unfold's ACCOUNT navigation: the pages behind the user's name."""
    return [
        {"title": _("Change password"), "link": reverse_lazy("admin:password_change")},
        {"title": _("Two-factor login"), "link": reverse_lazy(_address(_AUTHENTICATOR_APP))},
    ]


def _items(request: HttpRequest, pages: list[tuple[Any, str, str]]) -> list[dict[str, Any]]:
    return [
        {"title": title, "icon": icon, "link": reverse_lazy(_address(model))}
        for title, icon, model in pages
        if _may_view(request, model)
    ]


def _address(model: str) -> str:
    return f"admin:{model.replace('.', '_')}_changelist"


def _may_view(request: HttpRequest, model: str) -> bool:
    return admin.site.get_model_admin(apps.get_model(model)).has_view_permission(request)


def environment(request: HttpRequest) -> list[Any] | None:
    """Unfold's ENVIRONMENT: whether real money is traded on any account the user sees."""
    if not request.user.is_authenticated:
        return None
    accounts = admin.site.get_model_admin(Account).get_queryset(request).filter(is_active=True)
    if accounts.filter(environment=Environment.LIVE).exists():
        return [_("Live money"), "danger"]
    return [_("Play money only"), "success"]
