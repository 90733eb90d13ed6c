"""`manage.py reconcile` tells what it found and whether all is well."""

import io
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from accounts.exchange.types import Side
from accounts.models import Account
from orders.client_order_id import new_client_order_id
from orders.models import Remainder, StrayOrder
from orders.polling.tests.polls import cancel_by_hand, place_by_hand, ticket
from orders.tests.hand_trades import bought, by_hand, check
from orders.tests.test_obstacles import drift
from orders.tests.world import World, limit_buy, market


def run(*arguments: str) -> tuple[list[list[str]], int]:
    """The table's rows and the exit status."""
    out = io.StringIO()
    status = 0
    try:
        call_command("reconcile", *arguments, stdout=out)
    except SystemExit as end:
        status = int(str(end.code))
    return [line.split() for line in out.getvalue().splitlines()[1:]], status


def test_accounts_in_order_end_with_status_zero(world: World) -> None:
    strategy = world.strategy("test1", world.account("A1"), world.account("A2"))
    canceled, _ = world.trade(strategy, limit_buy())
    cancel_by_hand(canceled)

    rows, status = run()

    assert rows == [
        ["A1", "SPOT", "0", "0", "1", "0", "-"],
        ["A2", "SPOT", "1", "1", "0", "0", "-"],
    ]
    assert status == 0
    canceled.refresh_from_db()
    assert canceled.status == "CANCELED"


def test_a_stray_order_ends_with_status_one(world: World) -> None:
    account = world.account("A1")
    world.strategy("test1", account, world.account("A2"))
    place_by_hand(account, ticket(new_client_order_id()))

    rows, status = run("--account", "A1")

    assert rows == [["A1", "SPOT", "1", "0", "0", "1", "-"]]
    assert status == 1
    assert StrayOrder.objects.count() == 1


def test_an_exchange_that_is_away_ends_with_status_one(world: World, settings: Settings) -> None:
    world.strategy("test1", world.account("A1"))
    settings.SANDBOX_URL = "http://127.0.0.1:9"
    world.restart_executor()

    rows, status = run()

    assert rows[0][:8] == ["A1", "SPOT", "0", "0", "0", "0", "-", "NOT_CONNECTED:"]
    assert status == 1


def test_a_position_that_was_sold_by_hand_is_shown_at_once_and_is_drift_when_seen_twice(
    world: World,
) -> None:
    account = world.account("A1")
    bought(world, account)
    check()
    by_hand(account, Side.SELL, "0.005")

    once = run()
    Remainder.objects.update(differs_since=world.now() - timedelta(minutes=1))
    twice = run()

    assert once == ([["A1", "SPOT", "0", "0", "0", "0", "BTC", "-0.005", "(seen", "once)"]], 0)
    assert twice == ([["A1", "SPOT", "0", "0", "0", "0", "BTC", "-0.005"]], 1)


def test_drift_of_an_account_that_is_not_asked_for_is_left_out(world: World) -> None:
    account = world.account("A1")
    world.trade(
        world.strategy("test1", account, world.account("A2")), market(Side.BUY, percent="5")
    )
    drift(account, "BTC")

    _, status = run("--account", "A2")

    assert status == 0
    assert Remainder.objects.filter(account=account).get().drifted_at is not None


def test_holdings_that_cannot_be_read_end_with_status_one(world: World) -> None:
    """The list of open orders is empty for an account without any; its holdings tell nothing."""
    account = world.account("A1")
    bought(world, account)
    Account.objects.update(encrypted_credentials=world.account("A2").encrypted_credentials[:-1])

    rows, status = run("--account", "A1")

    assert rows[0][:7] == ["A1", "SPOT", "0", "0", "0", "0", "-"]
    assert (len(rows[0]) > 7, status) == (True, 1)


def test_an_account_that_trades_nothing_is_told_so(world: World) -> None:
    with pytest.raises(CommandError, match="No account named 'A9'"):
        run("--account", "A9")
