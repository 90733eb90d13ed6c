"""What three sides say happened, as plain values: senders, our database, the exchange. Pure.

Markets are spoken of by account, type of market and the exchange's symbol; ids are text.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from accounts.exchange.types import MarketType, OrderType, Side
from tradeplatform.soak.alerts import Asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """An alert as its sender knows it.

    `signal_ids` are those that answers named; none when it was refused or never answered. Times
    are seconds from the start: when it was first sent, and when its sender had done.
    """

    number: int
    strategy: str
    accounts: tuple[str, ...]
    asked: tuple[Asked, ...]
    is_cancel: bool
    alert_id: str
    signal_ids: frozenset[str]
    is_refused: bool
    began: float
    ended: float


@dataclass(frozen=True, slots=True)
class OurSignal:
    """An alert as our database has it."""

    signal_id: str
    strategy: str
    alert_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OurOrder:
    """An order as our database has it. `canceled_by` is the strategy whose alert asked for its
    cancel, `is_expired_by_rule` whether a rule of its own strategy did.
    """

    order_id: int
    signal_id: str
    intent_index: int
    attempt: int
    strategy: str
    account: str
    market_type: MarketType
    symbol: str
    side: Side
    order_type: OrderType
    is_close: bool
    reduce_only: bool
    client_order_id: str
    venue_order_id: str
    quantity: Decimal | None
    filled: Decimal
    status: str
    needs_attention: bool
    canceled_by: str
    is_expired_by_rule: bool

    @property
    def chain(self) -> tuple[str, str, int]:
        """What it shares with those that replace it: signal, account and intent."""
        return self.signal_id, self.account, self.intent_index


@dataclass(frozen=True, slots=True, kw_only=True)
class VenueOrder:
    """An order as the exchange has it; its status in our words."""

    account: str
    market_type: MarketType
    symbol: str
    side: Side
    client_order_id: str
    venue_order_id: str
    quantity: Decimal
    filled: Decimal
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """One account's side of a trade, on either side's books; the fee in its own currency."""

    account: str
    market_type: MarketType
    symbol: str
    trade_id: str
    side: Side
    client_order_id: str
    quantity: Decimal
    price: Decimal
    fee: Decimal
    fee_currency: str

    @property
    def key(self) -> tuple[str, MarketType, str, str, Side]:
        """What tells it apart: both sides of a trade with oneself share an id."""
        return self.account, self.market_type, self.symbol, self.trade_id, self.side

    @property
    def change(self) -> Decimal:
        """What it changed the position by, in base units: a spot fee may be taken from them."""
        signed = self.quantity if self.side is Side.BUY else -self.quantity
        return signed - (self.fee if self.symbol == f"{self.fee_currency}USDT" else 0)


@dataclass(frozen=True, slots=True)
class PositionKey:
    """Whose position in what."""

    strategy: str
    account: str
    symbol: str


@dataclass(frozen=True, slots=True)
class OurPosition:
    """A strategy's position on an account, as our database has it."""

    key: PositionKey
    quantity: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class OurBooks:
    """Our database. `strays` are orders that we found at the exchange without knowing them, by
    client order id; `drifts` say what an account holds beyond our books, in words.
    """

    signals: Sequence[OurSignal]
    orders: Sequence[OurOrder]
    executions: Sequence[Execution]
    positions: Sequence[OurPosition]
    strays: Sequence[str] = ()
    drifts: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class VenueBooks:
    """The exchange's own records."""

    orders: Sequence[VenueOrder]
    executions: Sequence[Execution]
