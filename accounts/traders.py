"""The group Traders: what staff who are not superusers may do, always with their own rows only."""

from typing import Any

TRADERS = "Traders"

_EDITED = (
    "accounts.account",
    "strategies.strategy",
    "strategies.subscription",
    "notifications.channel",
)
_READ = (
    "accounts.breaker",
    "strategies.signal",
    "strategies.position",
    "strategies.positioncorrection",
    "strategies.tradingrun",
    "strategies.tradingswitch",
    "strategies.markprice",
    "strategies.hookprogress",
    "orders.order",
    "orders.openorder",
    "orders.fill",
    "orders.orderevent",
    "orders.dispatch",
    "orders.feed",
    "orders.remainder",
    "orders.strayorder",
    "webhooks.delivery",
    "notifications.message",
    "notifications.notice",
    "webhooks.webhooktoken",
)
# Orders are changed by asking for their cancel, remainders by adopting them or by correcting the
# position behind them, stray orders by being marked as looked at, breakers by being cleared; tokens
# are added by rotating the own one.
_ACTIONS = (
    "accounts.change_breaker",
    "orders.change_order",
    "orders.change_remainder",
    "strategies.change_tradingswitch",
    "orders.change_strayorder",
    "webhooks.add_webhooktoken",
)


def ensure_traders(registry: Any) -> Any:
    """The group, made with its permissions when there is none; an existing one is left as it is.

    `registry` is django.apps.apps, or the historical one that a migration is given.
    """
    group, is_new = registry.get_model("auth", "Group").objects.get_or_create(name=TRADERS)
    if is_new:
        group.permissions.set(_permissions(registry, _names()))
    return group


def _permissions(registry: Any, names: frozenset[str]) -> list[Any]:
    rows = registry.get_model("auth", "Permission").objects.select_related("content_type")
    return [row for row in rows if f"{row.content_type.app_label}.{row.codename}" in names]


def _names() -> frozenset[str]:
    edited = (
        _name(model, verb) for model in _EDITED for verb in ("view", "add", "change", "delete")
    )
    read = (_name(model, "view") for model in _READ)
    return frozenset([*edited, *read, *_ACTIONS])


def _name(model: str, verb: str) -> str:
    app, _, name = model.partition(".")
    return f"{app}.{verb}_{name}"
