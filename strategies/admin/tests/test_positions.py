"""What the page of positions says of what is held, what it is worth and what came of it."""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from accounts.models import Account
from accounts.tests.rows import trader
from strategies.admin.tests.pages import POSITIONS, change
from strategies.models import MarkPrice, Position, Strategy
from strategies.tests.rows import make_position, make_strategy, subscribe

pytestmark = pytest.mark.django_db


@pytest.fixture
def position(alice: User, account: Account) -> Position:
    return make_position(subscribe(make_strategy(alice, "trend"), account))


def mark(price: str, **fields: Any) -> MarkPrice:
    return MarkPrice.objects.create(
        **{
            "venue": "binance",
            "environment": "SANDBOX",
            "market_type": "SPOT",
            "symbol": "BTC/USDT",
            "price": Decimal(price),
            "read_at": timezone.now() - timedelta(minutes=3, seconds=1),
            **fields,
        }
    )


def page(client: Client, **filters: str) -> str:
    return client.get(POSITIONS, filters).content.decode().replace("\xa0", " ")


def test_profit_is_shown_with_the_age_of_a_stale_price(
    as_alice: Client, position: Position
) -> None:
    mark("91000.3")
    mark("1", environment="LIVE")
    mark("2", market_type="FUTURES")
    Position.objects.update(
        realized_profit=Decimal("-12.5"), fees={"BTC": "0.0005", "USDT": "1.25"}
    )

    content = page(as_alice)

    assert re.search(r">91000\.3 <span [^>]*>3 minutes old</span><", content)
    assert ">500.1<" in content
    assert ">-12.5<" in content
    assert ">0.0005 BTC, 1.25 USDT<" in content


def test_a_fresh_price_stands_alone(as_alice: Client, position: Position) -> None:
    mark("91000.3", read_at=timezone.now() - timedelta(seconds=40))

    assert ">91000.3<" in page(as_alice)


def test_averages_are_rounded_to_be_read(as_alice: Client, position: Position) -> None:
    mark("4")
    Position.objects.update(
        quantity=Decimal(3), average_entry_price=Decimal("3.333333333333333333")
    )

    content = page(as_alice)

    assert ">3.333333333<" in content
    assert ">2<" in content


def test_without_a_price_the_worth_is_not_guessed(as_alice: Client, position: Position) -> None:
    cells = as_alice.get(change(POSITIONS, position)).content.decode()

    assert "90000.1" in cells
    assert "minutes old" not in page(as_alice)


def test_flat_positions_are_behind_the_filter(as_alice: Client, position: Position) -> None:
    flat = make_position(position.subscription, "0", symbol="ETH/USDT")

    held = as_alice.get(POSITIONS).context["cl"].result_list
    asked = as_alice.get(POSITIONS, {"holding": "flat"}).context["cl"].result_list

    assert (list(held), list(asked)) == ([position], [flat])
    assert as_alice.get(change(POSITIONS, flat)).status_code == 200


@pytest.mark.parametrize(
    ("market_type", "quantity", "is_marked"),
    [("SPOT", "-0.1", True), ("SPOT", "0.1", False), ("FUTURES", "-0.1", False)],
)
def test_coins_sold_but_not_bought_are_marked(
    as_alice: Client, position: Position, market_type: str, quantity: str, is_marked: bool
) -> None:
    Strategy.objects.update(market_type=market_type)
    Position.objects.update(quantity=Decimal(quantity))

    assert ("Sold more than it bought" in page(as_alice)) == is_marked


def test_an_outsider_sees_no_position(client: Client, position: Position) -> None:
    client.force_login(trader("carol"))

    assert list(client.get(POSITIONS).context["cl"].result_list) == []
