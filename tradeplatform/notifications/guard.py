"""The last word on where a sending process connects to: asked by Python at every connection.

An audit hook sees the numeric address that a name led to, whatever library connects and however it
looked the name up, so neither DNS rebinding nor a redirect gets past it. It cannot be taken off:
only for a process that does nothing but send.
"""

import sys
from typing import Any

from tradeplatform.notifications.publicness import may_be_reached

_CONNECTING = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
# A service has no business with other programs or with new network connections of theirs.
_FORBIDDEN = frozenset({"subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork"})


class Refused(OSError):
    """The address is none that a message may be sent to."""


class Guard:
    """Refuses connections; `refused` remembers to where."""

    def __init__(self, *, allow_private: bool) -> None:
        self.refused: list[str] = []
        self._allow_private = allow_private

    def stand(self) -> None:
        """From now on, for as long as the process lives."""
        sys.addaudithook(self._hear)

    def _hear(self, event: str, values: tuple[Any, ...]) -> None:
        if event in _FORBIDDEN:
            raise Refused(f"{event} is not for a service")
        if event in _CONNECTING:
            self._check(values[1])

    def _check(self, address: Any) -> None:
        if address is None:  # on a connection that was let through before
            return
        host = str(address[0]) if isinstance(address, tuple) else "a local socket"
        if not may_be_reached(host, allow_private=self._allow_private):
            self.refused.append(host)
            raise Refused(f"{host} is no public address")
