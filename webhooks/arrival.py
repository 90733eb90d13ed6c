"""One request as it reached us, read into plain values; the only module that reads the request."""

from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest

from tradeplatform.lib.client_address import client_address
from webhooks.strict_json import LARGEST_BODY

_LONGEST_CONTENT_TYPE = 100


@dataclass(frozen=True, slots=True)
class Arrival:
    """A request to the webhook. A body above the limit is not read to its end, nor kept."""

    received_at: datetime
    body: bytes
    content_type: str
    remote_address: str | None
    path_token: str
    bearer_token: str
    idempotency_key: str | None
    prefers_async: bool

    @property
    def is_too_large(self) -> bool:
        """Whether the body went over the limit."""
        return len(self.body) > LARGEST_BODY


def arrival_of(request: HttpRequest, *, path_token: str, received_at: datetime) -> Arrival:
    """The request in plain values; reads at most one byte more of the body than the limit."""
    return Arrival(
        received_at=received_at,
        body=_body(request),
        content_type=_storable(request.headers.get("Content-Type", ""))[:_LONGEST_CONTENT_TYPE],
        remote_address=client_address(request),
        path_token=path_token,
        bearer_token=bearer_token(request),
        idempotency_key=request.headers.get("Idempotency-Key"),
        prefers_async=_prefers_async(request.headers.get("Prefer", "")),
    )


def bearer_token(request: HttpRequest) -> str:
    """The token of `Authorization: Bearer TOKEN`; empty without one."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _body(request: HttpRequest) -> bytes:
    # Django takes a body without Content-Length (chunked) for empty. A server that ends the
    # stream by itself, as gunicorn does, may be read directly.
    is_terminated = request.META.get("wsgi.input_terminated")
    stream = request.META["wsgi.input"] if is_terminated else request
    pieces: list[bytes] = []
    missing = LARGEST_BODY + 1
    while missing and (piece := stream.read(missing)):
        pieces.append(piece)
        missing -= len(piece)
    return b"".join(pieces)


def _storable(text: str) -> str:
    # PostgreSQL takes no NUL, and some servers let one through in a header.
    return "".join(char if char.isprintable() else "\ufffd" for char in text)


def _prefers_async(header: str) -> bool:
    words = (part.partition(";")[0].strip().lower() for part in header.split(","))
    return "respond-async" in words
