"""What is told of an alert that a fault of the platform kept from being carried out."""

import pytest

from orders.giving_up import give_up
from orders.models import Dispatch
from strategies.models import Signal
from webhooks.tests.conftest import Desk
from webhooks.tests.trading_rows import make_account, subscribe

pytestmark = pytest.mark.django_db

_GIVEN_UP = (
    "A fault of the platform kept it from carrying out all of this alert: what has no result here "
    "was neither ordered nor canceled. The platform's log tells its administrator why."
)


def give_up_all(signal: Signal) -> None:
    """As the sweep does."""
    for dispatch in Dispatch.objects.filter(signal=signal):
        give_up(dispatch.pk, now=signal.received_at)


def test_each_account_reads_that_nothing_was_ordered(desk: Desk) -> None:
    subscribe(desk.strategy, make_account(desk.owner, "A1"))
    desk.post(alert_id="bar-1")
    give_up_all(Signal.objects.get())

    body = desk.post(alert_id="bar-1").json()

    (row,) = body["results"]
    assert (row["account_name"], row["status"], row["error_code"]) == (
        "A1",
        "failed",
        "NOT_EXECUTED",
    )
    assert "client_order_id" not in row
    assert body["summary"]["failed_trades"] == 1
    assert body["warnings"][-1] == _GIVEN_UP


@pytest.mark.parametrize(
    "fields",
    [{"order_type": "CANCEL_ALL_ORDER"}, {"order_type": "CANCEL", "order_id": "77"}],
)
def test_a_cancel_is_not_said_to_have_found_nothing(desk: Desk, fields: dict[str, str]) -> None:
    alert = {"group_name": desk.strategy.group_name, "token": desk.token, "alert_id": "bar-1"}
    subscribe(desk.strategy, make_account(desk.owner, "A1"))
    desk.send(alert | fields)
    give_up_all(Signal.objects.get())

    body = desk.send(alert | fields).json()

    assert (body["results"], body["warnings"][-1]) == ([], _GIVEN_UP)
