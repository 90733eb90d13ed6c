"""Alerts at once and alerts in a stream: how soon each is answered, and whether any is lost.

200 strategies with an account each; the stub exchange answers after 50 ms.
"""

from collections.abc import Sequence
from pathlib import Path

from django.utils import timezone

from strategies.models import Signal
from tradeplatform.bench.arrivals import StubProcess
from tradeplatform.bench.figures import Figure, quantile
from tradeplatform.bench.house import House
from tradeplatform.bench.posting import post
from tradeplatform.bench.tally import tally_since
from webhooks.models import Delivery

_STRATEGIES = [str(number) for number in range(200)]
_AT_ONCE = 1000
_A_SECOND = 200
_SECONDS = 30
_AIM_MS = 50.0


def measure(stub: StubProcess, state_dir: Path) -> Sequence[Figure]:
    """First all at once, then so many a second."""
    with House(state_dir, exchange_url=stub.url) as house:
        for name, account in zip(_STRATEGIES, house.open_accounts(len(_STRATEGIES)), strict=True):
            house.add_strategy(name, [account])
        house.analyze()
        post(house, [0.0] * len(_STRATEGIES), strategies=_STRATEGIES)  # everybody has a client now
        figures = _measure(house, stub, f"{_AT_ONCE:,} at once", [0.0] * _AT_ONCE)
        stream = [number / _A_SECOND for number in range(_A_SECOND * _SECONDS)]
        name = f"{_A_SECOND} a second for {_SECONDS} s"
        return [*figures, *_measure(house, stub, name, stream)]


def _measure(
    house: House, stub: StubProcess, name: str, moments: Sequence[float]
) -> Sequence[Figure]:
    house.await_settled()
    house.forget_open_orders()
    stub.arrivals.forget()
    signals, began_at = Signal.objects.count(), timezone.now()
    answered = post(house, moments, strategies=_STRATEGIES)
    house.await_settled()
    accepted = Signal.objects.count() - signals
    took = [
        float(delivery.validation_time_ms or 0) + float(delivery.preprocessing_time_ms or 0)
        for delivery in Delivery.objects.filter(received_at__gte=began_at)
    ]
    refused = sum(not answer.is_accepted for answer in answered)
    waited = [answer.after_ms for answer in answered]
    return [
        Figure(name=f"{name}: answered, median", value=quantile(waited, 0.5), unit="ms"),
        Figure(name="  p99", value=quantile(waited, 0.99), unit="ms"),
        Figure(name="  stored, once a thread has it, p50", value=quantile(took, 0.5), unit="ms"),
        Figure(
            name="  p99",
            headline=f"alert taken up by a thread → stored, {name}, p99",
            value=quantile(took, 0.99),
            unit="ms",
            aim=_AIM_MS,
        ),
        Figure(name="  refused, or not answered", value=refused, unit="alerts", at_most=0),
        Figure(
            name="  accepted",
            value=accepted,
            unit="alerts",
            at_least=len(moments),
            at_most=len(moments),
        ),
        *tally_since(began_at, stub.arrivals, asked=len(moments)).figures(),
    ]
