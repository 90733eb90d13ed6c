"""Orders: what each intent became at the exchange."""

from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from accounts.badges import environment_badge
from accounts.exchange.types import Side
from orders.admin.expiry import ExpiryInline, PreviewingAdmin
from orders.badges import (
    attention_badge,
    note_text,
    price_text,
    progress_text,
    replacement_text,
    side_badge,
    status_badge,
)
from orders.cancellation import with_cancel_reason
from orders.models import Fill, OpenOrder, Order, OrderEvent
from orders.transitions import OPEN
from strategies.models import Signal, Subscription
from strategies.visibility import visible_subscription_ids
from tradeplatform.lib.admin_columns import EMPTY, amount, list_link, row_link
from tradeplatform.lib.admin_scope import HistoryInline, OwnRelatedFilter

_QUANTITY = amount("quantity", title=_("quantity"))
_FILLED = amount("filled_quantity", title=_("filled"))
_LEAVES = amount("leaves_quantity", title=_("leaves"))
_LIMIT = amount("limit_price", title=_("limit price"))
_TRIGGER = amount("trigger_price", title=_("trigger price"))
_AVERAGE = amount("average_price", title=_("average price"), digits=10)
_AT_VENUE = amount("venue_filled_quantity", title=_("filled at the exchange"))


class FillInline(HistoryInline):
    """The order's executions."""

    model = Fill
    ordering = ["id"]
    fields = [
        "filled_at",
        _QUANTITY,
        amount("price", title=_("price")),
        amount("fee_quantity", title=_("fee")),
        "fee_currency",
        "venue_trade_id",
    ]
    readonly_fields = fields
    hide_title = True


class OrderEventInline(HistoryInline):
    """The order's history."""

    model = OrderEvent
    fields = ["at", "from_label", "to_label", "reason"]
    readonly_fields = fields
    hide_title = True

    @admin.display(description=_("from"))
    def from_label(self, event: OrderEvent) -> SafeString | str:
        """The state the order was in."""
        return status_badge(event.from_status) if event.from_status else EMPTY

    @admin.display(description=_("to"))
    def to_label(self, event: OrderEvent) -> SafeString:
        """The state the order moved to."""
        return status_badge(event.to_status)


@admin.register(Order)
class OrderAdmin(PreviewingAdmin):
    """Every order ever intended."""

    list_display = [
        "created_at",
        "status_label",
        "wish",
        "progress",
        "price",
        _AVERAGE,
        "account_label",
        "strategy",
        "note",
    ]
    list_filter = [
        ("status", ChoicesDropdownFilter),
        ("account__environment", ChoicesDropdownFilter),
        ("subscription__strategy", OwnRelatedFilter),
        ("account", OwnRelatedFilter),
        ("side", ChoicesDropdownFilter),
        ("order_type", ChoicesDropdownFilter),
        "needs_attention",
        ("outcome_unknown_since", admin.EmptyFieldListFilter),
    ]
    list_select_related = ["account", "subscription__strategy", "child"]
    search_fields = ["client_order_id__exact", "venue_order_id__exact", "symbol__exact"]
    search_help_text = _("A client order id, an exchange's order id or a symbol, in full.")
    empty_hint = _("No orders yet: an accepted alert makes one per subscribed account.")
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("status_label", "environment", "attention"),
                    "replaced_by",
                    "error",
                    ("wish", "purpose"),
                    ("strategy_link", "account_link"),
                    ("signal_link", "chain"),
                ]
            },
        ),
        (
            _("Numbers"),
            {
                "fields": [
                    (_QUANTITY, _LIMIT, _TRIGGER),
                    (_FILLED, _AVERAGE, _AT_VENUE),
                    _LEAVES,
                ]
            },
        ),
        (
            _("Ids and times"),
            {
                "fields": [
                    ("client_order_id", "venue_order_id"),
                    ("created_at", "submitted_at"),
                    ("answered_at", "closed_at"),
                    ("outcome_unknown_since", "cancel_sent_at"),
                ]
            },
        ),
    ]
    inlines = [FillInline, ExpiryInline, OrderEventInline]

    def own_rows(self, rows: QuerySet[Any], user_id: int) -> QuerySet[Any]:
        return rows.filter(subscription_id__in=visible_subscription_ids(user_id))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        # A subscriber sees the order but not the alert of the strategy's owner behind it.
        # Asked order by order: joins would be made for each of the thousands that are only counted.
        user_id = request.user.pk
        subscriptions = Subscription.objects.filter(pk=OuterRef("subscription_id"))
        signals = Signal.objects.filter(pk=OuterRef("signal_id"))
        seen = Exists(subscriptions.filter(strategy__owner_id=user_id)) | Exists(
            signals.filter(sender_id=user_id)
        )
        rows: QuerySet[Any] = super().get_queryset(request).annotate(is_signal_visible=seen)
        return with_cancel_reason(rows)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        # The lists of signals and subscriptions link here; neither is a filter to choose from.
        linked = ("signal__id__exact", "subscription__id__exact")
        return lookup in linked or bool(super().lookup_allowed(lookup, value, request))

    @admin.display(description=_("state"))
    def status_label(self, order: Order) -> SafeString:
        """The order's state."""
        return status_badge(order.status)

    @admin.display(description=_("order"))
    def wish(self, order: Order) -> SafeString:
        """Side, symbol and type."""
        kind = order.get_order_type_display()
        return format_html("{} {} {}", side_badge(order.side), order.symbol, kind)

    @admin.display(description=_("filled"))
    def progress(self, order: Order) -> str:
        """Filled of wanted."""
        return progress_text(order)

    @admin.display(description=_("purpose"))
    def purpose(self, order: Order) -> Any:
        """Whether it opens or closes a position."""
        if order.is_close:
            return _("Closes a position, reduce-only") if order.reduce_only else _("Closes")
        if order.side == Side.SELL and ":" not in order.symbol:
            return _("Sells") if order.quantity is None else _("Sells more than the strategy held")
        return _("Opens a position")

    @admin.display(description=_("account"))
    def account_label(self, order: Order) -> SafeString:
        """The account and its environment."""
        return format_html("{} {}", order.account, self.environment(order))

    @admin.display(description=_("environment"))
    def environment(self, order: Order) -> SafeString:
        """The account's environment."""
        return environment_badge(order.account.environment)

    @admin.display(description=_("price"))
    def price(self, order: Order) -> str:
        """The limit price, with the trigger price where there is one."""
        return price_text(order)

    @admin.display(description=_("strategy"))
    def strategy(self, order: Order) -> str:
        """The strategy whose order it is."""
        return str(order.subscription.strategy)

    @admin.display(description=_("note"))
    def note(self, order: Order) -> SafeString | str:
        """What there is to say about it."""
        return note_text(order)

    @admin.display(description=_("attention"))
    def attention(self, order: Order) -> SafeString | str:
        """What a person has to look at."""
        return attention_badge(order)

    @admin.display(description=_("replacement"))
    def replaced_by(self, order: Order) -> SafeString | str:
        """The order that took over the rest of this one."""
        return replacement_text(order)

    @admin.display(description=_("error"))
    def error(self, order: Order) -> str:
        """Why we or the exchange refused it."""
        return f"{order.error_message} ({order.error_code})" if order.error_code else EMPTY

    @admin.display(description=_("strategy"))
    def strategy_link(self, order: Order) -> SafeString:
        """To the subscription that traded, or rather to its line in the list."""
        return list_link(
            "strategies_subscription",
            order.subscription,
            strategy__id__exact=order.subscription.strategy_id,
        )

    @admin.display(description=_("account"))
    def account_link(self, order: Order) -> SafeString:
        """To the account's orders."""
        return list_link("orders_order", order.account, account__id__exact=order.account_id)

    @admin.display(description=_("signal"))
    def signal_link(self, order: Any) -> SafeString | str:
        """To the alert that asked for it, for those who may see it."""
        return row_link(order.signal) if order.is_signal_visible else EMPTY

    @admin.display(description=_("replacements"))
    def chain(self, order: Order) -> SafeString | str:
        """The order and those that took over the rest of one another, the first of them first."""
        orders = Order.objects.filter(
            signal=order.signal_id,
            intent_index=order.intent_index,
            subscription=order.subscription_id,
        ).order_by("attempt")
        links = [(row_link(each, f"{each.attempt}: {each}"), each.status) for each in orders]
        return format_html_join(" → ", "{} {}", links) if len(links) > 1 else EMPTY


@admin.register(OpenOrder)
class OpenOrderAdmin(OrderAdmin):
    """Orders that have not ended."""

    empty_hint = _("No open orders.")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows = super().get_queryset(request)
        # Chosen rows are meant although they may have ended, and been replaced, by now.
        is_choice = request.method == "POST" and request.POST.get("select_across") != "1"
        return rows if is_choice else rows.filter(status__in=sorted(OPEN))
