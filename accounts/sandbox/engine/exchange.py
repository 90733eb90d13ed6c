"""The whole exchange: accounts, both markets, prices. `apply` is the only way to change it.

Invariants: the same commands at the same times give the same exchange; a command that is Refused
has changed nothing.
"""

from dataclasses import dataclass, replace
from decimal import Decimal
from functools import singledispatchmethod

from accounts.sandbox.engine import commands
from accounts.sandbox.engine.algo import AlgoDesk
from accounts.sandbox.engine.book import Book
from accounts.sandbox.engine.decimals import ZERO
from accounts.sandbox.engine.desk import Desk
from accounts.sandbox.engine.events import Event
from accounts.sandbox.engine.futures import FuturesSettlement
from accounts.sandbox.engine.house import House
from accounts.sandbox.engine.listings import FUTURES_LISTINGS, SPOT_LISTINGS, Listing, Market
from accounts.sandbox.engine.matching import Pit
from accounts.sandbox.engine.refusals import Reason, Refused
from accounts.sandbox.engine.spot import SpotSettlement, Wallet

_MARGIN_ASSET = "USDT"


@dataclass(frozen=True, slots=True)
class Account:
    """Who trades here, and with which credentials."""

    name: str
    api_key: str
    secret: str
    opened_at_us: int


class Exchange:
    """The simulated venue."""

    def __init__(self, *, first_id: int, first_algo_id: int | None = None) -> None:
        """Nobody trades yet; all is numbered upwards from `first_id`, algo orders from their own.

        Without `first_algo_id` an algo order and another order may bear the same number.
        """
        self.accounts: dict[str, Account] = {}
        self.pinned: set[str] = set()
        self._by_key: dict[str, Account] = {}
        self._events: list[Event] = []
        emit = self._events.append
        self.spot_money = SpotSettlement(SPOT_LISTINGS)
        self.spot = Desk(
            Market.SPOT,
            pits=_pits(SPOT_LISTINGS),
            settlement=self.spot_money,
            first_id=first_id,
            emit=emit,
        )
        self.futures_money = FuturesSettlement(FUTURES_LISTINGS, self._mark_price)
        self.futures = Desk(
            Market.FUTURES,
            pits=_pits(FUTURES_LISTINGS),
            settlement=self.futures_money,
            first_id=first_id,
            emit=emit,
        )
        self.algo = AlgoDesk(
            self.futures,
            self.futures_money,
            first_id=first_id if first_algo_id is None else first_algo_id,
            emit=emit,
        )

    def apply(self, command: commands.Command, *, at_us: int) -> list[Event]:
        """Do `command` at `at_us` (microseconds since the epoch); Refused when it may not be."""
        self._events.clear()
        self._do(command, at_us)
        self.algo.finish(at_us=at_us)
        return list(self._events)

    def account_of_key(self, api_key: str) -> Account | None:
        """Whose key this is."""
        return self._by_key.get(api_key)

    def desk(self, market: Market) -> Desk:
        """The spot or the futures desk."""
        return self.spot if market is Market.SPOT else self.futures

    def _mark_price(self, symbol: str) -> Decimal:
        return self.futures.pits[symbol].house.price

    @singledispatchmethod
    def _do(self, command: object, at_us: int) -> None:
        raise TypeError(f"{command!r} at {at_us} is not a command")

    @_do.register
    def _(self, command: commands.OpenAccount, at_us: int) -> None:
        known = self.accounts.get(command.account)
        if known is not None:
            if (known.api_key, known.secret) != (command.api_key, command.secret):
                raise Refused(Reason.ACCOUNT_HAS_ANOTHER_KEY)
            return
        if command.api_key in self._by_key:
            raise Refused(Reason.KEY_IN_USE)
        if any(amount < ZERO for amount in command.balances.values()):
            raise Refused(Reason.AMOUNT_NOT_POSITIVE)
        account = Account(command.account, command.api_key, command.secret, at_us)
        self.accounts[account.name] = self._by_key[account.api_key] = account
        wallet = self.spot_money.wallets[account.name] = Wallet()
        for asset, amount in command.balances.items():
            wallet.add(asset, amount)
        self.futures_money.balances[account.name] = command.balances.get(_MARGIN_ASSET, ZERO)

    @_do.register
    def _(self, command: commands.Deposit, at_us: int) -> None:
        del at_us
        if command.account not in self.accounts:
            raise Refused(Reason.UNKNOWN_ACCOUNT)
        if command.amount <= ZERO:
            raise Refused(Reason.AMOUNT_NOT_POSITIVE)
        if command.market is Market.SPOT:
            self.spot_money.wallets[command.account].add(command.asset, command.amount)
        elif command.asset == _MARGIN_ASSET:
            self.futures_money.balances[command.account] += command.amount
        else:
            raise Refused(Reason.UNKNOWN_ASSET)

    @_do.register
    def _(self, command: commands.PlaceOrder, at_us: int) -> None:
        self.desk(command.market).place(command.ticket, at_us=at_us)

    @_do.register
    def _(self, command: commands.CancelOrder, at_us: int) -> None:
        self.desk(command.market).cancel(
            command.account, symbol=command.symbol, order_id=command.order_id, at_us=at_us
        )

    @_do.register
    def _(self, command: commands.PlaceAlgoOrder, at_us: int) -> None:
        self.algo.place(command.ticket, at_us=at_us)

    @_do.register
    def _(self, command: commands.CancelAlgoOrder, at_us: int) -> None:
        self.algo.cancel(command.account, command.algo_id, at_us=at_us)

    @_do.register
    def _(self, command: commands.SetLeverage, at_us: int) -> None:
        del at_us
        self.futures_money.set_leverage(command.account, command.symbol, command.leverage)

    @_do.register
    def _(self, command: commands.SetMarginType, at_us: int) -> None:
        del at_us
        self.futures_money.set_margin_type(command.account, command.symbol, command.margin_type)

    @_do.register
    def _(self, command: commands.MovePrice, at_us: int) -> None:
        if command.symbol in self.pinned:  # the house still renews its depth
            for desk in (self.spot, self.futures):
                price = desk.pits[command.symbol].house.price
                desk.move_price(command.symbol, price, at_us=at_us)
        else:
            self._move(command.symbol, command.price, at_us)

    @_do.register
    def _(self, command: commands.PinPrice, at_us: int) -> None:
        if command.symbol not in SPOT_LISTINGS:
            raise Refused(Reason.UNKNOWN_SYMBOL)
        if command.price is None:
            self.pinned.discard(command.symbol)
        else:
            self._move(command.symbol, command.price, at_us)
            self.pinned.add(command.symbol)

    @_do.register
    def _(self, command: commands.ChangeFilters, at_us: int) -> None:
        del at_us
        pits = self.desk(command.market).pits
        pit = pits[command.symbol]
        listing = replace(
            pit.listing,
            price_tick=command.price_tick,
            quantity_step=command.quantity_step,
            min_notional=command.min_notional,
        )
        pits[command.symbol] = replace(pit, listing=listing)

    def _move(self, symbol: str, price: Decimal, at_us: int) -> None:
        listing = FUTURES_LISTINGS[symbol]
        if not listing.price_tick <= price <= listing.max_price:
            raise Refused(Reason.PRICE_OUT_OF_RANGE)
        self.spot.move_price(symbol, price, at_us=at_us)
        self.futures.move_price(symbol, price, at_us=at_us)
        self.algo.trigger(symbol, self._mark_price(symbol), at_us=at_us)


def _pits(listings: dict[str, Listing]) -> dict[str, Pit]:
    return {
        symbol: Pit(listing, Book(), House(listing, listing.opening_price))
        for symbol, listing in listings.items()
    }
