"""Where news comes from. A new source is a member of `events.Event` and one entry in a list here.

`TABLES` are tables whose rows are written once: each row is news. `CONDITIONS` are things that are
wrong for a while: that they began is news, and that they are over. What happened, but to several
people or late in its row's life, is a condition whose end is not told.
"""

from datetime import timedelta

from orders.models import Expiry, Fill, OrderEvent, StrayOrder
from tradeplatform.notifications.events import Event
from tradeplatform.notifications.sources import accounts, breakers, orders, platform, trading
from tradeplatform.notifications.sources.alerts import refused_alerts
from tradeplatform.notifications.sources.given_up import given_up_alerts
from tradeplatform.notifications.sources.kinds import Conditions, Table

TABLES = (
    Table("fills", Event.FILL, Fill, "booked_at", orders.fills, orders.of_fill),
    Table("refusals", Event.REFUSED, OrderEvent, "at", orders.refusals, orders.of_refusal),
    Table("expiries", Event.EXPIRY, Expiry, "started_at", orders.expiries, orders.of_expiry),
    Table("alarms", Event.NEEDS_PERSON, OrderEvent, "at", orders.alarms, orders.of_alarm),
    Table("strays", Event.NEEDS_PERSON, StrayOrder, "found_at", orders.strays, orders.of_stray),
)

CONDITIONS = (
    Conditions("stops", Event.STOPPED, breakers.stopped_accounts),
    # Most pauses are over in seconds.
    Conditions("pauses", Event.BREAKER, breakers.pauses, patience=timedelta(seconds=10)),
    Conditions("switches", Event.TRADING_STATE, trading.switches, is_end_told=False),
    Conditions("drifts", Event.DRIFT, accounts.drifts),
    Conditions("hooks", Event.HOOK, accounts.hook_problems),
    Conditions("workers", Event.SILENT, platform.silent_workers),
    # Streams break now and then and come back by themselves; polls take over meanwhile.
    Conditions("streams", Event.SILENT, platform.broken_streams, patience=timedelta(minutes=2)),
    # What happened: that an hour without refusals follows is no news.
    Conditions("alerts", Event.ALERT, refused_alerts, is_end_told=False),
    Conditions("given up", Event.ALERT, given_up_alerts, is_end_told=False),
)
