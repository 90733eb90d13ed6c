"""What a hook may do, carried out as an alert of the strategy's owner."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.db import transaction

from accounts.exchange.types import OrderType, Side
from orders.dispatching import open_signal, own_dedup_key
from strategies.intents import Action, Intent, Size, SizeKind
from strategies.models import Strategy


class HookRefused(Exception):
    """The hook asked for something it may not do; nothing was ordered."""


class StrategyContext:
    """Implements strategies.hooks.Context for one strategy; used on its thread only."""

    def __init__(self, strategy: Strategy) -> None:
        self._strategy = strategy
        self._cause = ""
        self._wishes = 0
        self._acted_at: deque[datetime] = deque()

    @contextmanager
    def caused_by(self, cause: str) -> Iterator[None]:
        """While a row is told: its wishes are numbered, so that they come true once."""
        self._cause, self._wishes = cause, 0
        try:
            yield
        finally:
            self._cause = ""

    @property
    def group_name(self) -> str:
        """The own strategy's name."""
        return self._strategy.group_name

    def place(
        self,
        *,
        symbol: str,
        side: Side,
        order_type: OrderType = OrderType.MARKET,
        quantity: Decimal | None = None,
        percent: Decimal | None = None,
        limit_price: Decimal | None = None,
        close_first: bool = False,
        group_name: str = "",
    ) -> str:
        """Place an order on every account of the strategy."""
        intent = Intent(
            action=Action.PLACE,
            symbol=symbol,
            side=side,
            order_type=order_type,
            size=_size(quantity, percent),
            limit_price=_limit_price(order_type, limit_price),
            close_first=close_first,
        )
        return self._act(intent, group_name)

    def cancel(self, *, client_order_id: str, group_name: str = "") -> str:
        """Cancel one of the strategy's orders."""
        return self._act(Intent(action=Action.CANCEL, order_id=client_order_id), group_name)

    def cancel_all(
        self, *, symbol: str = "", side: Side | None = None, group_name: str = ""
    ) -> str:
        """Cancel the strategy's open orders."""
        return self._act(Intent(action=Action.CANCEL_ALL, symbol=symbol, side=side), group_name)

    def _act(self, intent: Intent, group_name: str) -> str:
        now = datetime.now(UTC)
        strategy = self._target(group_name)
        self._wishes += 1
        if intent.action is Action.PLACE:
            self._count(now)
        wish = f"hook-{self._strategy.pk}-{self._cause}-{self._wishes}"
        with transaction.atomic():
            opened = open_signal(
                strategy=strategy,
                sender=strategy.owner,
                intents=[intent],
                dedup_key=own_dedup_key(wish) if self._cause else None,
                received_at=now,
            )
        return str(opened.signal.pk)

    def _target(self, group_name: str) -> Strategy:
        target = (
            Strategy.objects.select_related("owner")
            .filter(
                group_name=group_name or self.group_name,
                owner=self._strategy.owner_id,
                is_active=True,
            )
            .first()
        )
        if target is None:
            raise HookRefused(f"The owner has no active strategy {group_name or self.group_name}.")
        return target

    def _count(self, now: datetime) -> None:
        """A hook that answers its own orders must not run away with the account."""
        while self._acted_at and self._acted_at[0] < now - timedelta(minutes=1):
            self._acted_at.popleft()
        if len(self._acted_at) >= settings.HOOK_ORDERS_PER_MINUTE:
            raise HookRefused(
                f"More than {settings.HOOK_ORDERS_PER_MINUTE} orders within a minute; nothing was "
                "ordered. See HOOK_ORDERS_PER_MINUTE."
            )
        self._acted_at.append(now)


def _size(quantity: Decimal | None, percent: Decimal | None) -> Size:
    if quantity is not None and percent is None and quantity > 0:
        return Size(SizeKind.QUANTITY, quantity)
    if percent is not None and quantity is None and percent and -100 <= percent <= 100:
        return Size(SizeKind.PERCENT, percent)
    raise HookRefused("Give a quantity above 0 or a percent from -100 to 100 that is not 0.")


def _limit_price(order_type: OrderType, price: Decimal | None) -> Decimal | None:
    if order_type not in (OrderType.MARKET, OrderType.LIMIT):
        raise HookRefused("A hook places MARKET and LIMIT orders.")
    if (order_type is OrderType.LIMIT) != (price is not None and price > 0):
        raise HookRefused("A LIMIT order needs a price above 0, a MARKET order has none.")
    return price
