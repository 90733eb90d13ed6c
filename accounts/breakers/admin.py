"""Breakers in the admin: what is left alone and why, and a person's word that it may be asked."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from accounts.badges import breaker_badge, environment_badge
from accounts.breakers import rows
from accounts.breakers.wording import what_to_do
from accounts.exchange.venues import VENUES
from accounts.models import Breaker
from tradeplatform.lib.admin_columns import EMPTY, row_link
from tradeplatform.lib.admin_scope import HistoryAdmin, sees_all


@admin.register(Breaker)
class BreakerAdmin(HistoryAdmin):
    """Everybody sees the exchanges' breakers, and clears those of the own accounts only."""

    list_display = [
        "state",
        "guarded",
        "environment_label",
        "market_type",
        "reason_label",
        "opened_at",
        "paused_until",
    ]
    list_display_links = ["state"]
    list_filter = [
        "is_open",
        ("paused_until", admin.EmptyFieldListFilter),
        ("reason", ChoicesDropdownFilter),
    ]
    list_select_related = ["account"]
    ordering = ["-is_open", "-changed_at", "-pk"]
    empty_hint = _("No breaker was ever open: exchanges and accounts have always answered.")
    list_before_template = "admin/accounts/breakers.html"
    fields = [*list_display, "message", "advice", "changed_at"]
    readonly_fields = fields
    actions = ["clear"]

    def own_rows(self, rows: QuerySet[Any], user_id: int) -> QuerySet[Any]:
        return rows.filter(Q(account__owner=user_id) | Q(account=None))

    def has_clear_permission(self, request: HttpRequest) -> bool:
        """The admin's forms never change a breaker, so the permission is free for this."""
        return request.user.has_perm("accounts.change_breaker")

    @admin.action(description=_("Clear selected breakers"), permissions=["clear"])
    def clear(self, request: HttpRequest, queryset: QuerySet[Breaker]) -> None:
        """The next request is sent; what has not mended opens the breaker again."""
        mine = queryset if sees_all(request) else queryset.filter(account__owner=request.user.pk)
        chosen = Breaker.objects.filter(pk__in=mine.values("pk"))
        for breaker in chosen.filter(is_open=True):
            self.log_change(request, breaker, f"Cleared: {breaker.reason}")
        cleared = rows.clear(chosen, now=timezone.now())
        text = ngettext("%d breaker is cleared.", "%d breakers are cleared.", cleared) % cleared
        self.message_user(request, text, messages.SUCCESS if cleared else messages.WARNING)
        if queryset.exclude(pk__in=mine.values("pk")).exists():
            refused = _("An exchange's breaker is cleared by an administrator only.")
            self.message_user(request, refused, messages.ERROR)

    @admin.display(description=_("state"))
    def state(self, breaker: Breaker) -> SafeString:
        """Stopped, left alone for a while, being tried again, or closed."""
        return breaker_badge(breaker, now=timezone.now())

    @admin.display(description=_("account or exchange"))
    def guarded(self, breaker: Breaker) -> SafeString | str:
        """What is left alone."""
        if breaker.account is not None:
            return row_link(breaker.account)
        venue = VENUES.get(breaker.venue)
        return breaker.venue if venue is None else venue.label

    @admin.display(description=_("environment"))
    def environment_label(self, breaker: Breaker) -> SafeString:
        """LIVE, TESTNET or SANDBOX."""
        return environment_badge(breaker.environment)

    @admin.display(description=_("reason"))
    def reason_label(self, breaker: Breaker) -> str:
        """Why it is open, or was the last time."""
        return breaker.get_reason_display() or EMPTY

    @admin.display(description=_("what to do"))
    def advice(self, breaker: Breaker) -> Any:
        """What a person can do about it."""
        return what_to_do(breaker)
