"""May this account trade this strategy? Decided from the rows and the table of venues alone."""

from dataclasses import dataclass

from accounts.exchange.types import Environment, MarketKey, MarketType, NotSent
from accounts.exchange.venues import access_to
from accounts.models import Account
from strategies.models import Strategy


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why not: the field to mend and a sentence."""

    field: str
    message: str


def obstacle(*, strategy: Strategy, account: Account, leverage: int) -> Obstacle | None:
    """The first thing that forbids the subscription; None when it may be."""
    if not strategy.is_public and account.owner_id != strategy.owner_id:
        return Obstacle("account", "The strategy is private: only its owner's accounts trade it.")
    if strategy.venue and strategy.venue != account.venue:
        return Obstacle(
            "account",
            f"The strategy trades at {strategy.venue}, the account is at {account.venue}.",
        )
    if leverage > 1 and strategy.market_type == MarketType.SPOT:
        return Obstacle("leverage", "Spot has no leverage. Use 1.")
    return _out_of_reach(strategy, account)


def _out_of_reach(strategy: Strategy, account: Account) -> Obstacle | None:
    markets = MarketKey(
        venue=account.venue,
        environment=Environment(account.environment),
        market_type=MarketType(strategy.market_type),
    )
    try:
        access_to(markets)
    except NotSent as refusal:
        return Obstacle("account", refusal.message)
    return None
