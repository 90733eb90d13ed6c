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
        "Cancel our own open orders at the exchanges: those of strategies, accounts, symbols, or "
        "all. The exit status is 0 only when the end of every one of them is known."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        _add_choice(parser, "--strategy", meaning="its group_name")
        _add_choice(parser, "--account", meaning="the account's name")
        _add_choice(parser, "--symbol", meaning="BTC/USDT or BTCUSDT")
        parser.add_argument("--all", action="store_true", help="every open order")
        parser.add_argument("--dry-run", action="store_true", help="only show which they are")
        parser.add_argument("--timeout", type=float, default=30, help="seconds to wait; 30")

    def handle(self, *args: Any, **options: Any) -> None:
        orders = _chosen(
            Selection(
                group_names=tuple(options["strategy"]),
                account_names=tuple(options["account"]),
                symbols=tuple(options["symbol"]),
            ),
            wants_all=options["all"],
        )
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
        if self.stderr.isatty():
            self.stderr.write("")
        self._show(ended, outcome=outcome_of)
        left = sum(not has_ended(order) for order in ended)
        if left:
            raise CommandError(
                f"The end of {left} of {len(ended)} orders is not known yet. Workers go on with "
                "them; run this again to look."
            )

    def _progress(self, ended: int, total: int) -> None:
        """For somebody who watches: one line, written over and over."""
        if self.stderr.isatty():
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


def _add_choice(parser: ArgumentParser, name: str, *, meaning: str) -> None:
    parser.add_argument(
        name, action="append", default=[], metavar="NAME", help=f"{meaning}; may be repeated"
    )


def _chosen(selection: Selection, *, wants_all: bool) -> list[Order]:
    """The open orders meant; raises CommandError when it is not clear which."""
    is_narrowed = selection != Selection()
    if not wants_all and not is_narrowed:
        raise CommandError("Say which: --strategy, --account, --symbol or --all.")
    if wants_all and is_narrowed:
        raise CommandError("--all means every open order: leave out either it or the others.")
    if unknown := selection.unknown():
        raise CommandError(unknown)
    orders = selection.orders()
    if unknown := selection.unknown_symbol(orders):
        raise CommandError(unknown)
    return orders
