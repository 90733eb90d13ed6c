"""The pages of strategies: what cannot be traded is refused by the form."""

import html
import json
import re

import pytest
from django.contrib.auth.models import Permission, User
from django.contrib.messages import get_messages
from django.test import Client

from accounts.models import Account
from accounts.tests.pages import errors
from accounts.tests.rows import make_account
from strategies.admin.tests.pages import (
    STRATEGIES,
    change,
    strategy_form,
)
from strategies.models import Strategy
from strategies.tests.rows import make_strategy, subscribe

pytestmark = pytest.mark.django_db


def test_a_trader_owns_the_strategy_made(as_alice: Client, alice: User) -> None:
    as_alice.post(f"{STRATEGIES}add/", strategy_form(alice, venue="binance", currency="usdt"))

    strategy = Strategy.objects.get()
    assert (strategy.owner, strategy.venue, strategy.currency) == (alice, "binance", "USDT")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"venue": "upbit", "market_type": "FUTURES"}, "market_type"),
        ({"market_type": "STOCK"}, "market_type"),
        ({"venue": "nowhere"}, "venue"),
        ({"group_name": "two words"}, "group_name"),
        ({"max_signal_age_seconds": "0"}, "max_signal_age_seconds"),
    ],
)
def test_a_strategy_that_cannot_trade_is_refused(
    as_alice: Client, alice: User, changes: dict[str, str], field: str
) -> None:
    answer = as_alice.post(f"{STRATEGIES}add/", strategy_form(alice, **changes))

    assert field in errors(answer)
    assert not Strategy.objects.exists()


def test_market_and_exchange_stay_once_accounts_are_subscribed(
    as_alice: Client, alice: User, account: Account
) -> None:
    strategy = make_strategy(alice, "trend", venue="binance")
    subscribe(strategy, account)

    as_alice.post(
        change(STRATEGIES, strategy),
        strategy_form(alice, name="Renamed", venue="okx", market_type="FUTURES"),
    )

    strategy.refresh_from_db()
    assert (strategy.name, strategy.venue, strategy.market_type) == ("Renamed", "binance", "SPOT")


def test_making_a_strategy_private_tells_who_no_longer_trades(
    as_alice: Client, alice: User, bob: User
) -> None:
    strategy = make_strategy(alice, "trend", is_public=True)
    subscribe(strategy, make_account(bob, "bobs-account"))

    answer = as_alice.post(change(STRATEGIES, strategy), strategy_form(alice))

    texts = [str(message) for message in get_messages(answer.wsgi_request)]
    assert "1 account of another user no longer trades it." in texts[0]


def test_the_page_shows_an_alert_to_paste(as_alice: Client, alice: User) -> None:
    strategy = make_strategy(alice, "trend")

    content = as_alice.get(change(STRATEGIES, strategy)).content.decode()

    pasted = json.loads(html.unescape(re.findall(r"<pre>(\{.*?\})</pre>", content, re.DOTALL)[0]))
    assert pasted["group_name"] == "trend"
    assert pasted["qty_per"] == "{{strategy.order.alert_message}}"
    assert pasted["alert_id"] == "{{strategy.order.id}}-{{timenow}}"
    assert "token" not in pasted


def test_a_subscription_is_added_from_the_strategys_page(
    as_alice: Client, alice: User, account: Account
) -> None:
    strategy = make_strategy(alice, "trend")
    button = f"{change(STRATEGIES, strategy).removesuffix('change/')}add_subscription/"

    page = as_alice.get(change(STRATEGIES, strategy)).content.decode()
    form = as_alice.get(button, follow=True).content.decode()

    assert button in page
    assert f'<option value="{strategy.pk}" selected>' in form


def test_whoever_may_add_no_subscription_finds_no_button(as_alice: Client, alice: User) -> None:
    strategy = make_strategy(alice, "trend")
    alice.groups.clear()
    alice.user_permissions.add(Permission.objects.get(codename="view_strategy"))

    page = as_alice.get(change(STRATEGIES, strategy)).content.decode()

    assert "trend" in page
    assert "add_subscription" not in page


def test_a_strategy_that_has_traded_cannot_be_deleted(
    as_alice: Client, alice: User, account: Account
) -> None:
    unused = make_strategy(alice, "unused")
    used = make_strategy(alice, "used")
    subscribe(used, account)

    refused = as_alice.post(f"{STRATEGIES}{used.pk}/delete/", {"post": "yes"})
    as_alice.post(f"{STRATEGIES}{unused.pk}/delete/", {"post": "yes"})

    assert refused.status_code == 403
    assert list(Strategy.objects.all()) == [used]
