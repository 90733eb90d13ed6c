"""Close first, then open: what an order becomes that must never stand beside an opposite position.

Pure. Only contracts have opposite positions; on spot a sale is a close already.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal

from accounts.exchange.types import MarketRules, MarketType, OrderType, Side
from strategies.intents import Action, Intent, Size, SizeKind
from strategies.sizing import Denied
from tradeplatform.lib.decimals import HUNDRED, ZERO, floor_to_step, plain

_WHOLE_POSITION = Size(kind=SizeKind.PERCENT, value=-HUNDRED)


def with_reversals(
    intents: Iterable[Intent], *, market_type: MarketType, always: bool
) -> Iterator[Intent]:
    """The intents, each that closes first preceded by its close; the order is kept.

    `always` is the strategy's setting. It leaves stop orders alone: they wait for their trigger
    and may be there to protect the very position that would be closed.
    """
    for intent in intents:
        if market_type is MarketType.FUTURES and _reverses(intent, always=always):
            yield _close_before(intent)
            yield replace(intent, close_first=False, after_close=True)
        else:
            yield replace(intent, close_first=False)


def can_close_first(intent: Intent) -> bool:
    """Whether it opens a position at once or at its limit price."""
    opens = intent.action is Action.PLACE and intent.size is not None and not intent.size.is_close
    return opens and intent.order_type in (OrderType.MARKET, OrderType.LIMIT)


def check_flat(*, side: Side, own: Decimal, doubt: str, rules: MarketRules) -> None:
    """Deny an order of `side` behind its close while the own position is not known to be flat.

    `own` is signed; what is too little for the venue to trade counts as flat. `doubt`: why there
    may be another position than `own`, in words; empty when there cannot.
    """
    kind = "long" if side is Side.SELL else "short"
    opposite = own if side is Side.SELL else -own
    sellable = floor_to_step(max(opposite, ZERO), rules.quantity_step)
    if doubt:
        state = f"may hold a {kind} position in {rules.symbol}: {doubt}"
    elif sellable > ZERO and sellable >= (rules.min_quantity or ZERO):
        held = f"{plain(opposite)} {rules.symbol}"
        state = f"still holds a {kind} position of {held}: its close left this rest"
    else:
        return
    raise Denied("NOT_FLAT", f"This strategy {state}. The order to open was not sent.")


def found_nothing_to_close(intent: Intent, denied: Denied) -> bool:
    """Whether the refusal only says that there was nothing to be closed first."""
    return intent.is_reversal and denied.code in ("NO_LONG_POSITION", "NO_SHORT_POSITION")


def _reverses(intent: Intent, *, always: bool) -> bool:
    return (always or intent.close_first) and can_close_first(intent)


def _close_before(intent: Intent) -> Intent:
    """All of the position that an order of the same side reduces."""
    return Intent(
        action=Action.PLACE,
        symbol=intent.symbol,
        side=intent.side,
        order_type=OrderType.MARKET,
        size=_WHOLE_POSITION,
        priority=intent.priority,
        is_reversal=True,
    )
