"""One round over a shard: rules act on its open orders, and what has ended by a rule is replaced.

The beat does both; the end of such an order nudges the second alone. Either may overlap with
itself and the other, be repeated or break off anywhere: rows claim what is done.
"""

from collections.abc import Sequence
from datetime import datetime

from orders.expiry.acting import act, wants_of
from orders.expiry.overfilling import stop_overfilling
from orders.expiry.quoting import Quotes, Want, read_quotes
from orders.expiry.replacing import endings, replace
from orders.expiry.watching import watched_orders
from orders.work import Job
from tradeplatform.lib import loop
from tradeplatform.lib.database_threads import DatabaseThreads

# More than reading market data may take.
_QUOTES_SECONDS = 10


def run_round(shard: int, *, threads: DatabaseThreads, now: datetime) -> tuple[Job, ...]:
    """Ask for the cancels that rules want; returns the replacements to send, committed already."""
    threads.run(stop_overfilling, shard, now=now)
    watched = threads.run(watched_orders, shard, now=now)
    threads.run(act, watched, _quotes(wants_of(watched, now=now)), now=now)
    return replace_ended(shard, threads=threads, now=now)


def replace_ended(shard: int, *, threads: DatabaseThreads, now: datetime) -> tuple[Job, ...]:
    """The replacements to send, committed already, of what has ended after a rule acted on it."""
    ended = threads.run(endings, shard)
    quotes = _quotes([ending.want for ending in ended if ending.want is not None])
    return threads.run(replace, ended, quotes, now=now)


def _quotes(wants: Sequence[Want]) -> Quotes:
    if not wants:
        return {}
    return loop.call(read_quotes(wants), timeout_seconds=_QUOTES_SECONDS)
