"""Remainders are their account's owner's; adopting is shown first and done by a confirmed POST."""

from decimal import Decimal
from typing import Any

import pytest
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.tests.rows import make_account
from orders.admin.tests.scene import Scene
from orders.models import Remainder
from orders.tests.rows import make_remainder
from strategies.admin.tests.pages import change
from strategies.models import Position, PositionCorrection
from strategies.tests.rows import NOON, make_position
from tradeplatform.lib.decimals import plain

pytestmark = pytest.mark.django_db

REMAINDERS = "/admin/orders/remainder/"
NOTHING = (
    "There is nothing to adopt here. Where coins of strategies are missing, open the row and "
    "correct the position."
)


@pytest.fixture
def drifted(scene: Scene) -> Remainder:
    """Alice's account holds 1.5 bitcoins beside its strategies' half; 1 was accepted."""
    return make_remainder(
        scene.subscription.account,
        accepted=Decimal(1),
        held=Decimal(2),
        differs_since=NOON,
        drifted_at=NOON,
    )


def adopt(client: Client, user: User, row: Remainder, **form: str) -> Any:
    """Run the list's action on this row, which was shown as it is in memory."""
    client.force_login(user)
    shown = {f"found_{row.pk}": plain(row.found)}
    return client.post(
        REMAINDERS, {"action": "adopt_selected", ACTION_CHECKBOX_NAME: [row.pk], **shown, **form}
    )


def texts(answer: Any) -> list[str]:
    return [str(message) for message in get_messages(answer.wsgi_request)]


def test_the_list_tells_what_is_held_and_since_when_it_drifts(
    client: Client, scene: Scene, drifted: Remainder
) -> None:
    once = make_remainder(scene.subscription.account, key="ETH", differs_since=NOON)
    client.force_login(scene.alice)

    content = client.get(REMAINDERS).content.decode()
    only_drift = client.get(REMAINDERS, {"drifted_at__isempty": "0"}).context["cl"].result_list

    assert ">Drift</span> 2026-11-21 12:00" in content
    assert ">Differs once</span>" in content
    assert ">1.5<" in content
    assert list(only_drift) == [drifted]
    assert client.get(change(REMAINDERS, once)).status_code == 200


def test_the_first_step_only_shows_what_would_be_adopted(
    client: Client, scene: Scene, drifted: Remainder
) -> None:
    content = adopt(client, scene.alice, drifted).content.decode()

    assert "as the owner's own?" in content
    assert f'name="{ACTION_CHECKBOX_NAME}" value="{drifted.pk}"' in content
    assert f'name="found_{drifted.pk}" value="1.5"' in content
    assert "SANDBOX" in content
    assert Remainder.objects.get().drifted_at == NOON


def test_the_confirmed_step_adopts_and_writes_who_did(
    client: Client, scene: Scene, drifted: Remainder
) -> None:
    answer = adopt(client, scene.alice, drifted, confirmed="yes")

    row = Remainder.objects.get()
    assert (row.accepted, row.differs_since, row.drifted_at) == (row.found, None, None)
    assert LogEntry.objects.get().user == scene.alice
    assert texts(answer) == ["1 remainder is adopted."]


def test_what_was_found_to_be_another_since_it_was_shown_is_not_adopted(
    client: Client, scene: Scene, drifted: Remainder
) -> None:
    Remainder.objects.update(held="3")

    answer = adopt(client, scene.alice, drifted, confirmed="yes")

    assert texts(answer) == ["What was found has changed since you were asked. Look again."]
    assert Remainder.objects.get().drifted_at == NOON
    assert not LogEntry.objects.exists()


def test_what_does_not_differ_needs_no_adopting(client: Client, scene: Scene) -> None:
    row = make_remainder(scene.subscription.account)

    answer = adopt(client, scene.alice, row, confirmed="yes")

    assert texts(answer) == [NOTHING]
    assert not LogEntry.objects.exists()


@pytest.mark.parametrize("name", ["bob", "carol"])
def test_nobody_but_the_accounts_owner_sees_or_adopts_it(
    client: Client, scene: Scene, drifted: Remainder, name: str
) -> None:
    """Bob owns the strategy that trades on Alice's account, Carol is an outsider."""
    user: User = getattr(scene, name)

    adopt(client, user, drifted, confirmed="yes")
    listed = client.get(REMAINDERS).context["cl"].result_list

    assert list(listed) == []
    assert client.get(change(REMAINDERS, drifted)).status_code == 302
    assert Remainder.objects.get().drifted_at == NOON


def test_whoever_may_only_look_adopts_nothing(
    client: Client, scene: Scene, drifted: Remainder
) -> None:
    scene.alice.groups.clear()
    scene.alice.user_permissions.add(Permission.objects.get(codename="view_remainder"))

    adopt(client, scene.alice, drifted, confirmed="yes")

    assert Remainder.objects.get().drifted_at == NOON


def test_the_list_takes_as_many_queries_for_many_rows_as_for_one(
    client: Client, scene: Scene, drifted: Remainder
) -> None:
    client.force_login(scene.alice)
    with CaptureQueriesContext(connection) as for_one:
        client.get(REMAINDERS)
    for number in range(9):
        account = make_account(scene.alice, f"more-{number}")
        make_remainder(account)

    with CaptureQueriesContext(connection) as for_ten:
        client.get(REMAINDERS)

    assert len(for_ten) == len(for_one)


# --- Correcting a position ---


@pytest.fixture
def gone(scene: Scene) -> Remainder:
    """Bob's strategy holds half a bitcoin on Alice's account, which holds 0.2 of it."""
    make_position(scene.subscription, "0.5")
    return make_remainder(
        scene.subscription.account, accepted="0", held="0.2", differs_since=NOON, drifted_at=NOON
    )


def action_of(row: Remainder, name: str) -> str:
    return f"{REMAINDERS}{row.pk}/{name}/"


def submit(client: Client, row: Remainder, **form: str) -> Any:
    position = Position.objects.get()
    return client.post(
        action_of(row, "correct_remainder"),
        {
            "_form_submitted": "on",
            "position": position.pk,
            "unexplained": "-0.3",
            "reason": "closed by hand",
            **form,
        },
    )


def test_the_page_of_missing_coins_offers_to_correct_and_not_to_adopt(
    client: Client, scene: Scene, gone: Remainder
) -> None:
    client.force_login(scene.alice)

    content = client.get(change(REMAINDERS, gone)).content.decode()
    dialog = client.get(action_of(gone, "correct_remainder")).content.decode()

    assert action_of(gone, "correct_remainder") in content
    assert action_of(gone, "adopt_remainder") not in content
    assert "BTC/USDT of bobs-strategy × alices-account: from 0.5 to 0.2" in dialog


def test_the_page_of_a_drift_that_no_position_explains_offers_to_adopt_only(
    client: Client, scene: Scene, drifted: Remainder
) -> None:
    make_position(scene.subscription, "0.5")
    client.force_login(scene.alice)

    content = client.get(change(REMAINDERS, drifted)).content.decode()
    dialog = client.get(action_of(drifted, "adopt_remainder")).content.decode()
    form = {"_form_submitted": "on", "found": plain(drifted.found)}
    answer = client.post(action_of(drifted, "adopt_remainder"), form)

    assert action_of(drifted, "adopt_remainder") in content
    assert action_of(drifted, "correct_remainder") not in content
    assert f'<input type="hidden" name="found" value="{plain(drifted.found)}"' in dialog
    assert texts(answer) == ["1 remainder is adopted."]
    assert Remainder.objects.get().drifted_at is None


def test_a_correction_is_done_once_and_shown_on_the_positions_page(
    client: Client, scene: Scene, gone: Remainder
) -> None:
    client.force_login(scene.alice)

    first, second = submit(client, gone), submit(client, gone)
    page = client.get(change("/admin/strategies/position/", Position.objects.get()))

    assert texts(first) == ["The position is corrected."]
    assert first.headers["HX-Redirect"] == change(REMAINDERS, gone)
    assert "HX-Redirect" not in second.headers  # nothing is left to choose from
    assert Position.objects.get().quantity == Decimal("0.2")
    assert PositionCorrection.objects.get().person == scene.alice
    assert "closed by hand" in page.content.decode()


def test_a_difference_that_changed_since_the_page_was_shown_corrects_nothing(
    client: Client, scene: Scene, gone: Remainder
) -> None:
    client.force_login(scene.alice)

    answer = submit(client, gone, unexplained="-0.1")

    assert texts(answer) == ["The difference has changed meanwhile; look at it again."]
    assert Position.objects.get().quantity == Decimal("0.5")


def test_without_saying_what_happened_nothing_is_corrected(
    client: Client, scene: Scene, gone: Remainder
) -> None:
    client.force_login(scene.alice)

    answer = submit(client, gone, reason=" ")

    assert "This field is required." in answer.content.decode()
    assert not PositionCorrection.objects.exists()


@pytest.mark.parametrize("name", ["bob", "carol"])
def test_nobody_but_the_accounts_owner_corrects_or_sees_what_could_be(
    client: Client, scene: Scene, gone: Remainder, name: str
) -> None:
    client.force_login(getattr(scene, name))

    dialog = client.get(action_of(gone, "correct_remainder")).content.decode()
    submit(client, gone)

    assert "alices-account" not in dialog
    assert Position.objects.get().quantity == Decimal("0.5")


def test_whoever_may_only_look_corrects_nothing(
    client: Client, scene: Scene, gone: Remainder
) -> None:
    scene.alice.groups.clear()
    scene.alice.user_permissions.add(Permission.objects.get(codename="view_remainder"))
    client.force_login(scene.alice)

    answer = submit(client, gone)

    assert answer.status_code == 403
    assert not PositionCorrection.objects.exists()
