"""What we say and what the exchange says, where the two are not the same."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from tradeplatform.lib.decimals import plain
from tradeplatform.soak.comparing.pairing import Pairs
from tradeplatform.soak.ledgers import (
    Execution,
    OurBooks,
    OurOrder,
    PositionKey,
    VenueBooks,
    VenueOrder,
)

_NEVER_THERE = ("DENIED", "REJECTED")
_UNFINISHED = ("INITIALIZED", "SUBMITTED", "PENDING_CANCEL")


def wrong_orders(ours: OurBooks, pairs: Pairs) -> Iterator[str]:
    """States and quantities that differ, and orders that only one side has."""
    for order in ours.orders:
        said = f"order {order.client_order_id} on {order.account} is {order.status} here"
        found = pairs.at_venue.get(order.order_id, ())
        if order.status in _UNFINISHED:
            yield f"{said}: its end is still unknown"
        elif order.status in _NEVER_THERE and found:
            yield f"{said} and {found[0].status} at the exchange"
        elif order.status not in _NEVER_THERE and not found:
            yield f"{said} and was never at the exchange"
        elif found:
            yield from _differences(order, found[0], said)


def _differences(order: OurOrder, found: VenueOrder, said: str) -> Iterator[str]:
    if _is_cut(order, found):
        return
    if order.status != found.status:
        yield f"{said} and {found.status} at the exchange"
    if order.filled != found.filled:
        yield f"{said} with {plain(order.filled)} filled, at the exchange {plain(found.filled)}"
    if order.quantity != found.quantity:
        asked, sent = plain(order.quantity or Decimal(0)), plain(found.quantity)
        yield f"{said} for {asked}, at the exchange for {sent}"
    if order.venue_order_id != found.venue_order_id:
        yield f"{said} as {order.venue_order_id}, at the exchange as {found.venue_order_id}"


def _is_cut(order: OurOrder, found: VenueOrder) -> bool:
    """Whether the exchange has cut an order that only reduces to what there was to be reduced.

    What is left of it is filled there; of what was asked for, a part is.
    """
    is_same = (order.filled, order.venue_order_id) == (found.filled, found.venue_order_id)
    has_ended = (order.status, found.status) == ("CANCELED", "FILLED")
    is_less = order.quantity is not None and found.quantity < order.quantity
    return order.reduce_only and is_same and has_ended and is_less


def uncalled_for_cancels(ours: OurBooks, pairs: Pairs) -> Iterator[str]:
    """An order that was canceled and that neither its own strategy nor a rule wanted canceled."""
    for order in ours.orders:
        found = pairs.at_venue.get(order.order_id, ())
        is_canceled = any(other.status == "CANCELED" for other in found)
        if is_canceled and not order.is_expired_by_rule and order.canceled_by != order.strategy:
            by = order.canceled_by or "nobody"
            yield f"order {order.client_order_id} of {order.strategy} was canceled for {by}"


def wrong_fills(ours: OurBooks, venue: VenueBooks) -> Iterator[str]:
    """An execution in our books that never was, or was another."""
    executed = {execution.key: execution for execution in venue.executions}
    seen: set[object] = set()
    for execution in ours.executions:
        true = executed.get(execution.key)
        what = f"{execution.account}: execution {execution.trade_id}"
        if true is None:
            yield f"{what} is in our books and never was"
        elif _terms(true) != _terms(execution):
            yield f"{what} is {_terms(execution)} in our books, at the exchange {_terms(true)}"
        if execution.key in seen:
            yield f"{what} is booked twice"
        seen.add(execution.key)


def _terms(execution: Execution) -> str:
    fee = f"{plain(execution.fee)} {execution.fee_currency}" if execution.fee else "none"
    return f"{plain(execution.quantity)} at {plain(execution.price)}, fee {fee}"


def wrong_positions(ours: OurBooks, venue: VenueBooks) -> Iterator[str]:
    """A position that is not the sum of its strategy's own executions at the exchange."""
    owners = {order.client_order_id: order for order in ours.orders}
    true: dict[PositionKey, Decimal] = defaultdict(Decimal)
    for execution in venue.executions:
        owner = owners.get(execution.client_order_id)
        if owner is not None:
            key = PositionKey(owner.strategy, execution.account, execution.symbol)
            true[key] += execution.change
    booked = {position.key: position.quantity for position in ours.positions}
    for key in booked.keys() | true.keys():
        if booked.get(key, Decimal(0)) != true[key]:
            here, there = plain(booked.get(key, Decimal(0))), plain(true[key])
            yield f"{key.strategy} on {key.account} holds {here} {key.symbol}, executed {there}"


def needless_calls(ours: OurBooks) -> Iterator[str]:
    """An order for which a person is called, although this exchange tells the truth of each."""
    for order in ours.orders:
        if order.needs_attention:
            yield f"order {order.client_order_id} on {order.account} waits for a person"
