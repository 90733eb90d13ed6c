"""Intents in words."""

from dataclasses import replace
from decimal import Decimal

import pytest

from accounts.exchange.types import OrderType, Side
from strategies.intents import Action, Intent, Size, SizeKind
from strategies.tests.rows import BUY_TEN_PERCENT
from strategies.wording import sentence

MARKET = replace(BUY_TEN_PERCENT, order_type=OrderType.MARKET, limit_price=None)


@pytest.mark.parametrize(
    ("intent", "words"),
    [
        (BUY_TEN_PERCENT, "BUY BTC/USDT: 10 % of the capital, LIMIT at 90000"),
        (
            replace(MARKET, side=Side.SELL, size=Size(SizeKind.PERCENT, Decimal("-100"))),
            "SELL BTC/USDT: 100 % of the position, MARKET",
        ),
        (
            replace(
                BUY_TEN_PERCENT,
                order_type=OrderType.STOP_LIMIT,
                size=Size(SizeKind.QUANTITY, Decimal("0.50")),
                trigger_price=Decimal("89000"),
            ),
            "BUY BTC/USDT: 0.5, STOP LIMIT at 90000, trigger 89000",
        ),
        (
            replace(MARKET, size=Size(SizeKind.NOTIONAL, Decimal(300))),
            "BUY BTC/USDT: 300 in quote currency, MARKET",
        ),
        (Intent(action=Action.CANCEL, order_id="42"), "CANCEL order 42"),
        (Intent(action=Action.CANCEL_ALL), "CANCEL ALL"),
        (
            Intent(action=Action.CANCEL_ALL, symbol="BTC/USDT", side=Side.BUY),
            "CANCEL ALL BUY BTC/USDT",
        ),
    ],
)
def test_an_intent_reads_as_a_sentence(intent: Intent, words: str) -> None:
    assert sentence(intent) == words
