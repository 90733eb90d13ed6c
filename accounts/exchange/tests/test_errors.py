"""Each venue code's documented answer, driven through ccxt's real class over HTTP."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from accounts.exchange import gateway
from accounts.exchange.desk import Desk, adopt_desk
from accounts.exchange.errors import Failure, Judgement, classify, cleaned
from accounts.exchange.sentences import sentence_of
from accounts.exchange.tests import listings
from accounts.exchange.tests.asking import login, ticket, wait
from accounts.exchange.tests.error_bodies import error_body
from accounts.exchange.tests.error_rows import (
    BINANCE_ROWS,
    OTHER_ROWS,
)
from accounts.exchange.tests.scripted_venue import Answer, ScriptedVenue
from accounts.exchange.types import (
    ExchangeAnswer,
    NotSent,
    OrderType,
    OutcomeUnknown,
    Rejected,
    Side,
)
from accounts.exchange.venue_codes import CLASSES, CODES, STATUSES, TEXTS

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
_LIMIT = ticket(OrderType.LIMIT, Side.BUY, limit_price="90000.1")
_KRW_LIMIT = ticket(OrderType.LIMIT, Side.BUY, symbol="BTC/KRW", limit_price="98765000")
_ORDERS = {
    "binance": ("/api/v3/order", _LIMIT),
    "okx": ("/api/v5/trade/order", _LIMIT),
    "bybit": ("/v5/order/create", _LIMIT),
    "upbit": ("/v1/orders", _KRW_LIMIT),
    "bithumb": ("/v2/orders", _KRW_LIMIT),
}
_LISTINGS = {
    "binance": listings.list_binance,
    "okx": listings.list_okx_spot,
    "bybit": listings.list_bybit_spot,
    "upbit": listings.list_upbit,
    "bithumb": listings.list_bithumb,
}


def _judged(failure: Failure, venue: str) -> Judgement:
    return classify(failure, venue=venue, now=NOW)


async def _open(venue: ScriptedVenue) -> None:
    await venue.start()
    adopt_desk(Desk(session=venue.session()))


@pytest.fixture(scope="module")
def standing() -> Iterator[ScriptedVenue]:
    """One scripted venue with every listing, for all rows: markets are loaded once per venue."""
    scripted = ScriptedVenue()
    wait(_open(scripted))
    yield scripted
    wait(gateway.close())
    wait(scripted.stop())


def _answer_to_a_placement(standing: ScriptedVenue, name: str, answer: Answer) -> ExchangeAnswer:
    path, order = _ORDERS[name]
    _LISTINGS[name](standing)
    standing.will_answer("POST", path, answer)
    with pytest.raises(ExchangeAnswer) as raised:
        wait(gateway.place(login(name), order))
    return raised.value


@pytest.mark.parametrize(("code", "text", "kind", "ours"), BINANCE_ROWS)
def test_a_binance_code_is_told_as_what_it_proves(
    standing: ScriptedVenue, code: int, text: str, kind: type[ExchangeAnswer], ours: str
) -> None:
    answer = Answer({"code": code, "msg": text}, status=400)

    told = _answer_to_a_placement(standing, "binance", answer)

    assert (type(told), told.code) == (kind, ours)
    assert told.message == f"{sentence_of(ours)} (binance {code}: {text})"


@pytest.mark.scenario(30)
@pytest.mark.parametrize(
    ("name", "code", "kind", "ours"),
    [(name, code, kind, ours) for name, codes, kind, ours in OTHER_ROWS for code in codes.split()],
)
def test_a_code_of_another_venue_is_told_as_what_it_proves(
    standing: ScriptedVenue, name: str, code: str, kind: type[ExchangeAnswer], ours: str
) -> None:
    told = _answer_to_a_placement(standing, name, error_body(name, code, "why not"))

    assert (type(told), told.code) == (kind, ours)
    assert told.message == f"{sentence_of(ours)} ({name} {code}: why not)"


def test_every_row_of_the_table_has_its_answer_here() -> None:
    shown = {("binance", str(code)) for code, *_ in BINANCE_ROWS}
    shown |= {(name, code) for name, codes, *_ in OTHER_ROWS for code in codes.split()}

    listed = {(name, code) for name, codes in CODES.items() for code in codes}

    assert listed - shown == set()


def test_every_verdict_has_a_sentence() -> None:
    verdicts = [
        *(verdict for codes in CODES.values() for verdict in codes.values()),
        *(verdict for codes in STATUSES.values() for verdict in codes.values()),
        *(v for codes in TEXTS.values() for rows in codes.values() for _, v in rows),
        *CLASSES.values(),
    ]

    assert all(sentence_of(verdict.code).endswith(".") for verdict in verdicts)


def test_a_revoked_binance_key_is_no_rate_limit_after_an_earlier_success(
    standing: ScriptedVenue,
) -> None:
    listings.list_binance(standing)
    order = {"symbol": "BTCUSDT", "orderId": 1, "status": "NEW", "executedQty": "0"}
    revoked = {"code": -2015, "msg": "Invalid API-key, IP, or permissions for action."}
    standing.will_answer("POST", "/api/v3/order", Answer(order), Answer(revoked, status=401))
    wait(gateway.place(login("binance"), _LIMIT))

    with pytest.raises(Rejected) as told:
        wait(gateway.place(login("binance"), _LIMIT))

    assert told.value.code == "BAD_CREDENTIALS"


@pytest.mark.parametrize(
    "answer",
    [
        Answer("<html>Bad gateway</html>", status=502, content_type="text/html"),
        Answer("<html>Unavailable</html>", status=503, content_type="text/html"),
        Answer("<html>Time-out</html>", status=504, content_type="text/html"),
        Answer("<html>Time-out</html>", status=524, content_type="text/html"),
        Answer({"code": 0, "msg": "Unknown error, please check your request."}, status=503),
        # Who stands before the exchange may answer in its words; one of these would be sent again.
        Answer({"code": -2010, "msg": "Account has insufficient balance."}, status=502),
        Answer({"code": -1021, "msg": "Timestamp for this request is wrong."}, status=504),
        Answer({"code": -2015, "msg": "Invalid API-key."}, status=500),
        Answer("<html>Please wait</html>", content_type="text/html"),
        Answer('{"symbol":"BTCUSDT","orderId":1'),
        Answer({}),
        Answer([]),
        Answer({"symbol": "BTCUSDT", "orderId": 1, "executedQty": "many"}),
        Answer("<html>Sign in</html>", status=401, content_type="text/html"),
        Answer("[" * 100_000, status=400),
        Answer(drops=True),
    ],
)
def test_what_proves_nothing_is_unknown(standing: ScriptedVenue, answer: Answer) -> None:
    told = _answer_to_a_placement(standing, "binance", answer)

    assert (type(told), told.code) == (OutcomeUnknown, "OUTCOME_UNKNOWN")


def test_an_overload_is_a_refusal_although_its_status_is_a_server_s(
    standing: ScriptedVenue,
) -> None:
    overload = Answer({"code": -1008, "msg": "Server is currently overloaded."}, status=503)

    told = _answer_to_a_placement(standing, "binance", overload)

    assert (type(told), told.code) == (Rejected, "VENUE_UNAVAILABLE")


@pytest.mark.parametrize("status", [403, 418, 429])
def test_binance_s_gatekeeper_refuses_whatever_its_page_says(
    standing: ScriptedVenue, status: int
) -> None:
    page = Answer("<html>Go away</html>", status=status, content_type="text/html")

    told = _answer_to_a_placement(standing, "binance", page)

    assert (type(told), told.code) == (Rejected, "RATE_LIMITED")
    assert told.message.endswith(f"(binance answered HTTP {status})")


def test_a_class_of_ccxt_counts_only_when_the_venue_itself_answered() -> None:
    def failure(body: str, status: int) -> Failure:
        return Failure(
            is_read=False,
            has_left=True,
            class_names=("InsufficientFunds", "ExchangeError"),
            http_status=status,
            body=body,
        )

    by_venue = _judged(failure('{"code": -77777, "msg": "no"}', 400), "binance")
    by_proxy = _judged(failure("<html>", 400), "binance")
    by_success = _judged(failure('{"code": "0", "data": []}', 200), "okx")
    in_trouble = _judged(failure('{"code": -77777, "msg": "no"}', 500), "binance")

    assert (type(by_venue.answer), by_venue.answer.code) == (Rejected, "INSUFFICIENT_FUNDS")
    assert type(by_proxy.answer) is OutcomeUnknown
    assert type(by_success.answer) is OutcomeUnknown
    assert type(in_trouble.answer) is OutcomeUnknown


def test_what_ccxt_refuses_by_itself_was_not_sent() -> None:
    local = Failure(
        is_read=False,
        has_left=False,
        class_names=("AuthenticationError", "ExchangeError"),
        text='binance requires "secret" credential',
    )

    told = _judged(local, "binance").answer

    assert (type(told), told.code) == (NotSent, "BAD_CREDENTIALS")
    assert told.message.endswith('(binance requires "secret" credential)')


def test_a_stream_that_breaks_speaks_of_no_order() -> None:
    cut = Failure(
        is_read=True, has_left=False, class_names=("NetworkError",), text="Connection closed"
    )

    told = _judged(cut, "binance").answer

    assert (type(told), told.code) == (NotSent, "NO_ANSWER")
    assert told.message == (
        "The exchange gave no usable answer. It is asked again later. (Connection closed)"
    )


def test_messages_lose_addresses_and_whatever_looks_like_a_key() -> None:
    text = (
        'error sign! origin_string[1700000000000AbCdEfGhIjKl5000{"qty":"1"}] see '
        "https://api.bybit.com/v5?sign=abc\n and PERCENT_PRICE_BY_SIDE"
    )

    assert cleaned(text) == "error sign! … see … and PERCENT_PRICE_BY_SIDE"


def test_no_exception_carries_the_signed_address(standing: ScriptedVenue) -> None:
    told = _answer_to_a_placement(standing, "binance", Answer(drops=True))

    assert told.__cause__ is None
    assert told.__suppress_context__
    assert "signature" not in str(told)
    assert "our-key" not in str(told)
