"""Many rows in one statement, as Django would have stored them one by one."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tradeplatform.lib.bulk_insert import bulk_insert
from webhooks.models import AllowedAddress

pytestmark = pytest.mark.django_db

_NETWORKS = ["10.0.0.0/8", "10.1.0.0/16", "10.2.0.0/16"]


def test_rows_get_their_own_values_the_shared_ones_and_the_defaults() -> None:
    columns = {"network": _NETWORKS, "is_active": [True, True, True]}

    ids = bulk_insert(AllowedAddress, 3, columns)

    rows = AllowedAddress.objects.in_bulk(ids)
    assert [rows[pk].network for pk in ids] == _NETWORKS
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


def test_a_misspelt_column_is_refused() -> None:
    with pytest.raises(ValueError, match="AllowedAddress has no fields \\['networks'\\]"):
        bulk_insert(AllowedAddress, 1, {"networks": ["10.0.0.0/8"]})
