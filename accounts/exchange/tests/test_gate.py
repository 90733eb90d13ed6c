"""Calls at the gate, against venues that ccxt's real clients reach over HTTP."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.exchange import gateway, streams
from accounts.exchange.breaker import BreakerState, Phase, Reason
from accounts.exchange.findings import Passage, Scope
from accounts.exchange.gate import Gate, gate
from accounts.exchange.tests import listings
from accounts.exchange.tests.asking import login, reference, ticket, wait
from accounts.exchange.tests.scripted_venue import Answer, ScriptedVenue
from accounts.exchange.types import (
    ExchangeAnswer,
    Login,
    NotSent,
    OrderType,
    OutcomeUnknown,
    Rejected,
    Side,
)

_LIMIT = ticket(OrderType.LIMIT, Side.BUY, limit_price="90000.1")


def failure(account: Login) -> ExchangeAnswer:
    with pytest.raises(ExchangeAnswer) as told:
        wait(gateway.place(account, _LIMIT))
    return told.value


def other(account: Login) -> Login:
    return replace(account, account_id=account.account_id + 1)


def opened(account: Login, *, until: datetime | None) -> None:
    """The venue's breaker is open."""
    state = BreakerState(
        phase=Phase.OPEN,
        reason=Reason.RATE_LIMITED,
        opened_at=datetime.now(UTC),
        until=until,
        changed_at=datetime.now(UTC),
    )
    gate().adopt({Scope(account.market): state})


def soon(seconds: float) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)


@pytest.mark.scenario(30)
def test_an_ip_restriction_stops_the_account_and_no_other(venue: ScriptedVenue) -> None:
    listings.list_okx_spot(venue)
    told = {"code": "50110", "msg": "Your IP is not in the key's list.", "data": []}
    venue.will_answer("POST", "/api/v5/trade/order", Answer(told, status=401))

    codes = [failure(account).code for account in (login("okx"), login("okx"), other(login("okx")))]

    assert codes == ["PERMISSION_DENIED", "ACCOUNT_STOPPED", "PERMISSION_DENIED"]
    assert len(venue.asked("POST", "/api/v5/trade/order")) == 2


def test_maintenance_of_okx_keeps_every_account_away(venue: ScriptedVenue) -> None:
    listings.list_okx_spot(venue)
    told = {"code": "50001", "msg": "Service temporarily unavailable.", "data": []}
    venue.will_answer("POST", "/api/v5/trade/order", Answer(told, status=503))

    kinds = [type(failure(account)) for account in (login("okx"), other(login("okx")))]

    assert kinds == [OutcomeUnknown, NotSent]


def test_bybits_clock_is_read_and_the_order_sent_once_more(venue: ScriptedVenue) -> None:
    listings.list_bybit_spot(venue)
    refused = {"retCode": 10002, "retMsg": "invalid request, check your timestamp", "result": {}}
    taken = {"retCode": 0, "retMsg": "OK", "result": {"orderId": "77", "orderLinkId": "ours1"}}
    venue.will_answer("POST", "/v5/order/create", Answer(refused), Answer(taken))
    hour_ago = datetime.now(UTC) - timedelta(hours=1)
    told = {"retCode": 0, "result": {"timeSecond": str(int(hour_ago.timestamp()))}}
    told |= {"time": int(hour_ago.timestamp() * 1000)}
    venue.will_answer("GET", "/v5/market/time", Answer(told))

    report = wait(gateway.place(login("bybit"), _LIMIT))

    first, second = venue.asked("POST", "/v5/order/create")
    assert report.venue_order_id == "77"
    assert first.fields["orderLinkId"] == second.fields["orderLinkId"] == "ours1"
    skew = int(first.headers["X-BAPI-TIMESTAMP"]) - int(second.headers["X-BAPI-TIMESTAMP"])
    assert skew / 1000 == pytest.approx(3600, abs=5)


@pytest.mark.parametrize("told", [Answer("<html>", status=404), Answer({})], ids=["page", "none"])
def test_a_venue_whose_clock_cannot_be_read_pauses_the_account(
    binance: ScriptedVenue, told: Answer
) -> None:
    refused = {"code": -1021, "msg": "Timestamp for this request is outside of the recvWindow."}
    binance.will_answer("POST", "/api/v3/order", Answer(refused, status=400))
    binance.will_answer("GET", "/api/v3/time", told)

    answers = [failure(login("binance")) for _ in range(2)]

    assert [(type(answer), answer.code) for answer in answers] == [
        (Rejected, "CLOCK_SKEW"),
        (NotSent, "ACCOUNT_PAUSED"),
    ]
    assert answers[0].message == (
        "The exchange refused the time of the request. Synchronize the clock of the machine that "
        "runs this platform (NTP). (binance -1021: Timestamp for this request is outside of the "
        "recvWindow.)"
    )
    assert len(binance.asked("POST", "/api/v3/order")) == 1


def test_a_time_that_is_refused_again_says_by_how_much_this_machines_clock_is_off(
    binance: ScriptedVenue,
) -> None:
    refused = {"code": -1021, "msg": "Timestamp for this request is outside of the recvWindow."}
    binance.will_answer("POST", "/api/v3/order", Answer(refused, status=400))
    hour_ago_ms = int((datetime.now(UTC) - timedelta(hours=1)).timestamp() * 1000)
    binance.will_answer("GET", "/api/v3/time", Answer({"serverTime": hour_ago_ms}))
    account = login("binance")

    told = failure(account).message

    assert told.startswith(
        "The exchange refuses the time of requests. The clock of the machine that runs this "
        "platform is 36"
    )
    assert told.endswith(
        "(binance -1021: Timestamp for this request is outside of the recvWindow.)"
    )
    assert gate().take_changes()[Scope(account.market, account.account_id)].message == told


def test_a_rate_limit_whose_order_may_have_passed_leaves_it_unknown(
    venue: ScriptedVenue,
) -> None:
    listings.list_bybit_spot(venue)
    told = {"retCode": 10006, "retMsg": "Too many visits!", "result": {}}
    venue.will_answer("POST", "/v5/order/create", Answer(told))

    answers = [failure(login("bybit")) for _ in range(2)]

    assert [(type(answer), answer.code) for answer in answers] == [
        (OutcomeUnknown, "OUTCOME_UNKNOWN"),
        (NotSent, "ACCOUNT_PAUSED"),
    ]


def test_a_refused_cancel_and_look_up_send_nothing_and_say_until_when(
    binance: ScriptedVenue,
) -> None:
    account = login("binance")
    wait(gateway.load_market_rules(account.market))
    asked = len(binance.requests)
    opened(account, until=datetime(2099, 1, 1, 12, 30, tzinfo=UTC))

    for call in (gateway.cancel, gateway.fetch_report):
        with pytest.raises(NotSent) as told:
            wait(call(account, reference("77")))
        assert told.value.message == (
            "Binance spot waits until 12:30:00 UTC: it was asked too often. Nothing was sent."
        )
    assert len(binance.requests) == asked


def test_no_stream_is_opened_while_a_breaker_is_open(binance: ScriptedVenue) -> None:
    account = login("binance")
    wait(gateway.load_market_rules(account.market))
    asked = len(binance.requests)
    opened(account, until=soon(-1))  # not even as a probe: it would never end

    async def first_event() -> Any:
        return await anext(streams.watch(account))

    with pytest.raises(NotSent, match="VENUE_PAUSED"):
        wait(first_event())

    assert len(binance.requests) == asked


def test_after_a_pause_whoever_is_urgent_goes_first() -> None:
    account = login("binance")
    opened(account, until=soon(-1))
    order: list[str] = []

    async def enter(name: str, *, is_urgent: bool) -> None:
        passage = await gate().enter(account, is_urgent=is_urgent)
        order.append(name)
        await asyncio.sleep(0.05)
        gate().leave(passage, None)

    async def arrive() -> None:
        probe = await gate().enter(account)
        waiting = [
            asyncio.create_task(enter("read", is_urgent=False)),
            asyncio.create_task(enter("close", is_urgent=True)),
        ]
        await asyncio.sleep(0.05)
        gate().leave(probe, None)
        await asyncio.gather(*waiting)

    wait(arrive())

    assert order == ["close", "read"]


@pytest.mark.parametrize("ends_in", [-1, 0.1])
def test_a_close_that_waits_for_its_accounts_pause_holds_up_no_other_account(
    ends_in: float,
) -> None:
    """Neither where the market's own pause is over already, nor where it ends meanwhile."""
    account = login("binance")
    opened(account, until=soon(ends_in))
    gate().pause_for_clock(account, Rejected("CLOCK_SKEW", "too early"))

    async def arrive() -> Passage:
        closing = asyncio.create_task(gate().wait_until_open(account, until=soon(60)))
        await asyncio.sleep(max(ends_in, 0) + 0.3)
        passage = await gate().enter(other(account), until=soon(0.01))
        closing.cancel()
        return passage

    assert wait(arrive()).account_id == account.account_id + 1


def test_a_close_that_waits_for_its_accounts_probe_holds_up_no_other_account() -> None:
    account = login("binance")
    scopes = (Scope(account.market), Scope(account.market, account.account_id))
    over = BreakerState(
        phase=Phase.PROBING, changed_at=datetime.now(UTC), allowed=4, under_way=0, epoch=1
    )
    gate().adopt({scopes[0]: over, scopes[1]: replace(over, allowed=1, under_way=1)})

    async def arrive() -> Passage:
        closing = asyncio.create_task(gate().enter(account, is_urgent=True))
        await asyncio.sleep(0.05)
        passage = await gate().enter(other(account), until=soon(0.1))
        closing.cancel()
        return passage

    assert wait(arrive()).account_id == account.account_id + 1


def test_whoever_waits_for_a_probe_is_not_let_through_too_late() -> None:
    account = login("binance")
    opened(account, until=soon(-1))

    async def arrive() -> None:
        probe = await gate().enter(account)
        try:
            await gate().enter(account, until=soon(0.05))
        finally:
            gate().leave(probe, None)

    with pytest.raises(NotSent, match="VENUE_PAUSED: Binance spot"):
        wait(arrive())


def test_a_call_that_somebody_stopped_waiting_for_gives_its_place_back(
    binance: ScriptedVenue,
) -> None:
    account = login("binance")
    wait(gateway.load_market_rules(account.market))
    binance.will_answer("GET", "/api/v3/account", Answer(hangs=True))
    opened(account, until=soon(-1))

    async def give_up() -> Passage:
        reading = asyncio.create_task(gateway.fetch_holdings(account, ["BTC/USDT"]))
        await asyncio.sleep(0.05)
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
        return await gate().enter(account)

    assert wait(give_up()).account_id == account.account_id


def test_each_change_is_told_and_taken_once() -> None:
    told: list[int] = []
    fresh = Gate(on_change=lambda: told.append(1))
    account = login("binance")
    fresh.pause_for_clock(account, Rejected("CLOCK_SKEW", "too early"))

    first, second = fresh.take_changes(), fresh.take_changes()

    assert (list(first), second) == ([Scope(account.market, account.account_id)], {})
    assert told == [1]
