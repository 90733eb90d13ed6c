"""The order that takes over the rest of one that a rule had canceled: sized, priced, or refused."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from accounts.exchange.gate import gate
from accounts.exchange.types import MarketType, OrderType, Side
from orders import steps
from orders.chains import chain_of, unfilled
from orders.client_order_id import new_client_order_id
from orders.expiry.deciding import Candidate, Quote, target_price
from orders.models import Expiry, Order, OrderEvent
from orders.obstacles import Obstacle, obstacles
from orders.planning import login_of
from orders.restraining import check_restraint
from orders.transitions import OPEN, OrderStatus
from strategies.models import ExpiryAction, Position
from strategies.restraints import read_restraints
from strategies.sizing import Denied, check_limits
from tradeplatform.lib.decimals import ZERO, floor_to_step, plain


@dataclass(frozen=True, slots=True)
class Child:
    """A replacement about to be stored, already SUBMITTED, with its first event."""

    order: Order
    event: OrderEvent


def rest_of(order: Order) -> Decimal:
    """What of an ended order may be ordered again: never filled, and not wanted otherwise.

    Less than its own rest where an order that it replaced was filled after its end.
    """
    own = (order.quantity or ZERO) - order.filled_quantity
    return max(min(own, unfilled(order)), ZERO)


def draft_child(parent: Order, expiry: Expiry, quote: Quote | None, *, now: datetime) -> Child:
    """The replacement of an ended order whose subscription and row are locked; raises Denied."""
    if quote is None:
        raise Denied("MARKET_DATA_UNAVAILABLE", "the exchange's prices could not be read")
    _check_active(parent, quote)
    _check_open(parent, now)
    order_type = OrderType.LIMIT if expiry.action == ExpiryAction.REPRICE else OrderType.MARKET
    price = _price(parent, expiry, quote) if order_type is OrderType.LIMIT else None
    child = Order(
        signal_id=parent.signal_id,
        intent_index=parent.intent_index,
        attempt=parent.attempt + 1,
        parent=parent,
        subscription_id=parent.subscription_id,
        account_id=parent.account_id,
        client_order_id=new_client_order_id(),
        symbol=parent.symbol,
        side=parent.side,
        order_type=order_type.value,
        is_close=parent.is_close,
        reduce_only=parent.reduce_only,
        quantity=floor_to_step(_orderable(parent), quote.rules.quantity_step),
        limit_price=price,
        status=OrderStatus.INITIALIZED.value,
        created_at=now,
        updated_at=now,
    )
    _check_size(child, quote)
    event = steps.submit(child, now=now)
    event.reason += f"; the rest of {parent.client_order_id}"
    return Child(child, event)


def _check_active(parent: Order, quote: Quote) -> None:
    """What opens a position is not ordered again where trading is switched off or held back."""
    subscription = parent.subscription
    switches = (subscription, subscription.strategy, parent.account)
    check_restraint(parent, read_restraints(), is_close=parent.is_close)
    if not parent.is_close:
        if not all(switch.is_active for switch in switches):
            raise Denied("INACTIVE", "the account, its subscription or the strategy is inactive")
        market_type = MarketType(subscription.strategy.market_type)
        account = parent.account
        hindered = obstacles({account.pk: account.key_can_withdraw}, market_type)
        hindered.get(account.pk, Obstacle()).check(parent.symbol)
    if not quote.rules.is_active:
        raise Denied("MARKET_NOT_ACTIVE", f"{parent.symbol} is not traded at the exchange now")


def _check_open(parent: Order, now: datetime) -> None:
    """A rest is not written ahead of a breaker that would refuse it: then nobody would order it."""
    login = login_of(parent.account, parent.subscription.strategy)
    pause = gate().refusal(login, now=now, is_urgent=parent.is_close)
    if pause is not None:
        raise Denied(pause.code, pause.message)


def _price(parent: Order, expiry: Expiry, quote: Quote) -> Decimal | None:
    """The target of this moment; the parent's own price where the book does not reach the rule's
    levels just now."""
    if expiry.rule is None:
        raise Denied("RULE_DELETED", "the rule was deleted meanwhile")
    first = chain_of(parent).get(attempt=0)
    candidate = Candidate(
        side=Side(parent.side),
        order_type=OrderType(parent.order_type),
        is_close=parent.is_close,
        submitted_at=parent.submitted_at or parent.created_at,
        limit_price=parent.limit_price,
        first_limit_price=first.limit_price,
        attempt=parent.attempt,
    )
    return target_price(expiry.rule, candidate, quote) or parent.limit_price


def _orderable(parent: Order) -> Decimal:
    """The rest; for a close no more than the own position has beyond what other orders take."""
    rest = rest_of(parent)
    if not parent.is_close:
        return rest
    others = Order.objects.filter(
        subscription=parent.subscription_id,
        symbol=parent.symbol,
        side=parent.side,
        status__in=sorted(OPEN),
    )
    if parent.subscription.strategy.market_type != MarketType.SPOT:
        others = others.filter(is_close=True)
    # Open orders first, the position second: a fill booked in between counts twice, never not.
    leaving = sum((other.leaves_quantity for other in others), ZERO)
    position = Position.objects.filter(
        subscription=parent.subscription_id, symbol=parent.symbol
    ).first()
    held = ZERO if position is None else position.quantity
    own = held if parent.side == Side.SELL else -held
    if own <= leaving:
        raise Denied("NOTHING_LEFT_TO_CLOSE", "the position is gone or other open orders close it")
    return min(rest, own - leaving)


def _check_size(child: Order, quote: Quote) -> None:
    reference = child.limit_price or quote.last_price
    if reference is None or child.quantity is None:
        raise Denied("PRICE_UNAVAILABLE", f"no current price of {child.symbol}")
    check_limits(
        OrderType(child.order_type),
        child.quantity,
        quote.rules,
        reference,
        reduce_only=child.reduce_only,
    )


def left_text(parent: Order, refusal: Denied) -> str:
    """Why the rest is not ordered, for the parent's history."""
    return f"rest {plain(rest_of(parent))} is left: {refusal.message}"
