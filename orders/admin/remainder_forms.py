"""The dialogs in which a person says whose a difference is: the owner's or a strategy's."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.forms import BaseDialogForm
from unfold.widgets import (
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from orders.models import Remainder
from orders.remainders.correcting import Wish, candidates, reduction
from strategies.models import Position
from tradeplatform.lib.decimals import plain


class AdoptionForm(BaseDialogForm):  # type: ignore[misc]  # Unfold ships no types
    """Bears along which remainder the person saw: another one is not adopted by it."""

    found = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, request: HttpRequest, object_id: Any = None, **kwargs: Any) -> None:
        super().__init__(request, object_id, **kwargs)
        remainder = _visible(request, object_id)
        if remainder is not None:
            self.fields["found"].initial = plain(remainder.found)


class CorrectionForm(BaseDialogForm):  # type: ignore[misc]  # Unfold ships no types
    """Offers the positions that the remainder's difference explains."""

    position = forms.TypedChoiceField(
        label=_("Position that changed at the exchange"),
        coerce=int,
        widget=UnfoldAdminRadioSelectWidget,
    )
    quantity = forms.DecimalField(
        label=_("Quantity"),
        required=False,
        min_value=0,
        max_digits=36,
        decimal_places=18,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("Empty: as much as explains the difference, as proposed above."),
    )
    reason = forms.CharField(
        label=_("What happened"),
        max_length=300,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 2}),
        help_text=_("E.g. closed by hand at the exchange, liquidated. It is kept for good."),
    )
    # What the person sees; once it has changed, the form decides nothing any more.
    unexplained = forms.DecimalField(widget=forms.HiddenInput)

    def __init__(self, request: HttpRequest, object_id: Any = None, **kwargs: Any) -> None:
        super().__init__(request, object_id, **kwargs)
        remainder = _visible(request, object_id)
        if remainder is not None:
            self.fields["unexplained"].initial = plain(remainder.unexplained)
            offered = [(row.pk, _offer(row, remainder)) for row in candidates(remainder)]
            self.fields["position"].choices = offered
            self.fields["position"].initial = offered[0][0] if len(offered) == 1 else None

    def wish(self, remainder: Remainder) -> Wish:
        """What the valid form says."""
        return Wish(
            remainder_id=remainder.pk,
            position_id=self.cleaned_data["position"],
            unexplained=self.cleaned_data["unexplained"],
            quantity=self.cleaned_data["quantity"],
            reason=self.cleaned_data["reason"],
        )


def _visible(request: HttpRequest, object_id: Any) -> Remainder | None:
    """The dialog is shown before its action runs, so it minds itself whose rows it shows."""
    rows = admin.site.get_model_admin(Remainder).get_queryset(request)
    found: Remainder | None = rows.filter(pk=object_id).first()
    return found


def _offer(position: Position, remainder: Remainder) -> str:
    change = reduction(position.quantity, remainder.unexplained)
    return _("%(position)s: from %(held)s to %(rest)s") % {
        "position": position,
        "held": plain(position.quantity),
        "rest": plain(position.quantity + change),
    }
