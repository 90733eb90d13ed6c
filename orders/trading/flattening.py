"""Close every position in a run's reach by market orders, the way an alert's closes go.

Each round stores one signal per strategy whose intents name their subscriptions; write-ahead,
sizing under lock, settling and recovery are those of every order. Nothing is closed twice: sizing
counts what other open orders take, and no close begins while one that may take from the same
position is open. An entry that is still on its way delays none: a later round closes what it fills.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from accounts.exchange.types import Login, MarketType, OrderType, Side
from orders.dispatching import open_signal, own_dedup_key
from orders.held_up import pauses_at
from orders.models import Dispatch, Order
from orders.planning import login_of
from orders.results import NOT_EXECUTED
from orders.trading.canceling import without_end
from orders.trading.judging import Close, Held, Tries, Verdict, judge
from orders.trading.reach import closable_subscriptions
from strategies.intents import Action, Intent, Size, SizeKind
from strategies.models import Position, Signal, Strategy, TradingRun
from tradeplatform.lib.decimals import HUNDRED, ZERO, plain

_Key = tuple[int, str]  # a subscription and a symbol
_ALL = Size(kind=SizeKind.PERCENT, value=-HUNDRED)


@dataclass(frozen=True, slots=True)
class Flattened:
    """How far it has come: positions still being closed, what a person should know, the end."""

    left: int
    notes: tuple[str, ...]
    is_over: bool
    is_flat: bool


def flatten(run: TradingRun, *, now: datetime) -> Flattened:
    """Begin the closes that can begin now; call inside the transaction that holds the run."""
    # In this order: what becomes an order, or a fill, in between counts twice and never not.
    ids = list(closable_subscriptions(run).values_list("id", flat=True))
    begun, taken, tries = _strategies_begun(run), _taken(ids), _tries(run)
    positions = _positions(ids)
    pauses = pauses_at({position.pk: _login(position) for position in positions}, now=now)
    verdicts = [
        judge(
            _held(position),
            tries.get(_key(position), Tries()),
            is_taken=(*_key(position), _closing_side(position)) in taken
            or position.subscription.strategy_id in begun,
            pause=pauses.get(position.pk, ""),
            now=now,
        )
        for position in positions
    ]
    found = list(zip(positions, verdicts, strict=True))
    _close(run, [position for position, verdict in found if verdict.closes_now], now)
    return _summary(found)


def _positions(subscription_ids: Collection[int]) -> list[Position]:
    rows = Position.objects.filter(subscription_id__in=subscription_ids)
    held = rows.exclude(quantity=0).select_related(
        "subscription__strategy", "subscription__account"
    )
    return list(held.order_by("id"))


def _key(position: Position) -> _Key:
    return position.subscription_id, position.symbol


def _login(position: Position) -> Login:
    return login_of(position.subscription.account, position.subscription.strategy)


def _held(position: Position) -> Held:
    is_spot = position.subscription.strategy.market_type == MarketType.SPOT
    return Held(position.quantity, is_spot=is_spot, changed_at=position.updated_at)


def _taken(subscription_ids: Collection[int]) -> set[tuple[int, str, str]]:
    """Subscription, symbol and side of orders that may fill, or have in a way not booked yet."""
    orders = without_end(subscription_ids).order_by()
    return set(orders.values_list("subscription_id", "symbol", "side"))


def _closing_side(position: Position) -> Side:
    return Side.SELL if position.quantity > ZERO else Side.BUY


def _strategies_begun(run: TradingRun) -> set[int]:
    """Those whose closes of an earlier round are no orders yet: no worker has claimed them."""
    rows = Dispatch.objects.filter(signal__flatten_run=run, claimed_at__isnull=True)
    return set(rows.values_list("signal__strategy_id", flat=True))


def _tries(run: TradingRun) -> dict[_Key, Tries]:
    tries: defaultdict[_Key, Tries] = defaultdict(Tries)
    closes = [*_closes_of(run), *_never_made(run)]
    for key, close in sorted(closes, key=lambda each: each[1].at):
        tries[key] = tries[key].after(close)
    return tries


def _closes_of(run: TradingRun) -> Iterator[tuple[_Key, Close]]:
    for order in Order.objects.filter(signal__flatten_run=run).order_by("id"):
        yield (
            (order.subscription_id, order.symbol),
            Close(
                at=order.created_at,
                error_code=order.error_code,
                error_message=order.error_message,
                has_filled=bool(order.filled_quantity),
            ),
        )


def _never_made(run: TradingRun) -> Iterator[tuple[_Key, Close]]:
    """Of dispatches that were given up: they would be repeated for ever if nobody counted them."""
    given_up = Dispatch.objects.filter(signal__flatten_run=run, given_up_at__isnull=False)
    for dispatch in given_up.select_related("signal"):
        close = Close(at=dispatch.created_at, error_code="NOT_EXECUTED", error_message=NOT_EXECUTED)
        for plain_intent in dispatch.signal.intents:
            for subscription_id in dispatch.missed or ():
                if subscription_id in plain_intent["subscription_ids"]:
                    yield (subscription_id, plain_intent["symbol"]), close


def _close(run: TradingRun, positions: Iterable[Position], now: datetime) -> None:
    by_strategy: dict[Strategy, list[Position]] = defaultdict(list)
    for position in positions:
        by_strategy[position.subscription.strategy].append(position)
    for strategy, held in by_strategy.items():
        earlier = Signal.objects.filter(flatten_run=run, strategy=strategy).count()
        open_signal(
            strategy=strategy,
            sender=run.person,
            intents=_closes(held),
            dedup_key=own_dedup_key(f"flatten-{run.pk}-{earlier + 1}"),
            received_at=now,
            flatten_run=run,
        )


def _closes(positions: Iterable[Position]) -> list[Intent]:
    """One intent per symbol and side, for those who hold it so."""
    holders: dict[tuple[str, Side], list[int]] = defaultdict(list)
    for position in positions:
        holders[position.symbol, _closing_side(position)].append(position.subscription_id)
    return [
        Intent(
            action=Action.PLACE,
            symbol=symbol,
            side=side,
            order_type=OrderType.MARKET,
            size=_ALL,
            subscription_ids=tuple(sorted(ids)),
        )
        for (symbol, side), ids in sorted(holders.items())
    ]


def _summary(found: Sequence[tuple[Position, Verdict]]) -> Flattened:
    notes = (_note(position, verdict) for position, verdict in found if verdict.note)
    return Flattened(
        left=sum(not verdict.is_over for _, verdict in found),
        notes=tuple(notes),
        is_over=all(verdict.is_over for _, verdict in found),
        is_flat=all(verdict.is_harmless for _, verdict in found),
    )


def _note(position: Position, verdict: Verdict) -> str:
    return f"{position.subscription}: {plain(position.quantity)} {position.symbol}: {verdict.note}"
