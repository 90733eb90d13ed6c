"""No secret of a body is kept or logged, whether the body parses or not."""

import json
import logging
import re
from secrets import token_urlsafe

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from webhooks.redaction import TokenFilter, has_token, presentable, redacted, without_tokens
from webhooks.strict_json import LARGEST_BODY

TOKEN = "tpw_Ab3-_Ab3-_Ab3-_Ab3-_Ab3-_Ab3-_Ab3-_Ab3-_xyz"


def escaped(text: str) -> str:
    return "".join(f"\\u{ord(char):04X}" for char in text)


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        ('{"token": "hunter2", "side": "buy"}', '{"token": "[removed]", "side": "buy"}'),
        ('{"Token" :\n"hunter2"}', '{"Token" :\n"[removed]"}'),
        ('{"token": "hun\\"ter2"}', '{"token": "[removed]"}'),
        ('{"token": 12345, "a": 1}', '{"token": "[removed]", "a": 1}'),
        ("{'token': 'hunter 2', 'a': 1}", "{'token': \"[removed]\", 'a': 1}"),
        ("token=hunter2&side=buy", 'token="[removed]"&side=buy'),
        ('{"group": "a, "token": "hunter2"}', '{"group": "a, "token": "[removed]"}'),
        ('{"token": "hunter2', '{"token": "[removed]"'),
        ('{"password": "hunter2"}', '{"password": "[removed]"}'),
        ('{"apiKey": "hunter2", "api_key": 1}', '{"apiKey": "[removed]", "api_key": "[removed]"}'),
        ('{"passphrase": "hunter2"}', '{"passphrase": "[removed]"}'),
        (f'{{"{escaped("token")}": "{escaped("hunter2")}"}}', '{"token": "[removed]"}'),
        (f'{{"comment": "mine is {TOKEN}!"}}', '{"comment": "mine is [removed]!"}'),
        (f'{{"comment": "{escaped(TOKEN)}"}}', '{"comment": "[removed]"}'),
        (f"buy {TOKEN}", "buy [removed]"),
        ('{"symbol": "BTC/USDT", "qty_per": 5}', '{"symbol": "BTC/USDT", "qty_per": 5}'),
    ],
)  # fmt: skip
def test_secrets_are_replaced_wherever_they_stand(body: str, kept: str) -> None:
    assert redacted(body.encode()) == kept


def test_bytes_that_are_no_text_become_text_that_can_be_stored() -> None:
    assert redacted(b"\xef\xbb\xbf{\x00\xff}") == "{\ufffd\ufffd}"


TOKENS = st.builds(lambda tail: f"tpw_{tail}", st.from_regex(r"[A-Za-z0-9_-]{43}", fullmatch=True))
SURROUNDINGS = st.text(alphabet="{}[]\":,= \\\n'token&u006", max_size=40)


@given(TOKENS, SURROUNDINGS, SURROUNDINGS)
@example(TOKEN, '{"side": "', '"}')
def test_a_token_of_ours_never_stays_in_a_body(token: str, before: str, after: str) -> None:
    kept = redacted(f"{before}{token}{after}".encode())

    assert token not in kept


@given(TOKENS, st.lists(st.booleans(), min_size=47, max_size=47), st.text(max_size=20))
def test_escaping_letters_of_a_token_does_not_hide_it(
    token: str, is_escaped: list[bool], comment: str
) -> None:
    written = "".join(
        escaped(char) if hide else char for char, hide in zip(token, is_escaped, strict=True)
    )

    kept = redacted(f'{{"comment": {json.dumps(comment)}, "symbol": "{written}"}}'.encode())

    assert token not in kept
    assert token not in json.loads(kept)["symbol"]


SECRETS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).map("§".__add__)


@given(SECRETS, st.sampled_from(["token", "TOKEN", "my_password"]), st.booleans())
def test_a_value_behind_a_secrets_key_never_stays(secret: str, key: str, ascii_only: bool) -> None:
    body = json.dumps({"side": "buy", key: secret, "qty": 1}, ensure_ascii=ascii_only)

    kept = redacted(body.encode())

    assert json.loads(kept) == {"side": "buy", key: "[removed]", "qty": 1}


@pytest.mark.parametrize(
    "piece", ['"', '\\"', '"token":"', "token", "token ", "token=", '"token": "\\"', "tpw_", "tpw"]
)
def test_bodies_made_to_slow_the_search_down_are_redacted(piece: str) -> None:
    """Work in the square of the body would take minutes here."""
    body = piece * (LARGEST_BODY // len(piece))

    kept = redacted(f"{body} {TOKEN}".encode())

    assert TOKEN not in kept


def test_a_sender_is_shown_a_short_printable_text_without_tokens() -> None:
    assert presentable(f"a\n{TOKEN}\x07") == "a\ufffd[removed]\ufffd"
    assert presentable("x" * 300) == "x" * 59 + "…"
    assert without_tokens("nothing here") == "nothing here"
    assert has_token(f"x{TOKEN}")
    assert re.fullmatch(r"tpw_[\w-]{43}", f"tpw_{token_urlsafe(32)}")


@pytest.mark.parametrize(
    ("message", "args", "logged"),
    [
        ("Unauthorized: %s", (f"/api/webhook/{TOKEN}",), "Unauthorized: /api/webhook/[removed]"),
        ("Not Found: %s", ("/api/x",), "Not Found: /api/x"),
    ],
)
def test_the_log_holds_no_token(message: str, args: tuple[str, ...], logged: str) -> None:
    record = logging.LogRecord("django.request", logging.WARNING, "x", 1, message, args, None)

    assert TokenFilter().filter(record)
    assert record.getMessage() == logged
