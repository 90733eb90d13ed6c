"""Strategies and the accounts subscribed to them: edited by their owners."""

import json
from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.formats import localize
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action

from accounts.badges import environment_badge, own_trading_badge
from accounts.models import Account
from strategies.admin.expiry import ExpiryRuleInline
from strategies.default_rules import add_default_rules
from strategies.forms import StrategyForm, SubscriptionForm
from strategies.models import HookProgress, Strategy, Subscription
from strategies.visibility import (
    strategies_open_to,
    visible_subscriptions,
)
from tradeplatform.lib.admin_columns import amount, badge, list_link, row_link
from tradeplatform.lib.admin_scope import (
    OWNER,
    HistoryInline,
    OwnedAdmin,
    OwnRelatedFilter,
    OwnRowsAdmin,
    sees_all,
)

_CAPITAL = amount("capital", title=_("capital"))


class SubscriptionInline(HistoryInline):
    """The accounts that trade a strategy; each is changed on its own page."""

    model = Subscription
    fields = ["page", "environment", "is_active", _CAPITAL, "leverage", "max_symbols"]
    readonly_fields = fields
    hide_title = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Subscription]:
        rows: QuerySet[Subscription] = super().get_queryset(request)
        return rows.select_related("account", "strategy")

    @admin.display(description=_("account"))
    def page(self, subscription: Subscription) -> SafeString:
        """The account's name, leading to the subscription."""
        return row_link(subscription, subscription.account)

    @admin.display(description=_("environment"))
    def environment(self, subscription: Subscription) -> SafeString:
        """The account's environment."""
        return environment_badge(subscription.account.environment)


@admin.register(Strategy)
class StrategyAdmin(OwnedAdmin):
    """What alerts name."""

    form = StrategyForm
    list_display = [
        "name",
        "group_name",
        "market_type",
        "venue",
        "currency",
        "owner",
        "is_active",
        "trading_label",
        "audience",
        "subscriptions_link",
        "signals_link",
        "orders_link",
    ]
    list_filter = [("market_type", ChoicesDropdownFilter), "is_active", "is_public"]
    list_select_related = ["owner", "trading_switch"]
    change_form_outer_before_template = "admin/trading/state_of_row.html"
    ordering = ["name"]  # the count below hides the model's own
    search_fields = ["name", "group_name", "owner__username"]
    empty_hint = _("No strategies yet. Add one, subscribe an account to it, and post an alert.")
    fieldsets = [
        (None, {"fields": ["name", OWNER, "group_name", "is_active", "is_public"]}),
        (_("What it trades"), {"fields": ["market_type", "venue", "currency"]}),
        (_("Alerts"), {"fields": ["max_signal_age_seconds", "alert"]}),
        (_("Behavior"), {"fields": ["close_first", "cancel_on_start", "hooks", "hook_problem"]}),
    ]
    add_fieldsets = [
        (None, {"fields": ["name", "owner", "group_name", "is_active", "is_public"]}),
        fieldsets[1],
        (_("Alerts"), {"fields": ["max_signal_age_seconds"]}),
        (_("Behavior"), {"fields": ["close_first", "cancel_on_start", "hooks"]}),
    ]
    readonly_fields = [OWNER, "alert", "hook_problem"]
    inlines = [ExpiryRuleInline, SubscriptionInline]
    actions_detail = ["add_subscription"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = (
            super().get_queryset(request).annotate(subscription_count=Count("subscriptions"))
        )
        return rows

    def get_inlines(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        # A new strategy is given the default rules when it is saved.
        return [*self.inlines] if obj else [SubscriptionInline]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        # Subscriptions were checked against these.
        fixed = ["market_type", "venue"] if obj and obj.subscriptions.exists() else []
        # Its class is imported and run: what that may be is not for ordinary users to say.
        privileged = [] if sees_all(request) else ["hooks"]
        return [*super().get_readonly_fields(request, obj), *fixed, *privileged]

    def is_unused(self, row: Strategy) -> bool:
        return not (row.subscriptions.exists() or row.signals.exists())

    def save_model(self, request: HttpRequest, obj: Strategy, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if not change:
            add_default_rules(obj)
            hint = _("It starts with two rules for orders that do not fill; edit or delete them.")
            self.message_user(request, hint, messages.INFO)
        others = obj.subscriptions.exclude(account__owner=obj.owner_id).count()
        if "is_public" in form.changed_data and not obj.is_public and others:
            text = ngettext(
                "The strategy is private now: %d account of another user no longer trades it.",
                "The strategy is private now: %d accounts of other users no longer trade it.",
                others,
            )
            self.message_user(request, text % others, messages.WARNING)

    def has_subscribe_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the user may add subscriptions."""
        return request.user.has_perm("strategies.add_subscription")

    @action(  # type: ignore[untyped-decorator]  # Unfold ships no types
        description=_("Add subscription"), icon="add_link", permissions=["subscribe"]
    )
    def add_subscription(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """To the form of a new subscription, with this strategy chosen."""
        form = reverse("admin:strategies_subscription_add")
        return HttpResponseRedirect(f"{form}?{urlencode({'strategy': object_id})}")

    @admin.display(description=_("open to"), ordering="is_public")
    def audience(self, strategy: Strategy) -> SafeString:
        """Who may subscribe."""
        if strategy.is_public:
            return badge(_("Everybody"), "info")
        return badge(_("Owner"), "plain")

    @admin.display(description=_("last problem of the hooks"))
    def hook_problem(self, strategy: Strategy) -> str:
        """What went wrong in the strategy's own code, and when."""
        progress = HookProgress.objects.filter(strategy=strategy).first()
        if progress is None or progress.last_problem_at is None:
            return "–"
        at = localize(localtime(progress.last_problem_at))
        return f"{at}: {progress.last_problem} ({progress.problem_count})"

    @admin.display(description=_("alert to paste"))
    def alert(self, strategy: Strategy) -> SafeString:
        """A message for TradingView that this strategy understands, and where it goes."""
        message = {
            "group_name": strategy.group_name,
            "symbol": "{{ticker}}",
            "side": "{{strategy.order.action}}",
            "order_type": "MARKET",
            "qty_per": "{{strategy.order.alert_message}}",
            "alert_id": "{{strategy.order.id}}-{{timenow}}",
            "timenow": "{{timenow}}",
        }
        return format_html(
            "<pre>{}</pre><p>{}</p><p>{}</p>",
            json.dumps(message, indent=2, ensure_ascii=False),
            _(
                'Give each order of your Pine script its size as alert_message: "10" buys for '
                '10 % of the capital, "-100" closes all that this strategy holds. An alert that '
                "is not a script's has the number itself in qty_per."
            ),
            _(
                "Send it to /api/webhook/ followed by your token: rotating the token shows the "
                "whole address. The same alert_id twice is executed once."
            ),
        )

    @admin.display(description=_("trading"))
    def trading_label(self, strategy: Strategy) -> SafeString:
        """The state of its own switch; its page says what else applies."""
        return own_trading_badge(strategy)

    @admin.display(description=_("subscriptions"))
    def subscriptions_link(self, strategy: Any) -> SafeString:
        """How many accounts trade it."""
        count = strategy.subscription_count
        return list_link("strategies_subscription", count, strategy__id__exact=strategy.pk)

    @admin.display(description=_("signals"))
    def signals_link(self, strategy: Strategy) -> SafeString:
        """What its alerts asked for."""
        return list_link("strategies_signal", _("signals"), strategy__id__exact=strategy.pk)

    @admin.display(description=_("orders"))
    def orders_link(self, strategy: Strategy) -> SafeString:
        """What became of them."""
        filters = {"subscription__strategy__id__exact": strategy.pk}
        return list_link("orders_order", _("orders"), **filters)


@admin.register(Subscription)
class SubscriptionAdmin(OwnRowsAdmin):
    """Accounts that trade strategies. The account's owner decides; the strategy's owner sees."""

    form = SubscriptionForm
    list_display = [
        "__str__",
        "environment",
        "is_active",
        _CAPITAL,
        "leverage",
        "max_symbols",
        "positions_link",
        "orders_link",
    ]
    list_filter = [("strategy", OwnRelatedFilter), ("account", OwnRelatedFilter), "is_active"]
    list_select_related = ["strategy", "account"]
    search_fields = ["strategy__name", "strategy__group_name", "account__name"]
    empty_hint = _("No subscriptions yet. Add one: a strategy, an account and its capital.")
    fields = ["strategy", "account", "is_active", "capital", "leverage", "max_symbols"]

    def own_rows(self, rows: QuerySet[Any], user_id: int) -> QuerySet[Any]:
        return rows.filter(visible_subscriptions(user_id))

    def choices_of(self, field_name: str, user_id: int) -> QuerySet[Any]:
        if field_name == "strategy":
            return strategies_open_to(user_id)
        if field_name == "account":
            return Account.objects.filter(owner_id=user_id)
        return super().choices_of(field_name, user_id)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        # Orders and positions refer to the pair.
        return ["strategy", "account"] if obj else []

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return _decides(request, obj) and bool(super().has_change_permission(request, obj))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # Never in bulk: what has traded is switched off, not deleted.
        if obj is None or obj.orders.exists() or not _decides(request, obj):
            return False
        return bool(super().has_delete_permission(request, obj))

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        # No pen beside the choice: another user's public strategy has no page here.
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        for link in ("can_change_related", "can_view_related"):
            if field is not None and hasattr(field.widget, link):
                setattr(field.widget, link, False)
        return field

    @admin.display(description=_("environment"), ordering="account__environment")
    def environment(self, subscription: Subscription) -> SafeString:
        """The account's environment."""
        return environment_badge(subscription.account.environment)

    @admin.display(description=_("positions"))
    def positions_link(self, subscription: Subscription) -> SafeString:
        """What it holds."""
        return list_link(
            "strategies_position", _("positions"), subscription__id__exact=subscription.pk
        )

    @admin.display(description=_("orders"))
    def orders_link(self, subscription: Subscription) -> SafeString:
        """What it ordered."""
        return list_link("orders_order", _("orders"), subscription__id__exact=subscription.pk)


def _decides(request: HttpRequest, subscription: Subscription | None) -> bool:
    if subscription is None or sees_all(request):
        return True
    return subscription.account.owner_id == request.user.pk
