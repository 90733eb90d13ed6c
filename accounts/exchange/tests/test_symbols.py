"""What charts and people write, resolved against a market table."""

import contextlib
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.exchange.symbols import resolve_symbol
from accounts.exchange.types import MarketRules, MarketType, NotSent
from accounts.exchange.venues import VENUES

_SPOT = MarketType.SPOT
_FUTURES = MarketType.FUTURES


def _rules(symbol: str, market_type: MarketType) -> MarketRules:
    base, _, quote = symbol.partition(":")[0].partition("/")
    return MarketRules(
        symbol=symbol,
        base=base,
        quote=quote,
        market_type=market_type,
        is_active=True,
        quantity_step=Decimal("0.001"),
        price_tick=Decimal("0.01"),
        min_quantity=None,
        max_quantity=None,
        max_market_quantity=None,
        min_notional=None,
    )


def _table(market_type: MarketType, *symbols: str) -> dict[str, MarketRules]:
    return {symbol: _rules(symbol, market_type) for symbol in symbols}


_BINANCE_SPOT = _table(_SPOT, "BTC/USDT", "BTC/USDC", "BTC/FDUSD", "ETH/BTC", "1000SATS/USDT")
_BINANCE_FUTURES = _table(
    _FUTURES, "BTC/USDT:USDT", "BTC/USDC:USDC", "1000PEPE/USDT:USDT", "ETH/USDT:USDT"
)
_UPBIT = _table(_SPOT, "BTC/KRW", "ETH/BTC", "BTC/USDT")


@pytest.mark.parametrize(
    ("text", "symbol"),
    [
        ("BTC/USDT", "BTC/USDT"),
        ("BTCUSDT", "BTC/USDT"),
        ("btcusdt", "BTC/USDT"),
        (" BTCUSDT ", "BTC/USDT"),
        ("BINANCE:BTCUSDT", "BTC/USDT"),
        ("binance:btc/usdt", "BTC/USDT"),
        ("BTC-USDT", "BTC/USDT"),
        ("BTCFDUSD", "BTC/FDUSD"),
        ("ETHBTC", "ETH/BTC"),
        ("1000SATSUSDT", "1000SATS/USDT"),
    ],
)
def test_spot_names_are_resolved(text: str, symbol: str) -> None:
    resolved = resolve_symbol(text, rules=_BINANCE_SPOT, market_type=_SPOT, venue=VENUES["binance"])

    assert resolved == symbol


@pytest.mark.parametrize(
    ("text", "symbol"),
    [
        ("BTCUSDT", "BTC/USDT:USDT"),
        ("BTCUSDT.P", "BTC/USDT:USDT"),
        ("BINANCE:BTCUSDT.P", "BTC/USDT:USDT"),
        ("BTC/USDT", "BTC/USDT:USDT"),
        ("BTC/USDT:USDT", "BTC/USDT:USDT"),
        ("BINANCE:BTC/USDT:USDT", "BTC/USDT:USDT"),
        ("btc-usdt-swap", "BTC/USDT:USDT"),
        ("BTCUSDC.P", "BTC/USDC:USDC"),
        ("1000PEPEUSDT.P", "1000PEPE/USDT:USDT"),
    ],
)
def test_futures_names_are_resolved_with_and_without_their_mark(text: str, symbol: str) -> None:
    resolved = resolve_symbol(
        text, rules=_BINANCE_FUTURES, market_type=_FUTURES, venue=VENUES["binance"]
    )

    assert resolved == symbol


@pytest.mark.parametrize("text", ["KRW-BTC", "BTCKRW", "UPBIT:BTCKRW", "BTC/KRW", "btc-krw"])
def test_upbit_s_names_are_resolved_with_the_quote_on_either_side(text: str) -> None:
    resolved = resolve_symbol(text, rules=_UPBIT, market_type=_SPOT, venue=VENUES["upbit"])

    assert resolved == "BTC/KRW"


@pytest.mark.parametrize(
    ("text", "market_type", "code"),
    [
        ("BTCUSDT.P", _SPOT, "SYMBOL_MARKET_MISMATCH"),
        ("BTC/USDT:USDT", _SPOT, "SYMBOL_MARKET_MISMATCH"),
        ("BTC-USDT-SWAP", _SPOT, "SYMBOL_MARKET_MISMATCH"),
        ("BYBIT:BTCUSDT", _SPOT, "SYMBOL_VENUE_MISMATCH"),
        ("NASDAQ:AAPL", _SPOT, "SYMBOL_VENUE_MISMATCH"),
        ("DOGEUSDT", _SPOT, "SYMBOL_UNKNOWN"),
        ("BTC/DOGE", _SPOT, "SYMBOL_UNKNOWN"),
        ("USDTBTC", _SPOT, "SYMBOL_UNKNOWN"),
        ("BTC", _SPOT, "SYMBOL_UNKNOWN"),
        ("", _SPOT, "SYMBOL_UNKNOWN"),
        ("{{ticker}}", _SPOT, "SYMBOL_UNKNOWN"),
        ("PEPEUSDT.P", _FUTURES, "SYMBOL_UNKNOWN"),
        ("BTCUSD.P", _FUTURES, "SYMBOL_UNKNOWN"),
        ("BTC/USDT:BTC", _FUTURES, "SYMBOL_UNKNOWN"),
    ],
)
def test_what_is_not_in_the_table_is_refused_with_its_code(
    text: str, market_type: MarketType, code: str
) -> None:
    rules = _BINANCE_SPOT if market_type is _SPOT else _BINANCE_FUTURES

    with pytest.raises(NotSent) as refusal:
        resolve_symbol(text, rules=rules, market_type=market_type, venue=VENUES["binance"])

    assert refusal.value.code == code


def test_a_name_that_reads_two_ways_is_not_guessed() -> None:
    rules = _table(_SPOT, "BTC/USDT", "BTCU/SDT")

    with pytest.raises(NotSent) as refusal:
        resolve_symbol("BTCUSDT", rules=rules, market_type=_SPOT, venue=VENUES["binance"])

    assert refusal.value.code == "SYMBOL_AMBIGUOUS"
    assert "BTC/USDT or BTCU/SDT" in refusal.value.message


_coins = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=1, max_size=8)


@given(pairs=st.sets(st.tuples(_coins, _coins), min_size=1, max_size=8), data=st.data())
def test_a_joined_name_means_the_one_pair_with_these_letters_or_none(
    pairs: set[tuple[str, str]], data: st.DataObject
) -> None:
    rules = _table(_SPOT, *(f"{base}/{quote}" for base, quote in pairs))
    base, quote = data.draw(st.sampled_from(sorted(pairs)))
    is_unique = [a + b for a, b in pairs].count(base + quote) == 1

    resolved: list[str] = []
    with contextlib.suppress(NotSent):
        resolved.append(
            resolve_symbol(
                f"{base}{quote}", rules=rules, market_type=_SPOT, venue=VENUES["binance"]
            )
        )

    assert resolved == ([f"{base}/{quote}"] if is_unique else [])
