"""Stopping and resuming in the admin: asked back, own things only, once however often clicked."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from accounts.tests.rows import superuser
from orders.admin.tests.scene import Scene
from orders.models import Order
from strategies.models import TradingRun, TradingSwitch
from strategies.switching import Target
from strategies.trading_states import Scope

pytestmark = pytest.mark.django_db

PAGE = "/admin/strategies/tradingswitch/"
RUNS = "/admin/strategies/tradingrun/"


def address(target: Target, state: str = "HALTED") -> str:
    return f"{PAGE}throw/?target={target.word}&state={state}"


def throw(
    client: Client, person: User, target: Target, state: str = "HALTED", **fields: str
) -> Any:
    """Open the form and send it as it is."""
    client.force_login(person)
    path = address(target, state)
    opened = client.get(path)
    if opened.status_code != 200:
        return opened
    form = {"action": "NONE", "reason": "", "key": key_in(opened), **fields}
    return client.post(path, form)


def key_in(page: Any) -> str:
    (key,) = re.findall(r'name="key" value="([0-9a-f-]+)"', page.content.decode())
    return str(key)


def of_account(scene: Scene) -> Target:
    return Target(Scope.ACCOUNT, scene.subscription.account_id)


def test_opening_the_form_says_what_is_concerned_and_changes_nothing(
    client: Client, scene: Scene
) -> None:
    scene.order()
    client.force_login(scene.alice)

    content = client.get(address(of_account(scene))).content.decode()

    assert "Trading of account alices-account: HALTED?" in content
    assert "1 open orders" in content
    assert not TradingSwitch.objects.exists()


def test_sending_it_switches_and_leads_to_the_run(client: Client, scene: Scene) -> None:
    order = scene.order()

    done = throw(client, scene.alice, of_account(scene), reason="night", action="CANCEL")
    page = client.get(done.headers["Location"]).content.decode()

    run = TradingRun.objects.get()
    assert done.headers["Location"] == f"{RUNS}{run.pk}/change/"
    assert (run.state, run.person, run.reason) == ("HALTED", scene.alice, "night")
    assert Order.objects.get(pk=order.pk).status == "PENDING_CANCEL"
    assert "Open orders: 1 cancels asked for, 1 without an end" in page
    assert 'hx-trigger="every 1s"' in page


def test_a_double_click_is_one_run(client: Client, scene: Scene) -> None:
    client.force_login(scene.alice)
    path = address(of_account(scene))
    form = {"action": "NONE", "reason": "", "key": key_in(client.get(path))}

    first, second = client.post(path, form), client.post(path, form)

    assert first.headers["Location"] == second.headers["Location"]
    assert TradingRun.objects.count() == 1


def test_an_outsider_switches_nothing(client: Client, scene: Scene) -> None:
    client.force_login(scene.carol)
    path = address(of_account(scene))
    form = {"action": "FLATTEN", "reason": "", "key": "3c4d2f6e-8f0a-4c11-9d8e-0b7b1e2c3d4f"}

    statuses = [client.get(path).status_code, client.post(path, form).status_code]
    of_everything = client.post(address(Target(Scope.EVERYTHING)), form).status_code

    assert (statuses, of_everything) == ([403, 403], 403)
    assert not TradingSwitch.objects.exists()


def test_whoever_may_only_look_switches_nothing(client: Client, scene: Scene) -> None:
    scene.alice.groups.clear()

    assert throw(client, scene.alice, of_account(scene)).status_code == 403


def test_switching_takes_a_token_against_forgery(scene: Scene) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(scene.alice)

    assert client.post(address(of_account(scene)), {"action": "NONE"}).status_code == 403
    assert not TradingSwitch.objects.exists()


@pytest.mark.parametrize("query", ["", "?target=MOON-1&state=HALTED", "?target=USER-1&state=OFF"])
def test_a_form_for_nothing_is_not_found(client: Client, scene: Scene, query: str) -> None:
    client.force_login(scene.alice)

    assert client.get(f"{PAGE}throw/{query}").status_code == 404


def test_what_a_superuser_has_stopped_its_owner_is_told(client: Client, scene: Scene) -> None:
    throw(client, superuser(), of_account(scene))

    refused = throw(client, scene.alice, of_account(scene), "ACTIVE")

    assert "root has set this; only a superuser changes it." in refused.content.decode()
    assert TradingSwitch.objects.get().state == "HALTED"


def test_resuming_offers_nothing_else(client: Client, scene: Scene) -> None:
    client.force_login(scene.alice)

    content = client.get(address(of_account(scene), "ACTIVE")).content.decode()
    throw(client, scene.alice, of_account(scene), "ACTIVE")

    assert "close every position" not in content
    assert TradingSwitch.objects.get().state == "ACTIVE"


def test_people_choose_among_their_own_and_superusers_among_all(
    client: Client, scene: Scene
) -> None:
    words = []
    for user in (scene.alice, scene.bob, superuser()):
        client.force_login(user)
        content = client.get(PAGE).content.decode()
        words.append(set(re.findall(r'<option value="([A-Z]+)-', content)))

    assert words == [
        {"USER", "ACCOUNT"},
        {"USER", "STRATEGY"},
        {"EVERYTHING", "USER", "ACCOUNT", "STRATEGY"},
    ]


def test_runs_are_seen_by_those_whose_things_they_switch(client: Client, scene: Scene) -> None:
    throw(client, superuser(), Target(Scope.EVERYTHING), "REDUCING")
    throw(client, scene.alice, of_account(scene))

    seen = []
    for user in (scene.alice, scene.bob, scene.carol, User.objects.get(username="root")):
        client.force_login(user)
        seen.append([str(run) for run in client.get(RUNS).context["cl"].result_list])

    of_alice, of_all = "Trading of account alices-account: HALTED", "All trading: REDUCING"
    assert seen == [[of_alice], [], [], [of_alice, of_all]]


def test_the_pages_of_accounts_and_strategies_say_what_applies(
    client: Client, scene: Scene
) -> None:
    throw(client, superuser(), Target(Scope.EVERYTHING), "REDUCING")
    throw(client, scene.alice, of_account(scene))
    strategy = scene.subscription.strategy

    account_page = f"/admin/accounts/account/{scene.subscription.account_id}/change/"
    of_alice = client.get(account_page).content.decode()
    client.force_login(scene.bob)
    of_bob = client.get(f"/admin/strategies/strategy/{strategy.pk}/change/").content.decode()

    assert "All trading is REDUCING since" in of_alice
    assert "Trading of account alices-account is HALTED since" in of_alice
    assert "All trading is REDUCING since" in of_bob
    assert "alices-account is HALTED" not in of_bob
    assert f"target=STRATEGY-{strategy.pk}" in of_bob


def test_the_front_page_says_in_red_what_is_stopped(client: Client, scene: Scene) -> None:
    throw(client, scene.alice, of_account(scene), reason="night")

    fronts = []
    for user in (scene.alice, scene.bob):
        client.force_login(user)
        fronts.append(client.get("/admin/").content.decode())

    sentence = "Trading of account alices-account is HALTED since"
    assert [sentence in front for front in fronts] == [True, False]
    assert "set by alice: night" in fronts[0]


def test_the_page_of_switches_tells_first_what_is_still_stopped(
    client: Client, scene: Scene
) -> None:
    root = superuser()
    throw(client, scene.alice, of_account(scene), "REDUCING")
    throw(client, root, Target(Scope.EVERYTHING))
    throw(client, root, Target(Scope.EVERYTHING), "ACTIVE")

    page = client.get(PAGE)

    assert [row.state for row in page.context["cl"].result_list] == ["REDUCING", "ACTIVE"]
    content = page.content.decode()
    assert "All trading: ACTIVE, except for what is named above" in content
    assert "Trading of account alices-account is REDUCING since" in content


@pytest.mark.parametrize("scope", [Scope.USER, Scope.ACCOUNT, Scope.STRATEGY])
@pytest.mark.parametrize("number", [999_999, 10**30])
def test_what_does_not_exist_cannot_be_switched(client: Client, scope: Scope, number: int) -> None:
    client.force_login(superuser())

    path = address(Target(scope, number))

    assert [client.get(path).status_code, client.post(path).status_code] == [404, 404]


def test_somebody_elses_target_is_refused_as_if_it_did_not_exist(
    client: Client, scene: Scene
) -> None:
    client.force_login(scene.alice)

    answers = [client.get(address(Target(Scope.ACCOUNT, number))) for number in (999_999, 10**30)]

    assert [answer.status_code for answer in answers] == [403, 403]
