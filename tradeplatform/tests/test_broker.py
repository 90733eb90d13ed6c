"""The broker as the settings have it spoken to."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from kombu import Connection
from redis import Redis

from tradeplatform.lib.services.child import stop
from tradeplatform.lib.services.places import valkey_socket
from tradeplatform.lib.services.throwaway import start, throwaway_valkey


@pytest.fixture
def broker(state_dir: Path) -> Iterator[Path]:
    services = start([throwaway_valkey(state_dir, durable=False)])
    yield valkey_socket(state_dir)
    stop(services)


def test_nudges_are_not_counted_when_taken_and_are_put_back_when_not_begun(broker: Path) -> None:
    # Kombu would keep count of what is not acknowledged for an hour.
    options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    valkey = Redis(unix_socket_path=str(broker))
    with Connection(f"redis+socket://{broker}", transport_options=options) as connection:
        queue = connection.SimpleQueue("shard0")
        queue.put("a nudge")
        taken = queue.get(timeout=5)
        while_taken = valkey.keys(), valkey.llen("shard0")
        queue.close()

    assert taken.payload == "a nudge"
    assert [key for key in while_taken[0] if b"unacked" in key] == []
    assert (while_taken[1], valkey.llen("shard0")) == (0, 1)
