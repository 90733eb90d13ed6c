"""What keeps an account from opening positions for now; closes and cancels are never held back.

A sale on spot is a close as far as the strategy's own coins go.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Value

from accounts.exchange.types import KEY_CAN_WITHDRAW, MarketType, NotSent
from orders.models import Feed, Remainder
from strategies.sizing import Denied
from tradeplatform.lib.compiled_queries import CompiledQuery, Parameter

# Accounts with what drifted there; with an empty text those that are not reconciled.
_HINDERED = CompiledQuery(
    lambda: (
        Feed.objects.filter(market_type=Parameter("market_type"), reconciled_at__isnull=True)
        .order_by()
        .values_list("account_id", Value(""))
        .union(
            Remainder.objects.filter(market_type=Parameter("market_type"), drifted_at__isnull=False)
            .order_by()
            .values_list("account_id", "key"),
            all=True,
        )
    )
)


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why entries of one account in one type of market are refused: all of them, or by key.

    `pause` is what an open breaker says.
    """

    pause: NotSent | None = None
    can_withdraw: bool = False
    is_reconciled: bool = True
    drifted_keys: frozenset[str] = frozenset()

    def check(self, symbol: str) -> None:
        """Raises Denied when no position may be opened in this unified symbol."""
        if self.pause is not None:
            raise Denied(self.pause.code, self.pause.message)
        if self.can_withdraw:
            raise Denied(
                KEY_CAN_WITHDRAW,
                "The account's API key may withdraw money, so no position is opened with it; "
                "closes and cancels are sent. Enter a key that may trade only.",
            )
        if not self.is_reconciled:
            raise Denied(
                "NOT_RECONCILED",
                "The account's orders have not been compared with the exchange's since the "
                "platform started. That is tried every few seconds; send the alert again.",
            )
        key = drift_key(symbol)
        if key in self.drifted_keys:
            raise Denied(
                "DRIFT",
                f"The account holds another quantity of {key} than its strategies and its owner "
                "account for. Settle that in the admin under Remainders first.",
            )


def drift_key(symbol: str) -> str:
    """What a symbol's holdings are compared by: the coin on spot, the contract elsewhere."""
    return symbol if ":" in symbol else symbol.partition("/")[0]


def obstacles(accounts: Mapping[int, bool], market_type: MarketType) -> Mapping[int, Obstacle]:
    """The obstacles of those accounts that have any; one query. No feed is no obstacle.

    `accounts` by their ids: whether their keys may withdraw. All obstacles are read, which are few,
    instead of naming hundreds of accounts to the database.
    """
    withdrawing = {account_id for account_id, may_withdraw in accounts.items() if may_withdraw}
    unreconciled: set[int] = set()
    drifted: dict[int, set[str]] = defaultdict(set)
    for account_id, key in _HINDERED.all(market_type=market_type.value):
        if account_id not in accounts:
            continue
        if key:
            drifted[account_id].add(key)
        else:
            unreconciled.add(account_id)
    return {
        account_id: Obstacle(
            can_withdraw=account_id in withdrawing,
            is_reconciled=account_id not in unreconciled,
            drifted_keys=frozenset(drifted[account_id]),
        )
        for account_id in unreconciled | withdrawing | set(drifted)
    }
