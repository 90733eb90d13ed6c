"""Strategies and subscriptions: what cannot be traded is refused by the form."""

import html
import json
import re
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.contrib.messages import get_messages
from django.test import Client

from accounts.models import Account
from accounts.tests.rows import make_account, superuser
from strategies.admin.tests.pages import POSITIONS, STRATEGIES, SUBSCRIPTIONS, change
from strategies.models import HookProgress, Strategy, Subscription
from strategies.tests.rows import NOON, make_position, make_strategy, subscribe

pytestmark = pytest.mark.django_db


def subscription_form(strategy: Strategy, account: Account, **changes: Any) -> dict[str, Any]:
    return {
        "strategy": strategy.pk,
        "account": account.pk,
        "is_active": "on",
        "capital": "1000",
        "leverage": "1",
        **changes,
    }


def strategy_form(owner: User, **changes: Any) -> dict[str, Any]:
    return {
        "name": "Trend",
        "owner": owner.pk,
        "group_name": "trend",
        "is_active": "on",
        "market_type": "SPOT",
        "max_signal_age_seconds": "60",
        **NO_INLINES,
        **changes,
    }


NO_INLINES = {
    f"{inline}-{count}": "0"
    for inline in ("subscriptions", "expiry_rules")
    for count in ("TOTAL_FORMS", "INITIAL_FORMS")
}


def errors(answer: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = answer.context["adminform"].form.errors
    return found


# --- Strategies ---


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


# --- Subscriptions ---


def test_an_own_account_joins_anothers_public_strategy(
    as_alice: Client, bob: User, account: Account
) -> None:
    public = make_strategy(bob, "bobs-strategy", is_public=True)

    as_alice.post(f"{SUBSCRIPTIONS}add/", subscription_form(public, account))

    subscription = Subscription.objects.get()
    assert (subscription.strategy, subscription.account) == (public, account)


def test_neither_private_strategies_nor_accounts_of_others_can_be_chosen(
    as_alice: Client, bob: User, account: Account
) -> None:
    private = make_strategy(bob, "bobs-private")
    public = make_strategy(bob, "bobs-public", is_public=True)
    foreign = make_account(bob, "bobs-account")

    offered = as_alice.get(f"{SUBSCRIPTIONS}add/").content.decode()
    to_private = as_alice.post(f"{SUBSCRIPTIONS}add/", subscription_form(private, account))
    of_bob = as_alice.post(f"{SUBSCRIPTIONS}add/", subscription_form(public, foreign))

    assert "bobs-public" in offered
    assert "bobs-private" not in offered
    assert "bobs-account" not in offered
    assert "strategy" in errors(to_private)
    assert "account" in errors(of_bob)
    assert not Subscription.objects.exists()


def test_not_even_a_superuser_puts_anothers_account_on_a_private_strategy(
    client: Client, bob: User, account: Account
) -> None:
    private = make_strategy(bob, "bobs-private")
    client.force_login(superuser())

    answer = client.post(f"{SUBSCRIPTIONS}add/", subscription_form(private, account))

    assert errors(answer) == {
        "account": ["The strategy is private: only its owner's accounts trade it."]
    }


@pytest.mark.parametrize(
    ("strategy_fields", "account_fields", "changes", "field"),
    [
        ({"venue": "okx"}, {}, {}, "account"),
        ({"market_type": "FUTURES"}, {"venue": "upbit", "environment": "LIVE"}, {}, "account"),
        ({}, {}, {"leverage": "2"}, "leverage"),
        ({}, {}, {"leverage": "0"}, "leverage"),
        ({}, {}, {"capital": "0"}, "capital"),
        ({}, {}, {"max_symbols": "0"}, "max_symbols"),
    ],
)
def test_a_pair_that_cannot_trade_is_refused(
    as_alice: Client,
    alice: User,
    strategy_fields: dict[str, str],
    account_fields: dict[str, str],
    changes: dict[str, str],
    field: str,
) -> None:
    strategy = make_strategy(alice, "trend", **strategy_fields)
    account = make_account(alice, "main", **account_fields)

    answer = as_alice.post(f"{SUBSCRIPTIONS}add/", subscription_form(strategy, account, **changes))

    assert list(errors(answer)) == [field]
    assert not Subscription.objects.exists()


def test_futures_take_leverage(as_alice: Client, alice: User, account: Account) -> None:
    futures = make_strategy(alice, "futures", market_type="FUTURES")

    as_alice.post(f"{SUBSCRIPTIONS}add/", subscription_form(futures, account, leverage="3"))

    assert Subscription.objects.get().leverage == 3


def test_only_the_accounts_owner_changes_a_subscription(
    client: Client, alice: User, bob: User, account: Account
) -> None:
    subscription = subscribe(make_strategy(bob, "bobs-strategy", is_public=True), account)
    form = {"is_active": "on", "capital": "2500.50", "leverage": "1"}

    client.force_login(bob)
    of_bob = client.post(change(SUBSCRIPTIONS, subscription), {**form, "capital": "999999"})
    client.force_login(alice)
    client.post(change(SUBSCRIPTIONS, subscription), form)

    subscription.refresh_from_db()
    assert of_bob.status_code == 403
    assert str(subscription.capital.normalize()) == "2500.5"


def test_amounts_are_shown_without_trailing_zeros(
    as_alice: Client, alice: User, account: Account
) -> None:
    subscription = subscribe(make_strategy(alice, "trend"), account)
    make_position(subscription)

    form = as_alice.get(change(SUBSCRIPTIONS, subscription)).content.decode()
    positions = as_alice.get(POSITIONS).content.decode()

    assert 'value="1000"' in form
    assert ">0.5<" in positions
    assert "90000.1<" in positions
    assert "00000000" not in positions


# --- Hooks ---


def test_a_superuser_names_the_hooks_of_a_strategy(client: Client, alice: User) -> None:
    client.force_login(superuser())

    client.post(f"{STRATEGIES}add/", strategy_form(alice, hooks="strategies.examples.hedge.Hedge"))

    assert Strategy.objects.get().hooks == "strategies.examples.hedge.Hedge"


def test_hooks_outside_the_allowed_packages_are_refused(client: Client, alice: User) -> None:
    client.force_login(superuser())

    answer = client.post(f"{STRATEGIES}add/", strategy_form(alice, hooks="os.path.join"))

    assert errors(answer)["hooks"] == [
        "os.path.join is not inside one of HOOK_MODULES: strategies.examples."
    ]


def test_an_ordinary_user_can_neither_set_nor_change_hooks(as_alice: Client, alice: User) -> None:
    path = "strategies.examples.hedge.Hedge"
    strategy = make_strategy(alice, "kept", hooks=path)

    as_alice.post(f"{STRATEGIES}add/", strategy_form(alice, hooks=path))
    as_alice.post(change(STRATEGIES, strategy), strategy_form(alice, group_name="kept", hooks=""))

    assert Strategy.objects.get(group_name="trend").hooks == ""
    assert Strategy.objects.get(group_name="kept").hooks == path


def told(strategy: Strategy) -> HookProgress:
    return HookProgress.objects.create(
        strategy=strategy,
        hooks=f"{strategy.group_name}.Hooks",
        events={},
        fills={},
        marked_at=NOON,
        last_problem="on_fill: ValueError: as asked",
        last_problem_at=NOON,
        problem_count=2,
    )


def test_the_last_problem_of_the_hooks_is_shown(as_alice: Client, alice: User) -> None:
    strategy = make_strategy(alice, "coded")
    told(strategy)

    page = as_alice.get(change(STRATEGIES, strategy)).content.decode()

    assert "on_fill: ValueError: as asked (2)" in page


def test_a_trader_sees_how_the_own_hooks_are_doing(
    as_alice: Client, alice: User, bob: User
) -> None:
    told(make_strategy(alice, "alices"))
    told(make_strategy(bob, "bobs"))

    page = as_alice.get("/admin/strategies/hookprogress/").content.decode()

    assert "alices.Hooks" in page
    assert "bobs.Hooks" not in page
