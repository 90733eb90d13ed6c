"""What accounts hold beyond their strategies' positions, and a person's word about it."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action

from accounts.badges import environment_badge
from orders.admin.remainder_forms import AdoptionForm, CorrectionForm
from orders.models import Remainder
from orders.remainders.adopting import adopt
from orders.remainders.correcting import NotCorrected, candidates, correct_position
from tradeplatform.lib.admin_columns import EMPTY, amount, badge
from tradeplatform.lib.admin_scope import HistoryAdmin, OwnRelatedFilter
from tradeplatform.lib.decimals import plain

_HEADERS = [_("account"), _("environment"), _("coin or contract"), _("was"), _("would be")]
_EXPLANATION = _(
    "What the exchange says the account holds, less the positions of its strategies, is the "
    "remainder. It should be what the account's owner has in it besides. When it is not, for two "
    "looks at least half a minute apart, that is drift: orders that open a position in this coin "
    "or contract are refused until somebody settles it. Settle it with a button above. Adopt: the "
    "difference is the owner's own, a deposit, a withdrawal or a trade of own coins. Correct a "
    "position: a strategy's position was closed by hand, liquidated or otherwise reduced at the "
    "exchange. Neither trades anything."
)


@admin.register(Remainder)
class RemainderAdmin(HistoryAdmin):
    """One row per account and coin or contract that its strategies trade."""

    list_display = [
        "account",
        "environment",
        "market_type",
        "coin_or_contract",
        amount("held", title=_("held")),
        amount("of_strategies", title=_("of strategies")),
        amount("found", title=_("remainder")),
        amount("accepted", title=_("owner's own")),
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
    readonly_fields = [*list_display, "difference", "differs_since"]
    fieldsets = [(None, {"description": _EXPLANATION, "fields": readonly_fields})]
    actions = ["adopt_selected"]
    actions_detail = ["adopt_remainder", "correct_remainder"]

    def own_rows(self, rows: QuerySet[Any], user_id: int) -> QuerySet[Any]:
        # Only the account's owner: what else it holds is no business of a strategy's owner.
        return rows.filter(account__owner_id=user_id)

    def has_adopt_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The admin's forms never change a remainder, so the permission is free for this."""
        return request.user.has_perm("orders.change_remainder")

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> Any:
        remainder = self.get_object(request, object_id)
        if remainder is None:
            return []
        useless = {
            "adopt_remainder": remainder.differs_since is None or remainder.is_missing,
            "correct_remainder": not candidates(remainder),
        }
        buttons = super().get_actions_detail(request, object_id)
        return [button for button in buttons if not useless[button.path]]

    @admin.display(description=_("coin or contract"))
    def coin_or_contract(self, remainder: Remainder) -> str:
        """What is compared: a coin on spot, over all its markets, a contract elsewhere."""
        return remainder.key

    @admin.display(description=_("difference"))
    def difference(self, remainder: Remainder) -> str:
        """How much more, or less, the account holds than is explained."""
        found, own = remainder.found, remainder.accepted
        return EMPTY if remainder.differs_since is None else plain(found - own)

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
        remainders = [row for row in differing[: self.most_at_once] if not row.is_missing]
        if not remainders:
            text = _(
                "There is nothing to adopt here. Where coins of strategies are missing, open the "
                "row and correct the position."
            )
            self.message_user(request, text, messages.WARNING)
            return None
        if "confirmed" not in request.POST:
            return self._confirmation(request, remainders)
        shown = {row.pk: request.POST.get(f"found_{row.pk}", "") for row in remainders}
        self._adopt(request, shown)
        return None

    @action(  # type: ignore[untyped-decorator]  # Unfold ships no types
        description=_("Adopt: it is the owner's own"),
        icon="handshake",
        permissions=["adopt"],
        dialog={
            "title": _("Is the difference the owner's own?"),
            "description": _(
                "The remainder that was found is accepted from now on, the strategies' positions "
                "stay as they are, and orders that open a position are taken again. Nothing is "
                "traded."
            ),
            "form_class": AdoptionForm,
            "form_submit_text": _("Adopt"),
        },
    )
    def adopt_remainder(
        self, request: HttpRequest, form: AdoptionForm, object_id: str
    ) -> HttpResponse:
        """Adopt one remainder; somebody else's is not found."""
        remainder = self.own_row(request, object_id)
        self._adopt(request, {remainder.pk: form.cleaned_data["found"]})
        return _back_to(remainder)

    @action(  # type: ignore[untyped-decorator]  # Unfold ships no types
        description=_("Correct a position"),
        icon="rule",
        permissions=["adopt"],
        dialog={
            "title": _("Was it a strategy's position?"),
            "description": _(
                "It was closed by hand, liquidated or otherwise reduced at the exchange. Its "
                "quantity is corrected here; that is no fill and books no profit, and the average "
                "entry price of what stays is kept. Nothing is traded. It cannot be undone."
            ),
            "form_class": CorrectionForm,
            "form_submit_text": _("Correct the position"),
        },
    )
    def correct_remainder(
        self, request: HttpRequest, form: CorrectionForm, object_id: str
    ) -> HttpResponse:
        """Correct one position of the remainder's account; somebody else's is not found."""
        remainder = self.own_row(request, object_id)
        person = cast(AbstractBaseUser, request.user)
        try:
            correct_position(form.wish(remainder), person=person, now=timezone.now())
        except NotCorrected as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
        else:
            self.message_user(request, _("The position is corrected."), messages.SUCCESS)
        return _back_to(remainder)

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

    def _adopt(self, request: HttpRequest, shown: Mapping[int, str]) -> None:
        """`shown` are the remainders that the person saw."""
        person = cast(AbstractBaseUser, request.user)
        adopted = adopt(shown=shown, person=person, now=timezone.now())
        if adopted:
            text = ngettext("%d remainder is adopted.", "%d remainders are adopted.", adopted)
            self.message_user(request, text % adopted, messages.SUCCESS)
        if adopted < len(shown):
            changed = _("What was found has changed since you were asked. Look again.")
            self.message_user(request, changed, messages.WARNING)


def _back_to(remainder: Remainder) -> HttpResponse:
    page = reverse("admin:orders_remainder_change", args=[remainder.pk])
    return HttpResponse(headers={"HX-Redirect": page})


def _row(remainder: Remainder) -> list[Any]:
    return [
        remainder.account,
        environment_badge(remainder.account.environment),
        remainder.key,
        plain(remainder.accepted),
        plain(remainder.found),
    ]
