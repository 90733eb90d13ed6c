"""Stop and resume trading by hand: a page with the switches, and a form that asks back.

Switching is a POST with a key of its own, so that a double click is one run.
"""

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget

from accounts.badges import trading_badge
from orders.admin.trading_forms import ThrowForm, target_choices
from orders.trading.preview import Concerned, concerned
from orders.trading.runs import begin
from strategies.models import TradingRun, TradingSwitch
from strategies.restraints import STRICTEST_FIRST, restraints_among
from strategies.switching import NotSwitched, Target, may_switch, target_of
from strategies.trading_states import Scope, TradingState
from strategies.visibility import visible_runs, visible_switches
from tradeplatform.lib.admin_columns import person
from tradeplatform.lib.admin_scope import HistoryAdmin, HistoryInline, sees_all

_VERBS = {
    TradingState.ACTIVE: (_("Resume"), "bg-green-600"),
    TradingState.REDUCING: (_("Only reduce"), "bg-orange-500"),
    TradingState.HALTED: (_("Halt"), "bg-red-600"),
}
# The list below them has the rest.
_MOST_TOLD = 10
_PERSON = person("person", title=_("by"))


class TradingRunInline(HistoryInline):
    """The switch's history."""

    model = TradingRun
    fields = ["requested_at", "state", "action", _PERSON, "reason", "blocked_at", "ended_at"]
    readonly_fields = fields
    hide_title = True
    show_change_link = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[TradingRun]:
        rows: QuerySet[TradingRun] = super().get_queryset(request).select_related("person")
        return rows if sees_all(request) else rows.filter(visible_runs(request.user.pk or 0))


@admin.register(TradingSwitch)
class TradingSwitchAdmin(HistoryAdmin):
    """Where trading stands, and the way to stop and resume it."""

    list_display = ["__str__", "state_label", "changed_at", _PERSON, "reason"]
    list_select_related = ["user", "account", "strategy", "person"]
    list_before_template = "admin/trading/switches.html"
    ordering = [STRICTEST_FIRST, "-changed_at"]
    empty_hint = _("Nothing was ever stopped: everything is ACTIVE.")
    fields = ["state_label", "changed_at", _PERSON, "reason"]
    readonly_fields = fields
    inlines = [TradingRunInline]

    def own_rows(self, rows: QuerySet[Any], user_id: int) -> QuerySet[Any]:
        return rows.filter(visible_switches(user_id))

    def has_throw_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The admin's forms never change a switch, so the permission is free for this."""
        return request.user.has_perm("strategies.change_tradingswitch")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.throw)
        urls: list[URLPattern] = super().get_urls()
        return [path("throw/", view, name="strategies_tradingswitch_throw"), *urls]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        user = cast(User, request.user)
        own = Target(Scope.EVERYTHING) if sees_all(request) else Target(Scope.USER, user.pk)
        select = UnfoldAdminSelectWidget(choices=target_choices(user))
        at_own = TradingSwitch.objects.filter(**own.columns).first()
        context = {
            "title": _("Stop and resume"),
            "own_title": _switch_at(own),
            "own_state": TradingState.ACTIVE if at_own is None else at_own.state,
            "restraints": restraints_among(self.get_queryset(request), most=_MOST_TOLD),
            "may_throw": self.has_throw_permission(request),
            "target_field": select.render("target", own.word, {"id": "id_target"}),
        }
        answer: HttpResponse = super().changelist_view(
            request, {**(extra_context or {}), **context}
        )
        return answer

    @admin.display(description=_("state"))
    def state_label(self, switch: TradingSwitch) -> SafeString:
        """ACTIVE, REDUCING or HALTED."""
        return trading_badge(switch.state)

    def throw(self, request: HttpRequest) -> HttpResponse:
        """With GET asks back, with POST switches and leads to what becomes of it."""
        target, state = _asked(request)
        user = cast(User, request.user)
        if not (self.has_throw_permission(request) and may_switch(user, target)):
            raise PermissionDenied
        _switch_at(target)  # what does not exist is not found, whatever is sent
        form = ThrowForm(request.POST if request.method == "POST" else None, state=state)
        if form.is_valid():
            try:
                run = begin(form.wish(target, state), person=user, now=timezone.now())
            except NotSwitched as refusal:
                form.add_error(None, str(refusal))
            else:
                page = reverse("admin:strategies_tradingrun_change", args=[run.pk])
                return HttpResponseRedirect(page)
        return self._asking_back(request, form, target, state)

    def _asking_back(
        self, request: HttpRequest, form: forms.Form, target: Target, state: TradingState
    ) -> HttpResponse:
        verb, colour = _VERBS[state]
        context = {
            **self.admin_site.each_context(request),
            "title": _("Stop and resume"),
            "opts": self.model._meta,
            "form": form,
            "question": f"{_switch_at(target)}: {state}?",
            "concerned": _concerned_text(concerned(target, person=cast(User, request.user))),
            "verb": verb,
            "colour": colour,
        }
        return TemplateResponse(request, "admin/trading/throw.html", context)


def _asked(request: HttpRequest) -> tuple[Target, TradingState]:
    try:
        return target_of(request.GET.get("target", "")), TradingState(request.GET.get("state", ""))
    except ValueError as error:
        raise Http404 from error


def _switch_at(target: Target) -> str:
    """The target's switch in words, whether it has a row or not; raises Http404 without target."""
    try:
        return str(TradingSwitch(**target.columns))
    except ObjectDoesNotExist as error:
        raise Http404 from error


def _concerned_text(found: Concerned) -> Any:
    return _(
        "Now: %(orders)s open orders, and %(positions)s positions that may be closed from here, "
        "on %(accounts)s accounts (%(live)s with real money)."
    ) % {
        "orders": found.orders,
        "positions": found.positions,
        "accounts": found.accounts,
        "live": found.live_accounts,
    }
