"""Where a subscription stands on its account, from rows that were read under lock. Pure."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from accounts.exchange.types import MarketRules, MarketType, Side
from orders.models import Order
from strategies.holdings import Holding
from strategies.models import Position
from tradeplatform.lib.decimals import ZERO


@dataclass(frozen=True, slots=True)
class AccountRows:
    """Positions and open orders of accounts, of all their strategies."""

    positions: list[Position]
    open_orders: list[Order]

    def holding(
        self, order: Order, rules: MarketRules, account_quantity: Decimal | None
    ) -> Holding:
        """What the order's sizing looks at; `account_quantity` as the venue tells it."""
        is_spot = rules.market_type is MarketType.SPOT
        others = self._others(order, rules, is_spot=is_spot)
        return Holding(
            own=self.own(order, rules.symbol),
            leaving=self._leaving(order, is_spot=is_spot),
            account=account_quantity,
            others=sum(others.values(), ZERO),
            arriving=self._arriving(order, rules) if is_spot else ZERO,
            departing=self._departing(order, rules, others) if is_spot else ZERO,
        )

    def own(self, order: Order, symbol: str) -> Decimal:
        """The position of the order's subscription in the symbol."""
        return sum(
            (
                position.quantity
                for position in self.positions
                if position.subscription_id == order.subscription_id and position.symbol == symbol
            ),
            ZERO,
        )

    def _others(self, order: Order, rules: MarketRules, *, is_spot: bool) -> dict[int, Decimal]:
        """What every other subscription has in the holding."""
        held: dict[int, Decimal] = defaultdict(Decimal)
        for position in self.positions:
            if (
                position.subscription.account_id == order.account_id
                and position.subscription_id != order.subscription_id
                and _shares_holding(position.symbol, rules, is_spot=is_spot)
            ):
                held[position.subscription_id] += position.quantity
        return {key: _claim(quantity, is_spot=is_spot) for key, quantity in held.items()}

    def _leaving(self, order: Order, *, is_spot: bool) -> Decimal:
        """What the subscription's open orders on the same side will take from its position."""
        return sum(
            (
                other.leaves_quantity
                for other in self.open_orders
                if other.subscription_id == order.subscription_id
                and other.symbol == order.symbol
                and other.side == order.side
                and (other.is_close or is_spot)
            ),
            ZERO,
        )

    def _arriving(self, order: Order, rules: MarketRules) -> Decimal:
        """What open buys of the account's other strategies may add to the same coin."""
        return sum(
            (
                other.leaves_quantity
                for other in self._sharing(order, rules, Side.BUY)
                if other.subscription_id != order.subscription_id
            ),
            ZERO,
        )

    def _departing(
        self, order: Order, rules: MarketRules, others: Mapping[int, Decimal]
    ) -> Decimal:
        """What the account's other open sales take of the same coin beyond others' positions."""
        selling: dict[int, Decimal] = defaultdict(Decimal)
        for other in self._sharing(order, rules, Side.SELL):
            is_own = other.subscription_id == order.subscription_id
            if not (is_own and other.symbol == order.symbol):
                selling[other.subscription_id] += other.leaves_quantity
        beyond = (quantity - others.get(key, ZERO) for key, quantity in selling.items())
        return sum((max(quantity, ZERO) for quantity in beyond), ZERO)

    def _sharing(self, order: Order, rules: MarketRules, side: Side) -> list[Order]:
        return [
            other
            for other in self.open_orders
            if other.account_id == order.account_id
            and other.side == side
            and _shares_holding(other.symbol, rules, is_spot=True)
        ]


def _claim(held: Decimal, *, is_spot: bool) -> Decimal:
    """What one strategy has in a holding. On spot one below zero sold coins of nobody."""
    return max(held, ZERO) if is_spot else held


def _shares_holding(symbol: str, rules: MarketRules, *, is_spot: bool) -> bool:
    """Whether a position in `symbol` is part of the same holding at the venue.

    On spot every market of the base coin draws on one balance; a contract is its own holding.
    """
    if is_spot:
        return ":" not in symbol and symbol.partition("/")[0] == rules.base
    return symbol == rules.symbol
