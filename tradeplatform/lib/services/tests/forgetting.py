"""What earlier tests leave in Valkey."""

from tradeplatform.lib import counters


def forget(broker: str, keys: str) -> None:
    """Delete the keys of this pattern."""
    valkey = counters.client_of(broker)
    for key in valkey.scan_iter(keys):
        valkey.delete(key)
    valkey.close()
