"""Accounts in the admin: credentials go in and never come out; the connection can be checked."""

from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action

from accounts.badges import (
    breaker_badge,
    environment_badge,
    exchange_paused_badge,
    health_badge,
    own_trading_badge,
)
from accounts.breakers import rows
from accounts.breakers.admin import BreakerAdmin
from accounts.exchange.venues import VENUES
from accounts.forms import AccountForm
from accounts.models import Account, Breaker
from accounts.nudges import nudge_check
from tradeplatform.lib.admin_asking import ask_back
from tradeplatform.lib.admin_columns import EMPTY, link, list_link
from tradeplatform.lib.admin_scope import OWNER, OwnedAdmin

__all__ = ["AccountAdmin", "BreakerAdmin"]

_CREDENTIALS_HINT = _(
    "Kept encrypted and never shown again. Leave all of them empty to keep what is stored. "
    "Make a key that may read and trade, and may not withdraw."
)


@admin.register(Account)
class AccountAdmin(OwnedAdmin):
    """Logins at exchanges."""

    form = AccountForm
    list_display = [
        "name",
        "environment_label",
        "venue_label",
        "owner",
        "is_active",
        "breaker_label",
        "trading_label",
        "health_label",
        "subscriptions_link",
        "orders_link",
    ]
    list_filter = [
        ("environment", ChoicesDropdownFilter),
        ("health", ChoicesDropdownFilter),
        "is_active",
    ]
    list_select_related = ["owner", "trading_switch"]
    change_form_outer_before_template = "admin/trading/state_of_row.html"
    ordering = ["name"]  # the count below hides the model's own
    search_fields = ["name", "venue", "owner__username"]
    empty_hint = _("No accounts yet. Add one: a key of your exchange, or of its play-money world.")
    fieldsets = [
        (
            None,
            {"fields": ["name", OWNER, "venue_label", "environment_label", "is_active"]},
        ),
        (
            _("Credentials"),
            {"fields": ["api_key", "secret", "passphrase"], "description": _CREDENTIALS_HINT},
        ),
        (
            _("Connection"),
            {
                "fields": [
                    "breaker_label",
                    "breaker_reason",
                    "health_label",
                    "health_message",
                    "health_checked_at",
                ]
            },
        ),
    ]
    # Orders and fills were made there: an account never moves to another exchange or world.
    readonly_fields = [
        OWNER,
        "venue_label",
        "environment_label",
        "breaker_label",
        "breaker_reason",
        "health_label",
        "health_message",
        "health_checked_at",
    ]
    add_fieldsets = [
        (None, {"fields": ["name", "owner", "venue", "environment", "is_active"]}),
        fieldsets[1],
    ]
    actions_detail = ["check_connection"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        open_ones = Prefetch(
            "breakers", Breaker.objects.filter(is_open=True).order_by("pk"), to_attr="open_breakers"
        )
        accounts: QuerySet[Any] = (
            super()
            .get_queryset(request)
            .annotate(subscription_count=Count("subscriptions"))
            .annotate(is_exchange_paused=Exists(_pauses_of_the_exchange()))
            .prefetch_related(open_ones)
        )
        return accounts

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        # The form declares the venue itself, so leaving it out of `fieldsets` is not enough.
        fixed = ["venue", "environment"] if obj else []
        return [*super().get_readonly_fields(request, obj), *fixed]

    def is_unused(self, row: Account) -> bool:
        return not row.subscriptions.exists()

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        # A list filtered by the stored text would tell it letter by letter.
        if lookup.startswith("encrypted_credentials"):
            return False
        return bool(super().lookup_allowed(lookup, value, request))

    def save_model(self, request: HttpRequest, obj: Account, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if not isinstance(form, AccountForm):
            return
        if form.has_new_credentials:
            rows.clear(obj.breakers.all(), now=timezone.now())  # they spoke of the old ones
        if form.wants_check:
            self._ask_for_check(request, obj.pk)

    @action(  # type: ignore[untyped-decorator]  # Unfold ships no types
        description=_("Check connection"),
        icon="network_check",
        permissions=["change"],
    )
    def check_connection(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """With GET asks back, with POST asks the worker; somebody else's account is not found."""
        account = self.own_row(request, object_id)
        if request.method == "POST":
            self._ask_for_check(request, account.pk)
            return redirect("admin:accounts_account_change", account.pk)
        return ask_back(
            self,
            request,
            account,
            title=_("Check the connection?"),
            question=_("Check the connection of %s?") % account,
            explanation=_("A worker logs in at the exchange and reads the balance. No orders."),
            verb=_("Check"),
        )

    def _ask_for_check(self, request: HttpRequest, account_id: int) -> None:
        """Once the row is committed: the worker looks at it at once."""
        transaction.on_commit(lambda: self._nudge(request, account_id))

    def _nudge(self, request: HttpRequest, account_id: int) -> None:
        if nudge_check(account_id=account_id):
            text = _("A worker checks the connection now. Reload in a few seconds for its answer.")
            self.message_user(request, text, messages.INFO)
        else:
            text = _("The connection was not checked: the message broker does not answer.")
            self.message_user(request, text, messages.ERROR)

    @admin.display(description=_("environment"), ordering="environment")
    def environment_label(self, account: Account) -> SafeString:
        """LIVE, TESTNET or SANDBOX."""
        return environment_badge(account.environment)

    @admin.display(description=_("exchange"), ordering="venue")
    def venue_label(self, account: Account) -> str:
        """The exchange's own spelling."""
        venue = VENUES.get(account.venue)
        return account.venue if venue is None else venue.label

    @admin.display(description=_("requests"))
    def breaker_label(self, account: Any) -> SafeString | str:
        """Whether its exchange is asked at all, by type of market; each leads to the reason."""
        labels = [self._breaker_link(row) for row in account.open_breakers]
        if account.is_exchange_paused:
            paused = link(reverse("admin:accounts_breaker_changelist"), exchange_paused_badge())
            labels.append(paused)
        return format_html_join(" ", "{}", ((label,) for label in labels)) or EMPTY

    @admin.display(description=_("reason"))
    def breaker_reason(self, account: Any) -> str:
        """What the exchange said when requests were stopped."""
        return " ".join(row.message or row.get_reason_display() for row in account.open_breakers)

    def _breaker_link(self, breaker: Breaker) -> SafeString:
        label = breaker_badge(breaker, now=timezone.now())
        return link(reverse("admin:accounts_breaker_change", args=[breaker.pk]), label)

    @admin.display(description=_("connection"), ordering="health")
    def health_label(self, account: Account) -> SafeString:
        """What the last connection check found."""
        return health_badge(account)

    @admin.display(description=_("trading"))
    def trading_label(self, account: Account) -> SafeString:
        """The state of its own switch; its page says what else applies."""
        return own_trading_badge(account)

    @admin.display(description=_("subscriptions"))
    def subscriptions_link(self, account: Any) -> SafeString:
        """How many strategies the account trades."""
        return list_link(
            "strategies_subscription", account.subscription_count, account__id__exact=account.pk
        )

    @admin.display(description=_("orders"))
    def orders_link(self, account: Account) -> SafeString:
        """The account's orders."""
        return list_link("orders_order", _("orders"), account__id__exact=account.pk)


def _pauses_of_the_exchange() -> QuerySet[Breaker]:
    """Those of whole markets of the outer account's exchange."""
    return Breaker.objects.filter(
        rows.pausing(now=timezone.now()),
        account=None,
        venue=OuterRef("venue"),
        environment=OuterRef("environment"),
    )
