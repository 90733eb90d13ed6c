"""Alerts at once and alerts in a stream: how soon each is answered, and whether any is lost.

200 strategies with an account each; the stub exchange answers after 50 ms.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import aiohttp
from django.utils import timezone

from strategies.models import Signal
from tradeplatform.bench.arrivals import StubProcess
from tradeplatform.bench.figures import Figure, quantile
from tradeplatform.bench.house import BID, House
from webhooks.models import Delivery

_STRATEGIES = 200
_AT_ONCE = 1000
_A_SECOND = 200
_SECONDS = 30
_AIM_MS = 50.0
_PATIENCE_SECONDS = 120


@dataclass(frozen=True, slots=True)
class _Answered:
    """An HTTP status, and after how many milliseconds it came."""

    status: int
    after_ms: float


def measure(stub: StubProcess, state_dir: Path) -> Sequence[Figure]:
    """First all at once, then so many a second."""
    with House(state_dir, exchange_url=stub.url) as house:
        for number, account in enumerate(house.open_accounts(_STRATEGIES)):
            house.add_strategy(str(number), [account])
        house.analyze()
        asyncio.run(_post(house, [0.0] * _STRATEGIES))  # everybody has a client now
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
    answered = asyncio.run(_post(house, moments))
    house.await_settled()
    accepted = Signal.objects.count() - signals
    took = [
        float(delivery.validation_time_ms or 0) + float(delivery.preprocessing_time_ms or 0)
        for delivery in Delivery.objects.filter(received_at__gte=began_at)
    ]
    refused = sum(answer.status not in (200, 202) for answer in answered)
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
        Figure(name="  lost", value=len(moments) - accepted, unit="alerts", at_most=0),
        Figure(
            name="  orders at the exchange",
            value=len(stub.arrivals.times()),
            unit="orders",
            at_least=len(moments),
            at_most=len(moments),
        ),
    ]


async def _post(house: House, moments: Sequence[float]) -> list[_Answered]:
    """An alert at each of these moments, in seconds from now, each on a connection of its own."""
    connector = aiohttp.TCPConnector(limit=0, force_close=True)
    timeout = aiohttp.ClientTimeout(total=_PATIENCE_SECONDS)
    started = monotonic()
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:

        async def post(number: int, moment: float) -> _Answered:
            await asyncio.sleep(started + moment - monotonic())
            alert = house.alert(str(number % _STRATEGIES), **BID)
            asked = monotonic()
            try:
                async with session.post(house.webhook, data=alert) as answer:
                    await answer.read()
                    status = answer.status
            except (aiohttp.ClientError, TimeoutError):
                status = 0
            return _Answered(status, 1000 * (monotonic() - asked))

        numbered = enumerate(moments)
        return list(await asyncio.gather(*(post(number, moment) for number, moment in numbered)))
