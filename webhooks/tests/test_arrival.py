"""A request is read into plain values, no further than the limit."""

from io import BytesIO
from typing import Any

import pytest
from django.test import RequestFactory

from webhooks.arrival import Arrival, arrival_of
from webhooks.strict_json import LARGEST_BODY
from webhooks.tests.trading_rows import NOW


def arrive(body: bytes = b"{}", **extra: Any) -> Arrival:
    request = RequestFactory().post("/api/webhook", data=body, content_type="text/plain", **extra)
    return arrival_of(request, path_token="", received_at=NOW)


def test_a_request_arrives_in_plain_values() -> None:
    request = RequestFactory().post(
        "/api/webhook/tpw_x",
        data=b'{"a": 1}',
        content_type="application/json",
        headers={
            "Authorization": "bearer tpw_y",
            "Idempotency-Key": "k-1",
            "Prefer": "wait=5, Respond-Async; x=1",
        },
        REMOTE_ADDR="52.89.214.238",
    )

    assert arrival_of(request, path_token="tpw_x", received_at=NOW) == Arrival(
        received_at=NOW,
        body=b'{"a": 1}',
        content_type="application/json",
        remote_address="52.89.214.238",
        path_token="tpw_x",
        bearer_token="tpw_y",
        idempotency_key="k-1",
        prefers_async=True,
    )


def test_nothing_is_made_up() -> None:
    arrival = arrive(b"")

    assert (arrival.body, arrival.idempotency_key, arrival.prefers_async) == (b"", None, False)


@pytest.mark.parametrize(
    ("size", "is_too_large"), [(LARGEST_BODY, False), (LARGEST_BODY + 1, True)]
)
def test_the_limit_is_64_kib(size: int, is_too_large: bool) -> None:
    assert arrive(b"x" * size).is_too_large is is_too_large


def test_no_more_than_one_byte_above_the_limit_is_read() -> None:
    assert len(arrive(b"x" * 5_000_000).body) == LARGEST_BODY + 1


def test_a_body_in_chunks_is_read_to_its_end() -> None:
    """Such a request has no Content-Length; the server ends the stream."""
    stream = BytesIO(b'{"a": 1}')

    arrival = arrive(b"", **{"wsgi.input": stream, "wsgi.input_terminated": True})

    assert arrival.body == b'{"a": 1}'


@pytest.mark.parametrize(
    ("peer", "address"), [("", None), ("unix:", None), ("::1", "::1"), ("fe80::1%eth0", "fe80::1")]
)
def test_the_peers_address_is_kept_if_it_is_one(peer: str, address: str | None) -> None:
    assert arrive(REMOTE_ADDR=peer).remote_address == address


def test_what_proxies_claim_is_not_believed() -> None:
    arrival = arrive(REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="52.89.214.238")

    assert arrival.remote_address == "127.0.0.1"
