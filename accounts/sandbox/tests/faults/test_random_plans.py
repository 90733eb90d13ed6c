"""A random plan does the same again under the same seed, whatever falls in between."""

from decimal import Decimal
from pathlib import Path

import pytest

from accounts.sandbox.engine.listings import Market
from accounts.sandbox.faults.asked import Asked, Kind
from accounts.sandbox.faults.drawing import Draw, drawn, strikes
from accounts.sandbox.faults.fates import random_plan
from accounts.sandbox.faults.outcomes import Answer, Ban, Fate, Hide, Reply
from accounts.sandbox.faults.plan import Fault, Plan
from accounts.sandbox.process import SandboxProcess
from accounts.sandbox.tests.faults.asking import ask, place, set_fault, struck
from accounts.sandbox.tests.trader import Trader, control, listed

NEVER_BOOKED = {-1003, -1008, -1015, -1021}  # codes that prove an order was not accepted


def order_of(account: str) -> Asked:
    """An account's order."""
    return Asked(
        kind=Kind.ORDERS,
        method="POST",
        path="/api/v3/order",
        market=Market.SPOT,
        address="127.0.0.1",
        account=account,
    )


def fates(plan: Plan, *accounts: str) -> list[Fate | Ban]:
    """What becomes of the accounts' orders, sent in this order."""
    return [plan.fate(order_of(account)) for account in accounts]


def test_same_seed_gives_the_same_fates() -> None:
    first = fates(Plan(random_plan(7)), *["ann"] * 200)
    again = fates(Plan(random_plan(7)), *["ann"] * 200)
    other = fates(Plan(random_plan(8)), *["ann"] * 200)

    assert first == again
    assert first != other
    assert 5 < sum(fate != Fate() for fate in first) < 40


def test_an_accounts_fates_do_not_depend_on_what_others_send_in_between() -> None:
    alone = fates(Plan(random_plan(7)), *["ann"] * 50)

    together = fates(Plan(random_plan(7)), *["ann", "bob", "bob"] * 50)

    assert together[::3] == alone


def test_accounts_have_fates_of_their_own() -> None:
    plan = Plan(random_plan(7))

    assert fates(plan, *["ann"] * 100) != fates(plan, *["bob"] * 100)


def test_probability_is_about_how_many_are_met() -> None:
    draws = [Draw(seed=1, stream="orders ann", number=number) for number in range(1_000)]

    assert not any(strikes(draw, probability=Decimal(0)) for draw in draws)
    assert all(strikes(draw, probability=Decimal(1)) for draw in draws)
    assert 250 < sum(strikes(draw, probability=Decimal("0.3")) for draw in draws) < 350


@pytest.mark.parametrize("kind", list(Kind))
def test_refusal_that_proves_an_order_was_not_accepted_is_drawn_for_none_that_was(
    kind: Kind,
) -> None:
    outcomes = [drawn(Draw(1, "s", number), kind=kind) for number in range(2_000)]

    answers = [outcome for outcome in outcomes if isinstance(outcome, Answer)]
    assert {answer.code for answer in answers} >= NEVER_BOOKED - {-1015}
    assert not any(answer.is_booked for answer in answers if answer.code in NEVER_BOOKED)
    assert {answer.reply for answer in answers} == set(Reply)
    assert any(isinstance(outcome, Hide) for outcome in outcomes) == (
        kind in (Kind.QUERIES, Kind.LISTS)
    )


def test_probability_of_an_ordinary_fault_is_drawn_under_its_seed_too() -> None:
    fault = Fault(Answer(Reply.CUT), times=None, probability=Decimal("0.5"), seed=3)

    first, again = fates(Plan(fault), *["ann"] * 50), fates(Plan(fault), *["ann"] * 50)

    assert first == again
    assert {fate == Fate() for fate in first} == {True, False}


def outcomes(trader: Trader, number: int) -> list[str]:
    """What the trader is told of so many orders: a status, or the error of the connection."""
    told = []
    for order in range(number):
        try:
            told.append(str(place(trader, timeout=5, newClientOrderId=f"a{order}").status))
        except (ConnectionError, TimeoutError) as error:
            told.append(type(error).__name__)
    return told


def test_plan_set_at_run_time_is_repeated_by_setting_it_again(ann: Trader) -> None:
    random = {"on": "orders", "account": "ann", "do": "random", "probability": "0.4", "seed": 5}
    number = set_fault(ann.url, **random)["id"]
    first, booked, hits = outcomes(ann, 12), len(listed(ann.url, "orders")), struck(ann.url)

    assert control(ann.url, "reset") == (200, {})
    again = Trader(ann.url, "ann", USDT="100000")
    assert number == set_fault(ann.url, **random)["id"]

    assert (outcomes(again, 12), len(listed(ann.url, "orders"))) == (first, booked)
    assert (struck(ann.url), hits) == ([4], [4])


def test_fault_seed_of_the_command_line_sets_the_plan_and_a_reset_begins_it_anew(
    tmp_path: Path,
) -> None:
    with SandboxProcess(state_dir=tmp_path, fault_seed=11) as sandbox:
        row = listed(sandbox.url, "faults")
        control(sandbox.url, "reset")

        assert (row[0]["do"], row[0]["seed"], row[0]["times"]) == ("random", 11, None)
        assert listed(sandbox.url, "faults") == row
        assert row[0]["probability"] == "0.1"


def test_without_a_seed_nothing_goes_wrong(ann: Trader) -> None:
    assert listed(ann.url, "faults") == []
    assert ask(ann, "GET", "/api/v3/time").status == 200
