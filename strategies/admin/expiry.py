"""A strategy's rules for orders that do not fill, edited on the strategy's page."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import StackedInline
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from accounts.exchange.types import OrderType
from strategies.admin.durations import DurationInput
from strategies.expiry_wording import rule_sentence
from strategies.models import BookSide, ExpiryAction, ExpiryRule
from tradeplatform.lib.admin_columns import EMPTY
from tradeplatform.lib.admin_scope import OwnRowsAdmin

RULE_FIELDS = (
    "rank",
    "is_active",
    "action",
    "side",
    "order_type",
    "purpose",
    "after_seconds",
    "drift_percent",
    "is_kept_between_levels",
    "book_side",
    "level_from",
    "level_to",
    "max_replacements",
    "max_slippage_percent",
)


class ExpiryRuleForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    """A rule that could never act, or not as its owner thinks, is refused with the reason."""

    after_seconds = DurationInput(
        label=_("After"),
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Acts when the order was sent this long ago: 10 s, 30 min, 3 h, 1 d."),
    )
    book_side = forms.ChoiceField(
        label=_("Levels of"),
        choices=[
            (BookSide.OWN.value, _("the order's own side: asks for a sale, bids for a buy")),
            (BookSide.OPPOSITE.value, _("the other side: bids for a sale, asks for a buy")),
        ],
        widget=UnfoldAdminSelectWidget,
        help_text=_("Whose prices in the order book the levels count, from the best one on."),
    )

    class Meta:
        model = ExpiryRule
        fields = RULE_FIELDS
        labels: ClassVar[dict[str, Any]] = {
            "is_kept_between_levels": _("Act when the limit price leaves these levels"),
            "level_from": _("First level"),
            "level_to": _("Last level"),
        }
        help_texts: ClassVar[dict[str, Any]] = {
            "is_kept_between_levels": _(
                "As soon as its limit price is not between the prices of the first and the last "
                "level."
            ),
            "level_from": _("1 is the best price."),
            "level_to": _("REPRICE goes to their middle."),
            "action": _("What is done then."),
        }

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        self._clean_condition(cleaned)
        self._check_type(cleaned)
        self._check_levels(cleaned)
        return cleaned

    def _clean_condition(self, cleaned: dict[str, Any]) -> None:
        """KEEP without a condition means always; everything else says when it acts."""
        has_time = cleaned.get("after_seconds") is not None
        has_price = cleaned.get("drift_percent") is not None
        if has_time or has_price or cleaned.get("is_kept_between_levels"):
            return
        if cleaned.get("action") == ExpiryAction.KEEP:
            cleaned["after_seconds"] = 0
        elif not {"after_seconds", "drift_percent"} & set(self.errors):
            self.add_error(
                "after_seconds",
                _(
                    "Say when the rule acts: after a time, at a price distance, or when the limit "
                    "price is no longer between its levels."
                ),
            )

    def _check_type(self, cleaned: dict[str, Any]) -> None:
        order_type = cleaned.get("order_type")
        if order_type == OrderType.MARKET:
            self.add_error("order_type", _("Market orders do not wait; no rule acts on them."))
        is_stop = order_type in (OrderType.STOP_LIMIT, OrderType.STOP_MARKET)
        if is_stop and cleaned.get("action") == ExpiryAction.REPRICE:
            self.add_error("order_type", _("REPRICE is for limit orders; a stop has its trigger."))
        looks_at_price = cleaned.get("drift_percent") or cleaned.get("is_kept_between_levels")
        if order_type == OrderType.STOP_MARKET and looks_at_price:
            self.add_error(
                "order_type", _("A stop-market order has no limit price; give the rule a time.")
            )

    def _check_levels(self, cleaned: dict[str, Any]) -> None:
        first, last = cleaned.get("level_from"), cleaned.get("level_to")
        if first and last and last < first:
            self.add_error("level_to", _("The last level is not before the first one."))
        if cleaned.get("action") == ExpiryAction.REPRICE and cleaned.get("max_replacements") == 0:
            self.add_error("max_replacements", _("REPRICE needs at least one replacement."))


class ExpiryRuleInline(StackedInline):  # type: ignore[misc]  # Unfold ships no types
    """The rules, by rank. They belong to the strategy: whoever may change it may change them."""

    model = ExpiryRule
    form = ExpiryRuleForm
    template_after = "admin/strategies/expiry_preview_button.html"
    extra = 0
    ordering = ["rank", "id"]
    verbose_name_plural = _("rules for orders that do not fill")
    formfield_overrides = OwnRowsAdmin.formfield_overrides
    readonly_fields = ["sentence"]
    # Inputs stand side by side only where their help is equally long: else they do not align.
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "sentence",
                    "is_active",
                    ("rank", "action"),
                    ("side", "order_type"),
                    "purpose",
                    "after_seconds",
                    "drift_percent",
                    "book_side",
                    ("level_from", "level_to"),
                    "is_kept_between_levels",
                    "max_replacements",
                    "max_slippage_percent",
                ]
            },
        )
    ]

    @admin.display(description=_("in words"))
    def sentence(self, rule: ExpiryRule) -> str:
        """The rule as it was last saved."""
        return rule_sentence(rule) if rule.pk else EMPTY

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("strategies.view_strategy")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("strategies.change_strategy")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("strategies.change_strategy")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("strategies.change_strategy")
