"""What a soak reads of an exchange while orders may still come."""

from dataclasses import dataclass
from typing import Any

from accounts.sandbox.control import Control
from accounts.sandbox.process import SandboxProcess
from accounts.sandbox.tests.trader import MARKET, Trader
from tradeplatform.soak.reading import venue_books


@dataclass(frozen=True, slots=True)
class _WhileTrading(Control):
    """An order is placed, and fills, before each look."""

    trader: Trader

    def get(self, path: str) -> Any:
        status, answer = self.trader.post("/api/v3/order", **MARKET)
        assert status == 200, answer
        return Control.get(self, path)


def test_an_order_that_comes_between_two_looks_spoils_neither(
    fresh_sandbox: SandboxProcess,
) -> None:
    trader = Trader(fresh_sandbox.url, "alice", USDT="100000")

    books = venue_books(_WhileTrading(fresh_sandbox.url, trader))

    assert (len(books.orders), len(books.executions)) == (2, 1)
