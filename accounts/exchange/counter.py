"""A login's client, ready to speak about one symbol. While it is made, nothing is sent."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Self

from accounts.exchange.desk import desk
from accounts.exchange.lookups import Answer
from accounts.exchange.reports import order_report
from accounts.exchange.types import ExchangeAnswer, Login, MarketRules, NotSent, OrderReport
from accounts.exchange.venues import Access, access_to


@dataclass(frozen=True, slots=True)
class Counter:
    """What is needed to ask a venue about one symbol for one login."""

    client: Any
    login: Login
    access: Access
    rules: MarketRules
    contract_size: Decimal

    @classmethod
    async def open(cls, login: Login, symbol: str) -> Self:
        """Raises NotSent: no such market, unusable credentials, or markets that cannot be read."""
        try:
            own = desk()
            table = await own.table(login.market)
            client = await own.client(login)
        except NotSent:
            raise
        except ExchangeAnswer as error:
            raise NotSent(
                "MARKETS_NOT_LOADED",
                f"The exchange's markets could not be read, so nothing was sent: {error.message}",
            ) from error
        rules = table.rules.get(symbol)
        if rules is None:
            raise NotSent("SYMBOL_UNKNOWN", f"{login.market.venue} has no market {symbol!r}.")
        return cls(
            client=client,
            login=login,
            access=access_to(login.market),
            rules=rules,
            contract_size=table.contract_sizes[symbol],
        )

    def report(self, order: Answer) -> OrderReport:
        """The venue's answer about an order in our words."""
        return order_report(
            order,
            filled_field=self.access.filled_field,
            contract_size=self.contract_size,
            has_executions=self.access.tells_executions,
        )
