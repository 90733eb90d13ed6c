"""What crosses the border to an exchange, in our own words; ccxt's dicts stay behind it.

All quantities are in base units (contracts are converted at the border), all prices in quote
currency per base unit, all times aware and UTC.
"""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum


class Environment(StrEnum):
    """Which of a venue's worlds an account lives in."""

    SANDBOX = "SANDBOX"
    TESTNET = "TESTNET"
    LIVE = "LIVE"


class MarketType(StrEnum):
    """What kind of market a strategy trades."""

    SPOT = "SPOT"
    FUTURES = "FUTURES"
    STOCK = "STOCK"


class Side(StrEnum):
    """The side of an order."""

    BUY = "BUY"
    SELL = "SELL"


class OrderType(StrEnum):
    """How an order is worked at the venue."""

    MARKET = "MARKET"
    LIMIT = "LIMIT"
    STOP_LIMIT = "STOP_LIMIT"
    STOP_MARKET = "STOP_MARKET"


class ReportStatus(StrEnum):
    """A venue's own word for where an order stands; fills decide what we make of it."""

    OPEN = "OPEN"
    CLOSED = "CLOSED"
    CANCELED = "CANCELED"
    EXPIRED = "EXPIRED"
    REJECTED = "REJECTED"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True, slots=True)
class MarketKey:
    """One market table: a venue's markets of one type in one environment."""

    venue: str
    environment: Environment
    market_type: MarketType
    # Each order looks its market up a dozen times.
    _hash: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Count the hash once."""
        key = (self.venue, self.environment, self.market_type)
        object.__setattr__(self, "_hash", hash(key))

    def __hash__(self) -> int:
        return self._hash


@dataclass(frozen=True, slots=True)
class Login:
    """Who sends: an account at a venue. Credentials stay encrypted until a client is built."""

    account_id: int
    market: MarketKey
    encrypted_credentials: str


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a venue wants to see; `passphrase` only where the venue has one."""

    api_key: str
    secret: str
    passphrase: str = ""

    def __repr__(self) -> str:
        return "Credentials(hidden)"


@dataclass(frozen=True, slots=True)
class MarketRules:
    """What a venue says about one symbol. A limit that the venue does not state is None."""

    symbol: str
    base: str
    quote: str
    market_type: MarketType
    is_active: bool
    quantity_step: Decimal
    price_tick: Decimal
    min_quantity: Decimal | None
    max_quantity: Decimal | None
    max_market_quantity: Decimal | None
    min_notional: Decimal | None


@dataclass(frozen=True, slots=True)
class Price:
    """The last price of a symbol and when we read it."""

    value: Decimal
    read_at: datetime


@dataclass(frozen=True, slots=True)
class Level:
    """What is offered at one price of an order book."""

    price: Decimal
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Book:
    """An order book, best price first on each side."""

    bids: tuple[Level, ...]
    asks: tuple[Level, ...]


@dataclass(frozen=True, slots=True)
class OrderTicket:
    """What we send. `limit_price` for LIMIT and STOP_LIMIT, `trigger_price` for STOP_*."""

    client_order_id: str
    symbol: str
    side: Side
    order_type: OrderType
    quantity: Decimal
    limit_price: Decimal | None = None
    trigger_price: Decimal | None = None
    reduce_only: bool = False


@dataclass(frozen=True, slots=True)
class OrderReference:
    """How to find an order again. `venue_order_id` is empty while the venue's answer is missing."""

    client_order_id: str
    venue_order_id: str
    symbol: str
    order_type: OrderType


@dataclass(frozen=True, slots=True)
class FillReport:
    """One execution. `fee_currency` is empty where the venue does not tell the fee."""

    venue_trade_id: str
    side: Side
    quantity: Decimal
    price: Decimal
    fee_quantity: Decimal
    fee_currency: str
    filled_at: datetime


@dataclass(frozen=True, slots=True)
class OrderReport:
    """What a venue says about one order.

    `filled_quantity` is cumulative; `fills` may tell fewer than it (the venue sends none, or the
    look-up of trades failed), never more. `venue_order_id` is never empty. `has_executions` is
    False where the venue has no executions to tell: then the totals are all there is to book.
    """

    venue_order_id: str
    status: ReportStatus
    filled_quantity: Decimal
    average_price: Decimal | None
    fills: tuple[FillReport, ...] = ()
    has_executions: bool = True


@dataclass(frozen=True, slots=True)
class Push:
    """What a venue tells unasked about one order of an account, in one of its markets.

    `client_order_id` is empty where the venue names the order by its own id only.
    """

    account_id: int
    market: MarketKey
    symbol: str
    client_order_id: str
    report: OrderReport


@dataclass(frozen=True, slots=True)
class FoundOrder:
    """An order in a venue's list of open orders, ours or not.

    `client_order_id` is empty where the venue does not tell it in lists.
    """

    client_order_id: str
    symbol: str
    side: Side
    quantity: Decimal
    report: OrderReport


@dataclass(frozen=True, slots=True)
class StreamUp:
    """The stream is open: from now on nothing is missed until it breaks."""


# A connection check's finding that keeps the account from opening positions.
KEY_CAN_WITHDRAW = "KEY_CAN_WITHDRAW"


@dataclass(frozen=True, slots=True)
class AccountCheck:
    """Whether a login works. A `code` beside `is_ok` is a warning; `message` is for people.

    `can_withdraw` is None where the venue did not tell whether the key may withdraw.
    """

    is_ok: bool
    code: str
    message: str
    can_withdraw: bool | None = None


class ExchangeAnswer(Exception):
    """Base of the ways a call to a venue ends badly; `code` is stable, `message` has no secrets."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class NotSent(ExchangeAnswer):
    """The request never left this process: nothing can have happened at the venue."""


class Rejected(ExchangeAnswer):
    """The venue proved that it did not accept: a recognised code or error class."""


class AlreadySo(ExchangeAnswer):
    """Nothing had to change at the venue: what was asked for is so already."""


class OutcomeUnknown(ExchangeAnswer):
    """Anything else. The order may live: look it up by client order id, never send it again."""


class OrderGone(ExchangeAnswer):
    """A cancel or look-up found no such open order: it ended, or was never there. Look it up."""
