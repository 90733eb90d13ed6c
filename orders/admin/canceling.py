"""Acting on orders by hand: cancels are asked for here and done by the workers; marks are cleared,
and what an exchange has forgotten is written off.

All are confirmed by a POST first.
"""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import action

from accounts.badges import environment_badge
from orders.absence import given_up
from orders.attention import clear_attention
from orders.badges import price_text, status_badge
from orders.cancellation import request_cancels
from orders.models import Order
from orders.transitions import CLOSED, OPEN
from orders.writing_off import write_off
from tradeplatform.lib.admin_scope import HistoryAdmin
from tradeplatform.lib.decimals import plain

_HEADERS = [
    _("order"),
    _("leaves"),
    _("price"),
    _("account"),
    _("environment"),
    _("strategy"),
    _("state"),
]


class CancelingAdmin(HistoryAdmin):
    """An order page with the right to act on orders, which is the right to change them."""

    actions = ["cancel_selected", "clear_attention_of_selected"]
    actions_detail = ["cancel_order", "clear_attention_of_order", "write_off_order"]

    def has_cancel_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The admin's forms never change an order, so the permission is free for this."""
        return request.user.has_perm("orders.change_order")

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> Any:
        order = self.get_object(request, object_id)
        if order is None:
            return []
        useless = {
            "cancel_order": order.status in CLOSED,
            "clear_attention_of_order": not order.needs_attention,
            "write_off_order": not Order.objects.filter(given_up(), pk=order.pk).exists(),
        }
        buttons = super().get_actions_detail(request, object_id)
        return [button for button in buttons if not useless[button.path]]

    @admin.action(description=_("Cancel selected orders"), permissions=["cancel"])
    def cancel_selected(
        self, request: HttpRequest, queryset: QuerySet[Order]
    ) -> HttpResponse | None:
        """First show what would be canceled; then, once confirmed, ask for it."""
        if "confirmed" in request.POST:  # also of what was replaced since it was shown
            self._cancel(request, list(queryset.values_list("pk", flat=True)[: self.most_at_once]))
            return None
        open_orders = queryset.filter(status__in=sorted(OPEN)).select_related(
            "account", "subscription__strategy"
        )
        orders = list(open_orders[: self.most_at_once])
        if not orders:
            self.message_user(request, _("None of these orders is open."), messages.WARNING)
            return None
        return self._confirmation(request, orders)

    @action(  # type: ignore[untyped-decorator]  # Unfold ships no types
        description=_("Cancel order"),
        icon="cancel",
        permissions=["cancel"],
        dialog={
            "title": _("Cancel this order?"),
            "description": _("What is already filled stays filled."),
            "form_submit_text": _("Cancel the order"),
        },
    )
    def cancel_order(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        """Ask for the cancel of one order; somebody else's order is not found."""
        order = self.own_row(request, object_id)
        self._cancel(request, [order.pk])
        return self._back_to(order)

    @admin.action(description=_("Mark selected orders as looked at"), permissions=["cancel"])
    def clear_attention_of_selected(self, request: HttpRequest, queryset: QuerySet[Order]) -> None:
        """Take the mark "needs you" from the orders that bear it."""
        ids = queryset.filter(needs_attention=True).values_list("pk", flat=True)
        self._clear_attention(request, list(ids[: self.most_at_once]))

    @action(  # type: ignore[untyped-decorator]  # Unfold ships no types
        description=_("Mark as looked at"),
        icon="done",
        permissions=["cancel"],
        dialog={
            "title": _("Mark this order as looked at?"),
            "description": _("Its history keeps the reason. Nothing is sent to the exchange."),
            "form_submit_text": _("Mark as looked at"),
        },
    )
    def clear_attention_of_order(
        self, request: HttpRequest, form: Any, object_id: str
    ) -> HttpResponse:
        """Take the mark "needs you" from one order; somebody else's order is not found."""
        order = self.own_row(request, object_id)
        self._clear_attention(request, [order.pk])
        return self._back_to(order)

    @action(  # type: ignore[untyped-decorator]  # Unfold ships no types
        description=_("Write off"),
        icon="heart_broken",
        permissions=["cancel"],
        dialog={
            "title": _("Write this order off?"),
            "description": _(
                "Do this after you have looked at the exchange: the order is not open there. It "
                "ends here as canceled with the fills that are booked, and nothing is sent. What "
                "the account holds beyond them is then shown under Remainders."
            ),
            "form_submit_text": _("Write it off"),
        },
    )
    def write_off_order(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        """End an order that its exchange tells nothing of; somebody else's order is not found."""
        order = self.own_row(request, object_id)
        person = request.user.get_username()
        if write_off(order_ids=[order.pk], person=person, now=timezone.now()):
            self.message_user(request, _("The order is written off."), messages.SUCCESS)
        else:
            self.message_user(request, _("The exchange has told of it again."), messages.WARNING)
        return self._back_to(order)

    def _clear_attention(self, request: HttpRequest, order_ids: Sequence[int]) -> None:
        cleared = clear_attention(
            order_ids=order_ids, person=request.user.get_username(), now=timezone.now()
        )
        text = ngettext(
            "%d order is marked as looked at.", "%d orders are marked as looked at.", cleared
        )
        self.message_user(request, text % cleared, messages.SUCCESS)

    def _back_to(self, order: Order) -> HttpResponse:
        # Not to the page of an open order: it may have ended by the time that page is asked for.
        page = reverse("admin:orders_order_change", args=[order.pk])
        return HttpResponse(headers={"HX-Redirect": page})

    def _confirmation(self, request: HttpRequest, orders: Sequence[Order]) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": _("Cancel orders"),
            "opts": self.model._meta,
            "action": "cancel_selected",
            "selected": orders,
            "table": {"headers": _HEADERS, "rows": [_row(order) for order in orders]},
            "most_at_once": self.most_at_once,
            "action_checkbox_name": helpers.ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/orders/cancel_confirmation.html", context)

    def _cancel(self, request: HttpRequest, order_ids: Sequence[int]) -> None:
        asked = request_cancels(
            order_ids=order_ids,
            reason=f"canceled by {request.user.get_username()} in the admin",
            now=timezone.now(),
        )
        if not asked:
            self.message_user(request, _("None of these orders is open."), messages.WARNING)
            return
        text = ngettext(
            "%d order is being canceled. Its state tells when the exchange has done it.",
            "%d orders are being canceled. Their state tells when the exchange has done it.",
            len(asked),
        )
        self.message_user(request, text % len(asked), messages.SUCCESS)


def _row(order: Order) -> list[Any]:
    return [
        f"{order.side} {order.symbol} {order.order_type}",
        plain(order.leaves_quantity),
        price_text(order),
        order.account,
        environment_badge(order.account.environment),
        order.subscription.strategy,
        status_badge(order.status),
    ]
