"""How we learn of each account's orders, and orders at exchanges that we do not know."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.badges import environment_badge
from orders.badges import side_badge
from orders.models import SILENT_AFTER, Feed, StrayOrder, StreamState, is_pushed
from orders.streaming.feeds import broken_streams
from tradeplatform.lib.admin_columns import amount, badge
from tradeplatform.lib.admin_scope import HistoryAdmin, OwnRelatedFilter

_STREAM_COLOURS = {
    StreamState.UP: "success",
    StreamState.DOWN: "warning",
    StreamState.NOT_SUPPORTED: "plain",
}


class StreamFilter(admin.SimpleListFilter):
    """Feeds by what their streams do now."""

    title = _("stream")
    parameter_name = "stream"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("up", _("Up")),
            ("broken", _("Down or silent, and needed")),
            ("unsupported", _("Not supported")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        now = timezone.now()
        if self.value() == "up":
            return queryset.filter(is_pushed(heard_after=now - SILENT_AFTER))
        if self.value() == "broken":
            return broken_streams(queryset, now=now)
        if self.value() == "unsupported":
            return queryset.filter(stream_state=StreamState.NOT_SUPPORTED)
        return queryset


@admin.register(Feed)
class FeedAdmin(HistoryAdmin):
    """What is pushed and polled of each account."""

    list_display = [
        "account",
        "environment",
        "market_type",
        "stream",
        "stream_seen_at",
        "polled_at",
        "reconciled",
        "poll_problem",
    ]
    list_filter = [
        ("account", OwnRelatedFilter),
        StreamFilter,
        ("reconciled_at", admin.EmptyFieldListFilter),
    ]
    list_select_related = ["account"]
    ordering = ["account_id", "market_type"]
    empty_hint = _("No feeds yet: an account has one from its first order or the next start on.")
    fields = [*list_display, "reconciled_at", "stream_problem"]
    readonly_fields = fields

    def own_rows(self, rows: QuerySet[Any], user_id: int) -> QuerySet[Any]:
        return rows.filter(account__owner_id=user_id)

    @admin.display(description=_("environment"))
    def environment(self, feed: Feed) -> SafeString:
        """The account's environment."""
        return environment_badge(feed.account.environment)

    @admin.display(description=_("stream"))
    def stream(self, feed: Feed) -> SafeString:
        """Whether updates are pushed; an old UP says only that they were."""
        if feed.is_silent(now=timezone.now()):
            return badge(_("Silent"), "danger")
        state = StreamState(feed.stream_state)
        return badge(state.label, _STREAM_COLOURS[state])

    @admin.display(description=_("reconciled"))
    def reconciled(self, feed: Feed) -> SafeString:
        """Whether the account was compared with its exchange since the start."""
        if feed.reconciled_at is None:
            return badge(_("Not yet: entries wait"), "warning")
        return badge(_("Reconciled"), "success")


@admin.register(StrayOrder)
class StrayOrderAdmin(HistoryAdmin):
    """Orders with our id that our database does not know; a person decides what they are."""

    list_display = [
        "found_at",
        "account",
        "environment",
        "symbol",
        "side_label",
        amount("quantity", title=_("quantity")),
        amount("filled_quantity", title=_("filled")),
        "venue_order_id",
        "client_order_id",
        "state",
    ]
    list_filter = [("account", OwnRelatedFilter), ("looked_at", admin.EmptyFieldListFilter)]
    list_select_related = ["account"]
    search_fields = ["client_order_id__exact", "venue_order_id__exact"]
    search_help_text = _("A client order id or the exchange's order id, in full.")
    empty_hint = _("No stray orders: every order with our id at the exchanges is known here.")
    fields = [*list_display, "looked_at"]
    readonly_fields = fields
    actions = ["mark_as_looked_at"]

    def own_rows(self, rows: QuerySet[Any], user_id: int) -> QuerySet[Any]:
        return rows.filter(account__owner_id=user_id)

    def has_mark_permission(self, request: HttpRequest) -> bool:
        """The admin's forms never change a stray order, so the permission is free for this."""
        return request.user.has_perm("orders.change_strayorder")

    @admin.action(description=_("Mark selected orders as looked at"), permissions=["mark"])
    def mark_as_looked_at(self, request: HttpRequest, queryset: QuerySet[StrayOrder]) -> None:
        """Take them from the front page; nothing is sent to the exchange."""
        marked = queryset.filter(looked_at__isnull=True).update(looked_at=timezone.now())
        text = ngettext(
            "%d order is marked as looked at.", "%d orders are marked as looked at.", marked
        )
        self.message_user(request, text % marked, messages.SUCCESS)

    @admin.display(description=_("environment"))
    def environment(self, stray: StrayOrder) -> SafeString:
        """The account's environment."""
        return environment_badge(stray.account.environment)

    @admin.display(description=_("side"))
    def side_label(self, stray: StrayOrder) -> SafeString:
        """BUY or SELL."""
        return side_badge(stray.side)

    @admin.display(description=_("state"))
    def state(self, stray: StrayOrder) -> SafeString:
        """Whether a person has looked at it."""
        if stray.looked_at is None:
            return badge(_("Needs you"), "alarm")
        return badge(_("Looked at"), "plain")
