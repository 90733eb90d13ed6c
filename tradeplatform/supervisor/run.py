"""Starts the members, starts again those that die, stops all of them in order.

While the platform starts, a death is an error that names its log; once it runs, it is repaired.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tradeplatform.lib.services.child import Child, ChildSpec, stop
from tradeplatform.supervisor.plan import Member, Role
from tradeplatform.supervisor.restarts import pause_before_restart
from tradeplatform.supervisor.signals import Signals

_POLL_SECONDS = 0.02
_LOG_LINES_SHOWN = 30
_LOG_SECONDS = 60  # how often logs are looked at: nothing that somebody sends may fill the disk


class StartFailed(Exception):
    """A process did not start; the message ends with the last lines of its log."""


class StopRequested(Exception):
    """Somebody asked to stop before everything was up."""


@dataclass(slots=True)
class _Kept:
    """A member, its process, and when it is due again after a death."""

    member: Member
    child: Child
    started_at: float
    pause: float | None = None
    restart_at: float | None = None


class Supervisor:
    """Holds the running members. All times are monotonic seconds."""

    def __init__(
        self, *, signals: Signals, say: Callable[[str], object], open_files: tuple[int, ...] = ()
    ) -> None:
        """`open_files`: descriptors that every child inherits."""
        self._signals = signals
        self._say = say
        self._open_files = open_files
        self._kept: list[_Kept] = []

    def start(self, member: Member) -> None:
        """Start a member; it is watched from now on."""
        kept = _Kept(member, self._spawn(member.spec), time.monotonic())
        self._kept.append(kept)
        self._say(f"{member.spec.name}: process {kept.child.pid}")

    def run_to_end(self, spec: ChildSpec) -> None:
        """Run a command until it ends. Raises StartFailed unless it succeeds."""
        child = self._spawn(spec)
        try:
            while (code := child.exit_code()) is None:
                self._wait(_POLL_SECONDS)
        finally:
            child.kill_session()
        if code != 0:
            raise StartFailed(_failure(spec, code))

    def await_ready(self, what: str, is_ready: Callable[[], bool], *, seconds: float) -> None:
        """Wait until `is_ready`. Raises StartFailed when a member dies first, or time runs out."""
        deadline = time.monotonic() + seconds
        while not is_ready():
            self._refuse_deaths()
            if time.monotonic() > deadline:
                raise StartFailed(f"{what} was not ready within {seconds:.0f} seconds")
            self._wait(_POLL_SECONDS)

    def watch(self) -> None:
        """Keep the members running until somebody asks to stop."""
        while not self._signals.stop_requested:
            now = time.monotonic()
            for kept in self._kept:
                self._repair(kept, now)
                kept.child.shorten_log()
            due = [kept.restart_at for kept in self._kept if kept.restart_at is not None]
            self._signals.wait(seconds=max(min([*due, now + _LOG_SECONDS]) - now, 0))

    def stop_all(self) -> None:
        """Stop the members, role by role, last role first."""
        for role in reversed(Role):
            stop([kept.child for kept in self._kept if kept.member.role is role])

    def _spawn(self, spec: ChildSpec) -> Child:
        return Child(spec, open_files=self._open_files)

    def _wait(self, seconds: float) -> None:
        self._signals.wait(seconds=seconds)
        if self._signals.stop_requested:
            raise StopRequested

    def _refuse_deaths(self) -> None:
        for kept in self._kept:
            code = kept.child.exit_code()
            if code is not None:
                raise StartFailed(_failure(kept.member.spec, code))

    def _repair(self, kept: _Kept, now: float) -> None:
        if kept.restart_at is None:
            self._note_death(kept, now)
        elif kept.restart_at <= now:
            kept.child = self._spawn(kept.member.spec)
            kept.started_at, kept.restart_at = now, None
            self._say(f"{kept.member.spec.name}: process {kept.child.pid}")

    def _note_death(self, kept: _Kept, now: float) -> None:
        code = kept.child.exit_code()
        if code is None:
            return
        kept.child.kill_session()
        kept.pause = pause_before_restart(
            previous_pause=kept.pause, lived_seconds=now - kept.started_at
        )
        kept.restart_at = now + kept.pause
        name = kept.member.spec.name
        self._say(f"{name} ended ({_ending(code)}); starting it again in {kept.pause:g} s")


def _failure(spec: ChildSpec, code: int) -> str:
    return f"{spec.name} ended ({_ending(code)}). The end of {spec.log}:\n\n{_tail(spec.log)}"


def _ending(code: int) -> str:
    return f"exit code {code}" if code >= 0 else f"signal {-code}"


def _tail(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines()
    return "\n".join(lines[-_LOG_LINES_SHOWN:])
