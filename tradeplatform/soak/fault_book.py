"""Keeps the exchange's faults set, and counts how often each has really struck.

The sandbox forgets both when it dies: what it counted until we last asked is kept here, and the
standing faults are set again as soon as it is back.
"""

import http.client
import threading
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from accounts.sandbox.control import Control
from tradeplatform.soak.cast import OWNERS
from tradeplatform.soak.faults import standing_faults

AWAY = (OSError, http.client.HTTPException, ValueError)
_MISHAP_PROBABILITY = "0.15"


@dataclass(slots=True)
class FaultBook:
    """The faults of one sandbox, whatever becomes of its process."""

    control: Control
    seed: int
    _before: Counter[str] = field(default_factory=Counter)  # of faults removed or forgotten
    _names: dict[int, str] = field(default_factory=dict)  # of those set, by the sandbox's numbers
    _now: Counter[str] = field(default_factory=Counter)  # of those set, when last asked
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def keep(self) -> None:
        """Count; set the standing faults where the sandbox has forgotten them."""
        with self._lock, suppress(*AWAY):
            if not self._count():
                self._begin()

    def add(self, name: str, fault: Mapping[str, Any]) -> int | None:
        """Set one more fault; its number, None while the sandbox is away."""
        with self._lock, suppress(*AWAY):
            return self._add(name, fault)
        return None

    def remove(self, number: int) -> None:
        """Count it for the last time and take it away."""
        with self._lock, suppress(*AWAY):
            if self._count() and number in self._names:
                self.control.delete(f"/sandbox/faults/{number}")
                name = self._names.pop(number)
                self._before[name] += self._now.pop(name, 0)

    def heal(self) -> None:
        """Take all faults away for good; raises OSError while the sandbox is away."""
        with self._lock:
            self._count()
            self.control.delete("/sandbox/faults")
            self.control.post("/sandbox/streams/mishaps", {"seed": 0, "probability": "0"})
            for account in OWNERS:
                self.control.post("/sandbox/streams/resume", {"account": account})

    def struck(self) -> Counter[str]:
        """How often each fault has struck; zero for standing ones that never did."""
        struck = Counter(dict.fromkeys(standing_faults(self.seed), 0))
        struck.update(self._before)
        struck.update(self._now)
        return struck

    def _count(self) -> bool:
        """Ask how often each has struck; False when the sandbox does not know all of them."""
        rows = {row["id"]: row["struck"] for row in self.control.get("/sandbox/faults")}
        if not self._names or not self._names.keys() <= rows.keys():
            return False
        told = {self._names[number]: count for number, count in rows.items()}
        for row in self.control.get("/sandbox/streams/mishaps"):
            told[f"stream event {row['mishap']}"] = row["count"]
        self._now = Counter(told)
        return True

    def _begin(self) -> None:
        self._before += self._now
        self._now.clear()
        self._names.clear()
        self.control.delete("/sandbox/faults")
        for name, fault in standing_faults(self.seed).items():
            self._add(name, fault)
        mishaps = {"seed": self.seed, "probability": _MISHAP_PROBABILITY}
        self.control.post("/sandbox/streams/mishaps", mishaps)

    def _add(self, name: str, fault: Mapping[str, Any]) -> int:
        number: int = self.control.post("/sandbox/faults", fault)["id"]
        self._names[number] = name
        return number
