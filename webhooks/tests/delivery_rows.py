"""Deliveries for tests, with readable values."""

from typing import Any

from strategies.models import Signal
from strategies.tests.rows import NOON
from webhooks.models import Delivery


def make_delivery(signal: Signal, **fields: Any) -> Delivery:
    """An accepted request at noon."""
    return Delivery.objects.create(
        signal=signal,
        **{
            "received_at": NOON,
            "sender_id": signal.sender_id,
            "outcome": "ACCEPTED",
            "http_status": 200,
            "body": '{"group_name": "trend"}',
            **fields,
        },
    )


def make_refusal(**fields: Any) -> Delivery:
    """A refused request at noon that came from nobody we know."""
    return Delivery.objects.create(
        **{
            "received_at": NOON,
            "outcome": "REFUSED",
            "http_status": 401,
            "error_code": "INVALID_TOKEN",
            "error_message": "The token is not known.",
            "body": "<script>alert(1)</script>",
            **fields,
        }
    )
