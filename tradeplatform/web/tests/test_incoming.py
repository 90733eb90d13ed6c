"""A request is whole with its last byte, not before, however it is cut into pieces."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradeplatform.web.incoming import Incoming

GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: x\r\ncontent-LENGTH : 11\r\n\r\n{}\r\n\r\n0\r\n\r\n"
CHUNKS = (
    b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"3\r\nabc\r\n10;name=value\r\n{\r\n\r\n0\r\n\r\n567890\r\n0\r\n\r\n"
)
TRAILERS = CHUNKS.removesuffix(b"\r\n") + b"X: y\r\n\r\n"


def arrived(*pieces: bytes) -> list[bool]:
    """After every piece, whether the request is whole."""
    incoming = Incoming()
    found = []
    for piece in pieces:
        incoming.received += piece
        found.append(incoming.is_whole())
    return found


@pytest.mark.parametrize("request_", [GET, POST, CHUNKS, TRAILERS])
def test_a_request_is_whole_with_its_last_byte(request_: bytes) -> None:
    found = arrived(*(request_[at : at + 1] for at in range(len(request_))))

    assert found == [False] * (len(request_) - 1) + [True]


@given(body=st.lists(st.binary(min_size=1, max_size=40), max_size=6), cut=st.integers(0, 300))
def test_a_body_in_chunks_is_whole_however_it_is_cut(body: list[bytes], cut: int) -> None:
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in body)
    request = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n"
    cut = min(cut, len(request) - 1)

    assert arrived(request[:cut], request[cut:]) == [False, True]


def test_what_follows_on_the_connection_does_no_harm() -> None:
    assert arrived(POST + GET[:5]) == [True]


@pytest.mark.parametrize("size", [b"-5", b"x", b"", b"0x5", b"123456789"])
def test_a_chunk_without_a_size_is_left_to_the_parser(size: bytes) -> None:
    head = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"

    assert arrived(head, size + b"\r\nabc") == [False, True]


def test_a_sender_who_waits_for_encouragement_is_known() -> None:
    incoming = Incoming(
        bytearray(b"POST / HTTP/1.1\r\nExpect: 100-Continue\r\nContent-Length: 2\r\n\r\n")
    )

    assert (incoming.is_whole(), incoming.expects_continue) == (False, True)
