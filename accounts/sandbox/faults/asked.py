"""A request as the faults see it, and which requests a fault is meant for. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from accounts.sandbox.engine.listings import Market

_SINGLE = frozenset({"order", "openOrder", "algoOrder"})
_SEVERAL = frozenset({"openOrders", "allOpenOrders", "allOrders", "myTrades", "userTrades"})
_SEVERAL_ALGOS = frozenset({"openAlgoOrders", "algoOpenOrders", "allAlgoOrders"})


class Kind(StrEnum):
    """What a request is about."""

    ORDERS = "orders"  # places one
    CANCELS = "cancels"  # one, or all of a symbol
    QUERIES = "queries"  # looks one order up
    LISTS = "lists"  # of orders or of fills
    ACCOUNT = "account"  # balances, positions, settings, listen keys
    MARKET_DATA = "market_data"  # whatever needs no key: prices, markets, the time


def kind_of(method: str, path: str) -> Kind:
    """What a signed request to `path` is about."""
    name = path.rpartition("/")[2]
    if name in _SINGLE and method == "POST":
        return Kind.ORDERS
    if name in _SINGLE | _SEVERAL | _SEVERAL_ALGOS and method == "DELETE":
        return Kind.CANCELS
    if name in _SINGLE:
        return Kind.QUERIES
    return Kind.LISTS if name in _SEVERAL | _SEVERAL_ALGOS else Kind.ACCOUNT


@dataclass(frozen=True, slots=True)
class Asked:
    """One request; `account`, `side` and `symbol` are empty where it names none."""

    kind: Kind
    method: str
    path: str
    market: Market
    address: str  # where it comes from
    account: str = ""
    side: str = ""
    symbol: str = ""


@dataclass(frozen=True, slots=True)
class Aim:
    """Which requests are meant; what is empty means any."""

    kinds: frozenset[Kind] = frozenset()
    method: str = ""
    path: str = ""
    account: str = ""
    side: str = ""
    symbol: str = ""

    def meets(self, asked: Asked) -> bool:
        """Whether the request is one of those."""
        wanted = (self.method, self.path, self.account, self.side, self.symbol)
        found = (asked.method, asked.path, asked.account, asked.side, asked.symbol)
        if self.kinds and asked.kind not in self.kinds:
            return False
        return all(want in ("", is_so) for want, is_so in zip(wanted, found, strict=True))
