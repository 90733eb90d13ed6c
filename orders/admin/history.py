"""Fills, events, what expiry rules did, and dispatches: written by the platform, read here."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from accounts.badges import environment_badge
from orders.badges import side_badge, status_badge
from orders.models import Dispatch, Expiry, Fill, OrderEvent
from strategies.expiry_wording import rule_sentence
from strategies.visibility import visible_subscription_ids
from tradeplatform.lib.admin_columns import EMPTY, amount, badge, row_link
from tradeplatform.lib.admin_scope import HistoryAdmin, OwnRelatedFilter
from tradeplatform.lib.decimals import plain


@admin.register(Fill)
class FillAdmin(HistoryAdmin):
    """Executions at the exchanges."""

    list_display = [
        "filled_at",
        "account",
        "environment",
        "symbol",
        "side_label",
        amount("quantity", title=_("quantity")),
        amount("price", title=_("price")),
        "fee",
        "order",
        "venue_trade_id",
    ]
    list_filter = [
        ("account", OwnRelatedFilter),
        ("order__subscription__strategy", OwnRelatedFilter),
        ("side", ChoicesDropdownFilter),
    ]
    list_select_related = ["account", "order"]
    search_fields = ["venue_trade_id__exact", "symbol__exact", "order__client_order_id__exact"]
    search_help_text = _("A trade id, a symbol or a client order id, in full.")
    empty_hint = _("No fills yet.")
    fields = [*list_display, "booked_at"]
    readonly_fields = fields

    def own_rows(self, rows: QuerySet[Any], user_id: int) -> QuerySet[Any]:
        return rows.filter(order__subscription_id__in=visible_subscription_ids(user_id))

    @admin.display(description=_("environment"))
    def environment(self, fill: Fill) -> SafeString:
        """The account's environment."""
        return environment_badge(fill.account.environment)

    @admin.display(description=_("side"))
    def side_label(self, fill: Fill) -> SafeString:
        """BUY or SELL."""
        return side_badge(fill.side)

    @admin.display(description=_("fee"))
    def fee(self, fill: Fill) -> str:
        """The fee in its currency."""
        return f"{plain(fill.fee_quantity)} {fill.fee_currency}" if fill.fee_currency else EMPTY


@admin.register(OrderEvent)
class OrderEventAdmin(HistoryAdmin):
    """Every step of every order."""

    list_display = ["at", "order", "to_label", "reason"]
    list_filter = [("to_status", ChoicesDropdownFilter)]
    list_select_related = ["order"]
    ordering = ["-id"]
    search_fields = ["order__client_order_id__exact"]
    search_help_text = _("A client order id, in full.")
    empty_hint = _("No events yet: every step of an order is written here.")
    fields = ["at", "order", "from_status", "to_label", "reason"]
    readonly_fields = fields

    def own_rows(self, rows: QuerySet[Any], user_id: int) -> QuerySet[Any]:
        return rows.filter(order__subscription_id__in=visible_subscription_ids(user_id))

    @admin.display(description=_("state"))
    def to_label(self, event: OrderEvent) -> SafeString:
        """The state the order moved to."""
        return status_badge(event.to_status)


@admin.register(Expiry)
class ExpiryAdmin(HistoryAdmin):
    """What rules for orders that do not fill did. Whoever may see the orders may see this."""

    list_display = ["started_at", "order_link", "account", "action", "rule_text", "settled_at"]
    list_filter = [("action", ChoicesDropdownFilter)]
    list_select_related = ["order__account", "rule"]
    list_display_links = None
    ordering = ["-id"]
    search_fields = ["order__client_order_id__exact"]
    search_help_text = _("A client order id, in full.")
    empty_hint = _("No rule has acted yet; a strategy's page has its rules.")
    fields = list_display
    readonly_fields = fields

    def own_rows(self, rows: QuerySet[Any], user_id: int) -> QuerySet[Any]:
        return rows.filter(order__subscription_id__in=visible_subscription_ids(user_id))

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("orders.view_order")

    @admin.display(description=_("order"))
    def order_link(self, expiry: Expiry) -> SafeString:
        """To the order, whose history has the reason."""
        order = expiry.order
        return row_link(order, f"{order.side} {order.symbol} {order.get_order_type_display()}")

    @admin.display(description=_("account"))
    def account(self, expiry: Expiry) -> SafeString:
        """The account and its environment."""
        account = expiry.order.account
        return format_html("{} {}", account, environment_badge(account.environment))

    @admin.display(description=_("rule"))
    def rule_text(self, expiry: Expiry) -> str:
        """The rule as it stands now."""
        return EMPTY if expiry.rule is None else rule_sentence(expiry.rule)


@admin.register(Dispatch)
class DispatchAdmin(HistoryAdmin):
    """Each signal's work for each shard."""

    list_display = ["created_at", "signal", "shard", "progress", "claimed_at", "settled_at"]
    list_filter = [
        ("claimed_at", admin.EmptyFieldListFilter),
        ("settled_at", admin.EmptyFieldListFilter),
        ("given_up_at", admin.EmptyFieldListFilter),
    ]
    list_select_related = ["signal"]
    ordering = ["-id"]
    empty_hint = _("No dispatches yet: a signal makes one per shard with accounts.")
    fields = [*list_display, "course"]
    readonly_fields = fields

    def own_rows(self, rows: QuerySet[Any], user_id: int) -> QuerySet[Any]:
        owned = Q(signal__strategy__owner_id=user_id) | Q(signal__sender_id=user_id)
        return rows.filter(owned)

    @admin.display(description=_("progress"))
    def progress(self, dispatch: Dispatch) -> SafeString:
        """Waiting, working, settled or given up."""
        if dispatch.given_up_at is not None:
            return badge(_("Given up"), "danger")
        if dispatch.settled_at is not None:
            return badge(_("Settled"), "success")
        if dispatch.claimed_at is not None:
            return badge(_("Working"), "info")
        return badge(_("Waiting"), "warning")

    @admin.display(description=_("course"))
    def course(self, dispatch: Dispatch) -> str:
        """How long after the alert each step was done."""
        steps = [
            (_("taken up"), dispatch.picked_up_at),
            (_("planned"), dispatch.claimed_at),
            (_("orders committed"), dispatch.written_at),
            (_("settled"), dispatch.settled_at),
        ]
        told = [
            f"{step} {(at - dispatch.created_at).total_seconds() * 1000:,.1f} ms"
            for step, at in steps
            if at is not None
        ]
        return ", ".join(told) or EMPTY
