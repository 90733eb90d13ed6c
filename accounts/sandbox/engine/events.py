"""What the engine reports back, in order: the raw material of answers and, later, of streams."""

from dataclasses import dataclass
from enum import StrEnum

from accounts.sandbox.engine.listings import Market
from accounts.sandbox.engine.orders import AlgoOrder, Fill, Order


class Execution(StrEnum):
    """What happened to an order: Binance's words for executionReport, and TRIGGERED of our own."""

    NEW = "NEW"
    TRADE = "TRADE"
    CANCELED = "CANCELED"
    EXPIRED = "EXPIRED"
    TRIGGERED = "TRIGGERED"


@dataclass(frozen=True, slots=True)
class OrderChanged:
    """`order` is a copy, as it stood right after the change; `fill` comes with TRADE only."""

    market: Market
    execution: Execution
    order: Order
    fill: Fill | None = None


@dataclass(frozen=True, slots=True)
class AlgoOrderChanged:
    """`order` is a copy, as it stood right after the change."""

    order: AlgoOrder


Event = OrderChanged | AlgoOrderChanged
