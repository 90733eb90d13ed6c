"""Canceling orders by hand: asked for here, confirmed by a POST, done by the workers."""

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
from orders.badges import status_badge
from orders.cancellation import request_cancels
from orders.models import Order
from orders.transitions import CANCELABLE
from tradeplatform.lib.admin_scope import HistoryAdmin
from tradeplatform.lib.decimals import plain

# Django refuses forms with more than 1,000 fields, and nobody reads a longer list.
_MOST_AT_ONCE = 500
_HEADERS = [_("order"), _("leaves"), _("account"), _("environment"), _("strategy"), _("state")]


class CancelingAdmin(HistoryAdmin):
    """An order page with the right to ask for cancels, which is the right to change orders."""

    actions = ["cancel_selected"]
    actions_detail = ["cancel_order"]

    def has_cancel_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The admin's forms never change an order, so the permission is free for this."""
        return request.user.has_perm("orders.change_order")

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> Any:
        # No button on an order that has ended or is being canceled already.
        if not Order.objects.filter(pk=object_id, status__in=CANCELABLE).exists():
            return []
        return super().get_actions_detail(request, object_id)

    @admin.action(description=_("Cancel selected orders"), permissions=["cancel"])
    def cancel_selected(
        self, request: HttpRequest, queryset: QuerySet[Order]
    ) -> HttpResponse | None:
        """First show what would be canceled; then, once confirmed, ask for it."""
        open_orders = queryset.filter(status__in=CANCELABLE).select_related(
            "account", "subscription__strategy"
        )
        orders = list(open_orders[:_MOST_AT_ONCE])
        if not orders:
            self.message_user(request, _("None of these orders is open."), messages.WARNING)
            return None
        if "confirmed" not in request.POST:
            return self._confirmation(request, orders)
        self._cancel(request, [order.pk for order in orders])
        return None

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
        order = self.get_object(request, object_id)
        if order is None:
            return HttpResponse(status=404)
        self._cancel(request, [order.pk])
        opts = self.model._meta
        page = reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[order.pk])
        return HttpResponse(headers={"HX-Redirect": page})

    def _confirmation(self, request: HttpRequest, orders: Sequence[Order]) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": _("Cancel orders"),
            "opts": self.model._meta,
            "orders": orders,
            "table": {"headers": _HEADERS, "rows": [_row(order) for order in orders]},
            "most_at_once": _MOST_AT_ONCE,
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
            self.message_user(request, _("No order was open any more."), messages.WARNING)
            return
        text = ngettext(
            "%d order is being canceled. Its state tells when the exchange has done it.",
            "%d orders are being canceled. Their state tells when the exchange has done it.",
            asked,
        )
        self.message_user(request, text % asked, messages.SUCCESS)


def _row(order: Order) -> list[Any]:
    return [
        f"{order.side} {order.symbol} {order.order_type}",
        plain(order.leaves_quantity),
        order.account,
        environment_badge(order.account.environment),
        order.subscription.strategy,
        status_badge(order.status),
    ]
