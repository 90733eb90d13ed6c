"""The pages of feeds and stray orders: own rows only, and marking a stray order as looked at."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Account
from accounts.tests.rows import make_account, superuser, trader
from orders.models import Feed, StrayOrder
from strategies.tests.rows import NOON

pytestmark = pytest.mark.django_db

FEEDS = "/admin/orders/feed/"
STRAYS = "/admin/orders/strayorder/"
STATES = {"UP", "DOWN", "NOT_SUPPORTED"}


@pytest.fixture
def account() -> Account:
    """Alice's."""
    return make_account(trader("alice"), "alices-account")


@pytest.fixture
def feed(account: Account) -> Feed:
    """Of an account that was not reached."""
    return Feed.objects.create(
        account=account, market_type="SPOT", polled_at=NOON, poll_problem="NOT_CONNECTED: no"
    )


@pytest.fixture
def stray(account: Account) -> StrayOrder:
    """Found at noon."""
    return StrayOrder.objects.create(
        account=account,
        client_order_id="tp0123",
        venue_order_id="77",
        symbol="BTC/USDT",
        side="BUY",
        quantity=Decimal("0.5"),
        found_at=NOON,
    )


def mark(client: Client, stray: StrayOrder) -> None:
    form = {"action": "mark_as_looked_at", "_selected_action": [stray.pk]}
    client.post(STRAYS, form)
    stray.refresh_from_db()


def test_a_feed_tells_what_hinders_its_account(client: Client, feed: Feed) -> None:
    client.force_login(feed.account.owner)

    listed = client.get(FEEDS).content.decode()
    opened = client.get(f"{FEEDS}{feed.pk}/change/")

    assert "NOT_CONNECTED: no" in listed
    assert "Not yet: entries wait" in listed
    assert opened.status_code == 200


def test_a_stream_that_was_not_heard_of_lately_is_silent_not_up(client: Client, feed: Feed) -> None:
    client.force_login(feed.account.owner)
    now = timezone.now()
    shown = []
    for age in (5, 31):
        Feed.objects.update(stream_state="UP", stream_seen_at=now - timedelta(seconds=age))
        shown.append(client.get(FEEDS).content.decode())

    lively, stale = shown

    assert (">Up</span>" in lively, ">Silent</span>" in lively) == (True, False)
    assert (">Up</span>" in stale, ">Silent</span>" in stale) == (False, True)


@pytest.mark.parametrize(
    ("choice", "listed"), [("up", {"UP"}), ("unsupported", {"NOT_SUPPORTED"}), ("", STATES)]
)
def test_feeds_are_found_by_what_their_streams_do(
    client: Client, feed: Feed, choice: str, listed: set[str]
) -> None:
    client.force_login(feed.account.owner)
    now = timezone.now()
    Feed.objects.update(stream_state="UP", stream_seen_at=now)
    for number, state in enumerate(["DOWN", "NOT_SUPPORTED"]):
        other = make_account(feed.account.owner, f"other-{number}")
        Feed.objects.create(account=other, market_type="SPOT", stream_state=state)

    rows = client.get(FEEDS, {"stream": choice} if choice else {}).context["cl"].result_list

    assert {row.stream_state for row in rows} == listed


def test_an_outsider_finds_neither(client: Client, feed: Feed, stray: StrayOrder) -> None:
    client.force_login(trader("carol"))

    for path in (FEEDS, STRAYS):
        assert list(client.get(path).context["cl"].result_list) == []
    mark(client, stray)

    assert stray.looked_at is None


def test_the_owner_marks_a_stray_order_as_looked_at(client: Client, stray: StrayOrder) -> None:
    client.force_login(stray.account.owner)
    before = client.get("/admin/").content.decode()

    mark(client, stray)

    assert stray.looked_at is not None
    assert "Stray orders at the exchanges" in before
    assert "Stray orders at the exchanges" not in client.get("/admin/").content.decode()


def test_nobody_adds_or_changes_them(client: Client, feed: Feed, stray: StrayOrder) -> None:
    client.force_login(superuser())

    answers = [client.get(f"{path}add/").status_code for path in (FEEDS, STRAYS)]
    opened = client.post(f"{STRAYS}{stray.pk}/change/", {"symbol": "ETH/USDT"})

    assert answers == [403, 403]
    assert opened.status_code == 403
