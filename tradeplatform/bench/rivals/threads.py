"""The source documents' design: a pool of ten threads and ccxt's synchronous clients.

Theirs also opens a connection for each order and has no clients at hand; this one has both.
"""

from concurrent.futures import ThreadPoolExecutor

from tradeplatform.bench.rivals.process import Fire
from tradeplatform.bench.rivals.signed_orders import ORDER, clients

_THREADS = 10


def prepare(exchange_url: str, accounts: int) -> Fire:
    """Clients for all accounts, and the pool."""
    warm = clients(exchange_url, accounts)
    pool = ThreadPoolExecutor(max_workers=_THREADS)

    def fire(orders: int) -> None:
        for _ in pool.map(lambda client: client.create_order(*ORDER), warm[:orders]):
            pass

    return fire
