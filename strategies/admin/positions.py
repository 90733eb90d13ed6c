"""What strategies hold and what came of it: written by the platform, read here."""

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from django.utils.translation import gettext_lazy as _

from accounts.badges import environment_badge
from accounts.exchange.types import MarketType
from strategies.models import MarkPrice, Position, PositionCorrection
from strategies.positions import standing_of, unrealized_profit
from strategies.visibility import visible_subscription_ids
from tradeplatform.lib.admin_columns import EMPTY, amount, badge, person
from tradeplatform.lib.admin_scope import HistoryAdmin, HistoryInline, OwnRelatedFilter
from tradeplatform.lib.decimals import ZERO, plain, rounded

# Averages and what is computed from them have no end.
_DIGITS = 10
_PERSON = person("person", title=_("person"))
# Prices are read every 30 seconds.
_FRESH = timedelta(minutes=2)


class HoldingFilter(admin.SimpleListFilter):
    """Positions that are held, unless the flat ones are asked for as well."""

    title = _("holding")
    parameter_name = "holding"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("flat", _("Flat"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        is_flat = self.value() == "flat"
        return queryset.filter(quantity=0) if is_flat else queryset.exclude(quantity=0)

    def choices(self, changelist: Any) -> Any:
        everything, *others = super().choices(changelist)
        return [{**everything, "display": _("Held")}, *others]


class CorrectionInline(HistoryInline):
    """What persons said is gone from the position: no fills, no profit."""

    model = PositionCorrection
    fields = ["corrected_at", amount("quantity", title=_("quantity")), _PERSON, "reason"]
    readonly_fields = fields
    verbose_name_plural = _("corrections")
    hide_title = True


@admin.register(Position)
class PositionAdmin(HistoryAdmin):
    """What each subscription holds, from its own fills and corrections."""

    list_display = [
        "symbol",
        "quantity_label",
        amount("average_entry_price", title=_("entry price"), digits=_DIGITS),
        "mark",
        "unrealized",
        amount("realized_profit", title=_("realized profit"), digits=_DIGITS),
        "fees_paid",
        "holder",
    ]
    list_filter = [
        HoldingFilter,
        ("subscription__strategy", OwnRelatedFilter),
        ("subscription__account", OwnRelatedFilter),
    ]
    list_select_related = ["subscription__strategy", "subscription__account"]
    search_fields = ["symbol"]
    empty_hint = _("Nothing is held. Flat positions are behind the filter.")
    fields = [*list_display, "updated_at"]
    readonly_fields = fields
    inlines = [CorrectionInline]

    def own_rows(self, rows: QuerySet[Any], user_id: int) -> QuerySet[Any]:
        return rows.filter(subscription_id__in=visible_subscription_ids(user_id))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        marks = MarkPrice.objects.filter(
            venue=OuterRef("subscription__account__venue"),
            environment=OuterRef("subscription__account__environment"),
            market_type=OuterRef("subscription__strategy__market_type"),
            symbol=OuterRef("symbol"),
        )
        rows: QuerySet[Any] = super().get_queryset(request)
        marked: QuerySet[Any] = rows.annotate(
            mark_price=Subquery(marks.values("price")), marked_at=Subquery(marks.values("read_at"))
        )
        return marked

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        # The list of subscriptions links here; subscriptions are no filter to choose from.
        linked = "subscription__id__exact"
        return lookup == linked or bool(super().lookup_allowed(lookup, value, request))

    @admin.display(description=_("quantity"))
    def quantity_label(self, position: Position) -> SafeString | str:
        """The quantity; coins below zero were sold but not bought by the strategy."""
        text = plain(position.quantity)
        is_spot = position.subscription.strategy.market_type == MarketType.SPOT
        if not is_spot or position.quantity >= ZERO:
            return text
        return format_html("{} {}", text, badge(_("Sold more than it bought"), "warning"))

    @admin.display(description=_("mark price"))
    def mark(self, position: Any) -> SafeString | str:
        """The last price that was read, and how long ago unless that is fresh."""
        if position.mark_price is None or position.quantity == ZERO:
            return EMPTY
        price = plain(position.mark_price)
        if timezone.now() - position.marked_at < _FRESH:
            return price
        age = _("%(age)s old") % {"age": timesince(position.marked_at)}
        return format_html("{} {}", price, badge(age, "warning"))

    @admin.display(description=_("unrealized profit"))
    def unrealized(self, position: Any) -> str:
        """What closing at the mark price would bring, before fees."""
        if position.mark_price is None or position.quantity == ZERO:
            return EMPTY
        profit = unrealized_profit(standing_of(position), price=position.mark_price)
        return plain(rounded(profit, digits=_DIGITS))

    @admin.display(description=_("fees paid"))
    def fees_paid(self, position: Position) -> str:
        """Fees by currency, not contained in the profits."""
        paid = [f"{quantity} {currency}" for currency, quantity in position.fees.items()]
        return ", ".join(paid) or EMPTY

    @admin.display(description=_("subscription"))
    def holder(self, position: Position) -> SafeString:
        """Which strategy holds it on which account, and that account's environment."""
        environment = environment_badge(position.subscription.account.environment)
        return format_html("{} {}", position.subscription, environment)


@admin.register(MarkPrice)
class MarkPriceAdmin(HistoryAdmin):
    """The prices at which positions are shown; everybody's, as they are on the market."""

    list_display = [
        "symbol",
        "venue",
        "environment",
        "market_type",
        amount("price", title=_("price")),
        "read_at",
    ]
    search_fields = ["symbol"]
    ordering = ["symbol", "venue", "id"]
    empty_hint = _("Nothing is held: only the prices of what is held are read.")
    fields = list_display
    readonly_fields = fields

    def own_rows(self, rows: QuerySet[Any], user_id: int) -> QuerySet[Any]:
        return rows
