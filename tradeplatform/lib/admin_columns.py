"""Columns of admin lists and forms: money without trailing zeros, links from row to row, badges."""

from collections.abc import Callable
from decimal import Context, Decimal
from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from tradeplatform.lib.decimals import plain

EMPTY = "–"
_BADGE = (
    "inline-block font-semibold rounded-default text-[11px] uppercase whitespace-nowrap "
    "h-6 leading-6 px-2"
)
_COLOURS = {
    "alarm": "bg-red-600 text-white",
    "info": "bg-blue-100 text-blue-700 dark:bg-blue-500/20 dark:text-blue-400",
    "danger": "bg-red-100 text-red-700 dark:bg-red-500/20 dark:text-red-400",
    "warning": "bg-orange-100 text-orange-700 dark:bg-orange-500/20 dark:text-orange-400",
    "success": "bg-green-100 text-green-700 dark:bg-green-500/20 dark:text-green-400",
    "plain": "bg-base-500/8 text-base-700 dark:bg-base-500/20 dark:text-base-200",
}


def amount(field: str, *, title: Any, digits: int | None = None) -> Callable[[Any], str]:
    """A column that shows a quantity, price or sum as people write it.

    `digits` rounds to so many significant ones, for averages, which have no end.
    """

    @admin.display(description=title)
    def column(row: Any) -> str:
        value: Decimal | None = getattr(row, field)
        if value is None:
            return EMPTY
        return plain(value if digits is None else Context(prec=digits).create_decimal(value))

    column.__name__ = field
    return column


def person(field: str, *, title: Any) -> Callable[[Any], str]:
    """A column that names a user without linking to a page that only superusers may open."""

    @admin.display(description=title)
    def column(row: Any) -> str:
        return EMPTY if getattr(row, field) is None else str(getattr(row, field))

    column.__name__ = field
    return column


def badge(text: Any, colour: str) -> SafeString:
    """A coloured label; colours: alarm, info, danger, warning, success, plain."""
    return format_html('<span class="{} {}">{}</span>', _BADGE, _COLOURS[colour], text)


def link(url: str, text: Any) -> SafeString:
    """A link in the admin's colour."""
    return format_html('<a href="{}" class="text-link">{}</a>', url, text)


def row_link(row: Model, text: Any = None) -> SafeString:
    """A link to the admin page of one row."""
    address = f"admin:{row._meta.app_label}_{row._meta.model_name}_change"
    return link(reverse(address, args=[row.pk]), row if text is None else text)


def list_link(model: str, text: Any, **filters: Any) -> SafeString:
    """A link to an admin list, filtered. `model` is `app_model`; it may be of any app."""
    return link(f"{reverse(f'admin:{model}_changelist')}?{urlencode(filters)}", text)
