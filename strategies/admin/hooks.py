"""How strategies in code are doing: written by the platform, read here."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from strategies.models import HookProgress
from tradeplatform.lib.admin_scope import HistoryAdmin


@admin.register(HookProgress)
class HookProgressAdmin(HistoryAdmin):
    """One row per strategy with hooks, and the last thing that went wrong with them."""

    list_display = ["strategy", "hooks", "last_problem", "last_problem_at", "problem_count"]
    list_filter = [("last_problem_at", admin.EmptyFieldListFilter)]
    list_select_related = ["strategy"]
    search_fields = ["strategy__group_name", "hooks"]
    empty_hint = _("No strategy has hooks yet; a strategy's page names its class.")
    fields = list_display
    readonly_fields = fields

    def own_rows(self, rows: QuerySet[Any], user_id: int) -> QuerySet[Any]:
        return rows.filter(strategy__owner_id=user_id)
