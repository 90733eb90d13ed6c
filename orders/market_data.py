"""Market rules and prices for sizing: what is at hand, what comes quickly, what must wait."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings

from accounts.exchange import gateway
from accounts.exchange.findings import PAUSE_CODES
from accounts.exchange.limits.quotas import Rank
from accounts.exchange.symbols import resolve_symbol
from accounts.exchange.types import ExchangeAnswer, MarketKey, MarketRules, NotSent, Price
from accounts.exchange.venues import VENUES
from orders.work import MarketData, Plan
from strategies.intents import Action, Intent
from strategies.sizing import Denied, needs_holding, needs_last_price

# How long a dispatch waits for market data before it is claimed. What comes later is waited for
# account by account, so that a slow venue costs the others no more than this.
PREFETCH_SECONDS = 0.5

Tables = Mapping[MarketKey, Mapping[str, MarketRules]]


@dataclass(frozen=True, slots=True)
class MarketView:
    """The market data at hand when a dispatch is claimed."""

    tables: Tables
    prices: Mapping[tuple[MarketKey, str], Price] = field(default_factory=dict)
    # What an alert's text means is the same for all its accounts.
    _resolved: dict[tuple[MarketKey, str], MarketRules] = field(default_factory=dict, init=False)

    def find(self, market: MarketKey, intent: Intent, *, now: datetime) -> MarketData | None:
        """The intent's market with a fresh price if it needs one; None when that is not at hand.

        Raises Denied when the symbol means no market, or more than one.
        """
        if market not in self.tables:
            return None
        rules = self._rules(market, intent.symbol)
        if not needs_last_price(intent):
            return MarketData(rules=rules, last_price=None)
        price = self.prices.get((market, rules.symbol))
        if price is None or now - price.read_at > timedelta(seconds=settings.PRICE_MAX_AGE_SECONDS):
            return None
        return MarketData(rules=rules, last_price=price.value)

    def names(self, market: MarketKey, text: str, symbol: str) -> bool:
        """Whether an alert's symbol text means this symbol of ours.

        Works without the venue's markets too: a cancel must not wait for them.
        """
        if market not in self.tables:
            return names(text, symbol)
        try:
            return self._rules(market, text).symbol == symbol
        except Denied:
            return False

    def _rules(self, market: MarketKey, text: str) -> MarketRules:
        known = self._resolved.get((market, text))
        if known is None:
            known = self._resolved[market, text] = _resolve(market, text, self.tables[market])
        return known


async def prefetch(plan: Plan, *, within_seconds: float = PREFETCH_SECONDS) -> MarketView:
    """Load the market tables and last prices the plan needs, as far as they come in time."""
    markets = {subscriber.login.market for subscriber in plan.subscribers}
    reads = [asyncio.ensure_future(_read_all(market, plan.intents)) for market in markets]
    done, late = await asyncio.wait(reads, timeout=within_seconds) if reads else (set(), set())
    for read in late:
        read.add_done_callback(_ignore_outcome)
    tables: dict[MarketKey, Mapping[str, MarketRules]] = {}
    prices: dict[tuple[MarketKey, str], Price] = {}
    for read in done:
        if read.exception() is None:
            market, table, read_prices = read.result()
            tables[market] = table
            prices.update({(market, symbol): price for symbol, price in read_prices.items()})
    return MarketView(tables=tables, prices=prices)


async def read(market: MarketKey, intent: Intent) -> MarketData:
    """The intent's market and, if it needs one, a fresh price; raises Denied when not to be had."""
    try:
        rules = _resolve(market, intent.symbol, await gateway.load_market_rules(market))
        if not needs_last_price(intent):
            return MarketData(rules=rules, last_price=None)
        price = await gateway.fetch_price(market, rules.symbol, rank=_rank_of(intent, market))
    except ExchangeAnswer as problem:
        if problem.code in PAUSE_CODES:
            raise Denied(problem.code, problem.message) from problem
        raise Denied(
            "MARKET_DATA_UNAVAILABLE",
            f"{market.venue}'s markets or prices could not be read: {problem.message}",
        ) from problem
    return MarketData(rules=rules, last_price=price.value)


async def _read_all(
    market: MarketKey, intents: Iterable[Intent]
) -> tuple[MarketKey, Mapping[str, MarketRules], dict[str, Price]]:
    table = await gateway.load_market_rules(market)
    ranks: dict[str, Rank] = {}
    for intent in intents:
        if intent.action is Action.PLACE and needs_last_price(intent):
            try:
                symbol = _resolve(market, intent.symbol, table).symbol
            except Denied:
                continue  # refused order by order when it is sized
            ranks[symbol] = min(_rank_of(intent, market), ranks.get(symbol, Rank.ENTRY))
    prices = await asyncio.gather(
        *(gateway.fetch_price(market, symbol, rank=rank) for symbol, rank in ranks.items()),
        return_exceptions=True,
    )
    found = zip(ranks, prices, strict=True)
    return market, table, {name: price for name, price in found if isinstance(price, Price)}


def _rank_of(intent: Intent, market: MarketKey) -> Rank:
    """How urgent its price is: what looks at a position before it is sized may close one."""
    return Rank.CLOSE if needs_holding(intent, market.market_type) else Rank.ENTRY


def _resolve(market: MarketKey, text: str, table: Mapping[str, MarketRules]) -> MarketRules:
    try:
        symbol = resolve_symbol(
            text, rules=table, market_type=market.market_type, venue=VENUES[market.venue]
        )
    except NotSent as problem:
        raise Denied(problem.code, problem.message) from problem
    return table[symbol]


def names(text: str, symbol: str) -> bool:
    """Whether an alert's symbol text means this symbol of ours, as far as their letters tell."""
    return _letters(text) == _letters(symbol.partition(":")[0])


def _letters(text: str) -> str:
    return "".join(letter for letter in text.upper() if letter.isalnum())


def _ignore_outcome(task: "asyncio.Task[object]") -> None:
    """The read went on after we stopped waiting; its failure is met again when it is needed."""
    if not task.cancelled():
        task.exception()
