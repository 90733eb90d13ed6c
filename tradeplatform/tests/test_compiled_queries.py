"""Built once, run with other values each time, and no different from the query it was built of."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F, QuerySet
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext

from tradeplatform.lib.compiled_queries import AnyOf, CompiledQuery, CompiledUpdate, Parameter
from webhooks.models import AllowedAddress

pytestmark = pytest.mark.django_db

_NETWORKS = ["10.0.0.0/8", "10.1.0.0/16", "10.2.0.0/16"]


class _Asked:
    """Builds the addresses with a note, and counts how often."""

    def __init__(self) -> None:
        self.times = 0

    def __call__(self) -> QuerySet[AllowedAddress]:
        self.times += 1
        return AllowedAddress.objects.filter(note=Parameter("note")).order_by("id")


@pytest.fixture(autouse=True)
def addresses() -> list[AllowedAddress]:
    rows = [AllowedAddress(network=network, note="office") for network in _NETWORKS]
    rows[2].note = "home"
    return AllowedAddress.objects.bulk_create(rows)


def test_every_run_has_its_own_values_and_none_builds_it_again(
    addresses: list[AllowedAddress],
) -> None:
    build = _Asked()
    noted = CompiledQuery(build)

    found = [noted.all(note=note) for note in ("office", "home", "office", "nowhere")]

    assert found == [addresses[:2], addresses[2:], addresses[:2], []]
    assert build.times == 1


def test_the_first_row_or_none(addresses: list[AllowedAddress]) -> None:
    noted = CompiledQuery(_Asked())

    assert noted.first(note="home") == addresses[2]
    assert noted.first(note="nowhere") is None


def test_columns_instead_of_instances() -> None:
    noted = CompiledQuery(lambda: _Asked()().values_list("network", "note"))

    assert noted.all(note="home") == [(_NETWORKS[2], "home")]


def test_a_list_of_any_length_is_one_parameter(addresses: list[AllowedAddress]) -> None:
    listed = CompiledQuery(
        lambda: AllowedAddress.objects.filter(AnyOf(F("id"), Parameter("ids"))).order_by("id")
    )
    ids = [address.pk for address in addresses]

    found = [listed.all(ids=some) for some in (ids, ids[:1], [])]

    assert found == [addresses, addresses[:1], []]


def test_a_value_that_is_missing_is_an_error_and_no_statement() -> None:
    noted = CompiledQuery(_Asked())

    with CaptureQueriesContext(connection) as queries, pytest.raises(KeyError):
        noted.all()

    assert len(queries) == 0


@pytest.mark.django_db(transaction=True)
def test_each_thread_reads_over_its_own_connection() -> None:
    noted = CompiledQuery(lambda: _Asked()().values_list("network", flat=True))

    def read(note: str) -> list[str]:
        try:
            return noted.all(note=note)
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=3) as threads:
        found = list(threads.map(read, ["office", "home", "nowhere"] * 5))

    assert found == [_NETWORKS[:2], _NETWORKS[2:], []] * 5


@pytest.mark.django_db(transaction=True)
def test_it_goes_on_after_its_connection_was_closed() -> None:
    noted = CompiledQuery(_Asked())
    before = noted.all(note="home")
    connection.close()

    assert noted.all(note="home") == before


@pytest.mark.django_db(transaction=True)
def test_rows_are_locked_inside_a_transaction_only_at_whatever_run() -> None:
    locked = CompiledQuery(lambda: _Asked()().select_for_update())
    with transaction.atomic():
        assert len(locked.all(note="home")) == 1

    with CaptureQueriesContext(connection) as queries, pytest.raises(TransactionManagementError):
        locked.all(note="home")

    assert len(queries) == 0


def test_an_update_tells_how_many_rows_it_changed(addresses: list[AllowedAddress]) -> None:
    rename = CompiledUpdate(_Asked(), note=Parameter("new"), is_active=False)

    changed = [rename.run(note="office", new="annex"), rename.run(note="office", new="annex")]

    assert changed == [2, 0]
    assert AllowedAddress.objects.filter(note="annex", is_active=False).count() == 2


def test_an_update_that_fails_spoils_its_transaction_as_one_of_django_does() -> None:
    clash = CompiledUpdate(_Asked(), network=Parameter("network"))

    with transaction.atomic():
        with pytest.raises(IntegrityError):
            clash.run(note="office", network=_NETWORKS[2])
        assert transaction.get_connection().needs_rollback
        transaction.set_rollback(True)
