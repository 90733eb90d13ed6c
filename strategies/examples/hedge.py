"""A hedge: every fill of the strategy is answered by the opposite order of a second one."""

import logging
from typing import ClassVar

from accounts.exchange.types import Side
from strategies.hooks import FillUpdate, Hooks, Problem

logger = logging.getLogger(__name__)


class Hedge(Hooks):
    """What `test1` buys on spot `test1-hedge` sells on futures at the market, and the reverse.

    Create the second strategy with the suffix in its group_name, the same owner and one account:
    its orders go to every account that is subscribed to it. A fill below the second market's
    minimum is denied there and stays unhedged; the denied order shows it.
    """

    suffix: ClassVar[str] = "-hedge"

    def on_fill(self, fill: FillUpdate) -> None:
        self.context.place(
            group_name=f"{self.context.group_name}{self.suffix}",
            symbol=fill.symbol.partition(":")[0],  # the other strategy trades its own kind of it
            side=Side.SELL if fill.side is Side.BUY else Side.BUY,
            quantity=fill.quantity,
        )

    def on_error(self, problem: Problem) -> None:
        logger.warning("%s: %s %s", self.context.group_name, problem.code, problem.message)
