"""Labels of orders in the admin and on its front page."""

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from orders.cancellation import cancel_reason_of
from orders.models import Order
from orders.transitions import OrderStatus
from tradeplatform.lib.admin_columns import EMPTY, badge, row_link
from tradeplatform.lib.decimals import plain

_STATUS_COLOURS = {
    OrderStatus.INITIALIZED: "plain",
    OrderStatus.DENIED: "warning",
    OrderStatus.SUBMITTED: "info",
    OrderStatus.ACCEPTED: "info",
    OrderStatus.PARTIALLY_FILLED: "info",
    OrderStatus.PENDING_CANCEL: "warning",
    OrderStatus.FILLED: "success",
    OrderStatus.CANCELED: "plain",
    OrderStatus.EXPIRED: "plain",
    OrderStatus.REJECTED: "danger",
}
_SIDE_COLOURS = {"BUY": "success", "SELL": "danger"}


def status_badge(status: str) -> SafeString:
    """An order's state."""
    state = OrderStatus(status)
    return badge(state.replace("_", " "), _STATUS_COLOURS[state])


def side_badge(side: str) -> SafeString:
    """BUY or SELL."""
    return badge(side, _SIDE_COLOURS[side])


def attention_badge(order: Order) -> SafeString | str:
    """What a person has to look at, if anything."""
    if order.needs_attention:
        return badge(_("Needs you"), "alarm")
    if order.outcome_unknown_since is not None:
        return badge(_("Outcome unknown"), "warning")
    return EMPTY


def replacement_text(order: Order) -> SafeString | str:
    """Which order took over the rest of this one, if any did."""
    child: Order | None = getattr(order, "child", None)
    return EMPTY if child is None else format_html("{} {}", _("Replaced by"), row_link(child))


def note_text(order: Order) -> SafeString | str:
    """Why it was refused, what a person has to look at, which order has replaced it, or who had it
    canceled. The order comes from `with_cancel_reason`."""
    if order.error_code:
        return order.error_message
    if order.needs_attention or order.outcome_unknown_since is not None:
        return attention_badge(order)
    if getattr(order, "child", None) is not None:
        return replacement_text(order)
    return cancel_reason_of(order) or EMPTY


def price_text(order: Order) -> str:
    """The limit price, with the trigger price where there is one."""
    limit = "" if order.limit_price is None else plain(order.limit_price)
    trigger = "" if order.trigger_price is None else f"⚡ {plain(order.trigger_price)}"
    return f"{trigger} {limit}".strip() or EMPTY


def progress_text(order: Order) -> str:
    """Filled of wanted quantity, in base units."""
    wanted = EMPTY if order.quantity is None else plain(order.quantity)
    return f"{plain(order.filled_quantity)} / {wanted}"
