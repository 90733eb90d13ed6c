"""An intent and a subscription become an order row: sized from memory, denied, or left for later.

Nothing here reads or writes the database.
"""

from dataclasses import dataclass
from datetime import datetime

from accounts.exchange.types import MarketRules, OrderTicket, OrderType, Side
from orders import steps
from orders.client_order_id import new_client_order_id
from orders.market_data import MarketView
from orders.models import Order, OrderEvent
from orders.transitions import OrderStatus
from orders.work import MarketData, Plan, Subscriber
from strategies.intents import Intent
from strategies.sizing import Denied, SizedOrder, needs_holding, size_order
from strategies.trading_states import Restraint


@dataclass(frozen=True, slots=True)
class Draft:
    """An order not yet stored: its numbers, or why it is denied; with neither it is sized later."""

    intent_index: int
    subscriber: Subscriber
    client_order_id: str
    symbol: str
    sized: SizedOrder | None = None
    denial: Denied | None = None

    @property
    def status(self) -> OrderStatus:
        """SUBMITTED when memory holds all that sizing takes, DENIED when it is refused, otherwise
        INITIALIZED: it is sized when its account's turn comes."""
        if self.denial is not None:
            return OrderStatus.DENIED
        return OrderStatus.INITIALIZED if self.sized is None else OrderStatus.SUBMITTED


def draft_order(
    *,
    plan: Plan,
    intent_index: int,
    subscriber: Subscriber,
    view: MarketView,
    restraint: Restraint | None,
    now: datetime,
) -> Draft:
    """The order of one intent for one subscription."""
    intent = plan.intents[intent_index]
    symbol, sized, denial = intent.symbol, None, None
    try:
        if now >= plan.signal.expires_at:
            raise expired()
        if restraint is not None:
            restraint.check(is_close=_may_close(intent, subscriber))
        market = view.find(subscriber.login.market, intent, now=now)
        if market is not None:
            symbol = market.rules.symbol
            sized = _size_from_memory(plan, intent, subscriber, market)
    except Denied as refusal:
        denial = refusal
    return Draft(intent_index, subscriber, new_client_order_id(), symbol, sized, denial)


def submit_sized(order: Order, sized: SizedOrder, *, now: datetime) -> OrderEvent:
    """Give the order its numbers and mark it as about to be sent."""
    order.quantity = sized.quantity
    order.limit_price = sized.limit_price
    order.trigger_price = sized.trigger_price
    order.is_close = sized.is_close
    order.reduce_only = sized.reduce_only
    return steps.submit(order, now=now)


def ticket_of_draft(draft: Draft, intent: Intent) -> OrderTicket | None:
    """What to send for the order; None unless it is about to be sent."""
    if draft.sized is None or intent.side is None or intent.order_type is None:
        return None
    return OrderTicket(
        client_order_id=draft.client_order_id,
        symbol=draft.symbol,
        side=intent.side,
        order_type=intent.order_type,
        quantity=draft.sized.quantity,
        limit_price=draft.sized.limit_price,
        trigger_price=draft.sized.trigger_price,
        reduce_only=draft.sized.reduce_only,
    )


def ticket_of(order: Order) -> OrderTicket | None:
    """What to send for the order; None unless it is about to be sent."""
    if order.status != OrderStatus.SUBMITTED or order.quantity is None:
        return None
    return OrderTicket(
        client_order_id=order.client_order_id,
        symbol=order.symbol,
        side=Side(order.side),
        order_type=OrderType(order.order_type),
        quantity=order.quantity,
        limit_price=order.limit_price,
        trigger_price=order.trigger_price,
        reduce_only=order.reduce_only,
    )


def expired() -> Denied:
    """The refusal of an order whose signal grew too old before it could be sent."""
    return Denied(
        "SIGNAL_EXPIRED",
        "The alert could not be executed within the strategy's maximum signal age; nothing was "
        "sent.",
    )


def replacement_expired() -> Denied:
    """The refusal of a replacement that waited too long for its account's turn."""
    return Denied(
        "REPLACEMENT_EXPIRED",
        "The rest could not be ordered again within a minute; nothing was sent.",
    )


def check_currency(currency: str, rules: MarketRules) -> None:
    """A strategy with a currency trades only markets quoted in it; raises Denied."""
    if currency and rules.quote != currency:
        raise Denied(
            "CURRENCY_MISMATCH",
            f"{rules.symbol} is quoted in {rules.quote}; this strategy trades {currency} markets.",
        )


def _may_close(intent: Intent, subscriber: Subscriber) -> bool:
    """Whether only its sizing can tell that it is no close."""
    return needs_holding(intent, subscriber.login.market.market_type)


def _size_from_memory(
    plan: Plan, intent: Intent, subscriber: Subscriber, market: MarketData
) -> SizedOrder | None:
    """Raises Denied."""
    check_currency(plan.signal.strategy.currency, market.rules)
    waits = subscriber.has_symbol_limit or intent.after_close
    if waits or needs_holding(intent, market.rules.market_type):
        return None  # only then it is known whether it closes
    if subscriber.obstacle is not None:
        subscriber.obstacle.check(market.rules.symbol)
    return size_order(
        intent=intent,
        rules=market.rules,
        allocation=subscriber.allocation,
        last_price=market.last_price,
        holding=None,
    )
