"""What a strategy written in Python is told, and what it may do. docs/hooks.md explains its use.

Pure interface: values in, wishes out. What calls it, in which order and how often, is the room
orders.hooks. A hook's code is the operator's own; its place is limited by `HOOK_MODULES`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from importlib import import_module
from typing import Protocol

from accounts.exchange.types import OrderType, Side


@dataclass(frozen=True, slots=True)
class OrderUpdate:
    """One step of an order: the status it came to and why.

    `filled_quantity` and `average_price` are of the fills booked by then: SUBMITTED has none.
    `status` is one of INITIALIZED, DENIED, SUBMITTED, ACCEPTED, PARTIALLY_FILLED, PENDING_CANCEL,
    FILLED, CANCELED, EXPIRED, REJECTED. Quantities are in base units, None until sized.
    """

    client_order_id: str
    account_name: str
    symbol: str
    side: Side
    order_type: OrderType
    is_close: bool
    status: str
    quantity: Decimal | None
    filled_quantity: Decimal
    average_price: Decimal | None
    limit_price: Decimal | None
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class FillUpdate:
    """One execution at the venue; quantity in base units, price in quote currency."""

    client_order_id: str
    account_name: str
    symbol: str
    side: Side
    quantity: Decimal
    price: Decimal
    fee_quantity: Decimal
    fee_currency: str
    filled_at: datetime


@dataclass(frozen=True, slots=True)
class Problem:
    """An order was refused, its outcome is unknown, its cancel failed or a person must look."""

    order: OrderUpdate
    code: str
    message: str


class Context(Protocol):
    """What a hook may do: the same durable way as an alert of the strategy's owner.

    `group_name` in a call names another strategy of the same owner; empty means the own one. A
    call returns the signal's id once it is stored; the orders follow. During one callback the
    n-th call is the same wish whenever that callback is repeated, and is carried out once.
    """

    @property
    def group_name(self) -> str:
        """The own strategy's name."""

    def place(
        self,
        *,
        symbol: str,
        side: Side,
        order_type: OrderType = OrderType.MARKET,
        quantity: Decimal | None = None,
        percent: Decimal | None = None,
        limit_price: Decimal | None = None,
        close_first: bool = False,
        group_name: str = "",
    ) -> str:
        """Place an order on every account of the strategy; give one of quantity and percent.

        A negative percent closes that part of the own position, as `qty_per` does in an alert.
        """

    def cancel(self, *, client_order_id: str, group_name: str = "") -> str:
        """Cancel one of the strategy's orders."""

    def cancel_all(
        self, *, symbol: str = "", side: Side | None = None, group_name: str = ""
    ) -> str:
        """Cancel the strategy's open orders, of a symbol or side if they are given."""


class Hooks:
    """Derive from it and override what is of interest; each call has the strategy's thread.

    One object lives from the worker's start to its end. Calls come one after another, an order's
    in the order of its life; after a crash the last ones may come again.
    """

    context: Context

    def on_start(self, context: Context) -> None:
        """The worker has started; keep the context."""
        self.context = context

    def on_order_update(self, order: OrderUpdate) -> None:
        """An order took a step."""

    def on_fill(self, fill: FillUpdate) -> None:
        """An order was executed, wholly or in part."""

    def on_error(self, problem: Problem) -> None:
        """Something went wrong with an order; `on_order_update` was told of it before."""


class HooksUnusable(Exception):
    """The strategy's hooks cannot be used; the message says what to change."""


def load_hooks(path: str, *, modules: Sequence[str]) -> type[Hooks]:
    """The class at a dotted path inside one of `modules`; raises HooksUnusable.

    Imports the module, which runs its code: only for paths that a superuser has set.
    """
    module_name, _, class_name = path.rpartition(".")
    if not any(f"{module_name}.".startswith(f"{allowed}.") for allowed in modules):
        raise HooksUnusable(f"{path} is not inside one of HOOK_MODULES: {', '.join(modules)}.")
    try:
        found = getattr(import_module(module_name), class_name)
    except Exception as error:  # the module's own code may raise anything
        raise HooksUnusable(f"{path} cannot be imported: {error}") from error
    if not (isinstance(found, type) and issubclass(found, Hooks)):
        raise HooksUnusable(f"{path} is not a class derived from strategies.hooks.Hooks.")
    return found
