"""Trading runs in the admin: a page that follows each from its commit to its end, and the list."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.badges import trading_badge
from orders.trading.wording import seconds_text, steps_of
from strategies.models import TradingRun
from strategies.visibility import visible_runs
from tradeplatform.lib.admin_columns import person
from tradeplatform.lib.admin_scope import HistoryAdmin

_PERSON = person("person", title=_("by"))


@admin.register(TradingRun)
class TradingRunAdmin(HistoryAdmin):
    """Each time that somebody switched, and how far that has come."""

    list_display = [
        "requested_at",
        "switch",
        "state_label",
        "action",
        _PERSON,
        "reason",
        "blocked_after",
        "flat_after",
        "ended_at",
    ]
    list_select_related = ["switch__user", "switch__account", "switch__strategy", "person"]
    change_form_outer_before_template = "admin/trading/progress.html"
    empty_hint = _("Nobody has stopped trading yet.")
    fields = [*list_display, "cancels_asked", "in_flight"]
    readonly_fields = fields

    def own_rows(self, rows: QuerySet[Any], user_id: int) -> QuerySet[Any]:
        return rows.filter(visible_runs(user_id))

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        run = self.get_object(request, object_id)
        context = {**(extra_context or {}), "steps": [] if run is None else steps_of(run)}
        answer: HttpResponse = super().change_view(request, object_id, form_url, context)
        return answer

    @admin.display(description=_("state"))
    def state_label(self, run: TradingRun) -> SafeString:
        """ACTIVE, REDUCING or HALTED."""
        return trading_badge(run.state)

    @admin.display(description=_("obeyed after"))
    def blocked_after(self, run: TradingRun) -> str:
        """From the commit until every decision obeyed."""
        return seconds_text(run.time_to_blocked)

    @admin.display(description=_("flat after"))
    def flat_after(self, run: TradingRun) -> str:
        """From the commit until nothing that can be closed was held."""
        return seconds_text(run.time_to_flat)
