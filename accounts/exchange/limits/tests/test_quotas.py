"""What the table says that ccxt says too."""

import ccxt
import pytest

from accounts.exchange.limits.quotas import QUOTAS


@pytest.mark.parametrize(
    ("ccxt_id", "api"), [("binance", "private"), ("binanceusdm", "fapiPrivate")]
)
def test_an_order_costs_what_ccxt_counts_for_it(ccxt_id: str, api: str) -> None:
    client = getattr(ccxt, ccxt_id)()

    told = client.api[api]["post"]["order"]["cost"]

    assert QUOTAS[ccxt_id].order_cost == told
