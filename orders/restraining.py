"""Whether a trading state keeps an order that exists already from being sent.

Placing decides from what it knows before there are rows (orders.placement); here decide late
sizing, the second look of an order that waited for its account's turn, and expiry rules.
"""

from collections.abc import Sequence

from orders.models import Order
from orders.transitions import OrderStatus
from strategies.models import TradingRun
from strategies.restraints import Restraints, read_restraints
from strategies.sizing import Denied
from strategies.trading_states import Restraint, TradingState
from tradeplatform.lib.database_threads import done_again_when_disconnected


def check_restraint(order: Order, restraints: Restraints, *, is_close: bool) -> None:
    """Raises Denied when the order's trading state does not let it through."""
    restraint = _restraint(order, restraints)
    if restraint is not None:
        restraint.check(is_close=is_close)


def is_halted(order: Order, restraints: Restraints) -> bool:
    """Whether not even a close may take the order's place."""
    restraint = _restraint(order, restraints)
    return restraint is not None and restraint.state is TradingState.HALTED


def check_not_taken_back(flatten_run: TradingRun | None) -> None:
    """Raises Denied for a close of a flatten that ended before it was sent."""
    if flatten_run is not None and flatten_run.ended_at is not None:
        raise Denied(
            "FLATTEN_ENDED",
            "Trading was switched again before this close was sent; nothing was sent.",
        )


@done_again_when_disconnected
def refusals_at_turn(order_ids: Sequence[int]) -> list[Denied | None]:
    """For each of these orders, which have waited, why it is not to be sent any more; None to send.

    Not sent is what somebody has canceled meanwhile, and what no longer may be.
    """
    waited = Order.objects.filter(status=OrderStatus.SUBMITTED).select_related(
        "account", "subscription", "signal__flatten_run__person"
    )
    orders = waited.in_bulk(order_ids)
    restraints = read_restraints()
    return [_refusal(orders.get(order_id), restraints) for order_id in order_ids]


def _refusal(order: Order | None, restraints: Restraints) -> Denied | None:
    if order is None:
        return Denied("CANCELED_BEFORE_SENDING", "It was canceled in time.")
    try:
        check_not_taken_back(order.signal.flatten_run)
        check_restraint(order, restraints, is_close=order.is_close)
    except Denied as refusal:
        return refusal
    return None


def _restraint(order: Order, restraints: Restraints) -> Restraint | None:
    if not restraints.by_key:
        return None  # reads no more of the order than there is
    return restraints.on(
        owner_id=order.account.owner_id,
        account_id=order.account_id,
        strategy_id=order.subscription.strategy_id,
        flatten_run=order.signal.flatten_run,
    )
