"""What a benchmark of fills works out from the exchange's own list of trades."""

from decimal import Decimal

import pytest

from tradeplatform.bench.fills import Seen, Trade, holdings, latencies


def _trade(account: str, at: float, *, fee_in: str = "BTC") -> Trade:
    return {
        "account": account,
        "receivedAt": at,
        "symbol": "BTCUSDT",
        "qty": "0.00100000",
        "commission": "0.00000100",
        "commissionAsset": fee_in,
    }


def test_each_change_is_measured_from_its_own_accounts_fill_in_turn() -> None:
    trades = [_trade("A", 1.0), _trade("B", 1.0), _trade("A", 5.0)]
    seen = [Seen("B", 1.02), Seen("A", 1.03), Seen("A", 5.01)]

    assert latencies(trades, seen) == pytest.approx([20, 30, 10])


def test_a_fill_that_was_never_seen_is_missing() -> None:
    trades = [_trade("A", 1.0), _trade("B", 1.0)]

    assert latencies(trades, [Seen("B", 1.02)]) == pytest.approx([20])


def test_a_fee_in_the_bought_coin_is_not_held() -> None:
    trades = [_trade("A", 1.0), _trade("A", 2.0, fee_in="BNB"), _trade("B", 1.0)]

    assert holdings(trades) == {"A": Decimal("0.001999"), "B": Decimal("0.000999")}
