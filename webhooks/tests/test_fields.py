"""Fields become typed values or refusals that name them."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webhooks.fields import Fields
from webhooks.refusals import Reason, Refused
from webhooks.strict_json import Numeral


def refusal_of(read: Callable[[], Any]) -> str:
    with pytest.raises(Refused) as refused:
        read()
    return str(refused.value)


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("90000", "90000"),
        (Numeral("90000.10"), "90000.10"),
        (" 0.5 ", "0.5"),
        ("1e-7", "0.0000001"),
        (Numeral("2.5E+3"), "2500"),
        ("-100", "-100"),
        ("0", "0"),
        ("999999999999999", "999999999999999"),
        ("0.000000000000000001", "0.000000000000000001"),
    ],
)
def test_plain_numbers_are_read_exactly(written: str, number: str) -> None:
    assert Fields({"price": written}).number("price") == Decimal(number)


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (True, "true"),
        (None, "null"),
        ([], "[]"),
        ({"a": "b"}, '{"a": "b"}'),
        ("", '""'),
        ("5%", '"5%"'),
        ("１０", '"１０"'),
        ("1_000", '"1_000"'),
        ("1,000", '"1,000"'),
        ("+5", '"+5"'),
        ("05", '"05"'),
        (".5", '".5"'),
        ("5.", '"5."'),
        ("0x10", '"0x10"'),
        ("NaN", '"NaN"'),
        ("Infinity", '"Infinity"'),
        ("1e1000", '"1e1000"'),
        ("1 2", '"1 2"'),
    ],
)
def test_everything_else_is_no_number(written: object, shown: str) -> None:
    refusal = refusal_of(lambda: Fields({"price": written}).number("price"))

    assert refusal == (f"NUMBER_EXPECTED: price is {shown}; write a plain number such as 0.5.")


@pytest.mark.parametrize(
    "written", ["1e400", "1e18", "1e-19", "9" * 5000, "0." + "1" * 39, "-1e999", "1e-999"]
)
def test_numbers_that_no_column_holds_are_refused(written: str) -> None:
    refusal = refusal_of(lambda: Fields({"price": Numeral(written)}).number("price"))

    assert refusal.startswith("NUMBER_OUT_OF_RANGE: price is ")


@pytest.mark.parametrize("written", ["0", "-0", "0e5", "-5"])
def test_a_price_is_above_zero(written: str) -> None:
    refusal = refusal_of(lambda: Fields({"price": Numeral(written)}).positive("price"))

    assert refusal == f"NUMBER_NOT_POSITIVE: price is {written}; it must be above zero."


@pytest.mark.parametrize("written", ["100", "0.001", "-100", "-0.5"])
def test_a_percentage_is_at_most_one_hundred_either_way(written: str) -> None:
    assert Fields({"qty_per": written}).percent("qty_per") == Decimal(written)


@pytest.mark.parametrize("written", ["0", "100.1", "-100.1", "-0"])
def test_no_other_percentage_is_taken(written: str) -> None:
    refusal = refusal_of(lambda: Fields({"qty_per": Numeral(written)}).percent("qty_per"))

    assert refusal == (
        f"QTY_PER_OUT_OF_RANGE: qty_per is {written}: more than 0 and up to 100 opens, "
        "-100 up to less than 0 closes."
    )


@pytest.mark.parametrize(("written", "number"), [(Numeral("3"), 3), ("-20", -20), ("0", 0)])
def test_whole_numbers_are_read(written: str, number: int) -> None:
    assert Fields({"priority": written}).whole_number("priority") == number


@pytest.mark.parametrize("written", [Numeral("1.0"), "1e2", "9999999999", True, None, ""])
def test_nothing_else_is_a_whole_number(written: object) -> None:
    refusal = refusal_of(lambda: Fields({"priority": written}).whole_number("priority"))

    assert refusal.startswith("WHOLE_NUMBER_EXPECTED: priority is ")


def test_texts_lose_the_blanks_around_them_and_numbers_are_texts_too() -> None:
    fields = Fields({"symbol": " BTC/USDT\n", "alert_id": Numeral("17")})

    assert fields.text("symbol", longest=8) == "BTC/USDT"
    assert fields.text("alert_id", longest=8) == "17"


@pytest.mark.parametrize(
    ("value", "refusal"),
    [
        ("", "FIELD_EMPTY: orders[2].symbol is empty. It is required: fill it in."),
        ("  ", "FIELD_EMPTY: orders[2].symbol is empty. It is required: fill it in."),
        (None, "TEXT_EXPECTED: orders[2].symbol is null; write a text."),
        (False, "TEXT_EXPECTED: orders[2].symbol is false; write a text."),
        ("x" * 9, "TEXT_TOO_LONG: orders[2].symbol is too long: at most 8 characters."),
        (
            "tpw_abc",
            "TOKEN_MISPLACED: orders[2].symbol has a token in it. "
            "The token belongs into token only.",
        ),
    ],
)
def test_texts_that_cannot_be_meant_are_refused(value: object, refusal: str) -> None:
    fields = Fields({"symbol": value}, path="orders[2].")

    assert refusal_of(lambda: fields.text("symbol", longest=8)) == refusal


def test_a_text_that_may_be_left_out_may_not_be_empty() -> None:
    fields = Fields({"alert_id": " "})

    refusal = refusal_of(lambda: fields.optional_text("alert_id", longest=8))

    assert fields.optional_text("symbol", longest=8) == ""
    assert refusal == "FIELD_EMPTY: alert_id is empty. Fill it in or leave it out."


def test_a_missing_field_is_refused_with_its_name() -> None:
    assert refusal_of(lambda: Fields({}).number("price")) == "FIELD_MISSING: price is missing."


def test_words_are_chosen_in_any_case() -> None:
    fields = Fields({"side": " Buy", "other": "hold"})

    assert fields.choice("side", {"BUY": 1}, otherwise=Reason.SIDE_UNKNOWN) == 1
    assert refusal_of(
        lambda: fields.choice("other", {"BUY": 1}, otherwise=Reason.SIDE_UNKNOWN)
    ) == ('SIDE_UNKNOWN: other is "hold"; write buy or sell.')


@given(st.text(alphabet="0123456789eE+-._, １%", max_size=60))
def test_whatever_is_read_as_a_number_fits_our_columns(text: str) -> None:
    try:
        number = Fields({"price": text}).number("price")
    except Refused:
        return
    assert number == Decimal(text.strip())
    assert abs(number) < Decimal(10) ** 18
    assert number == 0 or abs(number) >= Decimal(10) ** -18
