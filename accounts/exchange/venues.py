"""What each venue can do and how it is reached: one table, closed by default. Pure.

A venue, market type, environment or order type that is not listed here is refused before anything
is sent. Facts are those of ccxt 4.5.90 and the venues' documentation, told beside each row. The
web process reads this table for its choices, so nothing here imports ccxt.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cache

from accounts.exchange.types import Environment, MarketKey, MarketType, NotSent, OrderType

# The strictest venue decides for all: OKX takes 32 letters and digits, no hyphen.
CLIENT_ORDER_ID_MAX_LENGTH = 32


class TestnetSwitch(StrEnum):
    """How ccxt is told to use a venue's play-money world."""

    SANDBOX_ADDRESSES = "SANDBOX_ADDRESSES"  # set_sandbox_mode replaces the addresses
    DEMO_ADDRESSES = "DEMO_ADDRESSES"  # enable_demo_trading replaces the addresses
    DEMO_HEADER = "DEMO_HEADER"  # set_sandbox_mode adds a header; the addresses stay


class StopStyle(StrEnum):
    """How a stop order is asked for, and what becomes of it when it triggers."""

    NONE = "NONE"  # the venue would ignore the trigger and send a plain order
    SAME_ORDER = "SAME_ORDER"  # `triggerPrice`; it keeps its id when it triggers
    SAME_ORDER_DIRECTED = "SAME_ORDER_DIRECTED"  # as above, with `triggerDirection`
    SEPARATE_ORDER = "SEPARATE_ORDER"  # another order book and id; triggering makes a new order


@dataclass(frozen=True, slots=True)
class StatedRules:
    """What ccxt does not know of a venue's markets, from the venue's own documentation."""

    quantity_step: Decimal | None = None
    price_tick: Decimal | None = None
    min_notionals: Mapping[str, Decimal] = field(default_factory=dict)  # by quote currency


@dataclass(frozen=True, slots=True)
class Access:
    """How the markets of one type are reached at a venue.

    `ccxt_market_types` is what ccxt's fetchMarkets option calls them. `filled_field` is where the
    venue's raw order states the filled quantity; ccxt's own `filled` may be made up. So long after
    it was sent an order is `remembered_for` by its client order id, whatever became of it: not
    found means that it never arrived. None where the venue promises no such thing.
    """

    ccxt_id: str
    ccxt_market_types: tuple[str, ...]
    filled_field: str
    testnet: TestnetSwitch | None = None
    has_sandbox: bool = False
    stop_style: StopStyle = StopStyle.NONE
    stop_client_id_field: str = "clientOrderId"
    can_buy_market_by_quantity: bool = True
    # Where pushed order updates state the filled quantity; empty: the account is only polled.
    pushed_filled_field: str = ""
    stated: StatedRules = StatedRules()
    # False where the venue tells an order's totals only: fills are what they grow by.
    tells_executions: bool = True
    # Where a list of all symbols costs many times one symbol's, so many are asked for one by one.
    lists_by_symbol_up_to: int = 0
    remembered_for: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Venue:
    """An exchange. `prefixes` are what TradingView writes before the colon of a symbol."""

    name: str
    label: str
    prefixes: frozenset[str]
    markets: Mapping[MarketType, Access]
    needs_passphrase: bool = False


_BINANCE = Venue(
    name="binance",
    label="Binance",
    prefixes=frozenset({"BINANCE", "BINANCEUSDM"}),
    markets={
        # Demo trading, not testnet.binance.vision: one demo key serves spot and futures alike,
        # and ccxt refuses futures orders in sandbox mode.
        MarketType.SPOT: Access(
            ccxt_id="binance",
            ccxt_market_types=("spot",),
            filled_field="executedQty",
            testnet=TestnetSwitch.DEMO_ADDRESSES,
            has_sandbox=True,
            stop_style=StopStyle.SAME_ORDER,
            pushed_filled_field="z",  # executionReport
            lists_by_symbol_up_to=10,  # openOrders: weight 6, without a symbol 80
            # errors.md, -2026: canceled or expired without a fill over 90 days ago, "archived".
            remembered_for=timedelta(days=90),
        ),
        # Stop orders live in the algo service: POST /fapi/v1/algoOrder, clientAlgoId, algoId.
        MarketType.FUTURES: Access(
            ccxt_id="binanceusdm",
            ccxt_market_types=("linear",),
            filled_field="executedQty",
            testnet=TestnetSwitch.DEMO_ADDRESSES,
            has_sandbox=True,
            stop_style=StopStyle.SEPARATE_ORDER,
            pushed_filled_field="z",  # ORDER_TRADE_UPDATE
            lists_by_symbol_up_to=10,  # openOrders: weight 1, without a symbol 40
            # "Query Order" and "Query Algo Order": canceled or expired without a fill, 3 days.
            remembered_for=timedelta(days=3),
        ),
    },
)

_OKX = Venue(
    name="okx",
    label="OKX",
    prefixes=frozenset({"OKX"}),
    needs_passphrase=True,
    # Stops: POST /trade/order-algo. ccxt creates with clOrdId but looks up by algoClOrdId.
    markets={
        MarketType.SPOT: Access(
            ccxt_id="okx",
            ccxt_market_types=("spot",),
            filled_field="accFillSz",
            testnet=TestnetSwitch.DEMO_HEADER,
            stop_style=StopStyle.SEPARATE_ORDER,
            stop_client_id_field="algoClOrdId",
        ),
        MarketType.FUTURES: Access(
            ccxt_id="okx",
            ccxt_market_types=("swap",),
            filled_field="accFillSz",
            testnet=TestnetSwitch.DEMO_HEADER,
            stop_style=StopStyle.SEPARATE_ORDER,
            stop_client_id_field="algoClOrdId",
        ),
    },
)

_BYBIT = Venue(
    name="bybit",
    label="Bybit",
    prefixes=frozenset({"BYBIT"}),
    markets={
        MarketType.SPOT: Access(
            ccxt_id="bybit",
            ccxt_market_types=("spot",),
            filled_field="cumExecQty",
            testnet=TestnetSwitch.SANDBOX_ADDRESSES,
            stop_style=StopStyle.SAME_ORDER,
        ),
        # `stopLossPrice` would force reduceOnly; a trigger without a direction is refused by ccxt.
        MarketType.FUTURES: Access(
            ccxt_id="bybit",
            ccxt_market_types=("linear",),
            filled_field="cumExecQty",
            testnet=TestnetSwitch.SANDBOX_ADDRESSES,
            stop_style=StopStyle.SAME_ORDER_DIRECTED,
        ),
    },
)

# Upbit and Bithumb have no play-money world, ignore trigger prices, and take a market buy only as
# an amount of KRW. An estimate in KRW could buy more than asked for, so such buys are refused.
_UPBIT = Venue(
    name="upbit",
    label="Upbit",
    prefixes=frozenset({"UPBIT"}),
    markets={
        MarketType.SPOT: Access(
            ccxt_id="upbit",
            ccxt_market_types=("spot",),
            filled_field="executed_volume",
            can_buy_market_by_quantity=False,
            # docs.upbit.com, "KRW market" and "BTC, USDT market". The price step depends on the
            # price and changes now and then; Upbit refuses a price that is not on it.
            stated=StatedRules(
                min_notionals={
                    "KRW": Decimal(5000),
                    "BTC": Decimal("0.00005"),
                    "USDT": Decimal("0.5"),
                }
            ),
        ),
    },
)

_BITHUMB = Venue(
    name="bithumb",
    label="Bithumb",
    prefixes=frozenset({"BITHUMB"}),
    markets={
        MarketType.SPOT: Access(
            ccxt_id="bithumb",
            ccxt_market_types=("spot",),
            filled_field="executed_volume",
            can_buy_market_by_quantity=False,
            # ccxt cuts quantities at 4 decimals and would round every price to 4 digits.
            stated=StatedRules(quantity_step=Decimal("0.0001"), price_tick=Decimal("0.0001")),
        ),
    },
)

VENUES: Mapping[str, Venue] = {
    venue.name: venue for venue in (_BINANCE, _OKX, _BYBIT, _UPBIT, _BITHUMB)
}


def venue_choices() -> list[tuple[str, str]]:
    """Name and label of every venue, for forms."""
    return [(venue.name, venue.label) for venue in VENUES.values()]


def environments_of(venue: Venue) -> frozenset[Environment]:
    """The environments in which at least one market type of the venue can be traded."""
    return frozenset().union(*(_environments(access) for access in venue.markets.values()))


@cache
def access_to(key: MarketKey) -> Access:
    """How to reach these markets; raises NotSent for what the table does not list."""
    venue = VENUES.get(key.venue)
    if venue is None:
        raise NotSent("VENUE_UNKNOWN", f"The exchange {key.venue!r} is not supported.")
    access = venue.markets.get(key.market_type)
    if access is None:
        raise NotSent(
            "MARKET_TYPE_NOT_SUPPORTED", f"{venue.label} has no {key.market_type} markets here."
        )
    if key.environment not in _environments(access):
        raise NotSent(
            "ENVIRONMENT_NOT_SUPPORTED",
            f"{venue.label} {key.market_type} cannot be traded in {key.environment}.",
        )
    return access


def _environments(access: Access) -> frozenset[Environment]:
    found = {Environment.LIVE}
    if access.testnet is not None:
        found.add(Environment.TESTNET)
    if access.has_sandbox:
        found.add(Environment.SANDBOX)
    return frozenset(found)


def is_stop(order_type: OrderType) -> bool:
    """Whether such an order waits for its trigger price."""
    return order_type in (OrderType.STOP_LIMIT, OrderType.STOP_MARKET)


def has_separate_stops(access: Access, order_type: OrderType) -> bool:
    """Whether such an order lives under an id of its own until it triggers."""
    return is_stop(order_type) and access.stop_style is StopStyle.SEPARATE_ORDER
