"""The group Traders: what staff who are not superusers may do, always with their own rows only."""

from typing import Any

TRADERS = "Traders"

_EDITED = ("accounts.account", "strategies.strategy", "strategies.subscription")
_READ = (
    "strategies.signal",
    "strategies.position",
    "strategies.hookprogress",
    "orders.order",
    "orders.openorder",
    "orders.fill",
    "orders.orderevent",
    "orders.dispatch",
    "webhooks.delivery",
    "webhooks.webhooktoken",
)
# Orders are changed by asking for their cancel, tokens are added by rotating the own one.
_ACTIONS = ("orders.change_order", "webhooks.add_webhooktoken")


def ensure_traders(registry: Any) -> Any:
    """The group, made with its permissions when there is none; an existing one is left as it is.

    `registry` is django.apps.apps, or the historical one that a migration is given.
    """
    group, is_new = registry.get_model("auth", "Group").objects.get_or_create(name=TRADERS)
    if is_new:
        group.permissions.set(_permissions(registry.get_model("auth", "Permission")))
    return group


def _permissions(model: Any) -> list[Any]:
    rows = model.objects.select_related("content_type")
    names = _names()
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
