"""The running exchange: the engine, its journal, its market's ticks, its delay and its faults.

Invariants: every change is in the journal before `execute` returns, and told to the streams in the
order it was made; price moves that met no customer's order are written only when a later command
needs them, so an idle day costs no lines.
"""

from collections import Counter
from pathlib import Path

from accounts.sandbox.engine.commands import Command, MovePrice
from accounts.sandbox.engine.events import Event
from accounts.sandbox.engine.exchange import Exchange
from accounts.sandbox.engine.listings import SPOT_LISTINGS
from accounts.sandbox.faults.fates import Faults
from accounts.sandbox.journal import Journal
from accounts.sandbox.streams.hub import Streams
from accounts.sandbox.streams.mishaps import Mishaps
from accounts.sandbox.walk import Walk


class Venue:
    """What the HTTP handlers act upon; everything happens on one thread."""

    def __init__(
        self, state_dir: Path, *, seed: int, at_us: int, fault_seed: int | None = None
    ) -> None:
        """Bring back what `state_dir` holds, or begin anew at `at_us` (microseconds, epoch).

        With a `fault_seed` a tenth of all requests and stream events goes wrong, see `faults`.
        """
        self._walk = Walk(seed=seed)
        # Ids grow with the time an exchange began, so none is seen twice even after a reset.
        self._journal = Journal(state_dir, first_id=at_us // 1_000)
        self._unwritten: dict[str, tuple[MovePrice, int]] = {}
        self.latency_seconds = 0.0
        # Method and path of everything that was asked in Binance's dialect.
        self.requests: Counter[str] = Counter()
        self._mishaps = None if fault_seed is None else Mishaps(fault_seed)
        self.streams = Streams(self._mishaps)
        self.faults = Faults(fault_seed=fault_seed)
        self.exchange = self._empty_exchange()
        self._journal.replay(lambda command, then_us: self.exchange.apply(command, at_us=then_us))

    def execute(self, command: Command, *, at_us: int) -> list[Event]:
        """Do `command` and write it down; Refused when it may not be, then nothing is changed."""
        events = self.exchange.apply(command, at_us=at_us)
        self._write_moves()
        self._journal.append(command, at_us=at_us)
        self.streams.publish(self.exchange, command, events, at_us=at_us)
        return events

    def tick(self, *, at_us: int) -> None:
        """Let every price walk one step and the house renew its quotes."""
        for symbol, listing in SPOT_LISTINGS.items():
            price = self._walk.next_price(listing, self.exchange.spot.pits[symbol].house.price)
            move = MovePrice(symbol, price)
            self._unwritten.pop(symbol, None)  # the order of the moves is part of what happened
            self._unwritten[symbol] = (move, at_us)
            if events := self.exchange.apply(move, at_us=at_us):
                self._write_moves()
                self.streams.publish(self.exchange, move, events, at_us=at_us)
        self.streams.expire_listen_keys(at_us=at_us)

    def reset(self, *, at_us: int) -> None:
        """Drop accounts, orders, prices, delay, counts, faults and streams, and begin anew."""
        self.latency_seconds = 0.0
        self.requests.clear()
        self.faults.reset()
        self.streams.drop_all()
        self.streams = Streams(self._mishaps)
        self._unwritten.clear()
        self._journal.begin(first_id=at_us // 1_000)
        self.exchange = self._empty_exchange()

    def close(self) -> None:
        """Close the journal."""
        self._journal.close()

    def _empty_exchange(self) -> Exchange:
        journal = self._journal
        return Exchange(first_id=journal.first_id, first_algo_id=journal.first_algo_id)

    def _write_moves(self) -> None:
        for move, at_us in self._unwritten.values():
            self._journal.append(move, at_us=at_us)
        self._unwritten.clear()
