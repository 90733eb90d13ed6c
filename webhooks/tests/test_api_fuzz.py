"""Our own description of the API, read by a program that sends what it promises and what it does
not: every answer is one that the description tells of.
"""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given
from hypothesis import settings as bounded
from pytest_django import Settings
from schemathesis import checks
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tradeplatform.wsgi import application
from webhooks.tests.conftest import Desk

PROMISES = [
    checks.not_a_server_error,
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
]
OPERATIONS = [
    ("/api/orders/", "GET"),
    ("/api/signals/{signal_id}/", "GET"),
    ("/api/webhook/", "POST"),
]

quickly = bounded(
    max_examples=40,
    suppress_health_check=list(HealthCheck),  # the description asks for large and rare bodies
)


@pytest.fixture(autouse=True)
def no_lockout(settings: Settings) -> None:
    """Fuzzing is what a lock-out is there to end."""
    settings.WEBHOOK_BAD_TOKENS = 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_every_answer_is_one_that_the_description_tells_of(
    desk: Desk, path: str, method: str
) -> None:
    described = schemathesis.openapi.from_wsgi("/api/schema", application)

    @quickly
    @given(case=described[path][method].as_strategy())
    def send(case: Any) -> None:
        if isinstance(case.body, dict):
            case.body |= {"token": desk.token, "group_name": desk.strategy.group_name}
        case.call_and_validate(headers={"Authorization": f"Bearer {desk.token}"}, checks=PROMISES)

    send()


@pytest.mark.django_db(transaction=True)
def test_the_fuzz_leaves_out_no_address_of_the_description() -> None:
    described = schemathesis.openapi.from_wsgi("/api/schema", application)

    found = [
        (path, method.upper())
        for path, methods in described.raw_schema["paths"].items()
        for method in methods
    ]

    assert found == OPERATIONS
