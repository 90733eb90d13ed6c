"""Lets requests out no faster than their venue allows; in memory of one process and its loop.

What all processes behind one address use together is counted by a ledger. An account's orders leave
from one process, so they are counted here.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from accounts.exchange.limits.lanes import NO_LANE, Lane
from accounts.exchange.limits.quotas import NO_QUOTAS, QUOTAS, Quota, Quotas, Rank, Request, units
from accounts.exchange.limits.shared_store import Ledger, SharedStore
from accounts.exchange.limits.stores import OwnStore
from accounts.exchange.limits.turns import Turns
from accounts.exchange.types import MarketKey, NotSent
from accounts.exchange.venues import VENUES

CODE = "REQUESTS_USED_UP"


@dataclass(frozen=True, slots=True)
class Payer:
    """Whose quotas a client's requests use up; `account_id` is None for public data."""

    ccxt_id: str
    market: MarketKey
    account_id: int | None

    @property
    def address_key(self) -> str:
        """What all clients share that reach the venue by the same addresses of its."""
        return f"{self.ccxt_id}:{self.market.environment}"


class Purse:
    """The quotas that one client's requests use up, an account's own first."""

    def __init__(self, payer: Payer, turns: Iterable[Turns], *, weight_per_cost: float) -> None:
        self._payer = payer
        turns = tuple(turns)
        self._told = tuple(each for each in turns if each.quota.header)
        # Worked out once: this is asked for every request.
        self._prices = {
            is_new_order: tuple(_prices(turns, is_new_order, weight_per_cost))
            for is_new_order in (False, True)
        }

    async def take(
        self, request: Request, *, rank: Rank, until: float, lane: Lane = NO_LANE
    ) -> None:
        """Return once the request may leave; raises NotSent when it may not before `until`, which
        is Unix time. Who waits in the lane lends it a better rank."""
        for turns, flat, per_cost in self._prices[request.is_new_order]:
            used = flat + per_cost * request.cost
            if turns.take_at_hand(used, rank=lane.best(rank)):
                continue
            try:
                await turns.take(used, rank=rank, until=until, lane=lane)
            except TimeoutError:
                raise _refusal(self._payer, turns.quota) from None

    def hear(self, headers: Mapping[str, str]) -> None:
        """What the venue says in an answer about how much was used; names in small letters."""
        for turns in self._told:
            told = headers.get(turns.quota.header, "")
            if told.isdecimal():
                turns.store.correct(float(told) - turns.quota.others)


class Limiter:
    """All quotas that this process's requests use up. Used on one event loop only."""

    def __init__(
        self,
        ledger: Ledger,
        *,
        part: float,
        percent: float = 100,
        quotas: Mapping[str, Quotas] = QUOTAS,
    ) -> None:
        """Of the venues' quotas so many percent are ours; while the ledger is away, `part` of an
        address's is this process's."""
        self._ledger = ledger
        self._part = part
        self._quotas = {name: _scaled(own, percent / 100) for name, own in quotas.items()}
        self._turns: dict[tuple[str, Quota], Turns] = {}

    def purse(self, payer: Payer) -> Purse:
        """What all clients of this payer pay from."""
        quotas = self._quotas.get(payer.ccxt_id, NO_QUOTAS)
        own = () if payer.account_id is None else quotas.account
        turns = [
            *(self._account_turns(payer, quota) for quota in own),
            *(self._address_turns(payer, quota) for quota in quotas.address),
        ]
        return Purse(payer, turns, weight_per_cost=quotas.weight_per_cost)

    async def stock_up(self, payer: Payer, *, orders: int, rank: Rank) -> None:
        """Have at hand, as far as it can be had, what this many new orders of all accounts that
        share the payer's address are about to use of its quotas: in one round trip.

        What is not used by the end of its slot is given back.
        """
        quotas = self._quotas.get(payer.ccxt_id, NO_QUOTAS)
        order = Request(quotas.order_cost, is_new_order=True)
        for quota in quotas.address:
            used = units(quota, order, weight_per_cost=quotas.weight_per_cost)
            store = self._address_turns(payer, quota).store
            await store.stock_up(orders * used, rank=rank)

    def _account_turns(self, payer: Payer, quota: Quota) -> Turns:
        key = (f"{payer.address_key}:{payer.account_id}", quota)
        return self._turns.setdefault(key, Turns(quota, OwnStore(quota)))

    def _address_turns(self, payer: Payer, quota: Quota) -> Turns:
        name = f"{payer.address_key}:{quota.counts.name.lower()}:{quota.seconds}"
        store = SharedStore(name, quota, self._ledger, part=self._part)
        return self._turns.setdefault((payer.address_key, quota), Turns(quota, store))


def _prices(
    turns: Iterable[Turns], is_new_order: bool, weight_per_cost: float
) -> Iterator[tuple[Turns, float, float]]:
    """Where such a request has to pay, how much in any case, and by ccxt's cost."""
    for each in turns:
        flat, with_one = (
            units(each.quota, Request(cost, is_new_order), weight_per_cost=weight_per_cost)
            for cost in (0, 1)
        )
        if with_one:
            yield each, flat, with_one - flat


def _scaled(quotas: Quotas, factor: float) -> Quotas:
    def scaled(quota: Quota) -> Quota:
        ours = quota.limit * factor
        return replace(quota, limit=ours, others=max(quota.limit - ours, 0))

    return replace(
        quotas,
        address=tuple(map(scaled, quotas.address)),
        account=tuple(map(scaled, quotas.account)),
    )


def _refusal(payer: Payer, quota: Quota) -> NotSent:
    return NotSent(
        CODE,
        f"{VENUES[payer.market.venue].label} allows {quota.limit:,.0f} "
        f"{quota.counts.name.lower()} in {quota.seconds} s, and there was none left in time. "
        "Nothing was sent.",
    )
