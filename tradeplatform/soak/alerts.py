"""The alerts: drawn from the seed, each with the orders that it asks of every account. Pure."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any

from accounts.exchange.types import MarketType, OrderType, Side
from tradeplatform.soak.arguments import ALERTS_PER_SECOND
from tradeplatform.soak.cast import ROLES, Role
from tradeplatform.soak.prices import OPENING, Walk

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """One order that an alert asks of each account.

    `quantity` is the most that may be ordered, None where the platform sizes it. The close before a
    reversal is optional: it leaves no order where there is nothing to close.
    """

    coin: str
    side: Side
    order_type: OrderType
    quantity: Decimal | None = None
    is_optional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """An alert; `at` in seconds from the start.

    With an `alert_id` its sender behaves like TradingView and sends it again until it is answered;
    without one it is sent once. `asked` is empty for cancels and for what is to be refused.
    """

    number: int
    at: float
    role: Role
    sender: str
    alert_id: str
    body: Body
    asked: tuple[Asked, ...]

    @property
    def accounts(self) -> tuple[str, ...]:
        """The accounts on which it acts."""
        return self.role.accounts_of(self.sender)

    @property
    def cancels_everything(self) -> bool:
        """Whether it cancels all open orders of its strategy."""
        return self.body.get("order_type") == "CANCEL_ALL_ORDER" and "symbol" not in self.body


def draw_alerts(*, seed: int, count: int, walk: Walk) -> Sequence[Alert]:
    """So many alerts in the order in which they are sent."""
    random = Random(f"{seed} alerts")  # noqa: S311 - a plan that can be repeated
    return [_draw(number, number / ALERTS_PER_SECOND, walk, random) for number in range(count)]


def _draw(number: int, at: float, walk: Walk, random: Random) -> Alert:
    role = random.choice(ROLES)
    sender = "bob" if role.is_public and random.random() < 0.25 else role.owner
    kind = random.choices(list(_KINDS), weights=list(_KINDS.values()))[0]
    orders = list(kind(role, walk, at, random))
    body = orders[0] if len(orders) == 1 else {"orders": orders}
    # Two thirds come from TradingView.
    alert_id = f"soak-{number}" if random.random() < 0.67 else ""
    asked = tuple(asked for order in orders for asked in _asked(order, role))
    return Alert(
        number=number,
        at=at,
        role=role,
        sender=sender,
        alert_id=alert_id,
        body={"group_name": role.name, **body},
        asked=asked,
    )


def _asked(order: Body, role: Role) -> Iterator[Asked]:
    """What the platform promises to make of an order object; nothing of a cancel or a flaw."""
    if "side" not in order or "flaw" in order:
        return
    coin = next(coin for coin in OPENING if coin in order["symbol"])
    side = Side(order["side"].upper())
    closes_first = role.close_first or order.get("close_first", False)
    if role.market_type is MarketType.FUTURES and closes_first and order.get("qty_per", 1) > 0:
        yield Asked(coin, side, OrderType.MARKET, is_optional=True)
    quantity = Decimal(order["quantity"]) if "quantity" in order else None
    yield Asked(coin, side, OrderType(order["order_type"]), quantity)


def _resting(role: Role, walk: Walk, at: float, random: Random) -> Iterator[Body]:
    """A limit order away from the market, for the price to come by."""
    side = _entry_side(role, random)
    away = Decimal(random.randint(5, 120)) / 10_000
    yield _limit(role, walk, at, random, side=side, away=away) | _size(random)


def _crossing(role: Role, walk: Walk, at: float, random: Random) -> Iterator[Body]:
    """A limit order into the market, larger than what stands there: it fills in part."""
    order = _limit(role, walk, at, random, side=_entry_side(role, random), away=Decimal("-0.0001"))
    yield order | {"notional": str(random.randint(300, 700) * 1_000)}


def _at_market(role: Role, walk: Walk, at: float, random: Random) -> Iterator[Body]:
    del walk, at
    order = {"symbol": _symbol(role, random), "order_type": "MARKET", **_size(random)}
    yield order | _reversal(role, random) | {"side": _entry_side(role, random).value}


def _closing(role: Role, walk: Walk, at: float, random: Random) -> Iterator[Body]:
    """All or half of a position, if there is one."""
    is_short = role.market_type is MarketType.FUTURES and random.random() < 0.5
    side = Side.BUY if is_short else Side.SELL
    size = {"qty_per": random.choice([-100, -100, -50])}
    if random.random() < 0.6:
        symbol = _symbol(role, random)
        yield {"symbol": symbol, "side": side.value, "order_type": "MARKET", **size}
    else:
        yield _limit(role, walk, at, random, side=side, away=Decimal("0.001")) | size


def _canceling(role: Role, walk: Walk, at: float, random: Random) -> Iterator[Body]:
    del walk, at
    named = {"symbol": _symbol(role, random)} if random.random() < 0.5 else {}
    yield {"order_type": "CANCEL_ALL_ORDER", **named}


def _batch(role: Role, walk: Walk, at: float, random: Random) -> Iterator[Body]:
    """Cancel, then order anew: how a strategy follows its own plan."""
    yield {"order_type": "CANCEL_ALL_ORDER", "symbol": _symbol(role, random)}
    yield from _resting(role, walk, at, random)
    yield from _at_market(role, walk, at, random)


def _too_small(role: Role, walk: Walk, at: float, random: Random) -> Iterator[Body]:
    """Every account denies it."""
    del walk, at
    symbol = _symbol(role, random)
    yield {"symbol": symbol, "side": "buy", "order_type": "MARKET", "quantity": "0.00001"}


def _flawed(role: Role, walk: Walk, at: float, random: Random) -> Iterator[Body]:
    """Refused whole: a size of zero."""
    del walk, at
    order = {"symbol": _symbol(role, random), "side": "buy", "order_type": "MARKET"}
    yield order | {"qty_per": 0, "flaw": "meant"}


_KINDS: Mapping[Callable[[Role, Walk, float, Random], Iterator[Body]], int] = {
    _resting: 30,
    _crossing: 8,
    _at_market: 20,
    _closing: 16,
    _canceling: 6,
    _batch: 6,
    _too_small: 3,
    _flawed: 3,
}


def _limit(role: Role, walk: Walk, at: float, random: Random, *, side: Side, away: Decimal) -> Body:
    """`away` from the price, as a part of it, to where the order would rest."""
    coin = random.choice(list(OPENING))
    factor = 1 - away if side is Side.BUY else 1 + away
    price = (walk.at(coin, at) * factor).quantize(OPENING[coin])
    order = {"symbol": _written(coin, role, random), "side": side.value, "order_type": "LIMIT"}
    return {**order, "price": str(price), **_reversal(role, random)}


def _entry_side(role: Role, random: Random) -> Side:
    """Spot buys mostly: it sells what was bought, or coins that the account came with."""
    chance = 0.5 if role.market_type is MarketType.FUTURES else 0.75
    return Side.BUY if random.random() < chance else Side.SELL


def _size(random: Random) -> Body:
    return random.choice(
        [
            {"qty_per": random.choice([1, 2, 5])},
            {"quantity": str(Decimal(random.randint(10, 400)) / 100)},
            {"notional": str(random.randint(200, 40_000))},
        ]
    )


def _reversal(role: Role, random: Random) -> Body:
    is_wanted = role.market_type is MarketType.FUTURES and random.random() < 0.4
    return {"close_first": True} if is_wanted else {}


def _symbol(role: Role, random: Random) -> str:
    return _written(random.choice(list(OPENING)), role, random)


def _written(coin: str, role: Role, random: Random) -> str:
    """As people, TradingView and exchanges write it."""
    mark = ".P" if role.market_type is MarketType.FUTURES else ""
    return random.choice([f"{coin}/USDT", f"{coin}USDT", f"BINANCE:{coin}USDT{mark}"])
