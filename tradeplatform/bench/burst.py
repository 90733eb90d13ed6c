"""Alerts at once and alerts in a stream: how soon each is answered, and whether any is lost.

200 strategies with an account each; the stub exchange answers after 50 ms. Two processors
cannot do 200 alerts a second: they wait for a thread, then for a worker, and their orders leave
late, but none may be lost. Whoever sends them waits up to 300 s for an answer here; TradingView
waits 3 s, and an alert that it no longer waits for is executed all the same.
"""

from collections.abc import Sequence
from pathlib import Path

from django.utils import timezone

from orders.models import Order
from strategies.models import Signal
from tradeplatform.bench.arrivals import StubProcess
from tradeplatform.bench.figures import Figure, quantile
from tradeplatform.bench.house import Answer, House
from tradeplatform.bench.posting import post
from tradeplatform.bench.tally import tally_since
from webhooks.models import Delivery

_STRATEGIES = [str(number) for number in range(200)]
_AT_ONCE = 1000
_A_SECOND = 200
_SECONDS = 30
_AIM_MS = 50.0
# As long as TradingView waits for an answer: its help, "About webhooks".
_TRADINGVIEW_MS = 3000


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
    waited = [1000 * (answer.answered_at - answer.asked_at) for answer in answered]
    arrived = _arrived_ms(stub, answered)
    return [
        Figure(name=f"{name}: alert → order, median", value=quantile(arrived, 0.5), unit="ms"),
        Figure(
            name="  p99",
            headline=f"alert → its order at the exchange, {name}, p99",
            value=quantile(arrived, 0.99),
            unit="ms",
        ),
        Figure(name="  answered, median", value=quantile(waited, 0.5), unit="ms"),
        Figure(name="  p99", value=quantile(waited, 0.99), unit="ms"),
        Figure(
            name="  answered after more than 3 s",
            value=sum(each > _TRADINGVIEW_MS for each in waited),
            unit="alerts",
        ),
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


def _arrived_ms(stub: StubProcess, answered: Sequence[Answer]) -> list[float]:
    """How long after its alert was sent each order was at the exchange."""
    asked_at = {answer.signal_id: answer.asked_at for answer in answered if answer.is_accepted}
    signals = dict(Order.objects.values_list("client_order_id", "signal_id"))
    # All answers take the same time, so orders are noted in the order in which they arrived.
    arrivals = zip(stub.arrivals.placed(), stub.arrivals.times(), strict=True)
    moments = ((signals.get(name), at) for name, at in arrivals)
    return [1000 * (at - asked_at[signal]) for signal, at in moments if signal in asked_at]
