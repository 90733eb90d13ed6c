"""A running platform with a thousand accounts, and how long it takes for an alert or a page."""

from pathlib import Path

from tradeplatform.bench.arrivals import Arrivals
from tradeplatform.bench.house import House
from tradeplatform.bench.old_orders import reserve_ids
from tradeplatform.bench.pages import Reader
from tradeplatform.bench.turns import send

ACCOUNTS = 1000
SIZES = (1, 10, 100, ACCOUNTS)


class Grown(House):
    """Has a strategy for each of the `SIZES`, and somebody who reads the admin's pages."""

    def __init__(self, state_dir: Path, *, exchange_url: str) -> None:
        super().__init__(state_dir, exchange_url=exchange_url)
        self._arrivals = Arrivals(exchange_url)
        self._reader = Reader()
        reserve_ids()
        accounts = self.open_accounts(ACCOUNTS)
        for size in SIZES:
            self.add_strategy(str(size), accounts[:size])
        self.analyze()

    def take(self, turn: str) -> float:
        """Milliseconds until a page is there (`/admin/`), or until the last order of an alert to so
        many accounts is at the exchange (`100`)."""
        if turn.startswith("/"):
            return self._reader.read(self.platform.web, turn)
        return send(self, self._arrivals, int(turn)).course.last_order
