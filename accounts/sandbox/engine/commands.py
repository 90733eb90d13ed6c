"""Everything that can change the exchange. A command holds plain values only: it is journalled."""

from dataclasses import dataclass
from decimal import Decimal

from accounts.sandbox.engine.listings import Market
from accounts.sandbox.engine.orders import Ticket


@dataclass(frozen=True, slots=True)
class OpenAccount:
    """Balances are put into the spot wallet, USDT into the futures wallet as well."""

    account: str
    api_key: str
    secret: str
    balances: dict[str, Decimal]


@dataclass(frozen=True, slots=True)
class Deposit:
    """`amount` of `asset` out of thin air; the futures wallet takes USDT only."""

    account: str
    market: Market
    asset: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class PlaceOrder:
    """Place an order on one of the markets."""

    market: Market
    ticket: Ticket


@dataclass(frozen=True, slots=True)
class CancelOrder:
    """Cancel an open order; `cancel_id` names the cancel itself on the spot market's reports."""

    market: Market
    account: str
    symbol: str
    order_id: int
    cancel_id: str = ""


@dataclass(frozen=True, slots=True)
class PlaceAlgoOrder:
    """Place a futures stop; the ticket has a trigger."""

    ticket: Ticket


@dataclass(frozen=True, slots=True)
class CancelAlgoOrder:
    """Cancel an untriggered futures stop."""

    account: str
    algo_id: int


@dataclass(frozen=True, slots=True)
class SetLeverage:
    """Futures, per account and symbol."""

    account: str
    symbol: str
    leverage: int


@dataclass(frozen=True, slots=True)
class SetMarginType:
    """Futures, per account and symbol: CROSSED or ISOLATED."""

    account: str
    symbol: str
    margin_type: str


@dataclass(frozen=True, slots=True)
class MovePrice:
    """The price of `symbol` moves on both markets, unless it is pinned."""

    symbol: str
    price: Decimal


@dataclass(frozen=True, slots=True)
class PinPrice:
    """Move the price of `symbol` and hold it there; None lets it go."""

    symbol: str
    price: Decimal | None


@dataclass(frozen=True, slots=True)
class ChangeFilters:
    """From now on the symbol's orders keep to these; those that rest stay as they are."""

    market: Market
    symbol: str
    price_tick: Decimal
    quantity_step: Decimal
    min_notional: Decimal


Command = (
    OpenAccount
    | Deposit
    | PlaceOrder
    | CancelOrder
    | PlaceAlgoOrder
    | CancelAlgoOrder
    | SetLeverage
    | SetMarginType
    | MovePrice
    | PinPrice
    | ChangeFilters
)
