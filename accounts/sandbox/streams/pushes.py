"""Which events a command's outcome is pushed as, and to whom. Changes nothing."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from accounts.sandbox.engine.commands import CancelOrder, Command
from accounts.sandbox.engine.events import AlgoOrderChanged, Event, OrderChanged
from accounts.sandbox.engine.exchange import Exchange
from accounts.sandbox.engine.listings import Market
from accounts.sandbox.formats import Row
from accounts.sandbox.streams import futures_events, spot_events


@dataclass(frozen=True, slots=True)
class Push:
    """One event on its way to one account's streams of one market."""

    account: str
    market: Market
    row: Row
    is_about_order: bool


def pushes(
    exchange: Exchange, command: Command, events: list[Event], *, at_us: int
) -> Iterator[Push]:
    """The orders' events as they happened, then what the accounts hold after all of them."""
    cancel_id = command.cancel_id if isinstance(command, CancelOrder) else ""
    for event in events:
        yield _about_order(event, cancel_id=cancel_id, at_us=at_us)
    yield from _about_holdings(exchange, events, at_us=at_us)


def _about_order(event: Event, *, cancel_id: str, at_us: int) -> Push:
    account = event.order.ticket.account
    if isinstance(event, AlgoOrderChanged):
        row, market = futures_events.algo_update(event, at_us=at_us), Market.FUTURES
    elif event.market is Market.FUTURES:
        row, market = futures_events.order_trade_update(event, at_us=at_us), Market.FUTURES
    else:
        report = spot_events.execution_report(event, cancel_id=cancel_id, at_us=at_us)
        row, market = report, Market.SPOT
    return Push(account, market, row, is_about_order=True)


def _about_holdings(exchange: Exchange, events: list[Event], *, at_us: int) -> Iterator[Push]:
    """Spot locks and unlocks with every change; a futures wallet changes with fills only."""
    changed: defaultdict[tuple[str, Market], set[str]] = defaultdict(set)
    for event in events:
        if isinstance(event, OrderChanged) and (event.market is Market.SPOT or event.fill):
            changed[event.order.ticket.account, event.market].add(event.order.ticket.symbol)
    for (account, market), symbols in changed.items():
        if market is Market.SPOT:
            wallet = exchange.spot_money.wallets[account]
            row = spot_events.account_position(wallet, symbols, at_us=at_us)
        else:
            row = futures_events.account_update(exchange, account, symbols, at_us=at_us)
        yield Push(account, market, row, is_about_order=False)
