"""Closes: what belongs to this strategy, and never to another on its account."""

from dataclasses import replace
from decimal import Decimal

import pytest

from accounts.exchange.types import MarketRules, Side
from strategies.holdings import Holding
from strategies.intents import Intent
from strategies.sizing import Denied, SizedOrder
from strategies.tests.markets import FUTURES, SPOT, ask, held, percent, size

BUY, SELL = Side.BUY, Side.SELL
CLOSE_LONG = ask(SELL, percent("-100"))
CLOSE_SHORT = ask(BUY, percent("-100"))


def denied(intent_side: Side, share: str, rules: MarketRules, holding: Holding) -> tuple[str, str]:
    """The code and the sentence with which a market close is refused."""
    with pytest.raises(Denied) as refusal:
        size(ask(intent_side, percent(share)), rules, holding=holding)
    return refusal.value.code, refusal.value.message


def test_a_sale_of_minus_one_hundred_closes_exactly_all_of_a_long() -> None:
    sized = size(CLOSE_LONG, holding=held("0.12345", account="0.12345"))

    assert sized == SizedOrder(
        quantity=Decimal("0.12345"),
        limit_price=None,
        trigger_price=None,
        is_close=True,
        reduce_only=False,
    )


def test_a_buy_of_minus_one_hundred_closes_exactly_all_of_a_short_reduce_only() -> None:
    sized = size(CLOSE_SHORT, FUTURES, holding=held("-0.123", account="-0.123"))

    assert sized == SizedOrder(
        quantity=Decimal("0.123"),
        limit_price=None,
        trigger_price=None,
        is_close=True,
        reduce_only=True,
    )


def test_a_close_may_wait_at_its_own_prices() -> None:
    close = ask(SELL, percent("-100"), limit="60000.001", trigger="59000.001")

    sized = size(close, last=None, holding=held("0.5", account="0.5"))

    assert (sized.quantity, sized.is_close) == (Decimal("0.5"), True)
    assert (sized.limit_price, sized.trigger_price) == (Decimal("60000.01"), Decimal("59000.01"))


@pytest.mark.parametrize(
    ("share", "expected"),
    [("-50", "0.01"), ("-33.3", "0.00666"), ("-99", "0.0198"), ("-100", "0.02")],
)
def test_a_partial_close_takes_its_share_rounded_down(share: str, expected: str) -> None:
    sized = size(ask(SELL, percent(share)), holding=held("0.02", account="0.02"))

    assert sized.quantity == Decimal(expected)


@pytest.mark.parametrize(
    ("rules", "share", "own", "expected"),
    [
        (SPOT, "-75", "0.0008", "0.0006"),  # the rest is worth 10: sellable
        (SPOT, "-75", "0.00076", "0.00057"),  # the rest, worth 9.50, will be dust
        (FUTURES, "-50", "0.002", "0.001"),
    ],
)
def test_a_partial_close_takes_no_more_than_its_share_whatever_becomes_of_the_rest(
    rules: MarketRules, share: str, own: str, expected: str
) -> None:
    sized = size(ask(SELL, percent(share)), rules, holding=held(own, account=own))

    assert sized.quantity == Decimal(expected)


def test_a_partial_close_too_small_for_the_venue_is_denied_not_rounded_up() -> None:
    refusal = denied(SELL, "-1", SPOT, held("0.005", account="0.005"))

    assert refusal == ("BELOW_MINIMUM", "0.00005 BTC is below the minimum 0.0001.")


def test_what_a_fee_in_the_bought_coin_left_is_closed_down_to_the_step() -> None:
    """EXCHANGE_FACTS section 5, row 66: bought 0.01234, received less."""
    sized = size(CLOSE_LONG, holding=held("0.01232766", account="0.01232766"))

    assert sized.quantity == Decimal("0.01232")


@pytest.mark.parametrize(
    ("intent", "rules", "holding", "expected"),
    [
        (CLOSE_LONG, SPOT, held("0.5", account="0.3"), "0.3"),
        (CLOSE_LONG, FUTURES, held("0.5", account="0.3"), "0.3"),
        (CLOSE_SHORT, FUTURES, held("-0.5", account="-0.3"), "0.3"),
        (CLOSE_LONG, SPOT, held("1", account="0.98"), "0.98"),  # row 67: fees ate some of the coin
    ],
)
def test_a_close_is_capped_by_what_is_left_on_the_account(
    intent: Intent, rules: MarketRules, holding: Holding, expected: str
) -> None:
    """Row 62: somebody sold or moved a part by hand."""
    assert size(intent, rules, holding=holding).quantity == Decimal(expected)


@pytest.mark.parametrize(
    ("own", "account", "others", "expected"),
    [
        ("0.5", "0.8", "0.3", "0.5"),  # both are there
        ("0.5", "5", "0", "0.5"),  # the rest is no strategy's
        ("0.5", "0.6", "0.3", "0.3"),  # a part is gone; the other strategy's stays
        ("0.5", "0.2", "-0.3", "0.5"),  # row 63: net of an opposite position
        ("0.5", "0", "-0.5", "0.5"),
        ("0.5", "-0.1", "-0.5", "0.4"),
    ],
)
@pytest.mark.parametrize("sign", ["long", "short"])
def test_another_strategys_position_on_the_account_is_left_to_it(
    own: str, account: str, others: str, expected: str, sign: str
) -> None:
    factor = 1 if sign == "long" else -1
    holding = Holding(
        own=Decimal(own) * factor,
        leaving=Decimal(0),
        account=Decimal(account) * factor,
        others=Decimal(others) * factor,
    )

    sized = size(CLOSE_LONG if sign == "long" else CLOSE_SHORT, FUTURES, holding=holding)

    assert sized.quantity == Decimal(expected)


@pytest.mark.parametrize(
    ("account", "others", "reduce_only"),
    [
        ("0.5", "0", True),
        ("0.8", "0.3", True),
        ("0.4", "-0.1", False),  # the venue's net is smaller than the close
        ("0", "-0.5", False),
        (None, "0", True),  # not readable: the careful way
    ],
)
def test_a_close_is_reduce_only_where_the_accounts_net_allows_it(
    account: str | None, others: str, reduce_only: bool
) -> None:
    """Row 63: the close must not be refused because of the other strategy's opposite position."""
    sized = size(CLOSE_LONG, FUTURES, holding=held("0.5", account=account, others=others))

    assert (sized.quantity, sized.reduce_only) == (Decimal("0.5"), reduce_only)


def test_a_close_takes_nothing_that_an_open_order_already_closes() -> None:
    sized = size(CLOSE_LONG, holding=held("0.5", leaving="0.2", account="0.5"))

    assert sized.quantity == Decimal("0.3")


def test_a_close_without_word_of_the_account_takes_the_own_position() -> None:
    assert size(CLOSE_LONG, holding=held("0.5", account=None)).quantity == Decimal("0.5")


@pytest.mark.parametrize(
    ("side", "own", "code", "kind"),
    [
        (SELL, "0", "NO_LONG_POSITION", "long"),
        (SELL, "-0.5", "NO_LONG_POSITION", "long"),
        (BUY, "0", "NO_SHORT_POSITION", "short"),
        (BUY, "0.5", "NO_SHORT_POSITION", "short"),
    ],
)
def test_no_position_on_that_side_is_denied(side: Side, own: str, code: str, kind: str) -> None:
    refusal = denied(side, "-100", FUTURES, held(own, account=own))

    message = f"This strategy holds no {kind} position in BTC/USDT:USDT to close."
    assert refusal == (code, message)


@pytest.mark.parametrize(
    ("rules", "own"),
    [
        (SPOT, "0.00000999"),  # below the step
        (replace(SPOT, min_notional=None), "0.00009"),  # below the minimum quantity
        (SPOT, "0.00019"),  # worth 9.50, below 10
        (FUTURES, "0.0009"),
        (replace(FUTURES, min_quantity=Decimal("0.01")), "0.009"),
    ],
)
def test_dust_is_no_position(rules: MarketRules, own: str) -> None:
    """Row 68: what the venue would not take is reported once and not tried for ever."""
    code, message = denied(SELL, "-100", rules, held(own, account=own))

    assert code == "NO_LONG_POSITION"
    assert message.endswith(f"What it holds, {own} BTC, is less than the exchange trades.")


def test_a_reduce_only_close_may_be_worth_less_than_the_minimum() -> None:
    sized = size(CLOSE_LONG, FUTURES, holding=held("0.001", account="0.001"))

    assert (sized.quantity, sized.reduce_only) == (Decimal("0.001"), True)


def test_a_close_that_cannot_be_reduce_only_keeps_to_the_minimum() -> None:
    refusal = denied(SELL, "-100", FUTURES, held("0.001", account="0", others="-0.001"))

    assert refusal == ("BELOW_MINIMUM", "0.001 BTC is worth 50 USDT, below the minimum 100.")


@pytest.mark.parametrize(
    ("holding", "message"),
    [
        (
            held("0.5", leaving="0.5", account="0.5"),
            "Open orders already close 0.5 of this position in BTC/USDT; cancel them first.",
        ),
        (
            held("0.5", account="0"),
            "This strategy's 0.5 of BTC/USDT is no longer on the account (it holds 0); it was "
            "sold or moved by hand. Correct the position in the admin under Remainders.",
        ),
        (
            held("0.5", account="0.00000999"),  # below the step
            "This strategy's 0.5 of BTC/USDT is no longer on the account (it holds 0.00000999); it "
            "was sold or moved by hand. Correct the position in the admin under Remainders.",
        ),
        (
            held("0.5", account="0.3", others="0.3"),
            "This strategy's 0.5 of BTC/USDT is no longer on the account (it holds 0.3); it was "
            "sold or moved by hand. Correct the position in the admin under Remainders.",
        ),
    ],
)
def test_a_position_with_nothing_left_to_close_says_why(holding: Holding, message: str) -> None:
    assert denied(SELL, "-100", SPOT, holding) == ("NOTHING_LEFT_TO_CLOSE", message)
