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
from orders.admin.tests.scene import Scene, change
from orders.models import Remainder
from orders.tests.rows import make_remainder
from strategies.tests.rows import NOON
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
