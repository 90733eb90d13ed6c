"""A whole alert is read against the strategy it names."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.exchange.types import MarketType, Side
from strategies.models import Strategy
from webhooks.parsing import Alert, parse_alert
from webhooks.refusals import Refused
from webhooks.strict_json import Numeral

NOW = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)


def strategy(**fields: Any) -> Strategy:
    usual = {"market_type": MarketType.SPOT.value, "max_signal_age_seconds": 60}
    return Strategy(**(usual | fields))


def document(**changes: Any) -> dict[str, Any]:
    usual = {
        "group_name": "test1",
        "token": "secret",
        "symbol": "BTC/USDT",
        "side": "buy",
        "order_type": "MARKET",
        "qty_per": "5",
    }
    return {name: value for name, value in (usual | changes).items() if value is not None}


def parse(alert: dict[str, Any], *, header: str | None = None, of: Strategy | None = None) -> Alert:
    return parse_alert(alert, strategy=of or strategy(), idempotency_key=header, received_at=NOW)


def refusal_of(
    alert: dict[str, Any], *, header: str | None = None, of: Strategy | None = None
) -> tuple[str, str]:
    with pytest.raises(Refused) as refused:
        parse(alert, header=header, of=of)
    return refused.value.reason.name, refused.value.field


def test_a_flat_alert_is_one_intent_without_dedup_key_or_warnings() -> None:
    alert = parse(document())

    assert [intent.symbol for intent in alert.intents] == ["BTC/USDT"]
    assert alert.dedup_key is None
    assert alert.warnings == ()


def test_the_batch_of_document_004_is_two_intents() -> None:
    orders = [
        {"symbol": "BTC/USDT", "side": "buy", "order_type": "LIMIT", "price": "90000",
         "qty_per": Numeral("5"), "priority": Numeral("1")},
        {"symbol": "ETH/USDT", "side": "sell", "order_type": "MARKET",
         "qty_per": Numeral("10"), "priority": Numeral("2")},
    ]  # fmt: skip

    alert = parse({"group_name": "test1", "token": "secret", "orders": orders})

    assert [(i.symbol, i.side, i.priority) for i in alert.intents] == [
        ("BTC/USDT", Side.BUY, 1),
        ("ETH/USDT", Side.SELL, 2),
    ]


def test_items_take_from_the_alert_what_they_leave_out() -> None:
    items = [{"symbol": "ETH/USDT"}, {"side": "sell", "quantity": "2"}]

    first, second = parse(document(orders=items)).intents

    assert (first.symbol, first.side, str(first.size and first.size.value)) == (
        "ETH/USDT",
        Side.BUY,
        "5",
    )
    assert (second.symbol, second.side, str(second.size and second.size.value)) == (
        "BTC/USDT",
        Side.SELL,
        "2",
    )


@pytest.mark.parametrize(
    ("orders", "code", "field"),
    [
        ([], "ORDERS_EMPTY", "orders"),
        ({}, "ORDERS_EXPECTED", "orders"),
        ("BTC", "ORDERS_EXPECTED", "orders"),
        ([{"side": "buy"}, "BTC"], "ORDERS_EXPECTED", "orders"),
        ([{}] * 31, "ORDERS_TOO_MANY", "orders"),
        ([{}, {"side": "hold"}], "SIDE_UNKNOWN", "orders[1].side"),
        ([{}, {"qty_per": "1", "quantity": "1"}], "SIZE_AMBIGUOUS", "orders[1].quantity"),
        ([{"market_type": "FUTURES"}], "MARKET_TYPE_MISMATCH", "orders[0].market_type"),
    ],
)
def test_a_batch_is_refused_as_a_whole_with_the_items_field(
    orders: object, code: str, field: str
) -> None:
    assert refusal_of(document(orders=orders)) == (code, field)


def test_orders_may_not_be_null() -> None:
    assert refusal_of({**document(), "orders": None}) == ("ORDERS_EXPECTED", "orders")


def test_thirty_orders_fit_one_alert() -> None:
    assert len(parse(document(orders=[{}] * 30)).intents) == 30


@pytest.mark.parametrize("exchange", ["BINANCE", "binance", "Binance_DL", "BINANCE_DLY"])
def test_the_strategys_own_exchange_is_agreed_to(exchange: str) -> None:
    alert = parse(document(exchange=exchange), of=strategy(venue="binance"))

    assert alert.warnings == ()


@pytest.mark.parametrize("venue", ["binance", "upbit"])
def test_a_strategy_without_venue_agrees_to_any_exchange_we_know(venue: str) -> None:
    assert parse(document(exchange=venue)).warnings == ()


@pytest.mark.parametrize(
    ("fields", "of", "code"),
    [
        ({"exchange": "OKX"}, strategy(venue="binance"), "EXCHANGE_MISMATCH"),
        ({"exchange": "MT_GOX"}, strategy(), "EXCHANGE_MISMATCH"),
        ({"market_type": "futures"}, strategy(), "MARKET_TYPE_MISMATCH"),
        ({"market_type": "margin"}, strategy(), "MARKET_TYPE_MISMATCH"),
        ({"currency": "KRW"}, strategy(currency="USDT"), "CURRENCY_MISMATCH"),
    ],
)
def test_terms_that_are_not_the_strategys_are_refused(
    fields: dict[str, str], of: Strategy, code: str
) -> None:
    assert refusal_of(document(**fields), of=of) == (code, next(iter(fields)))


@pytest.mark.parametrize("currency", ["USDT", ""])
def test_the_strategys_market_type_and_currency_are_agreed_to(currency: str) -> None:
    alert = parse(
        document(market_type="Futures", currency="usdt"),
        of=strategy(market_type="FUTURES", currency=currency),
    )

    assert alert.warnings == ()


@pytest.mark.parametrize(
    "timenow",
    [
        "2026-01-31T12:00:00Z",
        "2026-01-31T11:59:00Z",
        "2026-01-31T12:01:00",
        "2026-01-31 21:00+09:00",
    ],
)
def test_a_fresh_alert_is_taken(timenow: str) -> None:
    assert parse(document(timenow=timenow)).warnings == ()


def test_an_alert_older_than_the_strategy_allows_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        parse(document(timenow="2026-01-31T11:58:59Z"))

    assert refused.value.reason.name == "SIGNAL_EXPIRED"
    assert refused.value.field == "timenow"
    assert refused.value.sentence == (
        "The alert was made at 2026-01-31T11:58:59Z, longer ago than the strategy allows. "
        "Nothing was ordered."
    )


def test_a_patient_strategy_takes_an_older_alert() -> None:
    alert = document(timenow="2026-01-31T11:58:59Z")

    assert parse(alert, of=strategy(max_signal_age_seconds=61)).warnings == ()


def test_a_time_in_the_future_is_ignored_with_a_warning() -> None:
    alert = parse(document(timenow="2026-01-31T12:01:01Z"))

    assert alert.warnings == (
        "timenow was ignored: it lies in the future. Set the sender's clock.",
    )


@pytest.mark.parametrize(
    ("timenow", "code"),
    [
        ("noon", "TIME_EXPECTED"),
        (Numeral("1769860800000"), "TIME_EXPECTED"),
        ("", "FIELD_EMPTY"),
        (True, "TEXT_EXPECTED"),
    ],
)
def test_what_is_no_time_is_refused(timenow: object, code: str) -> None:
    assert refusal_of(document(timenow=timenow)) == (code, "timenow")


@given(
    st.text(max_size=40) | st.datetimes().map(str) | st.datetimes(timezones=st.timezones()).map(str)
)
def test_no_time_raises_anything_but_a_refusal(timenow: str) -> None:
    try:
        alert = parse(document(timenow=timenow))
    except Refused:
        return
    read = datetime.fromisoformat(timenow.strip())
    if not alert.warnings:
        aware = read if read.tzinfo else read.replace(tzinfo=UTC)
        assert abs(aware - NOW) <= timedelta(seconds=60)


def test_the_field_and_the_header_both_set_the_dedup_key() -> None:
    # The platform's own keys begin with a blank, so that no alert can take their place.
    assert parse(document(alert_id=" a-1 ")).dedup_key == "a-1"
    assert parse(document(alert_id="a-1")).dedup_key == "a-1"
    assert parse(document(alert_id=Numeral("17"))).dedup_key == "17"
    assert parse(document(), header=" h-1 ").dedup_key == "h-1"
    assert parse(document(alert_id="same"), header="same").dedup_key == "same"


@pytest.mark.parametrize(
    ("alert_id", "header", "code", "field"),
    [
        ("one", "two", "DEDUP_KEY_CONFLICT", "alert_id"),
        ("x" * 129, None, "TEXT_TOO_LONG", "alert_id"),
        ("", None, "FIELD_EMPTY", "alert_id"),
        (None, "x" * 129, "TEXT_TOO_LONG", "Idempotency-Key"),
        (None, " ", "FIELD_EMPTY", "Idempotency-Key"),
        (None, "tpw_x", "TOKEN_MISPLACED", "Idempotency-Key"),
    ],
)
def test_dedup_keys_that_cannot_be_meant_are_refused(
    alert_id: str | None, header: str | None, code: str, field: str
) -> None:
    assert refusal_of(document(alert_id=alert_id), header=header) == (code, field)


def test_unknown_fields_are_named_in_one_warning() -> None:
    alert = parse(document(comment="hello", orders=[{"leverage": "3", "token": "x"}]))

    assert alert.warnings == (
        "Unknown fields were ignored: comment, orders[0].leverage, orders[0].token.",
    )


def test_only_the_first_ten_unknown_fields_are_named_and_no_token_is() -> None:
    names = {f"x{number}": "1" for number in range(10)}

    alert = parse(document(**({"tpw_abc": "1"} | names)))

    assert alert.warnings == (
        "Unknown fields were ignored: [removed], x0, x1, x2, x3, x4, x5, x6, x7, x8 and 1 more.",
    )


def test_warnings_name_the_item_of_the_batch() -> None:
    alert = parse(document(orders=[{}, {"price": "1"}]))

    assert alert.warnings == ("orders[1].price was ignored: MARKET has no use for it.",)


@pytest.mark.parametrize(
    ("market_type", "size", "warning"),
    [
        (
            "SPOT",
            "5",
            "close_first was ignored: spot has no opposite positions; a sale is a close.",
        ),
        (
            "FUTURES",
            "-50",
            "close_first was ignored where qty_per is negative: that is a close itself.",
        ),
    ],
)
def test_a_needless_close_first_is_told(market_type: str, size: str, warning: str) -> None:
    alert = parse(document(close_first=True, qty_per=size), of=strategy(market_type=market_type))

    assert alert.warnings == (warning,)


def test_on_futures_an_order_may_close_first() -> None:
    alert = parse(document(close_first=True), of=strategy(market_type="FUTURES"))

    assert alert.intents[0].close_first
    assert alert.warnings == ()
