"""Addresses follow from the state directory alone, and fit into a socket's name."""

from pathlib import Path

import dj_database_url
from kombu.utils.url import parse_url

from tradeplatform.lib.services.places import (
    broker_url,
    database_url,
    postgres_socket_directory,
    valkey_socket,
)


def test_django_and_celery_find_the_sockets_in_the_state_directory() -> None:
    state_dir = Path("/srv/my trades")

    database = dj_database_url.parse(database_url(state_dir))
    broker = parse_url(broker_url(state_dir))

    assert (database["HOST"], database["USER"]) == (
        "/srv/my trades/stores/postgres",
        "tradeplatform",
    )
    assert broker["transport"] == "redis+socket"
    assert f"/{broker['virtual_host']}" == "/srv/my trades/stores/valkey/valkey.sock"


def test_a_deep_state_directory_gets_short_socket_paths_of_its_own() -> None:
    deep, other = Path("/srv", "d" * 100), Path("/srv", "e" * 100)

    assert len(bytes(postgres_socket_directory(deep) / ".s.PGSQL.5432")) <= 103
    assert len(bytes(valkey_socket(deep))) <= 103
    assert valkey_socket(deep) != valkey_socket(other)
