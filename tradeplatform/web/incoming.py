"""How much of an HTTP/1.1 request (RFC 9112) has arrived. Pure.

It is never called whole too early; what is no HTTP is called whole or never ends. Nobody else's
bytes are kept beyond LARGEST.
"""

import re
from dataclasses import dataclass, field

# Room for the largest alert (64 KiB) in chunks and with many headers, and for the admin's forms.
LARGEST = 256 * 1024

_HEAD_END = b"\r\n\r\n"
_IN_CHUNKS = re.compile(rb"\r\ntransfer-encoding[ \t]*:", re.IGNORECASE)
_WAITS = re.compile(rb"\r\nexpect[ \t]*:[ \t]*100-continue[ \t]*\r\n", re.IGNORECASE)
_LENGTH = re.compile(rb"\r\ncontent-length[ \t]*:[ \t]*(\d{1,18})", re.IGNORECASE)
_CHUNK_SIZE = re.compile(rb"([0-9a-f]{1,8})[ \t]*(;.*)?", re.IGNORECASE | re.DOTALL)


@dataclass(slots=True)
class Incoming:
    """The bytes of one request as they arrive; what follows it on the connection may be with it."""

    received: bytearray = field(default_factory=bytearray)
    # Its sender waits to be told that the body is wanted.
    expects_continue: bool = False
    # Where the body begins, 0 until the head is there, and how long it is: None if in chunks.
    _body_at: int = 0
    _length: int | None = None
    _chunk_at: int = 0

    def is_whole(self) -> bool:
        """Whether its last byte is there."""
        if not self._body_at and not self._read_head():
            return False
        if self._length is None:
            return self._has_last_chunk()
        return len(self.received) >= self._body_at + self._length

    def _read_head(self) -> bool:
        end = self.received.find(_HEAD_END)
        if end < 0:
            return False
        self._body_at = self._chunk_at = end + len(_HEAD_END)
        head = bytes(self.received[: self._body_at])
        length = _LENGTH.search(head)
        self._length = None if _IN_CHUNKS.search(head) else int(length[1]) if length else 0
        self.expects_continue = bool(_WAITS.search(head))
        return True

    def _has_last_chunk(self) -> bool:
        """Goes on where it stopped last time, so that many small pieces cost no more than one."""
        while (line_end := self.received.find(b"\r\n", self._chunk_at)) >= 0:
            size = _CHUNK_SIZE.fullmatch(bytes(self.received[self._chunk_at : line_end]))
            if size is None:
                return True  # nothing that follows could mend it
            length = int(size[1], 16)
            if length == 0:
                return self.received.find(_HEAD_END, line_end) >= 0  # behind the trailers, if any
            following = line_end + 2 + length + 2
            if following > len(self.received):
                return False
            self._chunk_at = following
        return False
