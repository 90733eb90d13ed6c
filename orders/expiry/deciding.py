"""Which of a strategy's rules acts on an order now, and how. Pure: reads rules, no database.

Rules are asked by rank: the first that applies to the order and whose condition is met acts. KEEP
ends the search. A rule acts on an order once; a REPRICE that would change nothing lets the next
rule speak.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from accounts.exchange.types import Book, Level, MarketRules, OrderType, Side
from strategies.expiry_wording import duration_text, levels_text, rule_name
from strategies.models import BookSide, ExpiryAction, ExpiryRule, Purpose
from tradeplatform.lib.decimals import HUNDRED, ceil_to_step, floor_to_step, plain

_STOPS = frozenset({OrderType.STOP_LIMIT, OrderType.STOP_MARKET})


@dataclass(frozen=True, slots=True)
class Candidate:
    """An order at the venue, as rules see it.

    `attempt` counts the replacements that led to it; `first_limit_price` is the limit price of the
    first order of that chain. `acted` are the ids of the rules that have acted on it.
    """

    side: Side
    order_type: OrderType
    is_close: bool
    submitted_at: datetime
    limit_price: Decimal | None
    first_limit_price: Decimal | None
    attempt: int = 0
    acted: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Quote:
    """What is known of a symbol's market now; None where it is not needed or could not be read."""

    rules: MarketRules
    last_price: Decimal | None = None
    book: Book | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to be done. `limit_price` is REPRICE's target; `reason` names rule and condition."""

    rule: ExpiryRule
    action: ExpiryAction
    reason: str
    limit_price: Decimal | None = None


def decide(
    candidate: Candidate, rules: Iterable[ExpiryRule], *, quote: Quote | None, now: datetime
) -> Decision | None:
    """What the rules, in the order of their ranks, want done about the order; None: nothing."""
    for rule in rules:
        if rule.pk in candidate.acted or not applies(rule, candidate):
            continue
        why = _why(rule, candidate, quote, now)
        if rule.action == ExpiryAction.KEEP and (why or _cannot_tell(rule, quote)):
            return None
        if not why:
            continue
        decision = _decision(rule, candidate, quote, f"{rule_name(rule)}: {why}")
        if decision is not None:
            return decision
    return None


def applies(rule: ExpiryRule, candidate: Candidate) -> bool:
    """Whether the rule means orders like this one, whatever their age and price.

    Market orders are never meant, stops only by a rule that names their type and does not reprice.
    """
    if candidate.order_type is OrderType.MARKET:
        return False
    if candidate.order_type in _STOPS and (
        not rule.order_type or rule.action == ExpiryAction.REPRICE
    ):
        return False
    purpose = Purpose.CLOSE if candidate.is_close else Purpose.ENTRY
    return (
        rule.side in ("", candidate.side)
        and rule.order_type in ("", candidate.order_type)
        and rule.purpose in ("", purpose)
    )


def needs_last_price(rule: ExpiryRule) -> bool:
    """Whether the rule looks at the last price."""
    return rule.drift_percent is not None


def needs_book(rule: ExpiryRule, candidate: Candidate, *, now: datetime) -> bool:
    """Whether the rule looks at the order book now: a price is not chosen before its time."""
    if rule.is_kept_between_levels:
        return True
    is_possible = rule.drift_percent is not None or _is_old(rule, candidate, now)
    return rule.action == ExpiryAction.REPRICE and is_possible


def target_price(rule: ExpiryRule, candidate: Candidate, quote: Quote) -> Decimal | None:
    """Where REPRICE puts the order: the middle of the rule's levels, within the slippage cap.

    In the venue's ticks, rounded away from the market: a buy's down, a sale's up. None when the
    book has fewer levels than the rule names.
    """
    band = _band(rule, candidate, quote)
    first = candidate.first_limit_price
    if band is None or first is None:
        return None
    middle = (band[0] + band[1]) / 2
    slippage = rule.max_slippage_percent / HUNDRED
    tick = quote.rules.price_tick
    if candidate.side is Side.BUY:
        return floor_to_step(min(middle, first * (1 + slippage)), tick)
    return ceil_to_step(max(middle, first * (1 - slippage)), tick)


def _decision(
    rule: ExpiryRule, candidate: Candidate, quote: Quote | None, reason: str
) -> Decision | None:
    action = ExpiryAction(rule.action)
    if action is not ExpiryAction.REPRICE:
        return Decision(rule, action, reason)
    price = None if quote is None else target_price(rule, candidate, quote)
    if price is None or price == candidate.limit_price:
        return None
    if candidate.attempt >= rule.max_replacements:
        tired = f"{reason}; left as it is: replaced {candidate.attempt} times already"
        return Decision(rule, ExpiryAction.NOTIFY, tired)
    return Decision(rule, action, reason, price)


def _why(rule: ExpiryRule, candidate: Candidate, quote: Quote | None, now: datetime) -> str:
    """Which of the rule's conditions is met, in words; empty when none is, or none can be told."""
    if _is_old(rule, candidate, now):
        return f"older than {duration_text(rule.after_seconds or 0)}"
    if quote is None or candidate.limit_price is None:
        return ""
    if _has_drifted(rule, candidate.limit_price, quote.last_price):
        return f"the last price is {plain(rule.drift_percent or HUNDRED)} % or more away"
    if rule.is_kept_between_levels and _is_outside(rule, candidate, candidate.limit_price, quote):
        return f"not between {levels_text(rule)}"
    return ""


def _is_old(rule: ExpiryRule, candidate: Candidate, now: datetime) -> bool:
    if rule.after_seconds is None:
        return False
    return now - candidate.submitted_at >= timedelta(seconds=rule.after_seconds)


def _has_drifted(rule: ExpiryRule, limit_price: Decimal, last_price: Decimal | None) -> bool:
    if rule.drift_percent is None or last_price is None:
        return False
    return abs(last_price - limit_price) * HUNDRED >= rule.drift_percent * limit_price


def _is_outside(rule: ExpiryRule, candidate: Candidate, limit_price: Decimal, quote: Quote) -> bool:
    band = _band(rule, candidate, quote)
    return band is not None and not min(band) <= limit_price <= max(band)


def _band(rule: ExpiryRule, candidate: Candidate, quote: Quote) -> tuple[Decimal, Decimal] | None:
    """The prices of the rule's first and last level; None when the book does not reach there."""
    if quote.book is None:
        return None
    levels = _side_of(quote.book, rule, candidate.side)
    if len(levels) < rule.level_to:
        return None
    return levels[rule.level_from - 1].price, levels[rule.level_to - 1].price


def _side_of(book: Book, rule: ExpiryRule, side: Side) -> tuple[Level, ...]:
    is_own = rule.book_side == BookSide.OWN
    return book.asks if (side is Side.SELL) is is_own else book.bids


def _cannot_tell(rule: ExpiryRule, quote: Quote | None) -> bool:
    """Whether a price that the rule looks at is missing; an order is then rather kept."""
    lacks_price = quote is None or quote.last_price is None
    lacks_book = quote is None or quote.book is None
    return (needs_last_price(rule) and lacks_price) or (rule.is_kept_between_levels and lacks_book)
