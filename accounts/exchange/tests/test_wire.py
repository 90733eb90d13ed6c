"""What stands in the place of ccxt's own does the same, and nothing is repeated."""

import inspect
import itertools
from decimal import Decimal
from hashlib import sha256, sha512
from typing import Any

import pytest
from ccxt.base.decimal_to_precision import (
    DECIMAL_PLACES,
    NO_PADDING,
    ROUND,
    SIGNIFICANT_DIGITS,
    TICK_SIZE,
    TRUNCATE,
    decimal_to_precision,
)

from accounts.exchange import gateway
from accounts.exchange.desk import desk
from accounts.exchange.lazy_ccxt import ccxt
from accounts.exchange.tests.asking import login, wait
from accounts.exchange.tests.scripted_venue import Answer, ScriptedVenue
from accounts.exchange.tests.sending import LIMIT
from accounts.exchange.types import Login, OutcomeUnknown
from accounts.exchange.venues import VENUES
from accounts.exchange.wire import observed_class

_ORDER = "/api/v3/order"
# Of the source of ccxt 4.5.90's `fetch2`.
_FETCH2 = "ae756bb0463cc81f06f60ab799dbb6f008b7ec17db65e5e269de6f51f32f4db3"


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"symbol": "BTCUSDT", "quantity": "0.10", "timestamp": 1_790_000_000_000},
        {"reduceOnly": True, "postOnly": False, "postOnlyToo": "True"},
        {"price": Decimal("1E-7"), "stop": 1e-07, "nothing": None},
        {"note": "a b+c/d~e", "sum": "1=1&2=2", "percent": "100%"},
        {"a=1&b": "name"},
        {"market": "KRW-BTC", "오더": "주문"},
        {"raw": b"bytes", "list": ["a", "b"]},
        {"line": "BTC\n"},
    ],
)
def test_parameters_are_written_as_ccxt_writes_them(parameters: dict[str, Any]) -> None:
    ours = observed_class("binance").urlencode

    assert ours(parameters) == ccxt.Exchange.urlencode(parameters)
    assert ours(parameters, True) == ccxt.Exchange.urlencode(parameters, True)


def test_a_signature_is_made_as_ccxt_makes_it() -> None:
    for digest in ("hex", "base64", "binary"):
        for algorithm in (sha256, sha512):
            signature = observed_class("binance").hmac(b"quantity=1", b"secret", algorithm, digest)

            assert signature == ccxt.Exchange.hmac(b"quantity=1", b"secret", algorithm, digest)


@pytest.mark.parametrize("word", ["", "createOrder", "private", "a b", "ÄB", "x"])
def test_a_word_gets_its_capital_as_from_ccxt(word: str) -> None:
    assert observed_class("binance").capitalize(word) == ccxt.Exchange.capitalize(word)


@pytest.mark.parametrize("number", ["0.00012345", "1E-7", "99999.995", "-3.5", "0", 1.005, 7])
@pytest.mark.parametrize(
    ("precision", "counting"), [("0.01", TICK_SIZE), (3, DECIMAL_PLACES), (2, SIGNIFICANT_DIGITS)]
)
@pytest.mark.usefixtures("binance")
def test_what_is_rounded_is_rounded_as_by_ccxt(number: Any, precision: Any, counting: int) -> None:
    client = wait(_client(login("binance")))
    for how in itertools.product((ROUND, TRUNCATE), [precision], [counting], (NO_PADDING,)):
        expected = decimal_to_precision(number, *how)

        assert [client.decimal_to_precision(number, *how) for _ in range(2)] == [expected] * 2


@pytest.mark.parametrize("kind", [ccxt.async_support, ccxt.pro])
def test_no_exchange_has_its_own_way_in_place_of_what_we_replace(kind: Any) -> None:
    accesses = [access for venue in VENUES.values() for access in venue.markets.values()]
    for exchange in {access.ccxt_id for access in accesses}:
        for name in ("fetch2", "urlencode", "hmac", "capitalize"):
            assert getattr(getattr(kind, exchange), name) is getattr(kind.Exchange, name)


def test_ccxt_sends_a_request_as_it_did_when_we_replaced_it() -> None:
    """Fails with a ccxt whose `fetch2` is another: read it, mend ours, note its new sum."""
    source = inspect.getsource(ccxt.async_support.Exchange.fetch2)

    assert sha256(source.encode()).hexdigest() == _FETCH2


def test_nothing_is_repeated_even_where_ccxt_is_told_to(binance: ScriptedVenue) -> None:
    account = login("binance")
    client = wait(_client(account))
    client.options["maxRetriesOnFailure"] = 3
    binance.will_answer("POST", _ORDER, *[Answer("busy", status=503)] * 4)

    with pytest.raises(OutcomeUnknown):
        wait(gateway.place(account, LIMIT))

    assert len(binance.asked("POST", _ORDER)) == 1


async def _client(account: Login) -> Any:
    return await desk().client(account)
