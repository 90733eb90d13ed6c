"""Send one message by Apprise, in a process of its own that ends with it.

The only module that imports Apprise. The child bounds its own time and memory and connects to
public addresses only, so a service that hangs, floods or lies harms nothing but its message.
"""

import logging
import multiprocessing
import os
import re
import resource
import signal
import sys
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import apprise
from apprise.common import NotifyFormat, OverflowMode, PersistentStoreMode
from apprise.manager_attachment import AttachmentManager
from apprise.manager_plugins import NotificationManager

from tradeplatform.notifications.addresses import AddressRefused, take_apart, without_secrets
from tradeplatform.notifications.catalogue import SCHEMES
from tradeplatform.notifications.guard import Guard
from tradeplatform.notifications.wording import on_one_line

# Whatever a service does: connecting, answering slowly, throttling of several recipients.
SEND_SECONDS = 20
_GRACE_SECONDS = 2
# How Apprise begins to tell, for nearly every service, that it got no answer.
_NOT_REACHED = re.compile(r"connection error occurr?ed", re.IGNORECASE)
# Beyond what it has from the process that it was forked from.
_MOST_MEMORY = 512 * 1024 * 1024
_STATM = Path("/proc/self/statm")

# Forked, not started anew: that would load everything again for every message.
_context = multiprocessing.get_context("fork")


def load_services() -> None:
    """Load what Apprise knows, once; every child would have to do it otherwise."""
    NotificationManager().load_modules()


@dataclass(frozen=True, slots=True)
class Letter:
    """What to send, and where: `address` is in clear."""

    address: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """Whether the service took it, and what it said if not."""

    is_sent: bool
    reason: str = ""


class Sending:
    """One letter on its way."""

    def __init__(self, letter: Letter, *, allow_private: bool, seconds: int = SEND_SECONDS) -> None:
        """`seconds` is all the time that the service has."""
        self._reader, writer = _context.Pipe(duplex=False)
        self._process = _context.Process(
            target=_send_and_tell, args=(writer, letter, allow_private, seconds), daemon=True
        )
        self._process.start()
        writer.close()
        self._ends_at = time.monotonic() + seconds + _GRACE_SECONDS
        self._late = Outcome(False, f"No answer within {seconds} s.")
        self._outcome: Outcome | None = None

    def outcome(self) -> Outcome | None:
        """What became of it, as often as asked; None while it is under way."""
        if self._outcome is None and self._reader.poll():
            self._end(self._heard())
        elif self._outcome is None and time.monotonic() >= self._ends_at:
            self._end(self._late)
        return self._outcome

    def _heard(self) -> Outcome:
        try:
            outcome: Outcome = self._reader.recv()
        except EOFError:  # its alarm ended it
            return self._late
        return outcome

    def _end(self, outcome: Outcome) -> None:
        self._outcome = outcome
        self._process.kill()
        self._process.join()
        self._process.close()
        self._reader.close()


def _send_and_tell(writer: Connection, letter: Letter, allow_private: bool, seconds: int) -> None:
    _confine(seconds)
    guard = Guard(allow_private=allow_private)
    guard.stand()
    outcome = send(letter)
    if guard.refused and not outcome.is_sent:  # a name may have a public address as well
        places = ", ".join(dict.fromkeys(guard.refused))
        outcome = Outcome(False, f"Not sent: {places} is no public address.")
    writer.send(outcome)


def _confine(seconds: int) -> None:
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGALRM):
        signal.signal(number, signal.SIG_DFL)
    # Also when nobody waits for it any more.
    signal.alarm(seconds)
    most = _data_bytes() + _MOST_MEMORY
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))
    # A proxy would look names up itself, out of the guard's sight.
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = "*"
    # Nothing is attached, and no template of a message is read from this machine or another.
    AttachmentManager().remove("file", "http", "https")


def _data_bytes() -> int:
    """What counts towards the limit already: all that was reserved for data (proc(5), statm)."""
    return int(_STATM.read_text().split()[5]) * resource.getpagesize()


def send(letter: Letter) -> Outcome:
    """Send it now, on this process's own time and connections: for the confined child."""
    complaints = _Complaints()
    logger = logging.getLogger("apprise")
    logger.addHandler(complaints)
    logger.propagate = False
    try:
        is_sent = _notify(letter)
    except AddressRefused as refused:
        return Outcome(False, str(refused))
    except Exception as error:  # noqa: BLE001  a plugin of Apprise: whatever it raises is an answer
        return Outcome(False, _told(f"{type(error).__name__}: {error}", letter))
    reason = _told(complaints.text(), letter)
    return Outcome(True) if is_sent else Outcome(False, reason or "The service refused it.")


def _told(text: str, letter: Letter) -> str:
    """What a service said, as it may be kept and shown."""
    if _NOT_REACHED.search(text):
        return "The service cannot be reached. Check the address and this machine's network."
    return without_secrets(on_one_line(text), address=letter.address)


def _notify(letter: Letter) -> bool:
    take_apart(letter.address)
    service = _service(letter.address)
    if service is None:
        raise AddressRefused("Apprise cannot read the address; compare it with the examples.")
    service.overflow_mode = OverflowMode.TRUNCATE
    service.redirects = False
    return bool(service.notify(body=letter.text, title=letter.title, body_format=NotifyFormat.TEXT))


def _service(address: str) -> apprise.NotifyBase | None:
    """What sends to the address; None when Apprise cannot read it."""
    asset = apprise.AppriseAsset(
        app_id="tradeplatform",
        app_desc="tradeplatform",
        http_redirects=False,
        storage_mode=PersistentStoreMode.MEMORY,
    )
    service = apprise.Apprise.instantiate(address, asset=asset)
    return service if service is not None and service.schemas() & SCHEMES else None


class _Complaints(logging.Handler):
    """Keeps what Apprise warns of: it tells failures to its log only."""

    def __init__(self) -> None:
        super().__init__(level=logging.WARNING)
        self._texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self._texts.append(record.getMessage())

    def text(self) -> str:
        """All of it."""
        return " ".join(self._texts)


if __name__ == "__main__":  # what notifications.reading asks
    sys.stdout.write("readable" if _service(sys.stdin.read()) else "unreadable")
