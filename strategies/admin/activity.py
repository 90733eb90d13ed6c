"""What alerts asked for: written by the platform, read here."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from strategies.intents import from_json
from strategies.models import Signal
from strategies.visibility import visible_signals
from strategies.wording import sentence
from tradeplatform.lib.admin_columns import list_link, person
from tradeplatform.lib.admin_scope import OwnRelatedFilter, UuidSearch

_SENDER = person("sender", title=_("sender"))


@admin.register(Signal)
class SignalAdmin(UuidSearch):
    """Accepted alerts."""

    list_display = ["received_at", "strategy", "wishes", "sender", "orders_link"]
    list_filter = [("strategy", OwnRelatedFilter)]
    list_select_related = ["strategy", "sender"]
    search_fields = ["dedup_key__exact"]
    search_help_text = _("A signal id or a dedup key, in full.")
    empty_hint = _("No signals yet: every alert that is accepted becomes one.")
    fields = [
        "id",
        "strategy",
        _SENDER,
        "wishes",
        "dedup_key",
        "received_at",
        "expires_at",
        "orders_link",
    ]
    readonly_fields = fields

    def own_rows(self, rows: QuerySet[Any], user_id: int) -> QuerySet[Any]:
        return rows.filter(visible_signals(user_id))

    @admin.display(description=_("asks for"))
    def wishes(self, signal: Signal) -> SafeString:
        """One line per order or cancel that the alert asked for."""
        lines = ((sentence(from_json(plain)),) for plain in signal.intents)
        return format_html_join("", "<div>{}</div>", lines)

    @admin.display(description=_("orders"))
    def orders_link(self, signal: Signal) -> SafeString:
        """What became of it."""
        return list_link("orders_order", _("orders"), signal__id__exact=signal.pk)
