"""The second look at orders that have waited."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orders.cancellation import request_cancels
from orders.models import Dispatch
from orders.planning import login_of
from orders.restraining import refusals_at_turn
from orders.reversal import unfinished_close
from orders.settling import settle
from orders.tests.world import World, limit_buy, orders_of
from orders.work import PlaceJob
from tradeplatform.lib.database_threads import DatabaseThreads

pytestmark = pytest.mark.django_db(transaction=True)


def test_many_that_waited_are_looked_at_in_two_queries_each_for_itself(world: World) -> None:
    accounts = [world.account(name) for name in ("A1", "A2", "A3")]
    strategy = world.strategy("test1", *accounts)
    world.trade(strategy, limit_buy("80000"))
    signal = world.alert(strategy, limit_buy())
    world.claim_only(signal)
    ids = [order.pk for order in orders_of(signal)]
    request_cancels(order_ids=ids[1:2], reason="by hand", now=world.now())

    with CaptureQueriesContext(connection) as queries:
        refusals = refusals_at_turn(ids)

    codes = [None if refusal is None else refusal.code for refusal in refusals]
    assert codes == [None, "CANCELED_BEFORE_SENDING", None]
    assert len(queries) == 2


@pytest.fixture
def thread() -> Iterator[DatabaseThreads]:
    thread = DatabaseThreads(name="test", size=1)
    yield thread
    thread.stop()


def backend() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    return int(pid)


def cut_connection(thread: DatabaseThreads) -> None:
    """As a restart of the database does, right after the connection was used."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [thread.run(backend)])


def test_who_waited_is_looked_at_once_more_when_the_connection_is_lost(
    world: World, thread: DatabaseThreads
) -> None:
    signal = world.alert(world.strategy("test1", world.account("A1")), limit_buy())
    world.claim_only(signal)
    ids = [order.pk for order in orders_of(signal)]
    cut_connection(thread)

    refusals = thread.run(refusals_at_turn, ids)

    assert refusals == [None]


def test_what_a_sender_asks_and_closes_behind_itself_outlives_a_lost_connection(
    world: World, thread: DatabaseThreads
) -> None:
    account = world.account("A1")
    strategy = world.strategy("test1", account)
    signal = world.alert(strategy, limit_buy())
    world.claim_only(signal)
    (order,) = orders_of(signal)
    entry = PlaceJob(order.pk, login_of(account, strategy), limit_buy(), ticket=None)
    dispatch = Dispatch.objects.get()

    cut_connection(thread)
    close = thread.run(unfinished_close, entry)
    cut_connection(thread)
    thread.run(settle, dispatch.pk, now=datetime.now(UTC))

    dispatch.refresh_from_db()
    assert close is None
    assert dispatch.settled_at is not None
