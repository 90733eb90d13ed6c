"""Many rows in one statement, as Django would have stored them one by one."""

import json

import pytest
from django.contrib.auth.models import User
from django.db import DataError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tradeplatform.lib.bulk_insert import bulk_insert, insert_all
from tradeplatform.lib.bulk_update import bulk_update
from tradeplatform.notifications.models import Channel
from webhooks.models import AllowedAddress

pytestmark = pytest.mark.django_db

_NETWORKS = ["10.0.0.0/8", "10.1.0.0/16", "10.2.0.0/16"]


@pytest.mark.parametrize("count", [1, 2, 3])  # few and many are stored in different ways
def test_rows_get_their_own_values_the_shared_ones_and_the_defaults(count: int) -> None:
    networks = _NETWORKS[:count]
    columns = {"network": networks, "is_active": [True] * count}

    ids = bulk_insert(AllowedAddress, count, columns)

    rows = AllowedAddress.objects.in_bulk(ids)
    assert [rows[pk].network for pk in ids] == networks
    assert {(row.is_active, row.note) for row in rows.values()} == {(True, "")}


def test_one_statement_however_many_rows() -> None:
    with CaptureQueriesContext(connection) as queries:
        bulk_insert(AllowedAddress, 3, {"network": _NETWORKS, "note": "office"})

    assert len(queries) == 1
    assert AllowedAddress.objects.filter(note="office").count() == 3


def test_no_rows_are_no_statement() -> None:
    with CaptureQueriesContext(connection) as queries:
        ids = bulk_insert(AllowedAddress, 0, {"network": []})

    assert (ids, len(queries)) == ([], 0)


@pytest.mark.parametrize("count", [2, 3])
def test_a_column_with_too_few_values_is_refused(count: int) -> None:
    with pytest.raises(ValueError, match=f"network: 1 values for {count} rows"):
        bulk_insert(AllowedAddress, count, {"network": ["10.0.0.0/8"]})


def test_a_misspelt_column_is_refused() -> None:
    with pytest.raises(ValueError, match="AllowedAddress has no fields \\['networks'\\]"):
        bulk_insert(AllowedAddress, 1, {"networks": ["10.0.0.0/8"]})


@pytest.mark.parametrize("notes", [["a" * 101] * 2, ["a" * 101, "b"]])
@pytest.mark.parametrize("count", [2, 3])
def test_a_text_that_is_too_long_is_refused_and_never_cut_off(count: int, notes: list[str]) -> None:
    columns = {"network": _NETWORKS[:count], "note": (notes + notes)[:count]}

    with pytest.raises(DataError, match="value too long"), transaction.atomic():
        bulk_insert(AllowedAddress, count, columns)

    assert not AllowedAddress.objects.filter(network__in=_NETWORKS).exists()


def test_a_failure_spoils_its_transaction_as_one_of_django_does() -> None:
    with transaction.atomic():
        with pytest.raises(IntegrityError):
            bulk_insert(AllowedAddress, 2, {"network": ["10.0.0.0/8"] * 2})
        assert transaction.get_connection().needs_rollback
        transaction.set_rollback(True)


@pytest.mark.parametrize("count", [2, 3])
def test_a_list_is_a_value_like_another_where_rows_hold_json(count: int) -> None:
    owner = User.objects.create_user("alice")
    events = [["ORDER_REJECTED", "FILL"]] * count

    insert_all(
        Channel(owner=owner, name=str(number), events=each, created_at=timezone.now())
        for number, each in enumerate(events)
    )

    stored = list(Channel.objects.all())
    assert [channel.events for channel in stored] == events
    changed = [[1], [True], [1]][:count]
    for channel, events_now in zip(stored, changed, strict=True):
        channel.events = events_now
    bulk_update(stored, ["events"])
    assert json.dumps([channel.events for channel in Channel.objects.all()]) == json.dumps(changed)
