"""Any bytes end in one object or in a refusal."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webhooks.refusals import Refused
from webhooks.strict_json import Numeral, read_object, refuse_placeholders


def refusal_of(body: bytes) -> tuple[str, str]:
    with pytest.raises(Refused) as refused:
        read_object(body)
    return refused.value.reason.name, refused.value.field


def test_keys_are_read_in_lower_case_at_every_depth() -> None:
    body = b'{"Group_Name": "test1", "ORDERS": [{"Qty_Per": "5"}]}'

    document = read_object(body)

    assert document == {"group_name": "test1", "orders": [{"qty_per": "5"}]}


def test_numbers_stay_as_they_were_written() -> None:
    document = read_object(b'{"price": 90000.10, "qty_per": 1e400, "priority": -7}')

    assert document == {"price": "90000.10", "qty_per": "1e400", "priority": "-7"}
    assert all(isinstance(value, Numeral) for value in document.values())


def test_a_number_of_five_thousand_digits_is_no_error_of_ours() -> None:
    document = read_object(b'{"price": ' + b"9" * 5000 + b"}")

    assert document == {"price": "9" * 5000}


@pytest.mark.parametrize("body", [b'{"a": "b"}\n', b'\xef\xbb\xbf{"a": "b"}', b' \r\n {"a":"b"} '])
def test_a_byte_order_mark_and_blanks_around_the_object_do_no_harm(body: bytes) -> None:
    assert read_object(body) == {"a": "b"}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "BODY_EMPTY"),
        (b" \n", "BODY_EMPTY"),
        (b"\xff\xfe{", "BODY_NOT_UTF8"),
        (b"buy BTC", "BODY_NOT_JSON"),
        (b'{"a": 1} {"a": 1}', "BODY_NOT_JSON"),
        (b'{"a": 1,}', "BODY_NOT_JSON"),
        (b'{"price": 0x10}', "BODY_NOT_JSON"),
        (b'{"price": 007}', "BODY_NOT_JSON"),
        ('{"price": \uff11\uff10}'.encode(), "BODY_NOT_JSON"),
        (b'[{"a": 1}]', "BODY_NOT_OBJECT"),
        (b'"text"', "BODY_NOT_OBJECT"),
        (b"12", "BODY_NOT_OBJECT"),
        (b"NaN", "BODY_NOT_OBJECT"),
    ],
)
def test_what_is_no_json_object_is_refused(body: bytes, code: str) -> None:
    assert refusal_of(body) == (code, "")


def test_the_place_of_a_mistake_is_told_whole() -> None:
    with pytest.raises(Refused) as refused:
        read_object(b'{"group_name": "test1", side: "buy"}')

    assert refused.value.sentence == (
        "The body is not valid JSON: "
        "Expecting property name enclosed in double quotes at line 1, column 25."
    )


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity"])
def test_what_is_not_finite_is_refused_with_its_field(constant: str) -> None:
    body = f'{{"orders": [{{}}, {{"Price": {constant}}}]}}'.encode()

    assert refusal_of(body) == ("NUMBER_NOT_FINITE", "orders[1].price")


@pytest.mark.parametrize("second", ["side", "SIDE", "\\u0073ide"])
def test_a_key_that_stands_twice_is_refused(second: str) -> None:
    body = f'{{"side": "buy", "{second}": "sell"}}'.encode()

    assert refusal_of(body) == ("KEY_DUPLICATE", "side")


@pytest.mark.parametrize("escape", [r"\u0000", r"\ud800", r"\udc00x"])
def test_text_that_the_database_could_not_store_is_refused(escape: str) -> None:
    in_value = f'{{"symbol": "BTC{escape}"}}'.encode()
    in_key = f'{{"a{escape}": 1}}'.encode()

    assert refusal_of(in_value) == ("CHARACTER_NOT_ALLOWED", "symbol")
    assert refusal_of(in_key)[0] == "CHARACTER_NOT_ALLOWED"


def test_a_pair_of_surrogates_is_one_character() -> None:
    assert read_object(rb'{"comment": "\ud83d\ude00"}') == {"comment": "\U0001f600"}


def nested(depth: int) -> bytes:
    return b'{"a": ' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}"


def test_eight_levels_are_read_and_nine_are_refused() -> None:
    assert read_object(nested(8)) == json.loads(nested(8))
    assert refusal_of(nested(9)) == ("BODY_TOO_DEEP", "")


@pytest.mark.parametrize("body", [nested(30_000), b"[" * 60_000, b'{"a":' * 10_000])
def test_nesting_without_end_is_refused(body: bytes) -> None:
    assert refusal_of(body) == ("BODY_TOO_DEEP", "")


def test_a_placeholder_without_quotes_is_named_though_it_is_no_json() -> None:
    body = b'{"symbol": "BTCUSDT", "price": {{close}}}'

    with pytest.raises(Refused) as refused:
        read_object(body)

    assert refused.value.reason.name == "PLACEHOLDER_UNRESOLVED"
    assert refused.value.field == "price"
    assert refused.value.sentence == (
        "price has a placeholder that the sender did not fill in: {{close}}."
    )


def test_a_placeholder_in_any_text_is_refused_with_its_field() -> None:
    document = read_object(b'{"orders": [{"comment": "at {{close}}"}]}')

    with pytest.raises(Refused) as refused:
        refuse_placeholders(document)

    assert refused.value.reason.name == "PLACEHOLDER_UNRESOLVED"
    assert refused.value.field == "orders[0].comment"


@given(st.binary(max_size=300))
def test_no_bytes_raise_anything_but_a_refusal(body: bytes) -> None:
    try:
        document = read_object(body)
    except Refused:
        return
    assert isinstance(document, dict)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=30,
)


@given(st.dictionaries(st.text(), JSON, max_size=5), st.booleans())
def test_no_json_raises_anything_but_a_refusal(value: object, ascii_only: bool) -> None:
    body = json.dumps(value, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")

    try:
        document = read_object(body)
    except Refused:
        return
    assert json.dumps(document, ensure_ascii=False).encode()
    assert "\\u0000" not in json.dumps(document)
