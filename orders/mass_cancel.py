"""Cancel many of our own open orders from outside the workers, and stay until their end is known.

Which orders they are comes from our database, never from an exchange. The wish is durable before
anything is sent: workers carry it on should this process end, and sending it twice does no harm.
"""

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime

from django.conf import settings
from django.db.models import Q

from accounts.breakers.sharing import SharedBreakers
from accounts.exchange import gateway
from accounts.models import Account
from orders import followup
from orders.cancellation import request_cancels, unfinished_orders
from orders.market_data import names
from orders.models import UNRESOLVED, Order, OrderEvent
from orders.sending import Sender
from orders.transitions import CLOSED, OPEN, OrderStatus
from strategies.models import Strategy
from tradeplatform.lib import loop

_PAUSE_SECONDS = 0.2

# Told how many of how many orders have ended.
Progress = Callable[[int, int], object]


@dataclass(frozen=True, slots=True)
class Selection:
    """Which open orders are meant: those of any of the strategies, of any of the accounts, in any
    of the symbols; what is empty does not matter.

    Symbols are written as in alerts: BTC/USDT and BTCUSDT mean the spot market and the contract.
    """

    group_names: tuple[str, ...] = ()
    account_names: tuple[str, ...] = ()
    symbols: tuple[str, ...] = ()

    def unknown(self) -> str:
        """What of it names nothing that exists, as a sentence; empty when all does."""
        strategies = Strategy.objects.filter(group_name__in=self.group_names)
        accounts = Account.objects.filter(name__in=self.account_names)
        if missing := _missing(self.group_names, strategies.values_list("group_name", flat=True)):
            return f"There is no strategy {missing}."
        if missing := _missing(self.account_names, accounts.values_list("name", flat=True)):
            return f"There is no account {missing}."
        return ""

    def orders(self) -> list[Order]:
        """The open orders of the selection, and those about to be replaced, by account and age."""
        wanted = Q(id__in=unfinished_orders().values("id"))
        if self.group_names:
            wanted &= Q(subscription__strategy__group_name__in=self.group_names)
        if self.account_names:
            wanted &= Q(account__name__in=self.account_names)
        return [order for order in _rows(wanted) if self._has_symbol(order)]

    def unknown_symbol(self, orders: Iterable[Order]) -> str:
        """Which of the symbols nothing was ever ordered in, most likely a typing error, as a
        sentence; empty when there is none. `orders` are the selection's."""
        found = {order.symbol for order in orders}
        idle = [text for text in self.symbols if not _names_any(text, found)]
        if not idle:
            return ""  # reads no history: cancels must not wait for that
        ever = set(Order.objects.order_by().values_list("symbol", flat=True).distinct())
        missing = next((text for text in idle if not _names_any(text, ever)), "")
        return f"There was never an order in {missing}." if missing else ""

    def _has_symbol(self, order: Order) -> bool:
        return not self.symbols or any(names(text, order.symbol) for text in self.symbols)


def _names_any(text: str, symbols: Iterable[str]) -> bool:
    return any(names(text, symbol) for symbol in symbols)


def _missing(names: Iterable[str], known: Iterable[str]) -> str:
    """The first of the names that is not known; empty when all are."""
    return next(iter(sorted(set(names) - set(known))), "")


def cancel_and_wait(
    order_ids: Sequence[int], *, reason: str, seconds: float, now: datetime, progress: Progress
) -> list[Order]:
    """Have these orders canceled, all accounts at once; returns them once all have ended, or as
    they stand after `seconds`.
    """
    # With what replaced one of them since they were read.
    meant = {*order_ids, *request_cancels(order_ids=order_ids, reason=reason, now=now)}
    breakers, sender = SharedBreakers(), Sender()
    try:
        _send_until_ended(sender, sorted(meant), seconds, progress)
    finally:
        loop.stop(drain_seconds=settings.EXCHANGE_TIMEOUT_SECONDS, farewell=gateway.close())
        sender.stop()
        breakers.stop()
    return _rows(Q(id__in=meant))


def has_ended(order: Order) -> bool:
    """Whether nothing more can happen to it and every fill the venue told of is booked."""
    return order.status in CLOSED and order.venue_filled_quantity <= order.filled_quantity


def outcome_of(order: Order) -> str:
    """What became of a cancel, as a person reads it."""
    if not has_ended(order):
        last = OrderEvent.objects.filter(order=order).latest("id")
        return f"not confirmed: {last.reason}"
    if order.status == OrderStatus.FILLED:
        return "already filled"
    if order.status == OrderStatus.DENIED:
        return "was never sent"
    return order.get_status_display()


def _rows(wanted: Q) -> list[Order]:
    rows = Order.objects.filter(wanted).select_related("account", "subscription__strategy")
    return list(rows.order_by("account__name", "id"))


def _send_until_ended(
    sender: Sender, order_ids: Sequence[int], seconds: float, progress: Progress
) -> None:
    """Round after round: cancels, then look-ups, and cancels again where they did not help."""
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    under_way: Future[None] | None = None
    while (left := _left(order_ids)) and time.monotonic() < deadline:
        progress(len(order_ids) - left, len(order_ids))
        if under_way is None or under_way.done():
            work = followup.work_to_end(order_ids, now=datetime.now(UTC))
            under_way = loop.run(sender.carry_out(work, expires_at=None))
        pause.wait(_PAUSE_SECONDS)
    progress(len(order_ids) - left, len(order_ids))


def _left(order_ids: Sequence[int]) -> int:
    without_end = Q(status__in=sorted(OPEN)) | UNRESOLVED
    return Order.objects.filter(without_end, id__in=order_ids).count()
