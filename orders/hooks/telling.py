"""Tell one strategy's hooks what is new, row by row, and remember what was told.

Every row is told at least once: should the process end between a call and the note of it, the row
is told again, and what the hook then asks for is what it asked for before (see acting).
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import connections
from django.db.models import F

from orders.hooks import reading
from orders.hooks.acting import StrategyContext
from orders.hooks.cursors import Cursor, from_json, starting_at
from orders.hooks.reading import News
from strategies.hooks import Hooks, HooksUnusable, load_hooks
from strategies.models import HookProgress, Strategy

logger = logging.getLogger(__name__)

# Between the insertion of a row and its commit lie milliseconds; this is beyond any doubt.
LATE_COMMIT = timedelta(seconds=60)
# What was told for this long is noted, at the latest; after a crash it is told again.
_NOTE_SECONDS = 0.2


class Teller:
    """One strategy's hooks in this process: the object, its context and its thread."""

    def __init__(self, strategy: Strategy) -> None:
        self.path = strategy.hooks
        self._strategy = strategy
        self._context = StrategyContext(strategy)
        self._hooks: Hooks | None = None
        self._lock = threading.Lock()
        self._is_running = self._is_wanted = False
        self._running: tuple[str, float] | None = None  # what is called, and since when

    def wake(self) -> None:
        """Tell what is new, on a thread of its own; at once or after what is being told."""
        with self._lock:
            self._is_wanted = True
            if self._is_running:
                self._note_hanging()
                return
            self._is_running = True
        # A daemon: a hook that hangs must not keep the worker from ending.
        threading.Thread(target=self._run, name=f"hooks-{self.path}", daemon=True).start()

    def tell_all(self, *, now: datetime) -> None:
        """Tell whatever is untold, on the caller's thread."""
        progress = self._progress(now)
        if not self._make_ready() or self._hooks is None:
            return
        while news := self._read(progress):
            if not self._tell_each(self._hooks, news, progress):
                return  # the strategy has other hooks by now
        _raise_floors(progress, now)

    def _run(self) -> None:
        try:
            while self._takes_turn():
                self.tell_all(now=datetime.now(UTC))
        except Exception:  # the database is away, or the like; the next beat comes back
            logger.exception("hooks of %s are not told", self._strategy.group_name)
            with self._lock:
                self._is_running = False
        finally:
            connections.close_all()

    def _takes_turn(self) -> bool:
        with self._lock:
            self._is_running, self._is_wanted = self._is_wanted, False
            return self._is_running

    def _progress(self, now: datetime) -> HookProgress:
        progress = HookProgress.objects.filter(strategy=self._strategy).first()
        if progress is not None and progress.hooks == self.path:
            return progress
        event_id, fill_id = reading.newest_ids()
        fresh, _ = HookProgress.objects.update_or_create(
            strategy=self._strategy,
            defaults={
                "hooks": self.path,
                "events": starting_at(event_id).to_json(),
                "fills": starting_at(fill_id).to_json(),
                "marked_at": now,
                # What went wrong with other hooks is no problem of these.
                "last_problem": "",
                "last_problem_at": None,
                "problem_count": 0,
            },
        )
        return fresh

    def _make_ready(self) -> bool:
        """Whether the hooks are there; what is new waits while they are not."""
        if self._hooks is not None:
            return True

        def start() -> None:
            hooks = load_hooks(self.path, modules=settings.HOOK_MODULES)()
            hooks.on_start(self._context)
            self._hooks = hooks

        return self._call("on_start", start)

    def _read(self, progress: HookProgress) -> list[News]:
        return reading.read_news(
            self._strategy.pk,
            events=from_json(progress.events),
            fills=from_json(progress.fills),
        )

    def _tell_each(self, hooks: Hooks, news: Sequence[News], progress: HookProgress) -> bool:
        """Whether they are still the strategy's hooks; else the rest is none of their business.

        Slow calls are noted one by one, quick ones together: a note per call would write all that
        is remembered again and again.
        """
        told: list[News] = []
        noted_at = time.monotonic()
        for item in news:
            self._tell(hooks, item)
            told.append(item)
            if item is news[-1] or time.monotonic() - noted_at >= _NOTE_SECONDS:
                if not _note_told(progress, told):
                    return False
                told, noted_at = [], time.monotonic()
        return True

    def _tell(self, hooks: Hooks, news: News) -> None:
        with self._context.caused_by(news.cause):
            for name, tell in news.tell:
                self._call(name, partial(tell, hooks))

    def _call(self, name: str, call: Callable[[], None]) -> bool:
        """Whether the operator's code did its work; if not, or if it was slow, it is recorded."""
        began = time.monotonic()
        self._running = (name, began)
        try:
            call()
        except HooksUnusable as problem:
            self._note_problem(str(problem))
            return False
        except BaseException as error:  # SystemExit as well: it would end the thread unseen
            logger.exception("hooks %s: %s failed", self.path, name)
            self._note_problem(f"{name}: {type(error).__name__}: {error}")
            return False
        finally:
            self._running = None
        took = time.monotonic() - began
        if took > settings.HOOK_SECONDS:
            self._note_problem(f"{name} took {took:.1f} s")
        return True

    def _note_hanging(self) -> None:
        name, began = self._running or ("", 0.0)
        seconds = time.monotonic() - began
        if name and seconds > settings.HOOK_SECONDS:
            self._note_problem(f"{name} has been running for {seconds:.0f} s")

    def _note_problem(self, text: str) -> None:
        """Kept where the strategy's admin page shows it, and in the log."""
        logger.warning("hooks of %s: %s", self._strategy.group_name, text)
        HookProgress.objects.filter(strategy=self._strategy, hooks=self.path).update(
            last_problem=text[:300],
            last_problem_at=datetime.now(UTC),
            problem_count=F("problem_count") + 1,
        )


def _note_told(progress: HookProgress, news: Sequence[News]) -> bool:
    """Whether it is still the strategy's progress."""
    events = [each.row_id for each in news if each.table == "events"]
    fills = [each.row_id for each in news if each.table == "fills"]
    return _write(
        progress,
        events=from_json(progress.events).told(*events),
        fills=from_json(progress.fills).told(*fills),
    )


def _raise_floors(progress: HookProgress, now: datetime) -> None:
    """Everything that is visible has been told; forget what need not be remembered."""
    if now - progress.marked_at < LATE_COMMIT:
        return
    event_id, fill_id = reading.newest_ids()
    progress.marked_at = now
    _write(
        progress,
        events=from_json(progress.events).raised(newest=event_id),
        fills=from_json(progress.fills).raised(newest=fill_id),
    )


def _write(progress: HookProgress, *, events: Cursor, fills: Cursor) -> bool:
    """Whether there was something to write to: other hooks of the strategy start anew."""
    progress.events, progress.fills = events.to_json(), fills.to_json()
    own = HookProgress.objects.filter(pk=progress.pk, hooks=progress.hooks)
    return (
        own.update(events=progress.events, fills=progress.fills, marked_at=progress.marked_at) == 1
    )
