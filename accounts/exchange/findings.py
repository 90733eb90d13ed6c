"""What an answer means for which breakers, and what a call that is refused by one is told. Pure."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache

from accounts.exchange import breaker
from accounts.exchange.breaker import BreakerState, Reason
from accounts.exchange.errors import Judgement
from accounts.exchange.types import Login, MarketKey, NotSent
from accounts.exchange.venue_codes import Consequence
from accounts.exchange.venues import VENUES

_WORDS = {
    Reason.UNREACHABLE: "it gave no usable answers",
    Reason.VENUE_UNAVAILABLE: "it is in maintenance or overloaded",
    Reason.RATE_LIMITED: "it was asked too often",
    Reason.CLOCK_SKEW: "the exchange refuses the time of this machine's requests",
    Reason.BAD_CREDENTIALS: "the exchange does not accept the API key",
    Reason.PERMISSION_DENIED: "the exchange does not permit this to the API key",
}
_REASONS = {
    Consequence.AWAIT_VENUE: Reason.VENUE_UNAVAILABLE,
    Consequence.PAUSE_VENUE: Reason.RATE_LIMITED,
    Consequence.BAN: Reason.RATE_LIMITED,
    Consequence.PAUSE_ACCOUNT: Reason.RATE_LIMITED,
}
_SAYS_NOTHING_GOOD = {
    Consequence.UNTOLD,
    Consequence.AWAIT_VENUE,
    Consequence.PAUSE_VENUE,
    Consequence.BAN,
}
# What a refused call tells; whoever sees one of these knows that a breaker is open.
PAUSE_CODES = frozenset({"ACCOUNT_PAUSED", "ACCOUNT_STOPPED", "VENUE_PAUSED"})


@dataclass(frozen=True, slots=True)
class Scope:
    """What a breaker guards: a market of a venue, or one account in it."""

    market: MarketKey
    account_id: int | None = None

    def __str__(self) -> str:
        market = f"{self.market.venue} {self.market.market_type} {self.market.environment}"
        return market if self.account_id is None else f"account {self.account_id} at {market}"


@dataclass(frozen=True, slots=True)
class Passage:
    """A call under way: what it passed, in which epoch of each, and with which credentials."""

    market: MarketKey
    account_id: int | None
    epochs: tuple[tuple[Scope, int], ...]
    credentials: str = field(default="", repr=False)  # encrypted


def scopes_of(at: Login | MarketKey) -> tuple[Scope, ...]:
    """What guards a call: its market's breaker and, where it is an account's, the account's."""
    return _scopes(at.market, at.account_id) if isinstance(at, Login) else _scopes(at, None)


@cache
def _scopes(market: MarketKey, account_id: int | None) -> tuple[Scope, ...]:
    of_all = Scope(market)
    return (of_all,) if account_id is None else (of_all, Scope(market, account_id))


def market_of(at: Login | MarketKey) -> MarketKey:
    """Where a call goes."""
    return at.market if isinstance(at, Login) else at


def after(
    state: BreakerState,
    scope: Scope,
    passage: Passage,
    epoch: int,
    judgement: Judgement | None,
    now: datetime,
) -> BreakerState:
    """What a call tells a breaker that its answer does not mean by itself."""
    consequence = Consequence.NOTHING if judgement is None else judgement.consequence
    if consequence is Consequence.TROUBLE:
        most = breaker.TROUBLES_PER_CALLER if scope.account_id is None else breaker.TROUBLES
        caller = passage.account_id
        return breaker.hear_trouble(
            state, epoch=epoch, now=now, caller=caller, most_per_caller=most
        )
    if judgement is not None and scope in meant(passage, judgement):
        return state
    if consequence in _SAYS_NOTHING_GOOD:
        return breaker.leave(state, epoch=epoch)
    return breaker.hear_answer(state, epoch=epoch, now=now)


def meant(passage: Passage, judgement: Judgement) -> tuple[Scope, ...]:
    """Which breakers open because of an answer."""
    market, last = passage.market, passage.epochs[-1][0]
    match judgement.consequence:
        case Consequence.AWAIT_VENUE | Consequence.PAUSE_VENUE:
            return (Scope(market),)
        case Consequence.BAN:
            kinds = VENUES[market.venue].markets
            return tuple(Scope(replace(market, market_type=kind)) for kind in kinds)
        case Consequence.PAUSE_ACCOUNT:
            return (last,)
        case Consequence.STOP_ACCOUNT if last.account_id is not None:
            return (last,)
    return ()


def obedient(
    state: BreakerState, passage: Passage, judgement: Judgement, epoch: int, now: datetime
) -> BreakerState:
    """A breaker that an answer means, opened as it says."""
    message = judgement.answer.message
    if judgement.consequence is Consequence.STOP_ACCOUNT:
        reason = Reason(judgement.answer.code)
        return breaker.stop(
            state,
            epoch=epoch,
            now=now,
            reason=reason,
            message=message,
            credentials=passage.credentials,
        )
    reason = _REASONS[judgement.consequence]
    return breaker.pause(
        state, epoch=epoch, now=now, reason=reason, message=message, until=judgement.until
    )


def refusal_of(scope: Scope, state: BreakerState) -> NotSent:
    """What a call is told that this breaker does not let through."""
    code = "VENUE_PAUSED" if scope.account_id is None else "ACCOUNT_PAUSED"
    if state.is_stop:
        code = "ACCOUNT_STOPPED"
    return NotSent(code, f"{pause_sentence(scope, state)} Nothing was sent.")


def pause_sentence(scope: Scope, state: BreakerState) -> str:
    """Until when a breaker that is not closed lets nothing through, and why."""
    why = _WORDS[state.reason or Reason.UNREACHABLE]
    if state.is_stop:
        return (
            f"The account is stopped: {why}. Mend its key at the exchange or enter another, then "
            "check the connection."
        )
    name = "The account"
    if scope.account_id is None:
        name = f"{VENUES[scope.market.venue].label} {scope.market.market_type.lower()}"
    until = state.until
    when = "is being tried again" if until is None else f"waits until {until:%H:%M:%S} UTC"
    return f"{name} {when}: {why}."
