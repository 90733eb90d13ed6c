"""Each venue code's documented answer, driven through ccxt's real class over HTTP."""

from collections.abc import Iterator

import pytest

from accounts.exchange import gateway
from accounts.exchange.desk import Desk, adopt_desk
from accounts.exchange.errors import Failure, classify, cleaned
from accounts.exchange.sentences import sentence_of
from accounts.exchange.tests import listings
from accounts.exchange.tests.asking import login, ticket, wait
from accounts.exchange.tests.scripted_venue import Answer, ScriptedVenue
from accounts.exchange.types import (
    ExchangeAnswer,
    NotSent,
    OrderGone,
    OrderType,
    OutcomeUnknown,
    Rejected,
    Side,
)
from accounts.exchange.venue_codes import CLASSES, CODES, STATUSES, TEXTS

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

R, U, G = Rejected, OutcomeUnknown, OrderGone

_BINANCE_ROWS: list[tuple[int, str, type[ExchangeAnswer], str]] = [
    (-1000, "An unknown error occurred while processing the request.", U, "OUTCOME_UNKNOWN"),
    (-1001, "Internal error; unable to process your request.", U, "OUTCOME_UNKNOWN"),
    (-1002, "You are not authorized to execute this request.", R, "PERMISSION_DENIED"),
    (-1003, "Too many requests queued.", R, "RATE_LIMITED"),
    (-1006, "An unexpected response was received.", U, "OUTCOME_UNKNOWN"),
    (-1007, "Timeout waiting for response from backend server.", U, "OUTCOME_UNKNOWN"),
    (-1008, "Server is currently overloaded with other requests.", R, "VENUE_UNAVAILABLE"),
    (-1013, "Filter failure: NOTIONAL", R, "BELOW_MINIMUM"),
    (-1013, "Filter failure: LOT_SIZE", R, "NUMBER_INVALID"),
    (-1013, "Filter failure: PRICE_FILTER", R, "PRICE_OUT_OF_RANGE"),
    (-1013, "Filter failure: PERCENT_PRICE_BY_SIDE", R, "PRICE_OUT_OF_RANGE"),
    (-1013, "Filter failure: MAX_NUM_ORDERS", R, "TOO_MANY_ORDERS"),
    (-1013, "Filter failure: MAX_POSITION", R, "VENUE_REJECTED"),
    (-1015, "Too many new orders.", R, "RATE_LIMITED"),
    (-1016, "This service is no longer available.", R, "VENUE_UNAVAILABLE"),
    (-1021, "Timestamp for this request is outside of the recvWindow.", R, "CLOCK_SKEW"),
    (-1022, "Signature for this request is not valid.", R, "BAD_CREDENTIALS"),
    (-1100, "Illegal characters found in a parameter.", R, "VENUE_REJECTED"),
    (-1101, "Too many parameters sent for this endpoint.", R, "VENUE_REJECTED"),
    (-1102, "Mandatory parameter 'price' was not sent.", R, "VENUE_REJECTED"),
    (-1103, "An unknown parameter was sent.", R, "VENUE_REJECTED"),
    (-1104, "Not all sent parameters were read.", R, "VENUE_REJECTED"),
    (-1105, "Parameter 'price' was empty.", R, "VENUE_REJECTED"),
    (-1106, "Parameter 'reduceOnly' sent when not required.", R, "VENUE_REJECTED"),
    (-1111, "Precision is over the maximum defined for this asset.", R, "NUMBER_INVALID"),
    (-1112, "No orders on book for symbol.", R, "VENUE_REJECTED"),
    (-1114, "TimeInForce parameter sent when not required.", R, "VENUE_REJECTED"),
    (-1115, "Invalid timeInForce.", R, "VENUE_REJECTED"),
    (-1116, "Invalid orderType.", R, "VENUE_REJECTED"),
    (-1117, "Invalid side.", R, "VENUE_REJECTED"),
    (-1118, "New client order ID was empty.", R, "VENUE_REJECTED"),
    (-1119, "Original client order ID was empty.", R, "VENUE_REJECTED"),
    (-1120, "Invalid interval.", R, "VENUE_REJECTED"),
    (-1121, "Invalid symbol.", R, "SYMBOL_UNKNOWN"),
    (-1128, "Combination of optional parameters invalid.", R, "VENUE_REJECTED"),
    (-1130, "Data sent for parameter is not valid.", R, "VENUE_REJECTED"),
    (-2010, "Account has insufficient balance for requested action.", R, "INSUFFICIENT_FUNDS"),
    (-2010, "Duplicate order sent.", U, "DUPLICATE_CLIENT_ORDER_ID"),
    (-2010, "Market is closed.", R, "MARKET_CLOSED"),
    (-2010, "Stop price would trigger immediately.", R, "WOULD_TRIGGER_IMMEDIATELY"),
    (-2010, "Order would immediately match and take.", R, "POST_ONLY_WOULD_TAKE"),
    (-2010, "This symbol is not permitted for this account.", R, "VENUE_REJECTED"),
    (-2011, "Unknown order sent.", G, "ORDER_NOT_FOUND"),
    (-2013, "Order does not exist.", G, "ORDER_NOT_FOUND"),
    (-2014, "API-key format invalid.", R, "BAD_CREDENTIALS"),
    (-2015, "Invalid API-key, IP, or permissions for action.", R, "BAD_CREDENTIALS"),
    (-2018, "Balance is insufficient.", R, "INSUFFICIENT_FUNDS"),
    (-2019, "Margin is insufficient.", R, "INSUFFICIENT_FUNDS"),
    (-2021, "Order would immediately trigger.", R, "WOULD_TRIGGER_IMMEDIATELY"),
    (-2022, "ReduceOnly Order is rejected.", R, "REDUCE_ONLY_REJECTED"),
    (-2025, "Reach max open order limit.", R, "TOO_MANY_ORDERS"),
    (-2027, "Exceeded the maximum allowable position at leverage.", R, "POSITION_LIMIT"),
    (-4001, "Price less than 0.", R, "PRICE_OUT_OF_RANGE"),
    (-4002, "Price greater than max price.", R, "PRICE_OUT_OF_RANGE"),
    (-4003, "Quantity less than zero.", R, "NUMBER_INVALID"),
    (-4004, "Quantity less than min quantity.", R, "BELOW_MINIMUM"),
    (-4005, "Quantity greater than max quantity.", R, "ABOVE_MAXIMUM"),
    (-4006, "Stop price less than zero.", R, "NUMBER_INVALID"),
    (-4007, "Stop price greater than max price.", R, "PRICE_OUT_OF_RANGE"),
    (-4013, "Price less than min price.", R, "PRICE_OUT_OF_RANGE"),
    (-4014, "Price not increased by tick size.", R, "NUMBER_INVALID"),
    (-4015, "Client order id is not valid.", R, "VENUE_REJECTED"),
    (-4016, "Price is higher than mark price multiplier cap.", R, "PRICE_OUT_OF_RANGE"),
    (-4023, "Quantity not increased by step size.", R, "NUMBER_INVALID"),
    (-4024, "Price is lower than mark price multiplier floor.", R, "PRICE_OUT_OF_RANGE"),
    (-4029, "Tick size precision is invalid.", R, "NUMBER_INVALID"),
    (-4030, "Step size precision is invalid.", R, "NUMBER_INVALID"),
    (-4045, "Reach max stop order limit.", R, "TOO_MANY_ORDERS"),
    (-4061, "Order's position side does not match user's setting.", R, "POSITION_MODE_MISMATCH"),
    (-4116, "ClientOrderId is duplicated.", U, "DUPLICATE_CLIENT_ORDER_ID"),
    (-4118, "ReduceOnly Order Failed. Please check your existing open orders", R,
     "REDUCE_ONLY_REJECTED"),
    (-4120, "Order type not supported for this endpoint.", R, "VENUE_REJECTED"),
    (-4131, "The counterparty's best price does not meet the PERCENT_PRICE filter limit.", R,
     "PRICE_OUT_OF_RANGE"),
    (-4164, "Order's notional must be no smaller than 5.0", R, "BELOW_MINIMUM"),
    (-5021, "The FOK order has been rejected.", R, "FILL_OR_KILL_NOT_FILLED"),
    (-5022, "The Post Only order will be rejected.", R, "POST_ONLY_WOULD_TAKE"),
    (-5028, "Timestamp for this request is outside of the ME recvWindow.", R, "CLOCK_SKEW"),
    (-9999, "A code that nobody has described.", U, "OUTCOME_UNKNOWN"),
]  # fmt: skip

_OTHER_ROWS: list[tuple[str, str, type[ExchangeAnswer], str]] = [
    ("okx", "50001", R, "VENUE_UNAVAILABLE"),
    ("okx", "50004 50013 50026 59999", U, "OUTCOME_UNKNOWN"),
    ("okx", "50011 50061", R, "RATE_LIMITED"),
    ("okx", "50102", R, "CLOCK_SKEW"),
    (
        "okx",
        "50101 50103 50104 50105 50106 50107 50111 50112 50113 50114 50119",
        R,
        "BAD_CREDENTIALS",
    ),
    ("okx", "50110 50120 51024", R, "PERMISSION_DENIED"),
    ("okx", "51000", R, "VENUE_REJECTED"),
    ("okx", "51001", R, "SYMBOL_UNKNOWN"),
    ("okx", "51008 51119 51127 51131", R, "INSUFFICIENT_FUNDS"),
    ("okx", "51016", U, "DUPLICATE_CLIENT_ORDER_ID"),
    ("okx", "51020", R, "BELOW_MINIMUM"),
    ("okx", "51169", R, "REDUCE_ONLY_REJECTED"),
    ("okx", "51174", R, "TOO_MANY_ORDERS"),
    ("okx", "51400 51401 51402 51603", G, "ORDER_NOT_FOUND"),
    ("okx", "51410", U, "CANCEL_PENDING"),
    (
        "bybit",
        "10000 10006 10016 10018 10019 10403 10429 170001 170005 170007 170032 20003 20006 500000",
        U,
        "OUTCOME_UNKNOWN",
    ),
    ("bybit", "999999", U, "OUTCOME_UNKNOWN"),
    ("bybit", "10002", R, "CLOCK_SKEW"),
    ("bybit", "10003 10004 10009 33004", R, "BAD_CREDENTIALS"),
    ("bybit", "10005 10008 10010 10024 10027 10028 10029", R, "PERMISSION_DENIED"),
    ("bybit", "110001 170213", G, "ORDER_NOT_FOUND"),
    ("bybit", "110004 110007 110012 170033 170131", R, "INSUFFICIENT_FUNDS"),
    ("bybit", "110009 110020", R, "TOO_MANY_ORDERS"),
    ("bybit", "110017", R, "REDUCE_ONLY_REJECTED"),
    ("bybit", "110072 170141", U, "DUPLICATE_CLIENT_ORDER_ID"),
    ("bybit", "110094 170136 170140", R, "BELOW_MINIMUM"),
    ("upbit", "insufficient_funds_bid insufficient_funds_ask", R, "INSUFFICIENT_FUNDS"),
    ("upbit", "under_min_total_bid under_min_total_ask", R, "BELOW_MINIMUM"),
    ("upbit", "over_krw_funds_bid over_krw_funds_ask", R, "ABOVE_MAXIMUM"),
    ("upbit", "invalid_price_bid invalid_price_ask", R, "PRICE_OUT_OF_RANGE"),
    ("upbit", "market_offline", R, "MARKET_CLOSED"),
    ("upbit", "notfoundmarket", R, "SYMBOL_UNKNOWN"),
    ("upbit", "too_many_requests", R, "RATE_LIMITED"),
    ("upbit", "order_not_found", G, "ORDER_NOT_FOUND"),
    (
        "upbit",
        "invalid_access_key jwt_verification expired_access_key invalid_query_payload",
        R,
        "BAD_CREDENTIALS",
    ),
    (
        "upbit",
        "out_of_scope no_authorization_i_p no_authorization_ip no_permission",
        R,
        "PERMISSION_DENIED",
    ),
    ("upbit", "nonce_used", R, "CLOCK_SKEW"),
    ("upbit", "create_bid_error create_ask_error validation_error", R, "VENUE_REJECTED"),
    ("upbit", "server_error something_new", U, "OUTCOME_UNKNOWN"),
    ("bithumb", "insufficient_funds_bid insufficient_funds_ask", R, "INSUFFICIENT_FUNDS"),
    ("bithumb", "under_price_limit_bid under_price_limit_ask", R, "BELOW_MINIMUM"),
    (
        "bithumb",
        "invalid_price invalid_price_bid invalid_price_ask",
        R,
        "PRICE_OUT_OF_RANGE",
    ),
    ("bithumb", "invalid_access_key jwt_verification expired_jwt", R, "BAD_CREDENTIALS"),
    ("bithumb", "NotAllowIP out_of_scope blocked_member_id", R, "PERMISSION_DENIED"),
    ("bithumb", "cross_trading", R, "VENUE_REJECTED"),
    ("bithumb", "order_not_found", G, "ORDER_NOT_FOUND"),
    ("bithumb", "server_error order_not_ready", U, "OUTCOME_UNKNOWN"),
]


def _body(name: str, code: str, text: str) -> Answer:
    if name == "okx":
        is_general = code.startswith("50")
        row = {"ordId": "", "sCode": code, "sMsg": text}
        told = {"code": code, "msg": text, "data": []} if is_general else None
        return Answer(told or {"code": "1", "msg": "", "data": [row]})
    if name == "bybit":
        return Answer({"retCode": int(code), "retMsg": text, "result": {}})
    status = 500 if code == "server_error" else 400
    return Answer({"error": {"name": code, "message": text}}, status=status)


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


@pytest.mark.parametrize(("code", "text", "kind", "ours"), _BINANCE_ROWS)
def test_a_binance_code_is_told_as_what_it_proves(
    standing: ScriptedVenue, code: int, text: str, kind: type[ExchangeAnswer], ours: str
) -> None:
    answer = Answer({"code": code, "msg": text}, status=400)

    told = _answer_to_a_placement(standing, "binance", answer)

    assert (type(told), told.code) == (kind, ours)
    assert told.message == f"{sentence_of(ours)} (binance {code}: {text})"


@pytest.mark.parametrize(
    ("name", "code", "kind", "ours"),
    [(name, code, kind, ours) for name, codes, kind, ours in _OTHER_ROWS for code in codes.split()],
)
def test_a_code_of_another_venue_is_told_as_what_it_proves(
    standing: ScriptedVenue, name: str, code: str, kind: type[ExchangeAnswer], ours: str
) -> None:
    told = _answer_to_a_placement(standing, name, _body(name, code, "why not"))

    assert (type(told), told.code) == (kind, ours)
    assert told.message == f"{sentence_of(ours)} ({name} {code}: why not)"


def test_every_row_of_the_table_has_its_answer_here() -> None:
    shown = {("binance", str(code)) for code, *_ in _BINANCE_ROWS}
    shown |= {(name, code) for name, codes, *_ in _OTHER_ROWS for code in codes.split()}

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
        Answer("<html>Please wait</html>", content_type="text/html"),
        Answer('{"symbol":"BTCUSDT","orderId":1'),
        Answer({}),
        Answer([]),
        Answer({"symbol": "BTCUSDT", "orderId": 1, "executedQty": "many"}),
        Answer("<html>Sign in</html>", status=401, content_type="text/html"),
        Answer(drops=True),
    ],
)
def test_what_proves_nothing_is_unknown(standing: ScriptedVenue, answer: Answer) -> None:
    told = _answer_to_a_placement(standing, "binance", answer)

    assert (type(told), told.code) == (OutcomeUnknown, "OUTCOME_UNKNOWN")


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

    by_venue = classify(failure('{"code": -77777, "msg": "no"}', 400), venue="binance")
    by_proxy = classify(failure("<html>", 400), venue="binance")
    by_success = classify(failure('{"code": "0", "data": []}', 200), venue="okx")
    in_trouble = classify(failure('{"code": -77777, "msg": "no"}', 500), venue="binance")

    assert (type(by_venue), by_venue.code) == (Rejected, "INSUFFICIENT_FUNDS")
    assert type(by_proxy) is OutcomeUnknown
    assert type(by_success) is OutcomeUnknown
    assert type(in_trouble) is OutcomeUnknown


def test_what_ccxt_refuses_by_itself_was_not_sent() -> None:
    local = Failure(
        is_read=False,
        has_left=False,
        class_names=("AuthenticationError", "ExchangeError"),
        text='binance requires "secret" credential',
    )

    told = classify(local, venue="binance")

    assert (type(told), told.code) == (NotSent, "BAD_CREDENTIALS")
    assert told.message.endswith('(binance requires "secret" credential)')


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
