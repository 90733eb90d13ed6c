"""Where a subscription stands in one symbol, and what of it may be sold. Pure."""

from dataclasses import dataclass
from decimal import Decimal

from tradeplatform.lib.decimals import ZERO


@dataclass(frozen=True, slots=True)
class Holding:
    """Where a subscription stands in one symbol; quantities in base units, short is negative.

    `own` is its position, `leaving` the unfilled rest of its open orders that reduce it. `account`
    is what the venue says the account holds (None: could not be read) and `others` the sum of the
    positions that other strategies have in it. `arriving` is what their open orders may add,
    `departing` what open orders may take beside those positions and this one.
    """

    own: Decimal
    leaving: Decimal
    account: Decimal | None
    others: Decimal
    arriving: Decimal = ZERO
    departing: Decimal = ZERO

    @property
    def attributable(self) -> Decimal | None:
        """What the account holds beyond the other strategies' positions."""
        return None if self.account is None else self.account - self.others

    @property
    def free(self) -> Decimal:
        """What of the own position no open order takes yet; a sale on spot up to here closes."""
        return self.own - self.leaving

    @property
    def sellable(self) -> Decimal | None:
        """What a sale on spot may take: own coins, or coins that no strategy bought.

        None when the account could not be read. What another strategy buys may have arrived unknown
        to us, and what is on sale already is sold only once.
        """
        if self.attributable is None:
            return None
        own = min(self.own, self.attributable) - self.leaving
        unclaimed = self.attributable - self.leaving - self.arriving - self.departing
        return max(own, unclaimed, ZERO)
