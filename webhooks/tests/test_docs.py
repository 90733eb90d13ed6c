"""The API's description: valid OpenAPI, and a page that needs no other host."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from drf_spectacular.validation import validate_schema

from accounts.exchange.sentences import VENUE_SENTENCES
from webhooks.refusals import Reason
from webhooks.result_codes import RESULT_CODES
from webhooks.tests.conftest import Desk

_GIVES_CODE = re.compile(
    r"(?:Denied|NotSent|Rejected|OutcomeUnknown|OrderGone|_refuse)\(\s*(?:order,\s*)?f?\"([A-Z_{}a-z]+)\""
    r"|\"failed\", \"([A-Z_]+)\""
)
# Any code, however it is given; but not the members of enumerations, which are named as they are.
_LOOKS_LIKE_CODE = re.compile(r'"([A-Z]+(?:_[A-Z]+)+)"')
_MEMBER = re.compile(r'^ +([A-Z_]+) = "\1"', re.MULTILINE)
# Words of expiry rules and hooks, which no result of an alert bears.
_OF_NO_RESULT = {"RULE_DELETED", "INACTIVE", "NEEDS_ATTENTION", "CANCEL_FAILED", "SILENT_AFTER"}


@pytest.fixture
def schema() -> dict[str, Any]:
    found: dict[str, Any] = Client().get("/api/schema/?format=json").json()
    return found


def test_the_schema_is_valid_and_names_the_addresses(schema: dict[str, Any]) -> None:
    validate_schema(schema)  # type: ignore[no-untyped-call]

    assert list(schema["paths"]) == [
        "/api/orders/",
        "/api/signals/{signal_id}/",
        "/api/webhook/",
    ]
    assert schema["paths"]["/api/orders/"]["get"]["security"] == [{"webhookToken": []}]
    assert schema["paths"]["/api/webhook/"]["post"]["security"] == [{}, {"webhookToken": []}]


def test_the_schema_lists_every_error_code(schema: dict[str, Any]) -> None:
    answer = schema["paths"]["/api/webhook/"]["post"]["responses"]["400"]

    refusal = answer["content"]["application/json"]["schema"]
    code = refusal["properties"]["error_code"]
    assert code["enum"] == [reason.name for reason in Reason]
    assert code["x-enumDescriptions"]["BODY_NOT_JSON"] == "The body is not valid JSON: …."


def test_the_schema_lists_every_status_of_a_refusal(schema: dict[str, Any]) -> None:
    operations = [operation for path in schema["paths"].values() for operation in path.values()]

    described = {status for operation in operations for status in operation["responses"]}

    assert described == {"200", "202", *(str(reason.http_status) for reason in Reason)}


@pytest.mark.django_db
def test_every_example_alert_is_accepted(desk: Desk, schema: dict[str, Any]) -> None:
    content = schema["paths"]["/api/webhook/"]["post"]["requestBody"]["content"]
    examples = content["application/json"]["examples"].values()

    statuses = [
        desk.send(example["value"] | {"token": desk.token}).status_code for example in examples
    ]

    assert statuses == [202, 202, 202, 202]


def test_the_page_shows_the_webhook_and_loads_nothing() -> None:
    response = Client().get("/api/docs/")

    page = response.content.decode()
    assert response.status_code == 200
    assert "<code>POST /api/webhook/</code>" in page
    assert "Close the whole position" in page
    assert "<code>qty_per</code>" in page
    assert re.findall(r"<(?:script|link|img|iframe)\b", page) == []
    assert re.findall(r"https?://", page) == []


def test_every_code_that_the_order_path_can_give_is_described() -> None:
    root = Path(settings.BASE_DIR)
    rooms = ("orders", "strategies", "accounts/exchange")
    sources = [path for room in rooms for path in (root / room).rglob("*.py")]
    sources.append(root / "webhooks/answers.py")
    texts = [path.read_text() for path in sources if "tests" not in path.parts]

    given = {code for text in texts for found in _GIVES_CODE.findall(text) for code in found}
    given |= {code for text in texts for code in _LOOKS_LIKE_CODE.findall(_MEMBER.sub("", text))}
    given.discard("")

    assert len(given) > 30
    assert given - {"NO_{kind}_POSITION", *_OF_NO_RESULT} <= set(RESULT_CODES)
    assert set(RESULT_CODES) <= {*given, *VENUE_SENTENCES, "NO_LONG_POSITION", "NO_SHORT_POSITION"}


def test_the_page_and_the_schema_list_the_codes_of_results(schema: dict[str, Any]) -> None:
    page = Client().get("/api/docs/").content.decode()

    answer = schema["paths"]["/api/webhook/"]["post"]["responses"]["200"]
    shape = answer["content"]["application/json"]["schema"]["properties"]["results"]["items"]
    assert shape["properties"]["error_code"]["enum"] == list(RESULT_CODES)
    assert shape["properties"]["error_code"]["x-enumDescriptions"] == RESULT_CODES
    answer = schema["paths"]["/api/orders/"]["get"]["responses"]["200"]
    shape = answer["content"]["application/json"]["schema"]["properties"]["orders"]["items"]
    assert shape["properties"]["error_code"]["enum"] == ["", *RESULT_CODES]
    for code in (*RESULT_CODES, *(reason.name for reason in Reason)):
        assert f"<code>{code}</code>" in page


def test_the_page_describes_every_field_that_is_answered() -> None:
    page = Client().get("/api/docs/").content.decode()

    for field in ("results[].order_status", "summary.failed_trades", "orders[].average_price"):
        assert f"<th><code>{field}</code></th><td></td>" not in page
        assert f"<th><code>{field}</code></th>" in page
