"""Size the orders whose account's turn has come, from positions as they are now.

The subscriptions' rows are locked first, so that two closes cannot both take the same position
and two entries cannot both be the last symbol that a limit allows.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.db import DatabaseError, close_old_connections, transaction

from accounts.exchange.types import MarketRules, MarketType, OrderTicket, Side
from orders import steps
from orders.drafting import check_currency, expired, submit_sized, ticket_of
from orders.holding_reading import AccountRows
from orders.models import Fill, Order, OrderEvent
from orders.obstacles import Obstacle, obstacles
from orders.order_store import write_orders
from orders.restraining import check_not_taken_back, check_restraint
from orders.reversal import doubt_about_position
from orders.transitions import OPEN, OrderStatus
from orders.work import LateSizing
from strategies.holdings import Holding
from strategies.models import Position, Subscription
from strategies.restraints import Restraints, read_restraints
from strategies.reversing import check_flat, found_nothing_to_close
from strategies.sizing import (
    Allocation,
    Denied,
    SizedOrder,
    needs_holding,
    size_order,
)
from tradeplatform.lib.bulk_insert import insert_all
from tradeplatform.lib.decimals import ZERO, plain

logger = logging.getLogger(__name__)


def size_late(requests: Sequence[LateSizing]) -> list[OrderTicket | None]:
    """Turn INITIALIZED orders to SUBMITTED or DENIED; a ticket for each that is to be sent now.

    One transaction for all of them or, should the database refuse that, for each. An order that
    somebody canceled meanwhile, or that cannot be sized at all, gets no ticket.
    """
    try:
        return _size(requests)
    except DatabaseError:
        logger.exception("%s orders cannot be sized together", len(requests))
        close_old_connections()
        return [_size_alone(request) for request in requests]


def _size_alone(request: LateSizing) -> OrderTicket | None:
    try:
        (ticket,) = _size([request])
    except DatabaseError:
        logger.exception("order %s cannot be sized", request.order_id)
        return None
    return ticket


def _size(requests: Sequence[LateSizing]) -> list[OrderTicket | None]:
    now = datetime.now(UTC)
    with transaction.atomic():
        books = _Books.lock(request.order_id for request in requests)
        events = [books.settle(request, now) for request in requests]
        write_orders(list(books.orders.values()), now=now)
        insert_all([event for event in events if event])
        _forget(books.needless)
    tickets = {order.pk: ticket_of(order) for order in books.orders.values()}
    return [tickets.get(request.order_id) for request in requests]


@dataclass(frozen=True, slots=True)
class _Books:
    """What the database says about the subscriptions concerned, locked until the commit."""

    orders: dict[int, Order]
    rows: AccountRows
    obstacles: dict[tuple[int, str], Obstacle]
    restraints: Restraints
    needless: list[Order] = field(default_factory=list)

    @classmethod
    def lock(cls, order_ids: Iterable[int]) -> "_Books":
        waiting = Order.objects.filter(id__in=list(order_ids), status=OrderStatus.INITIALIZED)
        subscription_ids = set(waiting.values_list("subscription_id", flat=True))
        _lock_subscriptions(subscription_ids)
        orders = (
            waiting.select_for_update(of=("self",), no_key=True)
            .select_related("account", "subscription__strategy", "signal__flatten_run__person")
            .order_by("id")
        )
        locked = {order.pk: order for order in orders}
        account_ids = {order.account_id for order in locked.values()}
        # Open orders first, positions second: a fill booked in between then counts twice against
        # what may be closed, never not at all.
        open_orders = list(
            Order.objects.filter(account__in=account_ids, status__in=list(OPEN)).exclude(
                status=OrderStatus.INITIALIZED
            )
        )
        # Of all strategies on these accounts: a close must know what belongs to others.
        positions = list(
            Position.objects.filter(subscription__account__in=account_ids)
            .exclude(quantity=0)
            .select_related("subscription")
        )
        return cls(
            orders=locked,
            rows=AccountRows(positions, open_orders),
            obstacles=_obstacles(locked.values()),
            restraints=read_restraints(),
        )

    def settle(self, request: LateSizing, now: datetime) -> OrderEvent | None:
        """Submit or deny one order; later orders of the batch see it as open."""
        order = self.orders.get(request.order_id)
        if order is None:
            return None
        try:
            if now >= order.signal.expires_at:
                raise expired()
            check_not_taken_back(order.signal.flatten_run)
            sized, holding = self._size(order, request)
        except Denied as denied:
            if found_nothing_to_close(request.intent, denied):
                self.needless.append(self.orders.pop(order.pk))
                return None
            return steps.deny(order, code=denied.code, message=denied.message, now=now)
        event = submit_sized(order, sized, now=now)
        event.reason += _uncovered(order, holding)
        self.rows.open_orders.append(order)
        return event

    def _size(self, order: Order, request: LateSizing) -> tuple[SizedOrder, Holding | None]:
        if request.market is None:
            raise request.denial or Denied("MARKET_DATA_UNAVAILABLE", "No market data; try again.")
        rules = request.market.rules
        subscription = order.subscription
        order.symbol = rules.symbol
        check_currency(subscription.strategy.currency, rules)
        if request.intent.after_close:
            self._check_flat(order, rules)
        look = needs_holding(request.intent, rules.market_type)
        holding = self.rows.holding(order, rules, request.account_quantity) if look else None
        sized = size_order(
            intent=request.intent,
            rules=rules,
            allocation=Allocation(capital=subscription.capital, leverage=subscription.leverage),
            last_price=request.market.last_price,
            holding=holding,
        )
        check_restraint(order, self.restraints, is_close=sized.is_close)
        if not sized.is_close:
            self._check_obstacle(order, rules)
            self._check_symbol_limit(subscription, rules.symbol)
        if holding is not None and not sized.is_close:
            _check_unmoved(order, rules, request)
        return sized, holding

    def _check_flat(self, order: Order, rules: MarketRules) -> None:
        """Deny the order while the opposite position is, or may be, still there."""
        doubt = doubt_about_position(order, self.rows.open_orders)
        own = self.rows.own(order, rules.symbol)
        check_flat(side=Side(order.side), own=own, doubt=doubt, rules=rules)

    def _check_obstacle(self, order: Order, rules: MarketRules) -> None:
        obstacle = self.obstacles.get((order.account_id, rules.market_type.value))
        if obstacle is not None:
            obstacle.check(rules.symbol)

    def _check_symbol_limit(self, subscription: Subscription, symbol: str) -> None:
        if subscription.max_symbols is None:
            return
        in_use = {
            position.symbol
            for position in self.rows.positions
            if position.subscription_id == subscription.pk and not _is_dust(position, subscription)
        } | {
            order.symbol
            for order in self.rows.open_orders
            if order.subscription_id == subscription.pk and not order.is_close
        }
        if symbol not in in_use and len(in_use) >= subscription.max_symbols:
            raise Denied(
                "MAX_SYMBOLS_REACHED",
                f"This account trades {len(in_use)} symbols of this strategy; its limit is "
                f"{subscription.max_symbols}.",
            )


def _obstacles(orders: Iterable[Order]) -> dict[tuple[int, str], Obstacle]:
    """What hinders entries, by account and market type."""
    accounts: dict[str, dict[int, bool]] = defaultdict(dict)
    for order in orders:
        concerned = accounts[order.subscription.strategy.market_type]
        concerned[order.account_id] = order.account.key_can_withdraw
    return {
        (account_id, market_type): obstacle
        for market_type, concerned in accounts.items()
        for account_id, obstacle in obstacles(concerned, MarketType(market_type)).items()
    }


def _forget(needless: Sequence[Order]) -> None:
    """A close that was to come first and found nothing to close: nobody asked for that order.

    Never sent and without a history, it leaves no row; a sender would read it as a failure.
    """
    if needless:
        Order.objects.filter(id__in=[order.pk for order in needless]).delete()


def _uncovered(order: Order, holding: Holding | None) -> str:
    """Says so in the history when a sale on spot takes coins that the strategy did not buy."""
    if holding is None or order.is_close or order.quantity is None:
        return ""
    missing = min(order.quantity, order.quantity - holding.own + holding.leaving)
    return f"; {plain(missing)} of it not bought by this strategy" if missing > ZERO else ""


def _check_unmoved(order: Order, rules: MarketRules, request: LateSizing) -> None:
    """What was read of the account must not be older than the positions that are taken from it."""
    sold = Fill.objects.filter(
        account=order.account_id,
        symbol__startswith=f"{rules.base}/",
        side=Side.SELL,
        booked_at__gte=request.read_at,
    ).exclude(symbol__contains=":")
    if sold.exists():
        raise Denied(
            "HOLDINGS_UNKNOWN",
            f"{rules.base} of this account was sold while its balance was read; nothing was sold "
            "by this order. Send the alert again.",
        )


def _is_dust(position: Position, subscription: Subscription) -> bool:
    """What a close left because the venue trades no less: below a thousandth of the capital."""
    worth = abs(position.quantity) * (position.average_entry_price or ZERO)
    return worth * 1000 < subscription.capital


def _lock_subscriptions(subscription_ids: set[int]) -> None:
    rows = Subscription.objects.select_for_update(no_key=True).filter(id__in=subscription_ids)
    list(rows.order_by("id").values_list("id"))
