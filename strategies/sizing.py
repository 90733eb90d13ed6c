"""How much an intent means for one subscription, in the venue's steps. Pure.

Quantities are rounded down and never up; a result the venue would refuse is denied here, with the
numbers. A close is sized from the strategy's own position and never takes what belongs to another
strategy on the same account. A sale on spot is a close as far as the own position goes.
"""

from dataclasses import dataclass
from decimal import Decimal

from accounts.exchange.types import MarketRules, MarketType, OrderType, Side
from strategies.holdings import Holding
from strategies.intents import Intent, Size, SizeKind
from tradeplatform.lib.decimals import HUNDRED, ZERO, ceil_to_step, floor_to_step, plain

# Where a venue states no maximum: no order is larger, and no column could hold it.
_BEYOND_REASON = Decimal(10) ** 15


class Denied(Exception):
    """We refuse to send this order; `code` is stable, `message` tells what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Allocation:
    """What a subscription may use: capital in quote currency, leverage for futures."""

    capital: Decimal
    leverage: int


@dataclass(frozen=True, slots=True)
class SizedOrder:
    """An order ready to be sent, every number in the venue's steps."""

    quantity: Decimal
    limit_price: Decimal | None
    trigger_price: Decimal | None
    is_close: bool
    reduce_only: bool


def needs_last_price(intent: Intent) -> bool:
    """Whether sizing or checking this order takes the market's last price."""
    return intent.order_type is OrderType.MARKET


def needs_holding(intent: Intent, market_type: MarketType) -> bool:
    """Whether sizing takes a look at positions: closes, and spot sales (they need the coins)."""
    is_close = intent.size is not None and intent.size.is_close
    return is_close or (market_type is MarketType.SPOT and intent.side is Side.SELL)


def size_order(
    *,
    intent: Intent,
    rules: MarketRules,
    allocation: Allocation,
    last_price: Decimal | None,
    holding: Holding | None,
) -> SizedOrder:
    """The order that a PLACE intent means for one subscription.

    `last_price` is in quote currency and needed for MARKET orders; `holding` where `needs_holding`
    says so. Raises Denied.
    """
    if intent.side is None or intent.size is None or intent.order_type is None:
        raise ValueError("only a PLACE intent can be sized")
    if not rules.is_active:
        raise Denied("MARKET_NOT_ACTIVE", f"{rules.symbol} is not traded at the exchange now.")
    limit_price = _limit_price(intent, rules)
    trigger_price = _trigger_price(intent, rules)
    reference = limit_price or trigger_price or last_price
    if reference is None:
        raise Denied("PRICE_UNAVAILABLE", f"No current price of {rules.symbol}; try again.")

    is_close, reduce_only = intent.size.is_close, False
    if is_close:
        quantity = _close_quantity(intent.side, intent.size, rules, holding, reference)
        reduce_only = rules.market_type is MarketType.FUTURES and _reduces(
            intent.side, quantity, holding
        )
    else:
        asked = _entry_quantity(intent.size, rules, allocation, reference)
        quantity = floor_to_step(asked, rules.quantity_step)
        if quantity <= ZERO:
            raise _below_minimum(asked, rules)
        if needs_holding(intent, rules.market_type):
            is_close = _sells_own(quantity, rules, holding)
    check_limits(intent.order_type, quantity, rules, reference, reduce_only=reduce_only)
    return SizedOrder(
        quantity=quantity,
        limit_price=limit_price,
        trigger_price=trigger_price,
        is_close=is_close,
        reduce_only=reduce_only,
    )


def _limit_price(intent: Intent, rules: MarketRules) -> Decimal | None:
    """Never worse than asked: a buy's limit is rounded down, a sale's up."""
    if intent.limit_price is None:
        return None
    rounded = _to_tick(intent.limit_price, rules, up=intent.side is Side.SELL)
    return _positive_price(rounded, intent.limit_price, rules)


def _trigger_price(intent: Intent, rules: MarketRules) -> Decimal | None:
    """A protective stop fires early rather than late: a sale's up, a buy's down."""
    if intent.trigger_price is None:
        return None
    rounded = _to_tick(intent.trigger_price, rules, up=intent.side is Side.SELL)
    return _positive_price(rounded, intent.trigger_price, rules)


def _to_tick(price: Decimal, rules: MarketRules, *, up: bool) -> Decimal:
    return (ceil_to_step if up else floor_to_step)(price, rules.price_tick)


def _positive_price(rounded: Decimal, asked: Decimal, rules: MarketRules) -> Decimal:
    if rounded <= ZERO:
        raise Denied(
            "PRICE_BELOW_TICK",
            f"The price {plain(asked)} is below the smallest step {plain(rules.price_tick)}.",
        )
    return rounded


def _entry_quantity(
    size: Size, rules: MarketRules, allocation: Allocation, reference: Decimal
) -> Decimal:
    """What the size means in base units, not yet in the venue's steps."""
    match size.kind:
        case SizeKind.QUANTITY:
            return size.value
        case SizeKind.NOTIONAL:
            return size.value / reference
        case SizeKind.PERCENT:
            leverage = allocation.leverage if rules.market_type is MarketType.FUTURES else 1
            return allocation.capital * size.value / HUNDRED * leverage / reference


def _close_quantity(
    side: Side, size: Size, rules: MarketRules, holding: Holding | None, reference: Decimal
) -> Decimal:
    """`size.value` percent of the own position, capped by what is still there to close."""
    if holding is None:
        raise ValueError("a close needs the holding")
    if rules.market_type is MarketType.SPOT and side is Side.BUY:
        raise Denied(
            "NO_SHORT_POSITION",
            f"Nothing is short on spot, so there is nothing in {rules.symbol} to close. To buy "
            "back what was sold, send a quantity.",
        )
    sign = 1 if side is Side.SELL else -1
    own = holding.own * sign
    if _is_dust(own, rules, reference):
        raise _no_position(side, own, rules)
    there = own if holding.attributable is None else min(own, holding.attributable * sign)
    free = there - holding.leaving
    if floor_to_step(free, rules.quantity_step) <= ZERO:
        raise Denied("NOTHING_LEFT_TO_CLOSE", _nothing_left(holding, rules))
    # Never more than was asked for, even where the rest will be too little to sell.
    return floor_to_step(min(own * -size.value / HUNDRED, free), rules.quantity_step)


def _is_dust(held: Decimal, rules: MarketRules, reference: Decimal) -> bool:
    """Whether even all of it is too little for the venue, or there is none."""
    sellable = floor_to_step(max(held, ZERO), rules.quantity_step)
    if sellable <= ZERO or sellable < (rules.min_quantity or ZERO):
        return True
    if rules.market_type is MarketType.FUTURES:
        return False  # reduce-only closes have no minimum value
    return sellable * reference < (rules.min_notional or ZERO)


def _no_position(side: Side, own: Decimal, rules: MarketRules) -> Denied:
    kind = "LONG" if side is Side.SELL else "SHORT"
    rest = ""
    if own > ZERO:
        rest = f" What it holds, {plain(own)} {rules.base}, is less than the exchange trades."
    return Denied(
        f"NO_{kind}_POSITION",
        f"This strategy holds no {kind.lower()} position in {rules.symbol} to close.{rest}",
    )


def _nothing_left(holding: Holding, rules: MarketRules) -> str:
    if holding.leaving > ZERO:
        return (
            f"Open orders already close {plain(holding.leaving)} of this position in "
            f"{rules.symbol}; cancel them first."
        )
    return (
        f"This strategy's {plain(abs(holding.own))} of {rules.symbol} is no longer on the account "
        f"(it holds {plain(holding.account or ZERO)}); it was sold or moved by hand. Correct the "
        "position in the admin under Remainders."
    )


def _reduces(side: Side, quantity: Decimal, holding: Holding | None) -> bool:
    """Whether the account's own net position shrinks by this order.

    With two strategies in opposite directions the account's net may be flat; the venue would then
    refuse a reduce-only close although the strategy's own position is there.
    """
    if holding is None or holding.account is None:
        return True
    net = holding.account if side is Side.SELL else -holding.account
    return net >= quantity


def _sells_own(quantity: Decimal, rules: MarketRules, holding: Holding | None) -> bool:
    """Whether a spot sale takes the strategy's own coins only, which makes it a close.

    Beyond them it may take coins of no strategy; never another's, then it is denied.
    """
    if holding is None:
        raise ValueError("a spot sale needs the holding")
    is_own = quantity <= holding.free
    sellable = holding.sellable
    if sellable is None and not is_own:
        raise Denied(
            "HOLDINGS_UNKNOWN",
            f"The account's balance of {rules.base} could not be read; nothing was sold.",
        )
    if sellable is not None and quantity > sellable:
        raise Denied("INSUFFICIENT_HOLDINGS", _too_much(quantity, sellable, rules, holding))
    return is_own


def _too_much(quantity: Decimal, sellable: Decimal, rules: MarketRules, holding: Holding) -> str:
    pending = holding.leaving + holding.arriving + holding.departing
    hint = " For all of its own coins send qty_per -100." if holding.free > ZERO else ""
    return (
        f"{plain(quantity)} {rules.base} is more than the {plain(sellable)} this strategy may "
        f"sell: the account holds {plain(holding.account or ZERO)}, other strategies have "
        f"{plain(holding.others)} of that, open orders move {plain(pending)}.{hint}"
    )


def check_limits(
    order_type: OrderType,
    quantity: Decimal,
    rules: MarketRules,
    reference: Decimal,
    *,
    reduce_only: bool,
) -> None:
    """Raise Denied for a quantity that the venue would refuse; `reference` is a price for it."""
    if quantity <= ZERO or quantity < (rules.min_quantity or ZERO):
        raise _below_minimum(quantity, rules)
    # Venues let a reduce-only close be as small as it must (Binance -4164's own text).
    if rules.min_notional is not None and not reduce_only:
        notional = quantity * reference
        if notional < rules.min_notional:
            raise Denied(
                "BELOW_MINIMUM",
                f"{plain(quantity)} {rules.base} is worth {plain(round(notional, 8))} "
                f"{rules.quote}, below the minimum {plain(rules.min_notional)}.",
            )
    maximum = _maximum(order_type, rules)
    if quantity > maximum:
        raise Denied(
            "ABOVE_MAXIMUM",
            f"{plain(quantity)} {rules.base} is above the maximum {plain(maximum)}.",
        )


def _below_minimum(quantity: Decimal, rules: MarketRules) -> Denied:
    minimum = rules.min_quantity or rules.quantity_step
    return Denied(
        "BELOW_MINIMUM",
        f"{plain(round(quantity, 12))} {rules.base} is below the minimum {plain(minimum)}.",
    )


def _maximum(order_type: OrderType, rules: MarketRules) -> Decimal:
    limits = [rules.max_quantity]
    if order_type in (OrderType.MARKET, OrderType.STOP_MARKET):
        limits.append(rules.max_market_quantity)
    return min((limit for limit in limits if limit is not None), default=_BEYOND_REASON)
