"""Why nothing can be done now at exchanges: what open breakers say, for people."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime

from accounts.breakers import rows
from accounts.exchange.breaker import BreakerState, Phase
from accounts.exchange.findings import pause_sentence, scopes_of
from accounts.exchange.types import Login
from orders.models import Order
from orders.planning import login_of


def held_up(orders: Collection[Order], *, now: datetime) -> dict[int, str]:
    """Until when, and why, no request is sent for an order; by id, only those held up. One query.

    Reads each order's account and strategy.
    """
    if not orders:
        return {}
    logins = {order.pk: login_of(order.account, order.subscription.strategy) for order in orders}
    return pauses_at(logins, now=now)


def pauses_at(logins: Mapping[int, Login], *, now: datetime) -> dict[int, str]:
    """The same of whatever has these logins, by its key."""
    states = {scope: _at(now, state) for scope, state in rows.read(now=now).items()}
    return {
        key: pause_sentence(scope, states[scope])
        for key, login in logins.items()
        for scope in scopes_of(login)
        if scope in states and states[scope].phase is not Phase.CLOSED
    }


def _at(now: datetime, state: BreakerState) -> BreakerState:
    """As it is by now: after the pause the next request tries."""
    is_over = state.until is not None and state.until <= now
    return replace(state, phase=Phase.PROBING, until=None) if is_over else state
