"""What was promised or done, and is nowhere in our books."""

from collections.abc import Iterator, Sequence

from tradeplatform.soak.comparing.pairing import Match, Pairs
from tradeplatform.soak.ledgers import OurBooks, OurOrder, Promise, VenueBooks

_OPEN = ("ACCEPTED", "PARTIALLY_FILLED")


def lost_orders(matches: Sequence[Match]) -> Iterator[str]:
    """An acknowledged alert that left neither an order nor a reason on an account."""
    for match in matches:
        for wish in match.missing if match.promise.signal_ids else ():
            yield (
                f"alert {match.promise.number} on {match.account}: no {wish.side} "
                f"{wish.order_type} {wish.coin} was ordered or refused"
            )


def lost_signals(promises: Sequence[Promise], ours: OurBooks) -> Iterator[str]:
    """An acknowledged alert that we do not know of."""
    known = {signal.signal_id for signal in ours.signals}
    for promise in promises:
        for signal_id in promise.signal_ids - known:
            yield f"alert {promise.number}: there is no signal {signal_id}"


def turned_away(promises: Sequence[Promise]) -> Iterator[str]:
    """An alert with nothing wrong in it that was refused."""
    for promise in promises:
        if promise.is_refused and (promise.asked or promise.is_cancel):
            yield f"alert {promise.number} was refused, and nothing is wrong with it"


def lost_venue_orders(pairs: Pairs, ours: OurBooks) -> Iterator[str]:
    """An order that we sent and have no row of."""
    for found in pairs.strangers:
        yield f"{found.account}: order {found.client_order_id} at the exchange is not in our books"
    for client_order_id in ours.strays:
        yield f"order {client_order_id} was found at the exchange and belongs to none of ours"


def lost_fills(ours: OurBooks, venue: VenueBooks) -> Iterator[str]:
    """An execution that we have not booked."""
    booked = {execution.key for execution in ours.executions}
    for execution in venue.executions:
        if execution.key not in booked:
            yield (
                f"{execution.account}: execution {execution.trade_id} of "
                f"{execution.client_order_id} is not booked"
            )


def lost_cancels(
    promises: Sequence[Promise], matches: Sequence[Match], pairs: Pairs
) -> Iterator[str]:
    """An order that was there before its strategy's cancel was sent, and is still open.

    A cancel that names a symbol is not held to this.
    """
    cancels = [promise for promise in promises if promise.is_cancel and promise.signal_ids]
    for match in matches:
        for _wish, order in match.found:
            later = (cancel for cancel in cancels if _means(cancel, match))
            cancel = next(later, None)
            if cancel is not None and _is_open(order, pairs):
                yield f"alert {cancel.number} did not cancel order {order.client_order_id}"


def _means(cancel: Promise, match: Match) -> bool:
    promise = match.promise
    is_before = bool(promise.signal_ids) and promise.ended < cancel.began
    return is_before and cancel.strategy == promise.strategy and match.account in cancel.accounts


def _is_open(order: OurOrder, pairs: Pairs) -> bool:
    return any(found.status in _OPEN for found in pairs.at_venue.get(order.order_id, ()))
