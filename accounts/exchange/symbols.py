"""Resolve what people and charts write into the one symbol of a market table. Pure.

Nothing is guessed: an unknown text, a text that fits two markets, a perpetual's name on a spot
strategy and another exchange's prefix are each refused with a code of their own.
"""

from collections.abc import Iterator, Mapping

from accounts.exchange.types import MarketRules, MarketType, NotSent
from accounts.exchange.venues import Venue

# What marks a perpetual: TradingView's `BTCUSDT.P`, OKX's `BTC-USDT-SWAP`.
_PERPETUAL_SUFFIXES = (".P", "-SWAP")


def resolve_symbol(
    text: str, *, rules: Mapping[str, MarketRules], market_type: MarketType, venue: Venue
) -> str:
    """The unified symbol of `rules` that the text names: `BTC/USDT`, or `BTC/USDT:USDT` on futures.

    Takes `BTC/USDT`, `BTCUSDT`, `BINANCE:BTCUSDT`, `BTCUSDT.P`, `KRW-BTC`, `BTCKRW`, `BTC-USDT`,
    `BTC-USDT-SWAP` and `BTC/USDT:USDT` in any case. Raises NotSent with code SYMBOL_UNKNOWN,
    SYMBOL_AMBIGUOUS, SYMBOL_MARKET_MISMATCH or SYMBOL_VENUE_MISMATCH.
    """
    name = _without_prefix(text.strip().upper(), text, venue)
    name, is_perpetual = _without_perpetual_mark(name)
    if is_perpetual and market_type is not MarketType.FUTURES:
        raise NotSent(
            "SYMBOL_MARKET_MISMATCH",
            f"{text!r} names a perpetual, but the strategy trades {market_type} markets.",
        )
    found = sorted({symbol for symbol in _candidates(name, market_type) if symbol in rules})
    if not found:
        raise NotSent(
            "SYMBOL_UNKNOWN", f"{venue.label} has no {market_type} market named {text!r}."
        )
    if len(found) > 1:
        raise NotSent(
            "SYMBOL_AMBIGUOUS",
            f"{text!r} may mean {' or '.join(found)}; write it with a slash.",
        )
    return found[0]


def _without_prefix(name: str, text: str, venue: Venue) -> str:
    prefix, colon, rest = name.partition(":")
    if not colon or "/" in prefix:  # the colon of BTC/USDT:USDT is no prefix
        return name
    if prefix not in venue.prefixes:
        raise NotSent(
            "SYMBOL_VENUE_MISMATCH",
            f"{text!r} belongs to {prefix}, but this account trades at {venue.label}.",
        )
    return rest


def _without_perpetual_mark(name: str) -> tuple[str, bool]:
    for suffix in _PERPETUAL_SUFFIXES:
        if name.endswith(suffix):
            return name.removesuffix(suffix), True
    pair, colon, settle = name.partition(":")
    return (pair, True) if colon and pair.endswith(f"/{settle}") else (name, False)


def _candidates(name: str, market_type: MarketType) -> Iterator[str]:
    for base, quote in _pairs(name):
        pair = f"{base}/{quote}"
        yield f"{pair}:{quote}" if market_type is MarketType.FUTURES else pair


def _pairs(name: str) -> Iterator[tuple[str, str]]:
    """Every way to read the name as base and quote; the market table decides which exists."""
    if "/" in name:
        base, _, quote = name.partition("/")
        yield base, quote
    elif name.count("-") == 1:
        first, _, second = name.partition("-")
        yield first, second
        yield second, first  # Upbit writes the quote first: KRW-BTC
    else:
        for cut in range(1, len(name)):
            yield name[:cut], name[cut:]
