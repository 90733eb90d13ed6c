"""While a venue's limits are used up: who closes or cancels waits for no entry of its account."""

from dataclasses import replace
from urllib.request import urlopen

import pytest
from pytest_django import Settings

from accounts.exchange import gateway
from accounts.exchange.limits.quotas import Rank
from accounts.exchange.tests.strictness import allow_a_tenth
from accounts.exchange.types import Side
from accounts.models import Account
from orders.models import Order
from orders.planning import login_of
from orders.tests.waiting import wait_for
from orders.tests.world import World, cancel_all, limit_buy, market, orders_of
from strategies.intents import Intent
from strategies.models import Signal, Strategy
from tradeplatform.lib import loop

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def strict(world: World, settings: Settings) -> World:
    """A tenth of Binance's limits; the test tells when the sandbox is to enforce them."""
    settings.EXCHANGE_LIMITS_PERCENT = 100
    world.restart_executor()
    allow_a_tenth()
    return world


def use_up(world: World, strategy: Strategy) -> None:
    """Of 600 in a minute 520 are used: entries may use 510, cancels 540, closes 570."""
    world.post("/sandbox/limits", {"weight1M": 600})
    for _ in range(6):
        with urlopen(f"{world.url}/api/v3/ticker/24hr", timeout=5) as answer:  # weighs 80
            answer.read()
    login = login_of(Account.objects.get(name="A1"), strategy)
    for _ in range(2):  # weighs 20
        read = gateway.fetch_holdings(login, ["BTC/USDT"], rank=Rank.CLOSE)
        loop.call(read, timeout_seconds=10)


def begin(world: World, strategy: Strategy, *intents: Intent) -> Signal:
    """An alert whose orders are committed, and wait."""
    signal = world.alert(strategy, *intents)
    world.begin(signal)
    return signal


def without_room(world: World) -> tuple[Strategy, Strategy, Strategy]:
    """Nothing is left for entries. A strategy holds a position, one shares its account, and one has
    another."""
    shared = world.account("A1")
    holding, entering = world.strategy("holding", shared), world.strategy("entering", shared)
    elsewhere = world.strategy("elsewhere", world.account("A2"))
    world.trade(holding, market(Side.BUY, quantity="0.01"))
    use_up(world, holding)
    return holding, entering, elsewhere


def statuses(signal: Signal) -> list[str]:
    return [order.status for order in orders_of(signal)]


def refused(world: World) -> int:
    (told,) = world.get("/sandbox/limits")
    count: int = told["refused"]
    return count


def test_a_close_takes_the_entries_before_it_along_and_nobody_elses(strict: World) -> None:
    holding, entering, elsewhere = without_room(strict)

    others = begin(strict, elsewhere, limit_buy("80000"))
    first = begin(strict, entering, limit_buy("90000"))
    second = begin(strict, entering, limit_buy("91000"))
    close = begin(strict, holding, market(Side.SELL, percent="-100"))
    wait_for(lambda: statuses(close) == ["FILLED"])

    assert [statuses(signal) for signal in (first, second, others)] == [
        ["ACCEPTED"],
        ["ACCEPTED"],
        ["SUBMITTED"],
    ]
    sent = [order["price"] for order in strict.venue_orders(account="A1", type="LIMIT")]
    assert sorted(sent) == ["90000.00000000", "91000.00000000"]
    assert strict.venue_orders(account="A2") == []
    assert refused(strict) == 0


def test_a_close_takes_an_entry_along_that_waits_for_a_price_with_others(strict: World) -> None:
    holding, entering, elsewhere = without_room(strict)

    others = begin(strict, elsewhere, market(Side.BUY, symbol="ETH/USDT", quantity="0.1"))
    entry = begin(strict, entering, market(Side.BUY, symbol="ETH/USDT", quantity="0.1"))
    close = begin(strict, holding, market(Side.SELL, percent="-100"))
    wait_for(lambda: statuses(close) == ["FILLED"])

    assert statuses(entry) == ["FILLED"]
    assert strict.venue_orders(account="A2") == []
    assert statuses(others) == ["INITIALIZED"]


def test_only_a_market_close_reads_its_price_from_what_is_kept_for_closes(strict: World) -> None:
    strategy = strict.strategy("test1", strict.account("A1"))
    elsewhere = strict.strategy("elsewhere", strict.account("A2"))
    strict.trade(strategy, limit_buy("105000"))
    use_up(strict, strategy)

    entry = begin(strict, elsewhere, market(Side.BUY, quantity="0.01"))
    unpriced = statuses(entry)
    close = begin(strict, strategy, market(Side.SELL, percent="-100"))
    wait_for(lambda: statuses(close) == ["FILLED"])

    assert unpriced == ["INITIALIZED"]
    assert strict.venue_orders(account="A2") == []


def test_a_cancel_takes_the_entry_before_it_along(strict: World) -> None:
    resting = strict.strategy("resting", strict.account("A1"))
    entering = strict.strategy("entering", Account.objects.get(name="A1"))
    (order,) = strict.trade(resting, limit_buy("80000"))
    use_up(strict, resting)

    entry = begin(strict, entering, limit_buy("90000"))
    begin(strict, resting, cancel_all())
    wait_for(lambda: Order.objects.get(pk=order.pk).status == "CANCELED")

    assert statuses(entry) == ["ACCEPTED"]
    assert len(strict.venue_orders(price="90000.00000000")) == 1
    assert refused(strict) == 0


def test_an_entry_that_the_cancel_behind_it_is_for_never_leaves(strict: World) -> None:
    strategy = strict.strategy("test1", strict.account("A1"))
    (resting,) = strict.trade(strategy, limit_buy("80000"))
    use_up(strict, strategy)

    entry = begin(strict, strategy, limit_buy("90000"))
    begin(strict, strategy, cancel_all())
    wait_for(lambda: Order.objects.get(pk=resting.pk).status == "CANCELED")

    (taken_back,) = orders_of(entry)
    assert (taken_back.status, taken_back.error_code) == ("DENIED", "CANCELED_BEFORE_SENDING")
    assert strict.venue_orders(price="90000.00000000") == []


def test_a_close_takes_the_entry_before_it_in_its_own_alert_along(strict: World) -> None:
    strategy = strict.strategy("test1", strict.account("A1"))
    strict.trade(strategy, market(Side.BUY, quantity="0.01"))
    use_up(strict, strategy)

    entry, close = limit_buy("90000"), market(Side.SELL, percent="-100")
    signal = begin(strict, strategy, entry, replace(close, priority=1))
    wait_for(lambda: statuses(signal) == ["ACCEPTED", "FILLED"])

    assert len(strict.venue_orders(account="A1")) == 3
