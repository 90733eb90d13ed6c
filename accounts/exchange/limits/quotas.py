"""What each venue allows, by address and by account: one table. Pure.

A quota holds in any span of so many seconds, whenever the venue's own windows begin.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, IntEnum, auto
from typing import Self


class Rank(IntEnum):
    """Who is let in first. The lower its rank, the less of a quota a call may use up."""

    # So much of a quota calls of this rank may use; the rest is kept for those above. None uses all
    # of it: the venue counts what reaches it by its own clock, and another program may share the
    # address or the account.
    share: float

    CLOSE = 0, 0.95
    CANCEL = 1, 0.9
    ENTRY = 2, 0.85
    POLL = 3, 0.6

    def __new__(cls, place: int, share: float) -> Self:
        rank = int.__new__(cls, place)
        rank._value_ = place
        rank.share = share
        return rank


class Counts(Enum):
    """What a quota counts of a request."""

    WEIGHT = auto()  # ccxt's cost of the endpoint, in the venue's own units
    REQUESTS = auto()
    ORDERS = auto()  # new orders only


@dataclass(frozen=True, slots=True)
class Quota:
    """At most `limit` in any `seconds`. `header` is the answer's, in small letters, that tells how
    many were used: by us, and by other programs, which may use `others` besides."""

    counts: Counts
    limit: float
    seconds: int
    header: str = ""
    others: float = 0


@dataclass(frozen=True, slots=True)
class Quotas:
    """What a venue allows to an address, all accounts behind it together, and to one account.

    `weight_per_cost` turns ccxt's cost of an endpoint into the venue's weight, `order_cost` is its
    cost of a new order.
    """

    address: tuple[Quota, ...] = ()
    account: tuple[Quota, ...] = ()
    weight_per_cost: float = 1
    order_cost: float = 1


@dataclass(frozen=True, slots=True)
class Request:
    """What a request is counted as. `cost` is ccxt's."""

    cost: float
    is_new_order: bool


def units(quota: Quota, request: Request, *, weight_per_cost: float) -> float:
    """By how much a request uses the quota up."""
    match quota.counts:
        case Counts.WEIGHT:
            return request.cost * weight_per_cost
        case Counts.REQUESTS:
            return 1
        case Counts.ORDERS:
            return 1 if request.is_new_order else 0


NO_QUOTAS = Quotas()

# By ccxt's id of the class. What a venue limits further (open orders, matching) it refuses itself.
QUOTAS: Mapping[str, Quotas] = {
    # exchangeInfo's rateLimits and rest-api.md, "IP Limits" and "Unfilled Order Count"; ccxt 4.5.90
    # gives an endpoint of weight 1 the cost 0.2.
    "binance": Quotas(
        address=(Quota(Counts.WEIGHT, 6000, 60, "x-mbx-used-weight-1m"),),
        account=(
            Quota(Counts.ORDERS, 100, 10, "x-mbx-order-count-10s"),
            Quota(Counts.ORDERS, 200_000, 86_400, "x-mbx-order-count-1d"),
        ),
        weight_per_cost=5,
        order_cost=0.2,
    ),
    # /fapi/v1/exchangeInfo's rateLimits.
    "binanceusdm": Quotas(
        address=(Quota(Counts.WEIGHT, 2400, 60, "x-mbx-used-weight-1m"),),
        account=(
            Quota(Counts.ORDERS, 300, 10, "x-mbx-order-count-10s"),
            Quota(Counts.ORDERS, 1200, 60, "x-mbx-order-count-1m"),
        ),
        order_cost=4,
    ),
    # "Rate limits": by user id and endpoint, 60 orders in 2 s. ccxt's cost 1 is 20 requests in 2 s,
    # and counting all endpoints together is on the safe side.
    "okx": Quotas(account=(Quota(Counts.WEIGHT, 20, 2),)),
    # "Rate limit rules": 600 requests in 5 s from an address; an account's orders 10 a second.
    "bybit": Quotas(
        address=(Quota(Counts.REQUESTS, 600, 5),),
        account=(Quota(Counts.ORDERS, 10, 1),),
    ),
    # docs.upbit.com, "Rate limits": by account 12 orders a second and 30 other requests.
    "upbit": Quotas(account=(Quota(Counts.ORDERS, 12, 1), Quota(Counts.REQUESTS, 30, 1))),
    # apidocs.bithumb.com, limits of requests: 140 a second from an address.
    "bithumb": Quotas(address=(Quota(Counts.REQUESTS, 140, 1),)),
}
