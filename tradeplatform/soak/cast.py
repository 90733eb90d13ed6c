"""Who trades what on which accounts. Pure.

Two owners; accounts with two strategies of the same market type, whose orders must stay apart;
spot and futures; rules with short ages, and one strategy whose orders nothing but its own cancels
ends.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from accounts.exchange.types import MarketType, OrderType, Side
from strategies.models import BookSide, ExpiryAction

OWNERS: Mapping[str, str] = {
    "alice-1": "alice",
    "alice-2": "alice",
    "alice-3": "alice",
    "alice-4": "alice",
    "bob-1": "bob",
    "bob-2": "bob",
}
CAPITAL = 1_000_000
LEVERAGE = 2
BALANCES: Mapping[str, str] = {
    "USDT": "200000000",
    "BTC": "100",
    "ETH": "1000",
    "SOL": "10000",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """An expiry rule for limit orders of one side, or of both when there is none."""

    action: ExpiryAction
    after_seconds: int
    side: Side | None = None
    book_side: BookSide = BookSide.OWN
    order_type: OrderType = OrderType.LIMIT


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """A strategy: its group name, who owns it, and the accounts subscribed to it."""

    name: str
    market_type: MarketType
    accounts: tuple[str, ...]
    owner: str = "alice"
    is_public: bool = False
    close_first: bool = False
    rules: tuple[Rule, ...] = ()

    def accounts_of(self, sender: str) -> tuple[str, ...]:
        """Those on which an alert of `sender` acts: all for the owner, else the sender's own."""
        if sender == self.owner:
            return self.accounts
        return tuple(account for account in self.accounts if OWNERS[account] == sender)


ROLES: Sequence[Role] = (
    Role(
        name="spot-chased",
        market_type=MarketType.SPOT,
        accounts=("alice-1", "alice-2", "alice-3", "bob-1"),
        is_public=True,
        rules=(
            Rule(action=ExpiryAction.REPRICE, after_seconds=8),
            Rule(action=ExpiryAction.CANCEL, after_seconds=20),
        ),
    ),
    Role(
        name="spot-beside",
        market_type=MarketType.SPOT,
        accounts=("alice-1", "alice-2"),
        rules=(
            Rule(action=ExpiryAction.MARKET, after_seconds=8, side=Side.SELL),
            Rule(action=ExpiryAction.CANCEL, after_seconds=12, side=Side.BUY),
        ),
    ),
    Role(
        name="perp-reversed",
        market_type=MarketType.FUTURES,
        accounts=("alice-1", "alice-4", "bob-1"),
        is_public=True,
        rules=(
            Rule(action=ExpiryAction.REPRICE, after_seconds=8, book_side=BookSide.OPPOSITE),
            Rule(action=ExpiryAction.CANCEL, after_seconds=20),
        ),
    ),
    Role(
        name="perp-beside",
        market_type=MarketType.FUTURES,
        accounts=("alice-4", "alice-2"),
        close_first=True,
        rules=(Rule(action=ExpiryAction.MARKET, after_seconds=10),),
    ),
    Role(
        name="spot-resting",
        market_type=MarketType.SPOT,
        accounts=("bob-1", "bob-2"),
        owner="bob",
    ),
)
