"""CANCEL_ALL_ORDER for 500 accounts with five open orders each. The stub answers after 50 ms.

An account's cancels go out one after another, so five of them take five answers' time at least.
One that is not answered in time is sent again, which does no harm. Medians of five rounds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from orders.models import Dispatch, Order
from orders.transitions import OPEN
from tradeplatform.bench.arrivals import Arrivals, StubProcess
from tradeplatform.bench.figures import Figure
from tradeplatform.bench.house import BID, House

_ROUNDS = 5
_ACCOUNTS = 500
_ORDERS_EACH = 5
_ORDERS = _ACCOUNTS * _ORDERS_EACH
_STRATEGY = "resting"


@dataclass(frozen=True, slots=True)
class _Round:
    """Milliseconds from the alert: until the last worker has written what it cancels, and until
    each cancel arrives."""

    written: float
    cancels: Sequence[float]


def measure(stub: StubProcess, state_dir: Path) -> Sequence[Figure]:
    """Place the orders and take all of them back with one alert, time and again."""
    with House(state_dir, exchange_url=stub.url) as house:
        house.add_strategy(_STRATEGY, house.open_accounts(_ACCOUNTS))
        house.analyze()
        rounds = [_round(house, stub.arrivals) for _ in range(_ROUNDS)]
        still_open = Order.objects.filter(status__in=sorted(OPEN)).count()
    return [
        Figure(name="cancels written", value=median(each.written for each in rounds), unit="ms"),
        Figure(
            name="first cancel at the exchange",
            value=median(min(each.cancels) for each in rounds),
            unit="ms",
        ),
        Figure(
            name="last cancel at the exchange",
            value=median(max(each.cancels) for each in rounds),
            unit="ms",
            headline=f"CANCEL_ALL_ORDER → last of {_ORDERS:,} cancels at the exchange, median",
        ),
        Figure(name="  longest", value=max(max(each.cancels) for each in rounds), unit="ms"),
        Figure(
            name="cancels sent",
            value=sum(len(each.cancels) for each in rounds),
            unit="cancels",
            at_least=_ROUNDS * _ORDERS,
        ),
        Figure(name="orders left open", value=still_open, unit="orders", at_most=0),
    ]


def _round(house: House, arrivals: Arrivals) -> _Round:
    for _ in range(_ORDERS_EACH):
        house.await_settled(house.send(_STRATEGY, **BID).signal_id)
    before = len(arrivals.times())
    answer = house.send(_STRATEGY, order_type="CANCEL_ALL_ORDER")
    house.await_settled(answer.signal_id)
    spans = [
        dispatch.written_at - dispatch.created_at
        for dispatch in Dispatch.objects.filter(signal=answer.signal_id)
        if dispatch.written_at
    ]
    return _Round(
        written=1000 * max(spans).total_seconds(),
        cancels=[1000 * (at - answer.asked_at) for at in arrivals.times()[before:]],
    )
