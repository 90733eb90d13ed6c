"""Which orders at the exchange belong to which of ours, and which alerts to which signals."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from orders.client_order_id import is_ours
from tradeplatform.soak.alerts import Asked
from tradeplatform.soak.ledgers import OurBooks, OurOrder, Promise, VenueBooks, VenueOrder


@dataclass(frozen=True, slots=True)
class Pairs:
    """`at_venue` by our order's id; `strangers` bear an id of our making and belong to none."""

    at_venue: Mapping[int, Sequence[VenueOrder]]
    strangers: Sequence[VenueOrder]


def pair(ours: OurBooks, venue: VenueBooks) -> Pairs:
    """By our client order id; else by the exchange's own id, which our row may name."""
    by_client_id = {order.client_order_id: order for order in ours.orders}
    by_venue_id = {
        (order.account, order.market_type, order.symbol, order.venue_order_id): order
        for order in ours.orders
    }
    at_venue: dict[int, list[VenueOrder]] = defaultdict(list)
    strangers = []
    for found in venue.orders:
        place = (found.account, found.market_type, found.symbol, found.venue_order_id)
        order = by_client_id.get(found.client_order_id) or by_venue_id.get(place)
        if order is not None:
            at_venue[order.order_id].append(found)
        elif is_ours(found.client_order_id):
            strangers.append(found)
    return Pairs(at_venue, strangers)


@dataclass(frozen=True, slots=True)
class Match:
    """What an alert asked of one account beside the orders it became there."""

    promise: Promise
    account: str
    missing: Sequence[Asked]
    unasked: Sequence[OurOrder]
    found: Sequence[tuple[Asked, OurOrder]]


def signals_by_alert(promises: Sequence[Promise], ours: OurBooks) -> Mapping[int, frozenset[str]]:
    """By alert, what it became: what its sender was told, and what bears its id."""
    keyed: dict[tuple[str, str], set[str]] = defaultdict(set)
    for signal in ours.signals:
        if signal.alert_id:
            keyed[signal.strategy, signal.alert_id].add(signal.signal_id)
    return {
        promise.number: promise.signal_ids | keyed[promise.strategy, promise.alert_id]
        for promise in promises
    }


def match_all(promises: Sequence[Promise], ours: OurBooks) -> Sequence[Match]:
    """Every alert that became a signal, on every account that it meant or that it reached."""
    firsts: dict[str, dict[str, list[OurOrder]]] = defaultdict(lambda: defaultdict(list))
    for order in ours.orders:
        if order.attempt == 0:
            firsts[order.signal_id][order.account].append(order)
    signals = signals_by_alert(promises, ours)
    return [
        _match(promise, account, firsts[signal][account])
        for promise in promises
        for signal in signals[promise.number]
        for account in {*promise.accounts, *firsts[signal]}
    ]


def _match(promise: Promise, account: str, orders: Sequence[OurOrder]) -> Match:
    """Each first order belongs to one thing asked for."""
    waiting = list(promise.asked) if account in promise.accounts else []
    found, unasked = [], []
    for order in orders:
        wish = next((wish for wish in waiting if _is_for(order, wish)), None)
        if wish is None:
            unasked.append(order)
        else:
            waiting.remove(wish)
            found.append((wish, order))
    missing = [wish for wish in waiting if not wish.is_optional]
    return Match(promise, account, missing, unasked, found)


def _is_for(order: OurOrder, wish: Asked) -> bool:
    is_same = (order.side, order.order_type) == (wish.side, wish.order_type)
    return is_same and wish.coin in order.symbol and (order.is_close or not wish.is_optional)
