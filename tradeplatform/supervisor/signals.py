"""Waiting that a signal ends: a stop request, or a child that died.

Handlers do nothing; Python writes each signal's number into a pipe and the main loop reads it
there. So no code is interrupted half-way, and a request to stop is never lost.
"""

import os
import select
import signal
from types import FrameType, TracebackType
from typing import Self

_STOP = frozenset({signal.SIGINT, signal.SIGTERM, signal.SIGHUP})


class Signals:
    """Hears signals while it is entered; for the main thread only."""

    def __init__(self) -> None:
        self.stop_requested = False

    def __enter__(self) -> Self:
        self._reader, self._writer = os.pipe()
        os.set_blocking(self._reader, False)
        os.set_blocking(self._writer, False)
        signal.set_wakeup_fd(self._writer)
        heard = stop_signals() | {signal.SIGCHLD}
        self._handlers = {number: signal.signal(number, _ignore) for number in heard}
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(-1)
        os.close(self._reader)
        os.close(self._writer)

    def wait(self, *, seconds: float | None) -> None:
        """Return after `seconds` (None: no limit), or at once when a signal comes."""
        if select.select([self._reader], [], [], seconds)[0]:
            heard = os.read(self._reader, 4096)
            self.stop_requested = self.stop_requested or not _STOP.isdisjoint(heard)


def stop_signals() -> frozenset[signal.Signals]:
    """What asks us to stop; under nohup a closed terminal does not."""
    is_nohup = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    return _STOP - {signal.SIGHUP} if is_nohup else _STOP


def _ignore(number: int, frame: FrameType | None) -> None:
    """The pipe has it."""
