"""Who sends a request: API key, signature and time window, checked as Binance checks them.

The signature is the hexadecimal HMAC-SHA256, by the account's secret, of the query string followed
by the body, exactly as sent, without the signature itself (Binance, "Request security").
"""

import hashlib
import hmac
import re

from accounts.sandbox.engine.exchange import Account, Exchange
from accounts.sandbox.errors import UNAUTHORIZED, VenueError, missing
from accounts.sandbox.parameters import Parameters

_KEY = re.compile(r"[A-Za-z0-9_-]{1,128}")
_SIGNATURE = re.compile(r"(?:^|&)signature=[^&]*")
_DEFAULT_WINDOW_MS = 5_000
_MAX_WINDOW_MS = 60_000
_MAX_AHEAD_MS = 1_000  # refused whatever the window (binance-spot-api-docs, rest-api.md)


def authenticate(
    exchange: Exchange,
    *,
    key: str | None,
    query: str,
    body: str,
    parameters: Parameters,
    at_us: int,
) -> Account:
    """The account that sent the request; VenueError when that is not certain."""
    account = identify(exchange, key)
    signature = parameters.required("signature")
    _check_signature(account, signature, query=query, body=body)
    _check_time(parameters, at_us // 1_000)
    return account


def identify(exchange: Exchange, key: str | None) -> Account:
    """The account of an API key; VenueError when there is none."""
    if key is None or not _KEY.fullmatch(key):
        raise VenueError(-2014, "API-key format invalid.", status=UNAUTHORIZED)
    account = exchange.account_of_key(key)
    if account is None:
        message = "Invalid API-key, IP, or permissions for action."
        raise VenueError(-2015, message, status=UNAUTHORIZED)
    return account


def _check_signature(account: Account, signature: str, *, query: str, body: str) -> None:
    signed = _SIGNATURE.sub("", query) + _SIGNATURE.sub("", body)
    expected = hmac.new(account.secret.encode(), signed.encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected.encode(), signature.encode()):
        raise VenueError(-1022, "Signature for this request is not valid.")


def _check_time(parameters: Parameters, now_ms: int) -> None:
    sent_ms = parameters.integer("timestamp")
    if sent_ms is None:
        raise missing("timestamp")
    window_ms = parameters.integer("recvWindow")
    window_ms = _DEFAULT_WINDOW_MS if window_ms is None else window_ms
    if window_ms > _MAX_WINDOW_MS:
        raise VenueError(-1131, "recvWindow must be less than 60000")
    if sent_ms >= now_ms + _MAX_AHEAD_MS:
        message = "Timestamp for this request was 1000ms ahead of the server's time."
        raise VenueError(-1021, message)
    if now_ms - sent_ms > window_ms:
        raise VenueError(-1021, "Timestamp for this request is outside of the recvWindow.")
