"""A WSGI application that answers with the body it got, for tests of the server before it."""

from collections.abc import Callable, Iterable
from typing import Any


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """`<method> <body>`; of a large body the first 64 KiB."""
    body = environ["wsgi.input"].read(64 * 1024)
    answer = environ["REQUEST_METHOD"].encode() + b" " + body
    start_response("200 OK", [("Content-Length", str(len(answer)))])
    return [answer]
