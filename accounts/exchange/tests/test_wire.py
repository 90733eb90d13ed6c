"""What stands in the place of ccxt's own does the same, and nothing is repeated."""

from decimal import Decimal
from hashlib import sha256, sha512
from typing import Any

import pytest

from accounts.exchange import gateway
from accounts.exchange.desk import desk
from accounts.exchange.lazy_ccxt import ccxt
from accounts.exchange.tests.asking import login, wait
from accounts.exchange.tests.scripted_venue import Answer, ScriptedVenue
from accounts.exchange.tests.sending import LIMIT
from accounts.exchange.types import Login, OutcomeUnknown
from accounts.exchange.wire import observed_class

_ORDER = "/api/v3/order"


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
