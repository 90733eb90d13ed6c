"""While orders are written ahead, room for them is found at the venue's limits."""

import pytest
from django.conf import settings

from accounts.exchange.limits.ledger import PREFIX
from orders.tests.test_hurrying import strict
from orders.tests.waiting import wait_for
from orders.tests.world import World, limit_buy
from tradeplatform.lib.counters import client_of

__all__ = ["strict"]

pytestmark = pytest.mark.django_db(transaction=True)


def leased() -> float:
    """Of Binance's weight, by all processes: each states "slot units slot units …"."""
    stated = client_of(settings.REDIS_URL).hvals(f"{PREFIX}binance:SANDBOX:weight:60")
    return sum(float(units) for each in stated for units in each.split()[1::2])


def test_orders_that_are_about_to_leave_have_room_before_they_do(strict: World) -> None:
    strategy = strict.strategy("test1", strict.account("A1"))
    strict.trade(strategy, limit_buy())
    before = leased()

    strict.claim_only(strict.alert(strategy, *[limit_buy()] * 20))

    wait_for(lambda: leased() - before >= 12)  # of 20; some was to spare
