"""How much may be asked: request weight per address, orders per account, and who is banned.

Both are counted always, as the X-MBX headers tell, and enforced where a bound is set. A window
begins with the first request after the last one ended (Binance's begin with the minute). Who goes
on asking after a 429 is banned with 418, as "IP Limits" in Binance's rest-api.md announces.
"""

import math
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from accounts.sandbox.engine.listings import Market
from accounts.sandbox.faults.asked import Asked, Kind
from accounts.sandbox.faults.outcomes import Answer, Ban, Reply
from accounts.sandbox.faults.texts import (
    ADDRESS_BANNED,
    BANNED,
    ORDERS_USED,
    TOO_MANY_REQUESTS,
    WEIGHT_USED,
)
from accounts.sandbox.faults.weights import weight_of

_SECOND_US = 1_000_000
_PATIENCE = 3  # 429s in a window before the ban; Binance names no number
INTERVALS = {"10S": (10, "10 SECOND"), "1M": (60, "1 MINUTE"), "1D": (86_400, "1 DAY")}
_ORDER_INTERVALS = {Market.SPOT: ("10S", "1D"), Market.FUTURES: ("10S", "1M")}


@dataclass(frozen=True, slots=True)
class Bounds:
    """What is enforced; None lets everything pass. `orders` are by interval: 10S, 1M, 1D."""

    weight_per_minute: int | None = None
    orders: dict[str, int] = field(default_factory=dict)
    ban_seconds: int = 120  # Binance's first ban


_NO_BOUNDS = Bounds()


@dataclass(slots=True)
class _Window:
    seconds: int
    began_us: int = 0
    used: int = 0

    def renew(self, at_us: int) -> None:
        if at_us - self.began_us >= self.seconds * _SECOND_US:
            self.began_us, self.used = at_us, 0

    def has_room(self, amount: int, bound: int | None) -> bool:
        return bound is None or self.used + amount <= bound

    def seconds_left(self, at_us: int) -> int:
        return _seconds(self.began_us + self.seconds * _SECOND_US - at_us)


class Limits:
    """The counts of every address and account; times are microseconds since the epoch."""

    def __init__(self, bounds: Bounds = _NO_BOUNDS) -> None:
        """Nothing is used up and nobody is banned."""
        self.bounds = bounds
        self.refused = 0  # requests, with 429 or 418
        self._weights: defaultdict[tuple[str, Market], _Window] = defaultdict(_minute)
        self._orders: dict[tuple[str, Market, str], _Window] = {}
        self._ignored: Counter[str] = Counter()  # 429s, by address
        self._bans: dict[str, tuple[Ban, int]] = {}  # with its end, by address

    def admit(self, asked: Asked, *, at_us: int) -> Answer | None:
        """Count the request; the refusal when it may not be asked now."""
        refusal = self._refusal(asked, at_us)
        if refusal is not None:
            self.refused += 1
        return refusal

    def ban(self, address: str, ban: Ban, *, at_us: int) -> Answer:
        """Ban the address from now on; what it is told."""
        until_us = at_us + ban.seconds * _SECOND_US
        self._bans[address] = ban, until_us
        return _banned(ban, until_us, at_us)

    def lift_bans(self) -> None:
        """Nobody is banned any more."""
        self._bans.clear()
        self._ignored.clear()

    def headers(self, asked: Asked) -> dict[str, str]:
        """Binance's counters, as the answer to the request bears them."""
        weight = self._weights[asked.address, asked.market]
        headers = {"X-MBX-USED-WEIGHT-1M": str(weight.used)}
        if asked.kind is Kind.ORDERS and asked.account:
            for interval in _ORDER_INTERVALS[asked.market]:
                used = self._order_window(asked, interval).used
                headers[f"X-MBX-ORDER-COUNT-{interval}"] = str(used)
        return headers

    def _refusal(self, asked: Asked, at_us: int) -> Answer | None:
        if asked.address in self._bans:
            ban, until_us = self._bans[asked.address]
            if at_us < until_us:
                return _banned(ban, until_us, at_us)
            del self._bans[asked.address]
        return self._use_weight(asked, at_us) or self._use_orders(asked, at_us)

    def _use_weight(self, asked: Asked, at_us: int) -> Answer | None:
        window, bound = self._weights[asked.address, asked.market], self.bounds.weight_per_minute
        window.renew(at_us)
        weight = weight_of(asked)
        if window.has_room(weight, bound):
            window.used += weight
            return None
        self._ignored[asked.address] += 1
        if self._ignored[asked.address] > _PATIENCE:
            del self._ignored[asked.address]
            return self.ban(asked.address, Ban(BANNED, self.bounds.ban_seconds), at_us=at_us)
        message = WEIGHT_USED.format(limit=bound)
        return _refused(TOO_MANY_REQUESTS, -1003, message, window.seconds_left(at_us))

    def _use_orders(self, asked: Asked, at_us: int) -> Answer | None:
        """An account's orders; what is refused is not counted."""
        if asked.kind is not Kind.ORDERS or not asked.account:
            return None
        windows = {
            interval: self._order_window(asked, interval)
            for interval in _ORDER_INTERVALS[asked.market]
        }
        for interval, window in windows.items():
            window.renew(at_us)
            bound = self.bounds.orders.get(interval)
            if not window.has_room(1, bound):
                message = ORDERS_USED.format(limit=bound, interval=INTERVALS[interval][1])
                wait = window.seconds_left(at_us)
                return _refused(TOO_MANY_REQUESTS, -1015, message, wait)
        for window in windows.values():
            window.used += 1
        return None

    def _order_window(self, asked: Asked, interval: str) -> _Window:
        key = (asked.account, asked.market, interval)
        return self._orders.setdefault(key, _Window(INTERVALS[interval][0]))


def _minute() -> _Window:
    return _Window(INTERVALS["1M"][0])


def _seconds(span_us: int) -> int:
    """Rounded up, so that who waits so long has waited long enough."""
    return math.ceil(span_us / _SECOND_US)


def _banned(ban: Ban, until_us: int, at_us: int) -> Answer:
    message = ADDRESS_BANNED.format(until_ms=until_us // 1_000) if ban.status == BANNED else ""
    return _refused(ban.status, -1003, message, _seconds(until_us - at_us))


def _refused(status: int, code: int, message: str, wait_seconds: int) -> Answer:
    return Answer(
        Reply.REFUSAL,
        is_booked=False,
        status=status,
        code=code,
        message=message,
        retry_after_seconds=wait_seconds,
    )
