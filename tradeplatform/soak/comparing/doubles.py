"""More at the exchange, or in our books, than anybody asked for."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise

from tradeplatform.lib.decimals import plain
from tradeplatform.soak.comparing.pairing import Match, Pairs, signals_by_alert
from tradeplatform.soak.ledgers import OurBooks, OurOrder, Promise

_ZERO = Decimal(0)


def repeated_alerts(promises: Sequence[Promise], ours: OurBooks) -> Iterator[str]:
    """An alert that became more than one signal, or a signal that nobody's alert can be."""
    signals = signals_by_alert(promises, ours)
    for promise in promises:
        became = signals[promise.number]
        if len(became) > 1:
            yield f"alert {promise.number} became {len(became)} signals: {', '.join(became)}"
        if became and promise.is_refused:
            yield f"alert {promise.number} was refused and became signal {', '.join(became)}"
    yield from _nameless(promises, ours, known=frozenset().union(*signals.values()))


def _nameless(
    promises: Sequence[Promise], ours: OurBooks, *, known: frozenset[str]
) -> Iterator[str]:
    """Signals without an id that no answer named: each must be an alert that got no answer."""
    unanswered = Counter(
        promise.strategy
        for promise in promises
        if not (promise.signal_ids or promise.is_refused or promise.alert_id)
    )
    unclaimed = Counter(signal.strategy for signal in ours.signals if signal.signal_id not in known)
    for strategy, excess in (unclaimed - unanswered).items():
        yield f"{strategy} has {excess} signals more than alerts that may have become one"


def unasked_orders(matches: Sequence[Match]) -> Iterator[str]:
    """An order that its alert did not ask for, or not there, or not once more."""
    for match in matches:
        for order in match.unasked:
            yield (
                f"alert {match.promise.number} did not ask for order {order.client_order_id} "
                f"on {match.account}"
            )


def repeated_sends(ours: OurBooks, pairs: Pairs) -> Iterator[str]:
    """More than one order at the exchange for one order of ours."""
    for order in ours.orders:
        found = pairs.at_venue.get(order.order_id, ())
        if len(found) > 1:
            ids = ", ".join(other.client_order_id for other in found)
            yield f"order {order.client_order_id} is {len(found)} at the exchange: {ids}"


def repeated_intents(ours: OurBooks) -> Iterator[str]:
    """Two orders of ours for one intent on one account, neither replacing the other."""
    for chain in _chains(ours).values():
        for order, following in pairwise(chain):
            if order.attempt == following.attempt:
                ids = f"{order.client_order_id} and {following.client_order_id}"
                yield f"{ids} are the same intent on {order.account}"


def overfilled_intents(ours: OurBooks, matches: Sequence[Match], pairs: Pairs) -> Iterator[str]:
    """An intent of which more was executed than was asked for, over all its replacements."""
    limits = {
        order.order_id: wish.quantity
        for match in matches
        for wish, order in match.found
        if wish.quantity is not None
    }
    for chain in _chains(ours).values():
        first = chain[0]
        limit = limits.get(first.order_id, first.quantity or _ZERO)
        filled = sum((_filled(order, pairs) for order in chain), _ZERO)
        if filled > limit:
            yield (
                f"order {first.client_order_id} filled {plain(filled)} with its replacements; "
                f"{plain(limit)} was asked for"
            )


def greedy_replacements(ours: OurBooks, pairs: Pairs) -> Iterator[str]:
    """A replacement that was sent for more than the order before it had left."""
    for chain in _chains(ours).values():
        for order, following in pairwise(chain):
            rest = (order.quantity or _ZERO) - _filled(order, pairs)
            sent = pairs.at_venue.get(following.order_id, ())
            if any(found.quantity > rest for found in sent):
                yield (
                    f"order {following.client_order_id} asks for more than the {plain(rest)} "
                    f"that {order.client_order_id} left"
                )


def _chains(ours: OurBooks) -> Mapping[tuple[str, str, int], list[OurOrder]]:
    """Every order with its replacements, in the order of their attempts."""
    chains: dict[tuple[str, str, int], list[OurOrder]] = defaultdict(list)
    for order in sorted(ours.orders, key=lambda order: order.attempt):
        chains[order.chain].append(order)
    return chains


def _filled(order: OurOrder, pairs: Pairs) -> Decimal:
    found = pairs.at_venue.get(order.order_id, ())
    return sum((other.filled for other in found), _ZERO)
