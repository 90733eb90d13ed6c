"""Deliveries and webhook tokens in the admin. A new token is shown once and kept nowhere."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from tradeplatform.lib.admin_columns import EMPTY, badge
from tradeplatform.lib.admin_scope import OwnRelatedFilter, UuidSearch
from webhooks.models import Delivery, Outcome

_OUTCOME_COLOURS = {
    Outcome.ACCEPTED: "success",
    Outcome.DUPLICATE: "plain",
    Outcome.REFUSED: "danger",
}


@admin.register(Delivery)
class DeliveryAdmin(UuidSearch):
    """Every request to the webhook, refused ones too."""

    list_display = [
        "received_at",
        "outcome_label",
        "http_status",
        "strategy",
        "error",
        "sender",
        "remote_address",
        "total_processing_time_ms",
    ]
    list_filter = [
        ("outcome", ChoicesDropdownFilter),
        ("signal__strategy", OwnRelatedFilter),
        "error_code",
    ]
    list_select_related = ["sender", "signal__strategy"]
    date_hierarchy = "received_at"
    search_fields = ["error_code__exact", "remote_address__exact"]
    search_help_text = _("A delivery id, an error code or an address, in full.")
    empty_hint = _("No alerts yet. A strategy's page shows one to paste into TradingView.")
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("outcome_label", "http_status", "received_at"),
                    "error",
                    ("sender", "remote_address", "content_type"),
                    "signal",
                    "text",
                ]
            },
        ),
        (
            _("Milliseconds"),
            {
                "fields": [
                    (
                        "validation_time_ms",
                        "preprocessing_time_ms",
                        "trade_processing_time_ms",
                        "total_processing_time_ms",
                    )
                ]
            },
        ),
    ]

    def own_rows(self, rows: QuerySet[Any], user_id: int) -> QuerySet[Any]:
        owned = Q(sender_id=user_id) | Q(signal__strategy__owner_id=user_id)
        return rows.filter(owned)

    @admin.display(description=_("outcome"))
    def outcome_label(self, delivery: Delivery) -> SafeString:
        """What we did with it."""
        return badge(delivery.get_outcome_display(), _OUTCOME_COLOURS[Outcome(delivery.outcome)])

    @admin.display(description=_("strategy"))
    def strategy(self, delivery: Delivery) -> str:
        """The strategy it reached."""
        return str(delivery.signal.strategy) if delivery.signal else EMPTY

    @admin.display(description=_("error"))
    def error(self, delivery: Delivery) -> str:
        """Why it was refused."""
        if not delivery.error_code:
            return EMPTY
        return f"{delivery.error_message} ({delivery.error_code})"

    @admin.display(description=_("body without secrets"))
    def text(self, delivery: Delivery) -> SafeString:
        """The request's body as it came, line by line."""
        return format_html('<pre class="whitespace-pre-wrap">{}</pre>', delivery.body)
