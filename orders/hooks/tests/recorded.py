"""Hooks for tests: they write down what they are told, and misbehave when asked to."""

import sys
import threading
from typing import ClassVar

from accounts.exchange.types import OrderType, Side
from strategies.hooks import Context, FillUpdate, Hooks, OrderUpdate, Problem


class Recorder(Hooks):
    """What every object of the class was told, in order."""

    told: ClassVar[list[tuple[str, str]]] = []
    updates: ClassVar[list[OrderUpdate]] = []

    def on_start(self, context: Context) -> None:
        super().on_start(context)
        self.told.append(("start", context.group_name))

    def on_order_update(self, order: OrderUpdate) -> None:
        self.told.append(("order", order.status))
        self.updates.append(order)

    def on_fill(self, fill: FillUpdate) -> None:
        self.told.append(("fill", f"{fill.side} {fill.quantity.normalize()} {fill.symbol}"))

    def on_error(self, problem: Problem) -> None:
        self.told.append(("error", problem.code))


class Failing(Recorder):
    """Fails whenever it is told of an order."""

    def on_order_update(self, order: OrderUpdate) -> None:
        super().on_order_update(order)
        raise ZeroDivisionError("as asked")


class Quitting(Recorder):
    """Takes its thread for a program of its own."""

    def on_order_update(self, order: OrderUpdate) -> None:
        super().on_order_update(order)
        sys.exit("good bye")


class NeverStarts(Hooks):
    """Fails at its start."""

    def on_start(self, context: Context) -> None:
        raise ValueError("no configuration")


class Hanging(Hooks):
    """Hangs until it is let go."""

    entered: ClassVar[threading.Event] = threading.Event()
    let_go: ClassVar[threading.Event] = threading.Event()

    def on_order_update(self, order: OrderUpdate) -> None:
        self.entered.set()
        self.let_go.wait(timeout=30)


class Echo(Hooks):
    """Answers every order update with one more order: it would never end."""

    def on_order_update(self, order: OrderUpdate) -> None:
        self.context.place(
            symbol="BTC/USDT", side=Side.BUY, order_type=OrderType.MARKET, quantity=order.quantity
        )


class Quoter(Hooks):
    """Rests a limit order when started, and cancels it when it is accepted."""

    def on_order_update(self, order: OrderUpdate) -> None:
        if order.status == "ACCEPTED":
            self.context.cancel(client_order_id=order.client_order_id)


class NoHooks:
    """A class that has nothing to do with hooks."""
