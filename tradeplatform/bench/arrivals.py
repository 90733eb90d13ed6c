"""The stub exchange's process, and when orders arrived there."""

import json
import threading
import urllib.request
from time import monotonic
from typing import Any

from tradeplatform.bench.prompt import PromptModule

_PAUSE_SECONDS = 0.05
_PATIENCE_SECONDS = 60


class Arrivals:
    """What the stub exchange at this address has noted. Times are CLOCK_MONOTONIC's."""

    def __init__(self, url: str) -> None:
        self.url = url

    def forget(self) -> None:
        """Begin anew, with no orders."""
        self._call("/stub/forget", "POST")

    def times(self) -> list[float]:
        """When each order or cancel arrived."""
        return [float(moment) for moment in self._call("/stub/arrivals", "GET")]

    def placed(self) -> list[str]:
        """The client order id of each order that was taken."""
        return list(self._call("/stub/placed", "GET"))

    def open_orders(self) -> int:
        """How many orders rest there; those with the same client order id count as one."""
        return int(self._call("/stub/open", "GET"))

    def await_all(self, orders: int) -> None:
        """Return once so many are taken; raises TimeoutError."""
        deadline = monotonic() + _PATIENCE_SECONDS
        while (taken := self.open_orders()) < orders:
            if monotonic() > deadline:
                raise TimeoutError(f"{taken} of {orders} orders were taken")
            threading.Event().wait(_PAUSE_SECONDS)

    def _call(self, path: str, method: str) -> Any:
        request = urllib.request.Request(self.url + path, method=method)  # noqa: S310  loopback
        with urllib.request.urlopen(request, timeout=_PATIENCE_SECONDS) as answer:  # noqa: S310
            return json.load(answer)


class StubProcess(PromptModule):
    """`with StubProcess(latency_ms=50) as stub:` runs one at `stub.url`; from the main thread."""

    def __init__(self, *, latency_ms: float) -> None:
        super().__init__("tradeplatform.bench.stub", "--latency-ms", str(latency_ms))
        self.url = self.hear().split()[-1]
        self.arrivals = Arrivals(self.url)
