"""The second look at orders that have waited."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orders.cancellation import request_cancels
from orders.restraining import refusals_at_turn
from orders.tests.world import World, limit_buy, orders_of

pytestmark = pytest.mark.django_db(transaction=True)


def test_many_that_waited_are_looked_at_in_two_queries_each_for_itself(world: World) -> None:
    accounts = [world.account(name) for name in ("A1", "A2", "A3")]
    strategy = world.strategy("test1", *accounts)
    world.trade(strategy, limit_buy("80000"))
    signal = world.alert(strategy, limit_buy())
    world.claim_only(signal)
    ids = [order.pk for order in orders_of(signal)]
    request_cancels(order_ids=ids[1:2], reason="by hand", now=world.now())

    with CaptureQueriesContext(connection) as queries:
        refusals = refusals_at_turn(ids)

    codes = [None if refusal is None else refusal.code for refusal in refusals]
    assert codes == [None, "CANCELED_BEFORE_SENDING", None]
    assert len(queries) == 2
