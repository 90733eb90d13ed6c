"""What accounts hold beyond their strategies' positions, and a person's word about it."""

from collections.abc import Sequence
from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from accounts.badges import environment_badge
from orders.models import Remainder
from orders.remainders.adopting import adopt
from tradeplatform.lib.admin_columns import EMPTY, amount, badge
from tradeplatform.lib.admin_scope import HistoryAdmin, OwnRelatedFilter
from tradeplatform.lib.decimals import plain

_HEADERS = [_("account"), _("environment"), _("coin or contract"), _("was"), _("would be")]


@admin.register(Remainder)
class RemainderAdmin(HistoryAdmin):
    """One row per account and coin or contract that its strategies trade."""

    list_display = [
        "account",
        "environment",
        "market_type",
        "key",
        amount("held", title=_("held")),
        amount("of_strategies", title=_("of strategies")),
        amount("found", title=_("remainder")),
        amount("accepted", title=_("accepted")),
        "state",
        "checked_at",
    ]
    list_filter = [
        ("drifted_at", admin.EmptyFieldListFilter),
        ("account", OwnRelatedFilter),
        ("market_type", ChoicesDropdownFilter),
    ]
    list_select_related = ["account"]
    search_fields = ["key"]
    empty_hint = _("Nothing has been compared yet: the first position is, within a minute or two.")
    fields = [*list_display, "differs_since"]
    readonly_fields = fields
    actions = ["adopt_selected"]

    def own_rows(self, rows: QuerySet[Any], user_id: int) -> QuerySet[Any]:
        # Only the account's owner: what else it holds is no business of a strategy's owner.
        return rows.filter(account__owner_id=user_id)

    def has_adopt_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The admin's forms never change a remainder, so the permission is free for this."""
        return request.user.has_perm("orders.change_remainder")

    @admin.display(description=_("environment"))
    def environment(self, remainder: Remainder) -> SafeString:
        """The account's environment."""
        return environment_badge(remainder.account.environment)

    @admin.display(description=_("drift since"))
    def state(self, remainder: Remainder) -> SafeString | str:
        """Since when the account holds something else than is accepted."""
        if remainder.drifted_at is not None:
            since = timezone.localtime(remainder.drifted_at)
            return format_html("{} {}", badge(_("Drift"), "alarm"), f"{since:%Y-%m-%d %H:%M}")
        return EMPTY if remainder.differs_since is None else badge(_("Differs once"), "warning")

    @admin.action(description=_("Adopt"), permissions=["adopt"])
    def adopt_selected(
        self, request: HttpRequest, queryset: QuerySet[Remainder]
    ) -> HttpResponse | None:
        """First show what would be accepted as the owner's own; then, once confirmed, accept it."""
        differing = queryset.filter(differs_since__isnull=False).select_related("account")
        remainders = list(differing[: self.most_at_once])
        if not remainders:
            text = _("None of these differs from what is accepted.")
            self.message_user(request, text, messages.WARNING)
            return None
        if "confirmed" not in request.POST:
            return self._confirmation(request, remainders)
        self._adopt(request, [remainder.pk for remainder in remainders])
        return None

    def _confirmation(self, request: HttpRequest, remainders: Sequence[Remainder]) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": _("Adopt remainders"),
            "opts": self.model._meta,
            "action": "adopt_selected",
            "selected": remainders,
            "shown": [(f"found_{row.pk}", plain(row.found)) for row in remainders],
            "table": {"headers": _HEADERS, "rows": [_row(remainder) for remainder in remainders]},
            "most_at_once": self.most_at_once,
            "action_checkbox_name": helpers.ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/orders/adopt_confirmation.html", context)

    def _adopt(self, request: HttpRequest, remainder_ids: Sequence[int]) -> None:
        adopted = adopt(
            shown={pk: request.POST.get(f"found_{pk}", "") for pk in remainder_ids},
            person=cast(AbstractBaseUser, request.user),
            now=timezone.now(),
        )
        if adopted:
            text = ngettext("%d remainder is adopted.", "%d remainders are adopted.", adopted)
            self.message_user(request, text % adopted, messages.SUCCESS)
        if adopted < len(remainder_ids):
            changed = _("What was found has changed since you were asked. Look again.")
            self.message_user(request, changed, messages.WARNING)


def _row(remainder: Remainder) -> list[Any]:
    return [
        remainder.account,
        environment_badge(remainder.account.environment),
        remainder.key,
        plain(remainder.accepted),
        plain(remainder.found),
    ]
