"""`manage.py cancel_open_orders`: take back what rests at the exchanges, whoever's workers run."""

from argparse import ArgumentParser
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from orders.mass_cancel import Selection, cancel_and_wait, has_ended, outcome_of
from orders.models import Order
from tradeplatform.lib.decimals import plain

_COLUMNS = "{:<16} {:<16} {:<18} {:<4} {:>14} {:>14}  {}"


class Command(BaseCommand):
    """Cancels the platform's own open orders and tells what became of each."""

    help = (
        "Cancel our own open orders at the exchanges: those of a strategy, an account, a symbol, "
        "or all. The exit status is 0 only when the end of every one of them is known."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--strategy", default="", help="its group_name")
        parser.add_argument("--account", default="", help="the account's name")
        parser.add_argument("--symbol", default="", help="BTC/USDT or BTCUSDT")
        parser.add_argument("--all", action="store_true", help="needed where nothing else is said")
        parser.add_argument("--dry-run", action="store_true", help="only show which they are")
        parser.add_argument("--timeout", type=float, default=30, help="seconds to wait; 30")

    def handle(self, *args: Any, **options: Any) -> None:
        selection = Selection(options["strategy"], options["account"], options["symbol"])
        if selection == Selection() and not options["all"]:
            raise CommandError("Say which: --strategy, --account, --symbol or --all.")
        if unknown := selection.unknown():
            raise CommandError(unknown)
        orders = selection.orders()
        if not orders:
            self.stdout.write("There is no such open order.")
            return
        if options["dry_run"]:
            self._show(orders, outcome=lambda order: f"open ({order.get_status_display()})")
            return
        self._cancel(orders, options["timeout"])

    def _cancel(self, orders: list[Order], seconds: float) -> None:
        ended = cancel_and_wait(
            [order.pk for order in orders],
            reason="canceled by manage.py cancel_open_orders",
            seconds=seconds,
            now=datetime.now(UTC),
            progress=self._progress,
        )
        self.stderr.write("")
        self._show(ended, outcome=outcome_of)
        left = sum(not has_ended(order) for order in ended)
        if left:
            raise CommandError(
                f"The end of {left} of {len(ended)} orders is not known yet. Workers go on with "
                "them; run this again to look."
            )

    def _progress(self, ended: int, total: int) -> None:
        self.stderr.write(f"\r{ended} of {total} orders have ended", ending="")
        self.stderr.flush()

    def _show(self, orders: list[Order], *, outcome: Callable[[Order], str]) -> None:
        headings = ("account", "strategy", "symbol", "side", "quantity", "filled", "outcome")
        self.stdout.write(_COLUMNS.format(*headings))
        for order in orders:
            self.stdout.write(
                _COLUMNS.format(
                    order.account.name,
                    order.subscription.strategy.group_name,
                    order.symbol,
                    order.side,
                    "–" if order.quantity is None else plain(order.quantity),
                    plain(order.filled_quantity),
                    outcome(order),
                )
            )
