"""Reading what is due takes the same few queries, however many accounts and orders there are."""

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.tests.rows import make_account
from orders.models import Feed
from orders.polling import due
from orders.polling.results import PollResult, note
from orders.tests.rows import make_order
from strategies.models import Signal, Strategy
from strategies.tests.rows import NOON, make_signal, make_strategy, subscribe

pytestmark = pytest.mark.django_db


@pytest.fixture
def strategy() -> Strategy:
    """A strategy without accounts."""
    return make_strategy(User.objects.create_user("owner"), "test1")


@pytest.fixture
def signal(strategy: Strategy) -> Signal:
    """An alert of its owner."""
    return make_signal(strategy, strategy.owner)


def fill_with_orders(strategy: Strategy, signal: Signal, *, accounts: int, orders: int) -> None:
    known = strategy.subscriptions.count()
    for number in range(known, known + accounts):
        subscription = subscribe(strategy, make_account(strategy.owner, f"A{number}"))
        for _ in range(orders):
            make_order(subscription, signal)


def test_the_number_of_queries_does_not_grow_with_accounts_and_orders(
    strategy: Strategy, signal: Signal
) -> None:
    counts = []
    for accounts in (2, 20):
        fill_with_orders(strategy, signal, accounts=accounts, orders=3)
        Feed.objects.update(polled_at=None)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            polls = [*due.claim_due(0, now=NOON), *due.claim_due(1, now=NOON)]
        counts.append((len(polls), sum(len(poll.orders) for poll in polls), len(queries)))

    (few, few_orders, few_queries), (many, many_orders, many_queries) = counts
    assert (few, few_orders, many, many_orders) == (2, 6, 22, 66)
    assert many_queries <= few_queries


def test_results_are_noted_in_a_statement_per_kind(strategy: Strategy, signal: Signal) -> None:
    fill_with_orders(strategy, signal, accounts=6, orders=1)
    polls = [*due.claim_due(0, now=NOON), *due.claim_due(1, now=NOON)]
    problems = ["", "", "", "away", "away", "away"]
    results = [
        PollResult(feed_id=poll.feed_id, account_name="", market_type="SPOT", problem=problem)
        for poll, problem in zip(polls, problems, strict=True)
    ]

    with CaptureQueriesContext(connection) as queries:
        note(results)

    assert len(queries) == 2
    assert Feed.objects.filter(poll_problem="away").count() == 3


def test_a_feed_is_claimed_by_one_beat_only(strategy: Strategy, signal: Signal) -> None:
    fill_with_orders(strategy, signal, accounts=2, orders=1)

    first = [*due.claim_due(0, now=NOON), *due.claim_due(1, now=NOON)]
    second = [*due.claim_due(0, now=NOON), *due.claim_due(1, now=NOON)]

    assert (len(first), len(second)) == (2, 0)


def test_an_account_with_its_first_orders_needs_no_reconciliation(
    strategy: Strategy, signal: Signal
) -> None:
    fill_with_orders(strategy, signal, accounts=1, orders=1)

    due.claim_due(0, now=NOON)
    due.claim_due(1, now=NOON)

    assert Feed.objects.get().reconciled_at == NOON


def test_a_start_forgets_that_accounts_were_reconciled(strategy: Strategy, signal: Signal) -> None:
    fill_with_orders(strategy, signal, accounts=2, orders=0)
    Feed.objects.create(
        account=strategy.subscriptions.all()[0].account,
        market_type="SPOT",
        reconciled_at=NOON,
        polled_at=NOON,
    )

    due.reset_feeds(0)
    due.reset_feeds(1)

    feeds = Feed.objects.values_list("reconciled_at", "polled_at")
    assert list(feeds) == [(None, None)] * 2
