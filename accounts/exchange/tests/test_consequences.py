"""What follows from each answer for later calls: the second column of the table of codes."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.exchange.errors import Failure, Judgement, classify
from accounts.exchange.tests.error_bodies import error_body
from accounts.exchange.tests.error_rows import BINANCE_ROWS, CODELESS_ROWS, CONSEQUENCES
from accounts.exchange.types import ExchangeAnswer
from accounts.exchange.venue_codes import CLASSES, CODES, STATUSES, TEXTS, Consequence

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
BAN_TEXT = (
    '{"code": -1003, "msg": "Way too much request weight used; IP banned until 1795262490000."}'
)


def _failed(
    body: str, *, status: int, class_name: str = "ExchangeError", retry_after: str = ""
) -> Failure:
    return Failure(
        is_read=False,
        has_left=True,
        class_names=(class_name, "BaseError"),
        http_status=status,
        body=body,
        retry_after=retry_after,
    )


def _judged(failure: Failure, venue: str) -> Judgement:
    return classify(failure, venue=venue, now=NOW)


@pytest.mark.parametrize(
    ("name", "code", "consequence"),
    [(name, code, then) for name, codes, then in CONSEQUENCES for code in codes.split()],
)
def test_what_follows_from_a_code_is_what_the_table_says(
    name: str, code: str, consequence: Consequence
) -> None:
    body = error_body(name, code, "why not").text()

    judgement = _judged(_failed(body, status=400), name)

    assert judgement.consequence is consequence


def test_every_consequence_of_the_table_has_its_answer_here() -> None:
    shown = {(name, code) for name, codes, _ in CONSEQUENCES for code in codes.split()}

    listed = {
        (name, code)
        for name, codes in CODES.items()
        for code, verdict in codes.items()
        if verdict.consequence is not Consequence.NOTHING
    }

    assert listed == shown


@pytest.mark.parametrize(
    ("name", "status", "body", "class_name", "kind", "ours", "consequence"), CODELESS_ROWS
)
def test_an_answer_without_a_listed_code_is_judged_by_status_class_and_transport(
    name: str,
    status: int,
    body: str,
    class_name: str,
    kind: type[ExchangeAnswer],
    ours: str,
    consequence: Consequence,
) -> None:
    judgement = _judged(_failed(body, status=status, class_name=class_name), name)

    told = (type(judgement.answer), judgement.answer.code, judgement.consequence)
    assert told == (kind, ours, consequence)


def test_every_status_class_and_text_of_the_tables_has_its_answer_here() -> None:
    statuses = {(name, status) for name, codes in STATUSES.items() for status in codes}
    texts = [
        (int(code), fragment) for code, rows in TEXTS["binance"].items() for fragment, _ in rows
    ]

    assert statuses - {(name, status) for name, status, *_ in CODELESS_ROWS} == set()
    assert set(CLASSES) - {row[3] for row in CODELESS_ROWS} == set()
    assert set(TEXTS) == {"binance"}
    assert [
        (code, fragment)
        for code, fragment in texts
        if not any(code == row[0] and fragment in row[1].lower() for row in BINANCE_ROWS)
    ] == []


@pytest.mark.parametrize(
    ("body", "retry_after", "seconds"),
    [
        ("{}", "7", 7),
        ("{}", "Sat, 21 Nov 2026 12:00:30 GMT", 30),
        (BAN_TEXT, "", 90),
        (BAN_TEXT, "120", 120),
        ("{}", "99999999999999999999", 3 * 86_400),
    ],
)
def test_the_time_that_a_venue_names_is_read_from_header_and_text(
    body: str, retry_after: str, seconds: int
) -> None:
    judgement = _judged(_failed(body, status=418, retry_after=retry_after), "binance")

    assert judgement.until == NOW + timedelta(seconds=seconds)


def test_the_end_of_a_ban_is_told_as_a_time_and_not_in_milliseconds() -> None:
    judgement = _judged(_failed(BAN_TEXT, status=418), "binance")

    assert judgement.answer.message == (
        "Too many requests: the exchange refused this one. Send fewer or later. (binance -1003: "
        "Way too much request weight used; IP banned until 2026-11-21 12:01:30 UTC.)"
    )


@pytest.mark.parametrize(
    "retry_after",
    ["", "soon", "-1", "0", "Fri, 20 Nov 2026 12:00:30 GMT", f"Sat, 21 Nov {9**30} 12:00:30 GMT"],
)
def test_a_time_that_makes_no_sense_or_is_over_is_none(retry_after: str) -> None:
    assert _judged(_failed("{}", status=429, retry_after=retry_after), "okx").until is None


def test_trouble_that_says_when_to_come_back_is_waited_for() -> None:
    judgement = _judged(_failed("<html>", status=503, retry_after="30"), "okx")

    assert judgement.consequence is Consequence.AWAIT_VENUE
