"""The broker as the settings have it spoken to."""

from pathlib import Path

from django.conf import settings
from kombu import Connection
from redis import Redis

from tradeplatform.lib.services.child import stop
from tradeplatform.lib.services.places import valkey_socket
from tradeplatform.lib.services.throwaway import start, throwaway_valkey


def test_nudge_that_was_taken_leaves_nothing_behind(state_dir: Path) -> None:
    # Kombu would keep what is not acknowledged for an hour, and give it back when the worker ends.
    services = start([throwaway_valkey(state_dir, durable=False)])
    socket = valkey_socket(state_dir)
    options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    with Connection(f"redis+socket://{socket}", transport_options=options) as connection:
        queue = connection.SimpleQueue("shard0")
        queue.put("a nudge")
        taken = queue.get(timeout=5)
        keys = Redis(unix_socket_path=str(socket)).keys()
    stop(services)

    assert taken.payload == "a nudge"
    assert [key for key in keys if b"unacked" in key] == []
