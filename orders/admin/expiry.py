"""Expiry rules seen from the orders: what they did to an order, and what they would do today."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.core.exceptions import NON_FIELD_ERRORS
from django.forms import BaseInlineFormSet, inlineformset_factory
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.formats import localize
from django.utils.translation import gettext_lazy as _

from orders.admin.canceling import CancelingAdmin
from orders.badges import price_text
from orders.expiry.previewing import RulePreview, Touched, preview
from orders.models import Expiry
from strategies.admin.expiry import RULE_FIELDS, ExpiryRuleForm
from strategies.expiry_wording import numbered_sentence
from strategies.models import ExpiryRule, Strategy
from tradeplatform.lib.admin_columns import EMPTY, row_link
from tradeplatform.lib.admin_scope import HistoryInline
from tradeplatform.lib.decimals import plain

_HEADERS = [_("order"), _("leaves"), _("price"), _("account"), _("sent"), _("its time comes")]
_RuleFormSet: Any = inlineformset_factory(
    Strategy, ExpiryRule, form=ExpiryRuleForm, fields=RULE_FIELDS
)


class ExpiryInline(HistoryInline):
    """What rules did to the order."""

    model = Expiry
    fields = ["started_at", "action", "rule_then", "settled_at"]
    readonly_fields = fields
    hide_title = True

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("orders.view_order")

    @admin.display(description=_("rule"))
    def rule_then(self, expiry: Expiry) -> str:
        """The rule as it stood when it acted."""
        return expiry.rule_text or EMPTY


class PreviewingAdmin(CancelingAdmin):
    """Order pages with a preview of rules that are not saved yet."""

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_expiry_preview"
        view = self.admin_site.admin_view(self.expiry_preview)
        urls: list[URLPattern] = super().get_urls()
        return [path("expiry-preview/<int:strategy_id>/", view, name=name), *urls]

    def expiry_preview(self, request: HttpRequest, strategy_id: int) -> HttpResponse:
        """The open orders that the rules of a posted strategy form would touch; saves nothing."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        strategy = self._strategy(request, strategy_id)
        formset = _RuleFormSet(request.POST, instance=strategy)
        rules = _posted_rules(formset) if formset.is_valid() else []
        now = timezone.now()
        context = {
            **self.admin_site.each_context(request),
            "title": _("What the rules of %s would touch") % strategy,
            "opts": self.model._meta,
            "errors": [error for form in formset.forms for error in _sentences(form)],
            "previews": [_section(each, now) for each in preview(strategy, rules, now=now)],
        }
        return TemplateResponse(request, "admin/orders/expiry_preview.html", context)

    def _strategy(self, request: HttpRequest, strategy_id: int) -> Strategy:
        """One that the user may change; another's is not found."""
        strategies = self.admin_site.get_model_admin(Strategy)
        strategy: Any = strategies.get_object(request, str(strategy_id))
        if strategy is None or not strategies.has_change_permission(request, strategy):
            raise Http404
        found: Strategy = strategy
        return found


def _posted_rules(formset: "BaseInlineFormSet[Any, Any, Any]") -> list[ExpiryRule]:
    """The active rules as they would be saved."""
    kept = [
        form.instance
        for form in formset.forms
        if not form.cleaned_data.get("DELETE") and (form.has_changed() or form.instance.pk)
    ]
    return [rule for rule in kept if rule.is_active]


def _sentences(form: Any) -> list[str]:
    """Its errors, each with the rule and the field to be mended."""
    rule = _("Rule %s") % (form["rank"].value() or "?")
    return [
        f"{rule}: {error}" if name == NON_FIELD_ERRORS else f"{rule}, {form[name].label}: {error}"
        for name, errors in form.errors.items()
        for error in errors
    ]


def _section(shown: RulePreview, now: datetime) -> dict[str, Any]:
    rows = [_row(touched, now) for touched in shown.touched]
    return {
        "sentence": numbered_sentence(shown.rule),
        "table": {"headers": _HEADERS, "rows": rows} if rows else None,
        "more": shown.more,
    }


def _row(touched: Touched, now: datetime) -> list[Any]:
    order = touched.order
    return [
        row_link(order, f"{order.side} {order.symbol} {order.order_type}"),
        plain(order.leaves_quantity),
        price_text(order),
        order.account,
        localize(timezone.localtime(order.submitted_at)) if order.submitted_at else EMPTY,
        _when(touched, now),
    ]


def _when(touched: Touched, now: datetime) -> Any:
    if touched.has_acted:
        return _("it has acted already")
    if touched.due_at is None:
        return _("depends on the price")
    if touched.due_at <= now:
        return _("now, unless an earlier rule keeps it") if touched.may_be_kept else _("now")
    at = localize(timezone.localtime(touched.due_at))
    return _("%s, or depends on the price") % at if touched.depends_on_price else at
