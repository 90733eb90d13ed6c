"""Every open stream: who listens to what, and what is sent to them.

`Streams.publish` is called once for every command that was applied, on the exchange's own thread;
it renders and queues, and never waits.
"""

import asyncio
import json
from collections import Counter, defaultdict
from dataclasses import dataclass

from accounts.sandbox.engine.commands import Command
from accounts.sandbox.engine.events import Event
from accounts.sandbox.engine.exchange import Exchange
from accounts.sandbox.engine.listings import Market
from accounts.sandbox.formats import Row
from accounts.sandbox.streams import futures_events, spot_events
from accounts.sandbox.streams.gate import Gate
from accounts.sandbox.streams.listen_keys import ListenKeys
from accounts.sandbox.streams.mishaps import Mishap, Mishaps
from accounts.sandbox.streams.outbox import Outbox
from accounts.sandbox.streams.pushes import Push, pushes


@dataclass(frozen=True, slots=True)
class Subscription:
    """One stream: an account's events of one market, to one connection.

    `number` tells the subscriptions of one spot connection apart; futures connections have one.
    """

    account: str
    market: Market
    outbox: Outbox
    number: int | None = None

    def send(self, event: str) -> None:
        """Send an event, already JSON."""
        if self.number is None:
            self.outbox.put(event)
        else:
            self.outbox.put(f'{{"subscriptionId":{self.number},"event":{event}}}')


class Streams:
    """The open streams of all accounts."""

    def __init__(self, mishaps: Mishaps | None = None) -> None:
        """Nobody listens; events meet with `mishaps`, if any."""
        self._mishaps = mishaps
        self._told: Counter[str] = Counter()  # events about orders, by account
        self.met: Counter[Mishap] = Counter()  # since the start or the last reset
        self.listen_keys = ListenKeys()
        self._open: defaultdict[tuple[str, Market], list[Subscription]] = defaultdict(list)
        self._gates: defaultdict[str, Gate] = defaultdict(Gate)

    def add(self, subscription: Subscription) -> None:
        """From now on it gets its account's events."""
        self._open[subscription.account, subscription.market].append(subscription)

    def remove(self, subscription: Subscription) -> None:
        """It gets nothing more; nothing happens when it is not open."""
        if self.has(subscription):
            self._open[subscription.account, subscription.market].remove(subscription)

    def has(self, subscription: Subscription) -> bool:
        """Whether it is open."""
        return subscription in self._open.get((subscription.account, subscription.market), [])

    def publish(
        self, exchange: Exchange, command: Command, events: list[Event], *, at_us: int
    ) -> None:
        """Tell everybody who listens what `command` has led to."""
        if not any(self._open.values()):
            return
        for push in pushes(exchange, command, events, at_us=at_us):
            if self._open.get((push.account, push.market)):
                self._meet_with_mishap(push)
                self._pass(push)

    def count(self, account: str, market: Market) -> int:
        """How many streams of the account are open."""
        return len(self._open.get((account, market), []))

    def drop(self, account: str) -> None:
        """Cut the connections of all the account's streams."""
        for market in Market:
            for subscription in self._taken(account, market):
                subscription.outbox.cut()

    def drop_all(self) -> None:
        """Cut everybody's connections."""
        for account in {account for account, _ in self._open}:
            self.drop(account)

    def terminate(self, account: str, *, at_us: int) -> None:
        """End all the account's streams, but not their connections, and its listen key."""
        row = spot_events.terminated(at_us=at_us)
        for subscription in self._taken(account, Market.SPOT):
            subscription.send(event_text(row))
        self._expire(account, at_us=at_us)

    def expire_listen_keys(self, *, at_us: int) -> None:
        """End the futures streams whose listen key was not kept alive."""
        for account in self.listen_keys.expired(at_us=at_us):
            self._expire(account, at_us=at_us)

    def close_listen_key(self, account: str) -> None:
        """The account no longer wants its futures streams."""
        self.listen_keys.revoke(account)
        for subscription in self._taken(account, Market.FUTURES):
            subscription.outbox.cut()

    def begin_mishaps(self, mishaps: Mishaps) -> None:
        """From now on events meet with these; every account's are counted from 0 again."""
        self._mishaps = mishaps
        self._told.clear()

    def gate(self, account: str) -> Gate:
        """What goes wrong on the way to the account."""
        return self._gates[account]

    def open_gate(self, account: str) -> None:
        """Nothing goes wrong any more; what was held back is sent."""
        self._send(self._gates[account].open())

    def _meet_with_mishap(self, push: Push) -> None:
        if self._mishaps is None or not push.is_about_order:
            return
        number = self._told[push.account]
        self._told[push.account] += 1
        mishap = self._mishaps.of_event(push.account, number)
        if mishap is not None:
            self.met[mishap] += 1
            self._gates[push.account].meet_with(mishap)

    def _pass(self, push: Push) -> None:
        delay_ms = self._gates[push.account].delay_ms(push)
        if delay_ms:
            asyncio.get_running_loop().call_later(delay_ms / 1_000, self._admit, push)
        else:
            self._admit(push)

    def _admit(self, push: Push) -> None:
        self._send(self._gates[push.account].admit(push))

    def _send(self, admitted: list[Push]) -> None:
        for push in admitted:
            text = event_text(push.row)
            for subscription in self._open.get((push.account, push.market), []):
                subscription.send(text)

    def _expire(self, account: str, *, at_us: int) -> None:
        key = self.listen_keys.revoke(account)
        if key is None:
            return
        row = futures_events.listen_key_expired(key.text, at_us=at_us)
        for subscription in self._taken(account, Market.FUTURES):
            subscription.send(event_text(row))

    def _taken(self, account: str, market: Market) -> list[Subscription]:
        """The account's streams, which are open no longer."""
        return self._open.pop((account, market), [])


def event_text(row: Row) -> str:
    """A message as it goes over the wire."""
    return json.dumps(row, separators=(",", ":"))
