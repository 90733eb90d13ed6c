"""Causes the troubles, and counts those that really happened."""

import threading
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGCONT, SIGSTOP

import redis

from accounts.sandbox.control import Control
from tradeplatform.lib.services.places import valkey_socket
from tradeplatform.soak.cast import OWNERS
from tradeplatform.soak.fault_book import AWAY, FaultBook
from tradeplatform.soak.troubles import FlushBroker, Freeze, Kill, Spoil, Streams, Trouble
from tradeplatform.supervisor.rented import Platform


@dataclass(slots=True)
class Troublemaker:
    """Acts on a running platform. Kills are counted by the supervisor that sees the deaths."""

    platform: Platform
    control: Control
    faults: FaultBook
    state_dir: Path
    happened: Counter[str] = field(default_factory=Counter)

    def cause(self, trouble: Trouble) -> None:
        """Have it happen; returns when it is over, except for what heals by itself."""
        match trouble:
            case Kill():
                self.faults.keep()
                self.platform.signal(trouble.process, trouble.signal)
            case Freeze():
                self._freeze(trouble)
            case FlushBroker():
                self._flush(trouble)
            case Spoil():
                self._spoil(trouble)
            case Streams():
                self._disturb(trouble)

    def _freeze(self, trouble: Freeze) -> None:
        pid = self.platform.pids().get(trouble.process)
        if self.platform.signal(trouble.process, SIGSTOP):
            self.happened[trouble.name] += 1
            _wait(trouble.seconds)
            if self.platform.pids().get(trouble.process) == pid:
                self.platform.signal(trouble.process, SIGCONT)

    def _flush(self, trouble: FlushBroker) -> None:
        with suppress(redis.RedisError):
            redis.Redis(unix_socket_path=str(valkey_socket(self.state_dir))).flushall()
            self.happened[trouble.name] += 1

    def _spoil(self, trouble: Spoil) -> None:
        number = self.faults.add(trouble.name, trouble.fault)
        _wait(trouble.seconds)
        if number is not None:
            self.faults.remove(number)

    def _disturb(self, trouble: Streams) -> None:
        if not self._tell_streams(trouble.verb):
            return
        self.happened[trouble.name] += 1
        if trouble.undone_after_seconds:
            _wait(trouble.undone_after_seconds)
            self._tell_streams("resume")

    def _tell_streams(self, verb: str) -> bool:
        with suppress(*AWAY):
            for account in OWNERS:
                self.control.post(f"/sandbox/streams/{verb}", {"account": account})
            return True
        return False


def _wait(seconds: float) -> None:
    threading.Event().wait(seconds)
