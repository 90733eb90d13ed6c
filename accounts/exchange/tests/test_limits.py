"""Requests wait for their turn at a venue that enforces its limits; it refuses none."""

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.request import urlopen

import pytest
from pytest_django import Settings

from accounts.exchange import breaker, gateway
from accounts.exchange.breaker import BreakerState, Reason
from accounts.exchange.desk import desk
from accounts.exchange.errand import Errand
from accounts.exchange.findings import Scope
from accounts.exchange.gate import gate
from accounts.exchange.limits.quotas import Rank
from accounts.exchange.tests.asking import login, ticket, wait
from accounts.exchange.tests.sandbox_market import Sandbox
from accounts.exchange.tests.strictness import allow_a_tenth
from accounts.exchange.types import (
    Environment,
    ExchangeAnswer,
    MarketType,
    NotSent,
    OrderReport,
    OrderType,
    Price,
    Side,
)
from accounts.sandbox.control import Control
from tradeplatform.lib import loop

_ALICE = login("binance", MarketType.SPOT, Environment.SANDBOX)


@pytest.fixture
def strict(market: Sandbox, settings: Settings) -> Iterator[Sandbox]:
    """A tenth of Binance's limits, which the sandbox enforces."""
    settings.EXCHANGE_LIMITS_PERCENT = 100
    wait(gateway.close())
    allow_a_tenth()
    market.control("limits", weight1M=600, orders10S=10)
    yield market
    loop.stop(drain_seconds=0, farewell=gateway.close())  # and whoever still waits


def _soon() -> datetime:
    return datetime.now(UTC) + timedelta(seconds=0.3)


async def _place(
    number: int, rank: Rank = Rank.ENTRY, *, until: datetime | None = None
) -> OrderReport | ExchangeAnswer:
    order = ticket(OrderType.LIMIT, Side.BUY, quantity="0.01", limit_price="80000")
    try:
        return await gateway.place(
            _ALICE,
            replace(order, client_order_id=f"limits{number}"),
            Errand(rank=rank, until=until or _soon(), is_new_order=True),
        )
    except ExchangeAnswer as answer:
        return answer


def _place_many(count: int, rank: Rank = Rank.ENTRY, *, start: int = 0) -> list[str]:
    """What became of each: `placed`, or the code why not."""

    async def place_all() -> list[OrderReport | ExchangeAnswer]:
        return await asyncio.gather(*(_place(start + number, rank) for number in range(count)))

    told = wait(place_all())
    return ["placed" if isinstance(each, OrderReport) else each.code for each in told]


def test_entries_that_a_venue_would_refuse_are_not_sent(strict: Sandbox) -> None:
    told = _place_many(12)

    assert (told.count("placed"), told.count("REQUESTS_USED_UP")) == (8, 4)
    assert len(strict.orders()) == 8


def test_a_close_is_sent_when_entries_have_used_up_theirs(strict: Sandbox) -> None:
    _place_many(12)

    assert _place_many(1, Rank.CLOSE, start=50) == ["placed"]


def test_the_refusal_says_what_is_allowed(strict: Sandbox) -> None:
    _place_many(8)

    answer = wait(_place(99))

    assert isinstance(answer, NotSent)
    assert answer.message == (
        "Binance allows 10 orders in 10 s, and there was none left in time. Nothing was sent."
    )


def test_what_an_account_used_before_a_restart_is_told_by_the_first_answer(
    strict: Sandbox,
) -> None:
    _place_many(8)
    wait(gateway.close())
    allow_a_tenth()  # whoever comes now remembers nothing

    first = _place_many(1, start=20)
    then = _place_many(3, start=30)

    assert first == ["placed"]
    assert then == ["REQUESTS_USED_UP"] * 3


def _let_others_use_up(sandbox: Sandbox) -> None:
    """Another program at our address; our own next answer tells of it: 520 of 600 are used."""
    for _ in range(6):
        with urlopen(f"{sandbox.url}/api/v3/ticker/24hr", timeout=5) as answer:  # weighs 80
            answer.read()
    wait(gateway.fetch_holdings(_ALICE, ["BTC/USDT"], rank=Rank.CLOSE))


async def _price(rank: Rank) -> Price:
    async with asyncio.timeout(0.5):
        return await gateway.fetch_price(_ALICE.market, "BTC/USDT", rank=rank)


@pytest.mark.parametrize("name", ["X-MBX-USED-WEIGHT-1M", "x-mbx-used-weight-1m"])
def test_what_a_venue_tells_is_heard_whatever_letters_its_header_has(
    strict: Sandbox, name: str
) -> None:
    async def hear() -> None:
        client = await desk().client(_ALICE)
        client.on_rest_response(200, "OK", "", "GET", {name: "520"}, "{}", {}, None)

    wait(hear())

    assert _place_many(1) == ["REQUESTS_USED_UP"]


def test_a_market_close_has_its_price_when_entries_have_no_room(strict: Sandbox) -> None:
    _let_others_use_up(strict)

    assert _place_many(1) == ["REQUESTS_USED_UP"]
    assert wait(_price(Rank.CLOSE)).value > 0
    assert _place_many(1, Rank.CLOSE, start=70) == ["placed"]


@pytest.mark.parametrize("rank", [Rank.ENTRY, Rank.POLL])
def test_what_is_kept_for_closes_is_spent_on_no_other_price_and_a_close_waits_for_none(
    strict: Sandbox, rank: Rank
) -> None:
    _let_others_use_up(strict)

    with pytest.raises(TimeoutError):
        wait(_price(rank))  # goes on waiting for its turn
    read = wait(_price(Rank.CLOSE))

    assert wait(_price(rank)) is read


async def _list_until_refused() -> str:
    """Each list of all open orders weighs 80 of the 600 that are allowed in a minute."""
    for _ in range(10):
        try:
            async with asyncio.timeout(0.5):
                await gateway.fetch_open_reports(_ALICE)
        except TimeoutError:
            return "waits"
    return "never waits"


def test_polls_wait_and_leave_room_for_orders(strict: Sandbox) -> None:
    polled = wait(_list_until_refused())

    assert polled == "waits"
    assert _place_many(5, start=60) == ["placed"] * 5


@pytest.mark.scenario(101)
def test_who_waits_for_room_obeys_a_ban_that_comes_meanwhile(strict: Sandbox) -> None:
    until = datetime.now(UTC) + timedelta(seconds=30)

    async def place_all() -> list[OrderReport | ExchangeAnswer]:
        return await asyncio.gather(*(_place(number, until=until) for number in range(10)))

    placing = loop.run(place_all())
    _await_orders(strict, 8)
    strict.control("faults", do="ban", status=418, seconds=60)
    with pytest.raises(ExchangeAnswer):
        wait(gateway.fetch_holdings(_ALICE, ["BTC/USDT"], rank=Rank.CLOSE))
    heard_of_it = _refused(strict)

    told = [answer.code for answer in placing.result(30) if isinstance(answer, ExchangeAnswer)]

    assert told == ["VENUE_PAUSED"] * 2
    assert _refused(strict) == heard_of_it


def _await_orders(sandbox: Sandbox, count: int) -> None:
    for _ in range(200):
        if len(sandbox.orders()) == count:
            return
        threading.Event().wait(0.05)
    raise AssertionError(f"{len(sandbox.orders())} orders have come, not {count}")


def _refused(sandbox: Sandbox) -> int:
    return sum(each["refused"] for each in Control(sandbox.url).get("/sandbox/limits"))


@pytest.mark.scenario(102)
def test_a_poll_without_room_keeps_no_close_from_trying_after_a_pause(strict: Sandbox) -> None:
    _let_others_use_up(strict)
    now = datetime.now(UTC)
    paused = breaker.pause(
        BreakerState(), epoch=0, now=now, reason=Reason.RATE_LIMITED, message="", until=now
    )
    gate().adopt({Scope(_ALICE.market): paused})
    poll = loop.run(gateway.fetch_open_reports(_ALICE))

    placed = _place_many(1, Rank.CLOSE)

    assert not poll.done()
    assert placed == ["placed"]
