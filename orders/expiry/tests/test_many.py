"""A round costs the same number of statements for three orders as for sixty."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.exchange.types import Environment, MarketKey, MarketType
from accounts.shards import shard_of
from orders.expiry.acting import act, wants_of
from orders.expiry.quoting import Want
from orders.expiry.replacing import endings, replace
from orders.expiry.tests.rules import chase, rule_of
from orders.expiry.watching import watched_orders
from orders.models import Expiry, Order
from orders.tests.rows import make_order
from strategies.models import Signal, Subscription
from strategies.tests.rows import NOON

pytestmark = pytest.mark.django_db

_LATER = NOON + timedelta(hours=1)


def queries_of_a_round(subscription: Subscription, signal: Signal, number: int) -> int:
    """Rules look at so many orders and act on each; once they ended that is all."""
    for _ in range(number):
        make_order(subscription, signal)
    shard = shard_of(subscription.account_id)
    with CaptureQueriesContext(connection) as captured:
        watched = watched_orders(shard, now=_LATER)
        acted = act(watched, {}, now=_LATER)
    assert acted == number
    Order.objects.update(status="CANCELED", closed_at=_LATER)
    with CaptureQueriesContext(connection) as captured_after:
        replace(endings(shard), {}, now=_LATER)
    assert Expiry.objects.filter(settled_at__isnull=True).count() == 0
    return len(captured) + len(captured_after)


@pytest.mark.parametrize("action", ["CANCEL", "NOTIFY"])
def test_what_a_rule_acts_on_costs_no_statement_per_order(
    subscription: Subscription, signal: Signal, action: str
) -> None:
    rule_of(subscription.strategy, action=action)

    few = queries_of_a_round(subscription, signal, 3)
    many = queries_of_a_round(subscription, signal, 60)

    assert many == few


def test_many_orders_of_a_symbol_are_one_look_at_its_book(
    subscription: Subscription, signal: Signal
) -> None:
    chase(subscription.strategy, side="")
    for price in range(60):
        make_order(subscription, signal, limit_price=Decimal(90000 + price))

    with CaptureQueriesContext(connection) as captured:
        watched = watched_orders(shard_of(subscription.account_id), now=_LATER)
        wants = set(wants_of(watched, now=_LATER))

    market = MarketKey(
        subscription.account.venue,
        Environment(subscription.account.environment),
        MarketType(subscription.strategy.market_type),
    )
    assert wants == {Want(market, "BTC/USDT", book=True)}
    assert (len(watched), len(captured)) == (60, 2)


def test_many_orders_whose_market_cannot_be_read_hold_up_no_other(
    subscription: Subscription, signal: Signal
) -> None:
    ended = {"status": "CANCELED", "closed_at": NOON}
    for _ in range(501):
        order = make_order(subscription, signal, **ended)
        Expiry.objects.create(order=order, action="MARKET", started_at=NOON)

    found = [endings(shard_of(subscription.account_id)) for _ in range(10)]

    assert all(len(each) == 500 for each in found)
    assert order.pk in {ending.order_id for each in found for ending in each}
