"""Sales on spot: own coins, which is a close, or coins of no strategy, never another strategy's."""

from decimal import Decimal

import pytest

from accounts.exchange.types import Side
from strategies.holdings import Holding
from strategies.sizing import Denied
from strategies.tests.markets import ask, held, quantity, size

SELL = Side.SELL


@pytest.mark.parametrize(
    ("holding", "is_close"),
    [
        (held("0.5", account=None), True),  # own coins need no look at the account
        (held("0.7", leaving="0.2", account=None), True),
        (held("0.5", account="0.8", others="0.3"), True),
        (held("0.5", account="0.5", arriving="0.3", departing="0.2"), True),
        (held("0", account="0.5"), False),  # coins of no strategy
        (held("0.49999", account="0.5"), False),
        (held("0.2", account="0.8", others="0.3"), False),
        (held("0.2", leaving="0.1", account="0.9", others="0.3"), False),
        (held("0.2", account="1", others="0.1", arriving="0.2", departing="0.2"), False),
    ],
)
def test_a_spot_sale_is_a_close_as_far_as_the_own_coins_go(
    holding: Holding, is_close: bool
) -> None:
    sized = size(ask(SELL, quantity("0.5")), holding=holding)

    assert (sized.quantity, sized.is_close) == (Decimal("0.5"), is_close)
    assert sized.reduce_only is False


def test_a_spot_sale_rounded_down_to_the_own_coins_is_a_close() -> None:
    sized = size(ask(SELL, quantity("0.500009")), holding=held("0.5", account="3"))

    assert (sized.quantity, sized.is_close) == (Decimal("0.5"), True)


@pytest.mark.parametrize(
    ("holding", "sellable"),
    [
        (held("0", account="0.49999"), "0.49999"),
        (held("0.2", account="0.7", others="0.3"), "0.4"),
        (held("0.5", leaving="0.1", account="0.5"), "0.4"),
        (held("0", account="0.3", others="0.9"), "0"),
        (held("0.5", account="0.4"), "0.4"),  # a part was sold by hand
        (held("0.5", leaving="0.1", account="0.4"), "0.3"),  # and a part is on sale
        # What another strategy is buying may have arrived without our knowing.
        (held("0", account="0.5", arriving="0.1"), "0.4"),
        (held("0.3", account="0.5", arriving="0.4"), "0.3"),
        # What another strategy sells of nobody's coins is sold once.
        (held("0", account="0.8", others="0.2", departing="0.4"), "0.2"),
    ],
)
def test_a_spot_sale_never_takes_another_strategys_coins(holding: Holding, sellable: str) -> None:
    with pytest.raises(Denied) as refusal:
        size(ask(SELL, quantity("0.5")), holding=holding)

    assert refusal.value.code == "INSUFFICIENT_HOLDINGS"
    assert refusal.value.message.startswith(
        f"0.5 BTC is more than the {sellable} this strategy may sell: "
    )


def test_a_sale_that_is_too_large_is_refused_with_the_numbers() -> None:
    holding = held("0.2", leaving="0.1", account="0.9", others="0.3", arriving="0.2")

    with pytest.raises(Denied) as refusal:
        size(ask(SELL, quantity("0.5")), holding=holding)

    assert refusal.value.message == (
        "0.5 BTC is more than the 0.3 this strategy may sell: the account holds 0.9, other "
        "strategies have 0.3 of that, open orders move 0.3. For all of its own coins send qty_per "
        "-100."
    )


def test_a_spot_sale_is_denied_while_the_balance_cannot_be_read() -> None:
    with pytest.raises(Denied) as refusal:
        size(ask(SELL, quantity("0.5")), holding=held("0.4", account=None))

    assert refusal.value.code == "HOLDINGS_UNKNOWN"
    assert refusal.value.message == (
        "The account's balance of BTC could not be read; nothing was sold."
    )
