"""The API's description: valid OpenAPI, and a page that needs no other host."""

import re
from typing import Any

import pytest
from django.test import Client
from drf_spectacular.validation import validate_schema

from webhooks.refusals import Reason
from webhooks.tests.conftest import Desk


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


def test_the_schema_lists_every_error_code(schema: dict[str, Any]) -> None:
    answer = schema["paths"]["/api/webhook/"]["post"]["responses"]["400"]

    refusal = answer["content"]["application/json"]["schema"]
    assert refusal["properties"]["error_code"]["enum"] == [reason.name for reason in Reason]


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
