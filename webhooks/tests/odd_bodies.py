"""What hostile and broken senders post, for Hypothesis: bytes, odd JSON, alerts gone wrong."""

import json
from typing import Any

from hypothesis import strategies as st

_ODD_WORDS = [
    *("", " ", "\x00", "\ud800", "\u0661\u0662", "NaN", "-0", "1e999999", "9" * 400, "0x10"),
    *("1_000", "{{close}}", "null", "true", "\u202e", "' OR 1=1 --", "../..", "buy", "LIMIT"),
    *("BTC/USDT", "BINANCE:BTCUSDT.P", "2026-01-31T12:00:00Z", "9999-99-99", "0001-01-01"),
]
_TEXTS = st.sampled_from(_ODD_WORDS) | st.text(max_size=12)
_NUMBERS = st.integers() | st.floats() | st.sampled_from([0, -0.0, 10**400, 1e-320, 2**63])
_LEAVES = st.none() | st.booleans() | _NUMBERS | _TEXTS
_FIELDS = (
    *("group_name", "symbol", "side", "order_type", "price", "stop_price", "qty_per", "quantity"),
    *("notional", "exchange", "market_type", "currency", "alert_id", "timenow", "priority"),
    *("order_id", "orders", "close_first", "reduce_only", "Side", "comment"),
)
VALUES = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXTS, inner, max_size=4),
    max_leaves=12,
)
# Changes to an alert that is right: a field becomes anything, or is left out (None).
CHANGES = st.dictionaries(st.sampled_from(_FIELDS), VALUES, min_size=1, max_size=4)
BODIES = (
    st.binary(max_size=300)
    | st.text(alphabet='{}[]":,\\ntoken0.eE+-\ufeff\x00', max_size=80).map(str.encode)
    | VALUES.map(lambda value: written(value))
    | st.integers(1, 3000).map(lambda depth: b'{"a":' + b"[" * depth)
    | st.integers(1, 3000).map(lambda depth: b'{"a":' * depth + b"1" + b"}" * depth)
)


def written(value: Any) -> bytes:
    """JSON as careless programs write it: NaN and lone surrogates included."""
    return json.dumps(value).encode()
