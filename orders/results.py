"""What became of a signal: one row per account and order, for the webhook's answer and the API."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.models import Account
from accounts.shards import in_shard
from orders.chains import chain_ids_of, in_chains_of, with_chain_ids
from orders.held_up import held_up
from orders.models import Dispatch, Order
from orders.planning import sender_subscriptions, trading_subscriptions
from orders.transitions import OrderStatus
from strategies.intents import Action, Intent, from_json
from strategies.models import Signal, Subscription
from tradeplatform.lib.compiled_queries import CompiledQuery, Parameter

_State = tuple[str, str, str]  # success, failed or pending; error code; sentence

_OUTCOME_UNKNOWN = (
    "The exchange gave no clear answer. The order may exist: it is looked up and never sent again. "
    "Do not send the alert again."
)
_NOT_CONFIRMED = (
    "The exchange has not confirmed the cancel. It is repeated until the order's end is known."
)
NOT_EXECUTED = "A fault of the platform kept it from carrying the alert out; nothing was ordered."
_HELD_UP = "The cancel waits and is sent as soon as requests are let through again. "
# What a cancel by id may find done already, or under way for somebody else.
_TAKEN_BACK = [
    OrderStatus.PENDING_CANCEL,
    OrderStatus.CANCELED,
    OrderStatus.EXPIRED,
    OrderStatus.FILLED,
]

_DISPATCHES = CompiledQuery(
    lambda: Dispatch.objects.filter(signal=Parameter("signal")).order_by("shard")
)
_SIGNAL = CompiledQuery(
    lambda: Signal.objects.select_related("strategy").filter(id=Parameter("signal"))
)
_ASKED = CompiledQuery(
    lambda: _in_order(
        Order.objects.filter(Q(signal=Parameter("signal")) | Q(cancel_signal=Parameter("signal")))
    )
)


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One order of one account. `state` is success, failed or pending; pending with a code means
    that the exchange has not told and is asked again. `known_as` are its ids and those of the
    orders that it replaced.
    """

    account_id: int
    account_name: str
    symbol: str
    side: str
    is_close: bool
    state: str
    order_status: str
    venue_order_id: str
    client_order_id: str
    error_code: str
    error_message: str
    known_as: frozenset[str]


@dataclass(frozen=True, slots=True)
class Results:
    """What is known of a signal. Until it is settled a row may still change, also one that has
    succeeded: a stream may tell of an order before its answer, with the fills, has come.

    `is_given_up`: by a fault of ours some of it was neither ordered nor canceled.
    """

    rows: Sequence[ResultRow]
    is_settled: bool
    is_given_up: bool = False


def is_settled(signal_id: UUID) -> bool:
    """Whether every account is through with the signal, an unknown outcome included."""
    return _are_settled(_DISPATCHES.all(signal=signal_id))


def results_of(signal_id: UUID) -> Results:
    """The orders a signal placed, in the order of execution, and those it asked to cancel; then
    those it wants of accounts that no worker has begun with, or ever will.

    Once all is settled also those that it named to be canceled and that had ended, or were being
    canceled, before.
    """
    # Before the rows are read: what is settled has all of them.
    dispatches = _DISPATCHES.all(signal=signal_id)
    settled = _are_settled(dispatches)
    rows = _rows(_ASKED.all(signal=signal_id), signal_id, settled=settled)
    (signal,) = _SIGNAL.all(signal=signal_id)
    begun = {row.account_id for row in rows}
    missed = _named(signal) - {name for row in rows for name in row.known_as}
    if settled and missed:
        rows += _rows(list(_in_order(_taken_back(signal, missed))), signal_id, settled=True)
    rows += _without_orders(signal, dispatches, begun)
    is_given_up = any(dispatch.given_up_at for dispatch in dispatches)
    return Results(rows=rows, is_settled=settled, is_given_up=is_given_up)


def _are_settled(dispatches: Iterable[Dispatch]) -> bool:
    return all(dispatch.settled_at for dispatch in dispatches)


def _named(signal: Signal) -> set[str]:
    """The ids of the orders that it wants canceled one by one."""
    return {intent["order_id"] for intent in signal.intents if intent["action"] == Action.CANCEL}


def _taken_back(signal: Signal, names: set[str]) -> QuerySet[Order]:
    """Of the orders so named, where this signal may act, those that there is no need to cancel."""
    named = Order.objects.filter(
        Q(client_order_id__in=names) | Q(venue_order_id__in=names),
        subscription__in=sender_subscriptions(signal),
        signal__received_at__lte=signal.received_at,
    )
    last = in_chains_of(named.values_list("id", flat=True)).filter(child__isnull=True)
    return last.filter(status__in=_TAKEN_BACK)


def _without_orders(
    signal: Signal, dispatches: Iterable[Dispatch], begun: Collection[int]
) -> Iterator[ResultRow]:
    """A row for each order that is still to be made, of accounts that no worker has `begun` with,
    and for each that a fault kept from being made.
    """
    for dispatch in dispatches:
        if dispatch.given_up_at:
            missed = Subscription.objects.filter(id__in=dispatch.missed or ())
            with_accounts = missed.select_related("account").order_by("id")
            yield from _wanted(signal, with_accounts, ("failed", "NOT_EXECUTED", NOT_EXECUTED))
        elif not dispatch.claimed_at:
            own = in_shard(trading_subscriptions(signal), dispatch.shard, shards=dispatch.shards)
            to_come = own.exclude(account__in=begun)
            yield from _wanted(signal, to_come, ("pending", "", ""))


def _wanted(
    signal: Signal, subscriptions: Iterable[Subscription], told: _State
) -> Iterator[ResultRow]:
    """A row for each order that the signal wants of these."""
    orders = [from_json(plain) for plain in signal.intents if plain["action"] == Action.PLACE]
    for subscription in subscriptions:
        meant = [intent for intent in orders if intent.is_for(subscription.pk)]
        yield from (_row_without_order(subscription.account, intent, told) for intent in meant)


def _row_without_order(account: Account, intent: Intent, told: _State) -> ResultRow:
    state, code, message = told
    return ResultRow(
        account_id=account.pk,
        account_name=account.name,
        symbol=intent.symbol,
        side=intent.side or "",
        is_close=intent.size is not None and intent.size.is_close,
        state=state,
        order_status=OrderStatus.DENIED if state == "failed" else OrderStatus.INITIALIZED,
        venue_order_id="",
        client_order_id="",
        error_code=code,
        error_message=message,
        known_as=frozenset(),
    )


def _in_order(orders: QuerySet[Order]) -> QuerySet[Order]:
    """The orders with what their rows tell of them."""
    told = with_chain_ids(orders).select_related("account", "subscription__strategy")
    return told.order_by("intent_index", "account__name", "id")


def _rows(orders: Sequence[Order], signal_id: UUID, *, settled: bool) -> list[ResultRow]:
    canceling = [order for order in orders if order.status == OrderStatus.PENDING_CANCEL]
    waits = held_up(canceling, now=datetime.now(UTC))
    return [
        _row(order, signal_id, settled=settled, wait=waits.get(order.pk, "")) for order in orders
    ]


def _row(order: Order, signal_id: UUID, *, settled: bool, wait: str) -> ResultRow:
    """`wait` says what holds a cancel up."""
    if order.signal_id == signal_id:
        state, code, message = _order_state(order)
    else:
        state, code, message = _cancel_state(order, settled=settled, wait=wait)
    return ResultRow(
        account_id=order.account_id,
        account_name=order.account.name,
        symbol=order.symbol,
        side=order.side,
        is_close=order.is_close,
        state=state,
        order_status=order.status,
        venue_order_id=order.venue_order_id,
        client_order_id=order.client_order_id,
        error_code=code,
        error_message=message,
        known_as=chain_ids_of(order),
    )


def _order_state(order: Order) -> _State:
    if order.status in (OrderStatus.DENIED, OrderStatus.REJECTED):
        return "failed", order.error_code, order.error_message
    if order.outcome_unknown_since is not None:
        return "pending", "OUTCOME_UNKNOWN", _OUTCOME_UNKNOWN
    if order.answered_at is None:
        return "pending", "", ""
    return "success", "", ""


def _cancel_state(order: Order, *, settled: bool, wait: str) -> _State:
    if order.status == OrderStatus.PENDING_CANCEL:
        message = _HELD_UP + wait if wait else _NOT_CONFIRMED
        return ("pending", "CANCEL_NOT_CONFIRMED", message) if settled else ("pending", "", "")
    if order.status == OrderStatus.FILLED:
        return "failed", "ALREADY_FILLED", "The order was filled before the cancel arrived."
    return "success", "", ""
