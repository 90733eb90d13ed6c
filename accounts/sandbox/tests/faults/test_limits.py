"""Weight per address and orders per account, counted, enforced, and what who ignores it gets."""

import pytest

from accounts.sandbox.engine.listings import Market
from accounts.sandbox.faults.asked import Asked, Kind
from accounts.sandbox.faults.limits import Bounds, Limits
from accounts.sandbox.faults.outcomes import Answer, Ban, Reply
from accounts.sandbox.tests.faults.asking import FUTURES, ask, place, set_fault
from accounts.sandbox.tests.trader import Trader, control, listed

SECOND_US = 1_000_000
OPEN_ORDERS = "/api/v3/openOrders"
LIST = Asked(
    kind=Kind.LISTS,
    method="GET",
    path=OPEN_ORDERS,
    market=Market.SPOT,
    address="127.0.0.1",
    account="ann",
    symbol="BTCUSDT",
)
ORDER = Asked(
    kind=Kind.ORDERS,
    method="POST",
    path="/api/v3/order",
    market=Market.SPOT,
    address="127.0.0.1",
    account="ann",
    symbol="BTCUSDT",
)


def codes(limits: Limits, asked: Asked, *times_us: int) -> list[tuple[int | None, int | None]]:
    """Status and wait of the refusal at each of the times; None twice when it was admitted."""
    answers = [limits.admit(asked, at_us=at_us) for at_us in times_us]
    return [
        (None, None) if answer is None else (answer.status, answer.retry_after_seconds)
        for answer in answers
    ]


def test_weight_is_refused_when_used_up_and_free_again_after_the_window() -> None:
    limits = Limits(Bounds(weight_per_minute=12))
    start = 1_000 * SECOND_US

    found = codes(limits, LIST, start, start + 1, start + 20 * SECOND_US, start + 60 * SECOND_US)

    assert found == [(None, None), (None, None), (429, 40), (None, None)]


def test_who_ignores_the_refusals_is_banned_and_admitted_again_when_the_ban_is_over() -> None:
    limits = Limits(Bounds(weight_per_minute=6, ban_seconds=90))
    start = 1_000 * SECOND_US

    found = codes(limits, LIST, *[start] * 6, start + 89 * SECOND_US, start + 90 * SECOND_US)

    assert [status for status, _ in found] == [None, 429, 429, 429, 418, 418, 418, None]
    assert [wait for _, wait in found] == [None, 60, 60, 60, 90, 90, 1, None]


def test_orders_are_counted_per_account_and_interval() -> None:
    limits = Limits(Bounds(orders={"10S": 2}))
    start = 1_000 * SECOND_US

    found = codes(limits, ORDER, start, start, start + 4 * SECOND_US, start + 10 * SECOND_US)

    assert found == [(None, None), (None, None), (429, 6), (None, None)]
    assert limits.headers(ORDER) == {
        "X-MBX-USED-WEIGHT-1M": "4",
        "X-MBX-ORDER-COUNT-10S": "1",
        "X-MBX-ORDER-COUNT-1D": "3",
    }


def test_ban_says_until_when_in_binances_words() -> None:
    limits = Limits()

    told = limits.ban("127.0.0.1", Ban(418, 30), at_us=5 * SECOND_US)

    assert told == Answer(
        Reply.REFUSAL,
        is_booked=False,
        status=418,
        code=-1003,
        message="Way too much request weight used; IP banned until 35000. "
        "Please use WebSocket Streams for live updates to avoid bans.",
        retry_after_seconds=30,
    )
    assert codes(limits, LIST, 34 * SECOND_US, 35 * SECOND_US) == [(418, 1), (None, None)]


def test_every_answer_tells_what_was_used(ann: Trader) -> None:
    first = place(ann)
    second = ask(ann, "GET", OPEN_ORDERS, symbol="BTCUSDT")
    third = place(ann, path=FUTURES)

    assert {name: first.headers[name] for name in first.headers if name.startswith("X-MBX")} == {
        "X-MBX-USED-WEIGHT-1M": "1",
        "X-MBX-ORDER-COUNT-10S": "1",
        "X-MBX-ORDER-COUNT-1D": "1",
    }
    assert second.headers["X-MBX-USED-WEIGHT-1M"] == "7"
    assert (third.headers["X-MBX-USED-WEIGHT-1M"], third.headers["X-MBX-ORDER-COUNT-1M"]) == (
        "0",
        "1",
    )


def test_limits_are_enforced_with_429_and_then_418(ann: Trader) -> None:
    assert control(ann.url, "limits", weight1M=80, banSeconds=300) == (200, {})

    answers = [ask(ann, "GET", OPEN_ORDERS) for _ in range(6)]

    assert [told.status for told in answers] == [200, 429, 429, 429, 418, 418]
    assert answers[1].json == {
        "code": -1003,
        "msg": "Too much request weight used; current limit is 80 request weight per 1 MINUTE. "
        "Please use WebSocket Streams for live updates to avoid polling the API.",
    }
    assert answers[1].headers["X-MBX-USED-WEIGHT-1M"] == "80"
    assert 0 < int(answers[1].headers["Retry-After"]) <= 60
    assert answers[4].headers["Retry-After"] == "300"
    assert place(ann).json["code"] == -1003
    assert listed(ann.url, "orders") == []
    assert listed(ann.url, "limits") == [{"refused": 6}]


def test_orders_of_one_account_are_refused_and_those_of_another_are_not(ann: Trader) -> None:
    bob = Trader(ann.url, "bob", USDT="100000")
    control(ann.url, "limits", orders10S=2)

    statuses = [place(ann).status for _ in range(3)]

    assert statuses == [200, 200, 429]
    assert place(ann).json == {
        "code": -1015,
        "msg": "Too many new orders; current limit is 2 orders per 10 SECOND.",
    }
    assert place(bob).status == 200
    assert ask(ann, "GET", OPEN_ORDERS, symbol="BTCUSDT").status == 200


@pytest.mark.parametrize("status", [418, 429])
def test_ban_of_a_fault_holds_for_everything_from_then_on(ann: Trader, status: int) -> None:
    bob = Trader(ann.url, "bob", USDT="100000")
    set_fault(ann.url, on="orders", account="ann", do="ban", status=status, seconds=600)

    assert ask(ann, "GET", OPEN_ORDERS, symbol="BTCUSDT").status == 200
    answers = [place(ann), place(bob), ask(bob, "GET", "/api/v3/time")]

    assert [told.status for told in answers] == [status] * 3
    assert [told.json["code"] for told in answers] == [-1003] * 3
    assert answers[0].headers["Retry-After"] == "600"
    assert listed(ann.url, "orders") == []


def test_ban_ends_with_its_time(ann: Trader) -> None:
    set_fault(ann.url, on="orders", do="ban", seconds=1)
    banned = place(ann)

    while place(ann).status == 418:
        pass

    assert (banned.status, banned.headers["Retry-After"]) == (418, "1")
    assert len(listed(ann.url, "orders")) == 1


def test_limits_that_cannot_be_are_400(url: str) -> None:
    assert control(url, "limits", weight1M=0) == (
        400,
        {"error": "weight1M is missing or not a whole number from 1 to 999999999."},
    )
    assert control(url, "limits", weight=5) == (
        400,
        {
            "error": "weight is not one of the fields banSeconds, orders10S, orders1D, orders1M, "
            "weight1M."
        },
    )
