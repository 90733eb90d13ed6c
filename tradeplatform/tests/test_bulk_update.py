"""Many changed rows in one statement, each with its own values."""

import pytest
from django.db import DataError, connection, transaction
from django.test.utils import CaptureQueriesContext

from tradeplatform.lib.bulk_update import bulk_update
from webhooks.models import AllowedAddress

pytestmark = pytest.mark.django_db

_NETWORKS = ["10.0.0.0/8", "10.1.0.0/16", "10.2.0.0/16"]


@pytest.fixture
def addresses() -> list[AllowedAddress]:
    return AllowedAddress.objects.bulk_create(
        [AllowedAddress(network=network, note="office") for network in _NETWORKS]
    )


def test_each_row_gets_its_own_values_in_the_named_columns_alone(
    addresses: list[AllowedAddress],
) -> None:
    for number, address in enumerate(addresses):
        address.note = f"room {number}"
        address.is_active = True

    with CaptureQueriesContext(connection) as queries:
        bulk_update(addresses[1:], ["note"])

    assert len(queries) == 1
    rows = AllowedAddress.objects.filter(network__in=_NETWORKS).order_by("id")
    told = list(rows.values_list("note", "is_active"))
    assert told == [("office", False), ("room 1", False), ("room 2", False)]


def test_no_rows_are_no_statement() -> None:
    with CaptureQueriesContext(connection) as queries:
        bulk_update([], ["note"])

    assert len(queries) == 0


def test_a_misspelt_attribute_is_refused(addresses: list[AllowedAddress]) -> None:
    with pytest.raises(KeyError):
        bulk_update(addresses, ["noet"])


def test_a_text_that_is_too_long_is_refused_and_spoils_its_transaction(
    addresses: list[AllowedAddress],
) -> None:
    addresses[0].note = "a" * 101

    with transaction.atomic():
        with pytest.raises(DataError, match="value too long"):
            bulk_update(addresses, ["note"])
        assert transaction.get_connection().needs_rollback
        transaction.set_rollback(True)
