"""The admin's front page: what happened today, what is open, what needs a person.

Every figure reads through the admin page of its model, so it counts exactly the rows that the user
may see, and reads a bounded number of rows through an index, however long the history is.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib import admin
from django.db.models import Count, Max, Model, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from accounts.badges import environment_badge
from accounts.breakers.rows import pausing
from accounts.exchange.types import Environment
from accounts.models import Account, Breaker, Health
from orders.badges import note_text, progress_text, status_badge
from orders.models import Dispatch, Expiry, Feed, OpenOrder, Order, Remainder, StrayOrder
from orders.streaming.feeds import broken_streams
from orders.transitions import OrderStatus
from strategies.models import ExpiryAction, HookProgress, TradingSwitch
from strategies.restraints import restraints_among
from strategies.trading_states import Restraint
from strategies.visibility import visible_switches
from tradeplatform.lib.admin_columns import row_link
from tradeplatform.lib.admin_scope import sees_all
from tradeplatform.notifications.models import Channel, Notifier
from webhooks.models import Delivery, Outcome

# What happened lately is looked for among so many of a table's newest rows.
_NEWEST = 50_000
# Lists of things to look at are short or something is very wrong; counting stops here.
_MOST_COUNTED = 1_000
# Where more is stopped than this, the page of switches has the rest.
_MOST_TOLD = 10
_WAITING_AFTER = timedelta(seconds=10)
_LATE_AFTER = timedelta(minutes=1)
_LATELY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Figure:
    """One number, leading to the rows behind it."""

    title: Any
    value: Any
    url: str = ""


def add_dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Unfold's DASHBOARD_CALLBACK: what templates/admin/index.html shows."""
    now = timezone.now()
    last_alert = _rows(Delivery, request).order_by("-received_at").first()
    return {
        **context,
        "title": _("Overview"),
        "restraints": _restraints(request),
        "alerts": _alerts(request, now=now),
        "last_alert_at": last_alert and last_alert.received_at,
        "order_states": _order_states(request, now=now),
        "open_orders": _count(_rows(OpenOrder, request)),
        "attention": [figure for figure in _attention(request, now=now) if figure.value],
        "accounts": _accounts(request),
        "newest_orders": _newest_orders(request),
    }


def _restraints(request: HttpRequest) -> list[Restraint]:
    """What of the user's trading is not active, in words."""
    switches = TradingSwitch.objects.all()
    if not sees_all(request):
        switches = switches.filter(visible_switches(request.user.pk or 0))
    return restraints_among(switches, most=_MOST_TOLD)


def _rows(model: type[Model], request: HttpRequest) -> QuerySet[Any]:
    page = admin.site.get_model_admin(model)
    rows: QuerySet[Any] = page.get_queryset(request).order_by()
    return rows if page.has_view_permission(request) else rows.none()


def _page(model: str, **filters: Any) -> str:
    return f"{reverse(f'admin:{model}_changelist')}?{urlencode(filters)}"


def _count(rows: QuerySet[Any]) -> int:
    return rows[:_MOST_COUNTED].count()


def _is_new(model: type[Model]) -> Q:
    """Whether a row is one of the table's newest, which the primary key tells at once.

    Asked for first: of a floor that it does not know PostgreSQL thinks that a third of all rows lie
    above it, and reads the whole table.
    """
    newest: int = model._default_manager.aggregate(newest=Max("pk"))["newest"] or 0
    return Q(pk__gt=newest - _NEWEST)


def _alerts(request: HttpRequest, *, now: datetime) -> list[Figure]:
    today = _rows(Delivery, request).filter(received_at__gte=_midnight(now))
    counts = dict(today.values_list("outcome").annotate(Count("pk")))
    return [
        Figure(
            outcome.label,
            counts.get(outcome.value, 0),
            _page("webhooks_delivery", outcome__exact=outcome.value),
        )
        for outcome in Outcome
    ]


def _order_states(request: HttpRequest, *, now: datetime) -> list[Figure]:
    today = _rows(Order, request).filter(_is_new(Order), created_at__gte=_midnight(now))
    counts = dict(today.values_list("status").annotate(Count("pk")))
    return [
        Figure(
            status_badge(status), counts[status], _page("orders_order", status__exact=status.value)
        )
        for status in OrderStatus
        if status in counts
    ]


def _attention(request: HttpRequest, *, now: datetime) -> Iterator[Figure]:
    yield from _of_workers(request, now=now)
    yield from _of_orders(request, now=now)
    yield from _of_accounts(request)
    yield from _of_breakers(request, now=now)
    yield from _of_channels(request, now=now)


def _of_workers(request: HttpRequest, *, now: datetime) -> Iterator[Figure]:
    unsettled = _rows(Dispatch, request).filter(settled_at__isnull=True)
    waiting = unsettled.filter(claimed_at__isnull=True, created_at__lt=now - _WAITING_AFTER)
    yield Figure(
        _("Alerts waiting for a worker for more than 10 seconds (are the workers running?)"),
        _count(waiting.values("signal").distinct()),
        _page("orders_dispatch", claimed_at__isempty=1),
    )
    working = unsettled.filter(claimed_at__isnull=False, created_at__lt=now - _LATE_AFTER)
    yield Figure(
        _("Alerts whose orders are not settled after more than a minute"),
        _count(working.values("signal").distinct()),
        _page("orders_dispatch", claimed_at__isempty=0, settled_at__isempty=1),
    )
    given_up = _rows(Dispatch, request).filter(given_up_at__gte=now - _LATELY)
    yield Figure(
        _("Alerts of the last 24 hours that a fault of the platform kept from being carried out"),
        _count(given_up.values("signal").distinct()),
        _page("orders_dispatch", given_up_at__gte=now - _LATELY),
    )
    yield Figure(
        _("Order streams that are down or silent (polls take over, fills are seen later)"),
        _count(broken_streams(_rows(Feed, request), now=now)),
        _page("orders_feed", stream="broken"),
    )
    failed = _rows(HookProgress, request).filter(last_problem_at__gte=now - _LATELY)
    yield Figure(
        _("Strategies whose hooks had a problem in the last 24 hours"),
        _count(failed),
        _page("strategies_hookprogress", last_problem_at__gte=now - _LATELY),
    )


def _of_channels(request: HttpRequest, *, now: datetime) -> Iterator[Figure]:
    channels = _rows(Channel, request).filter(is_active=True)
    yield Figure(
        _("Channels whose messages do not arrive (open one to read why, and send a test)"),
        _count(channels.filter(failing_since__isnull=False)),
        _page("notifications_channel", failing_since__isempty=0, is_active__exact=1),
    )
    notifier = Notifier.objects.first()
    is_silent = notifier is None or notifier.is_silent(now=now)
    yield Figure(
        _("Channels that are told nothing: the notifier is silent (is it running?)"),
        _count(channels) if is_silent else 0,
        _page("notifications_channel"),
    )


def _of_orders(request: HttpRequest, *, now: datetime) -> Iterator[Figure]:
    yield Figure(
        _("Orders that need you (open them and read the last event)"),
        _count(_rows(Order, request).filter(needs_attention=True)),
        _page("orders_order", needs_attention__exact=1),
    )
    yield Figure(
        _("Orders with an unknown outcome (they are looked up at the exchange)"),
        _count(_rows(OpenOrder, request).filter(outcome_unknown_since__isnull=False)),
        _page("orders_openorder", outcome_unknown_since__isempty=0),
    )
    since = now - _LATELY
    notes = _rows(Expiry, request).filter(_is_new(Expiry), action=ExpiryAction.NOTIFY)
    yield Figure(
        _("Notes of rules that notify, in the last 24 hours (open the order to read it)"),
        _count(notes.filter(started_at__gte=since)),
        _page("orders_expiry", action__exact=ExpiryAction.NOTIFY.value, started_at__gte=since),
    )


def _of_accounts(request: HttpRequest) -> Iterator[Figure]:
    yield Figure(
        _("Holdings that differ from the positions (no entries until it is settled)"),
        _count(_rows(Remainder, request).filter(drifted_at__isnull=False)),
        _page("orders_remainder", drifted_at__isempty=0),
    )
    yield Figure(
        _("Stray orders at the exchanges (they bear our id, and nobody here knows them)"),
        _count(_rows(StrayOrder, request).filter(looked_at__isnull=True)),
        _page("orders_strayorder", looked_at__isempty=1),
    )
    yield Figure(
        _("Accounts whose connection check failed"),
        _count(_rows(Account, request).filter(health=Health.FAILED)),
        _page("accounts_account", health__exact=Health.FAILED.value),
    )


def _of_breakers(request: HttpRequest, *, now: datetime) -> Iterator[Figure]:
    is_open = _rows(Breaker, request).filter(is_open=True)
    yield Figure(
        _("Accounts stopped because their key does not work (no new orders until it does)"),
        _count(is_open.filter(paused_until=None)),
        _page("accounts_breaker", is_open__exact=1, paused_until__isempty=1),
    )
    paused = is_open.filter(pausing(now=now))
    page = _page("accounts_breaker", is_open__exact=1, paused_until__isempty=0)
    yield Figure(
        _("Exchanges and accounts left alone for a while (new orders are denied)"),
        _count(paused.filter(paused_until__gt=now)),
        page,
    )
    yield Figure(
        _("Exchanges and accounts being tried again after a pause (new orders are let through)"),
        _count(paused.filter(paused_until__lte=now)),
        page,
    )


def _accounts(request: HttpRequest) -> list[Figure]:
    active = _rows(Account, request).filter(is_active=True)
    counts = dict(active.values_list("environment").annotate(Count("pk", distinct=True)))
    return [
        Figure(
            environment_badge(environment),
            counts[environment],
            _page("accounts_account", environment__exact=environment.value),
        )
        for environment in Environment
        if environment in counts
    ]


def _newest_orders(request: HttpRequest) -> dict[str, Any]:
    orders = _rows(Order, request).select_related("account", "subscription__strategy", "child")
    return {
        "headers": [
            _("time"),
            _("state"),
            _("order"),
            _("account"),
            _("strategy"),
            _("filled"),
            _("note"),
        ],
        "rows": [_order_row(order) for order in orders.order_by("-id")[:10]],
    }


def _order_row(order: Order) -> list[Any]:
    return [
        order.created_at,
        status_badge(order.status),
        row_link(order, f"{order.side} {order.symbol}"),
        format_html("{} {}", order.account, environment_badge(order.account.environment)),
        order.subscription.strategy,
        progress_text(order),
        note_text(order),
    ]


def _midnight(now: datetime) -> datetime:
    return now.replace(hour=0, minute=0, second=0, microsecond=0)
