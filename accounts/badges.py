"""Labels of accounts in the admin. Real money must be unmistakable: LIVE is the only solid red."""

from datetime import datetime
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.exchange.types import Environment
from accounts.models import Account, Breaker, Health
from tradeplatform.lib.admin_columns import badge

_ENVIRONMENT_COLOURS = {
    Environment.LIVE: "alarm",
    Environment.TESTNET: "warning",
    Environment.SANDBOX: "plain",
}
_HEALTH_COLOURS = {Health.OK: "success", Health.FAILED: "danger", Health.UNCHECKED: "plain"}


_TRADING_COLOURS = {"ACTIVE": "success", "REDUCING": "warning", "HALTED": "alarm"}


def trading_badge(state: str) -> SafeString:
    """ACTIVE, REDUCING or HALTED."""
    return badge(state, _TRADING_COLOURS[state])


def own_trading_badge(row: Any) -> SafeString:
    """The state of the own switch of an account or a strategy; ACTIVE where it has none."""
    switch = getattr(row, "trading_switch", None)
    return trading_badge("ACTIVE" if switch is None else switch.state)


def environment_badge(environment: str) -> SafeString:
    """LIVE, TESTNET or SANDBOX."""
    return badge(environment, _ENVIRONMENT_COLOURS[Environment(environment)])


def health_badge(account: Account) -> SafeString:
    """What the last connection check found."""
    return badge(account.get_health_display(), _HEALTH_COLOURS[Health(account.health)])


def breaker_badge(breaker: Breaker, *, now: datetime) -> SafeString:
    """Whether requests pass; a pause that is over ends once a few were answered."""
    if not breaker.is_open:
        return badge(_("Closed"), "success")
    if breaker.paused_until is None:
        return badge(_("Stopped"), "danger")
    if breaker.paused_until > now:
        return badge(_("Paused"), "warning")
    return badge(_("Being tried again"), "plain")


def exchange_paused_badge() -> SafeString:
    """The account's exchange is left alone, not the account."""
    return badge(_("Exchange paused"), "warning")
