"""One CANCEL_ALL_ORDER for 500 accounts with five open orders each. The stub answers after 50 ms.

An account's cancels go out one after another, so five of them take five answers' time at least.
"""

from collections.abc import Sequence
from pathlib import Path

from orders.models import Order
from orders.transitions import OPEN
from tradeplatform.bench.arrivals import StubProcess
from tradeplatform.bench.figures import Figure
from tradeplatform.bench.house import BID, House

_ACCOUNTS = 500
_ORDERS_EACH = 5
_ORDERS = _ACCOUNTS * _ORDERS_EACH
_STRATEGY = "resting"


def measure(stub: StubProcess, state_dir: Path) -> Sequence[Figure]:
    """Place the orders, then take all of them back with one alert."""
    with House(state_dir, exchange_url=stub.url) as house:
        house.add_strategy(_STRATEGY, house.open_accounts(_ACCOUNTS))
        house.analyze()
        for _ in range(_ORDERS_EACH):
            house.await_settled(house.send(_STRATEGY, **BID).signal_id)
        placed = len(stub.arrivals.times())
        answer = house.send(_STRATEGY, order_type="CANCEL_ALL_ORDER")
        house.await_settled(answer.signal_id)
        cancels = [1000 * (at - answer.asked_at) for at in stub.arrivals.times()[placed:]]
        still_open = Order.objects.filter(status__in=sorted(OPEN)).count()
    return [
        Figure(name="first cancel at the exchange", value=min(cancels), unit="ms"),
        Figure(
            name="last cancel at the exchange",
            value=max(cancels),
            unit="ms",
            headline=f"CANCEL_ALL_ORDER → last of {_ORDERS:,} cancels at the exchange",
        ),
        Figure(
            name="cancels sent",
            value=len(cancels),
            unit="cancels",
            at_least=_ORDERS,
            at_most=_ORDERS,
        ),
        Figure(name="orders left open", value=still_open, unit="orders", at_most=0),
    ]
