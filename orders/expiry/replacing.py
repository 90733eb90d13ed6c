"""Order the unfilled rest of what a rule had canceled, once its end and all its fills are known.

INV-1 holds because a replacement asks for at most what its chain has left of the first order's
quantity once the order before it has ended, is written in the transaction that settles its Expiry,
and is unique per attempt and per parent. A fill that races the cancel makes the rest smaller. A
replacement is sent once, like any order; without an answer it is looked up.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import DatabaseError, transaction
from django.db.models import F, Q

from accounts.exchange.findings import PAUSE_CODES
from accounts.shards import in_shard
from orders import steps
from orders.chains import chain_of
from orders.drafting import ticket_of
from orders.expiry.children import Child, draft_child, left_text
from orders.expiry.deciding import Quote
from orders.expiry.quoting import Quotes, Want
from orders.models import Expiry, Order
from orders.order_store import write_orders
from orders.planning import login_of
from orders.transitions import CLOSED, OrderStatus
from orders.work import Job, PlaceJob
from strategies.expiry_wording import rule_name
from strategies.intents import Action, Intent, Size, SizeKind
from strategies.models import ExpiryAction, Subscription
from strategies.sizing import Denied
from tradeplatform.lib.bulk_insert import insert_all

logger = logging.getLogger(__name__)

_LEAVES_A_REST = frozenset({OrderStatus.CANCELED, OrderStatus.EXPIRED})
# What may be otherwise in a moment. After this long the rest is left, not ordered when nobody
# expects it.
_PASSING = PAUSE_CODES | {"MARKET_DATA_UNAVAILABLE", "PRICE_UNAVAILABLE", "NOT_RECONCILED"}
_PATIENCE = timedelta(minutes=5)
# Dust, a position that is gone, trading that somebody switched off: nobody need look at these.
_EXPECTED = frozenset({"BELOW_MINIMUM", "NOTHING_LEFT_TO_CLOSE", "INACTIVE", "TRADING_REDUCING"})
_AT_MOST = 500
# Of an Expiry's order: no fill is told and not booked yet.
_ALL_BOOKED = Q(order__venue_filled_quantity__lte=F("order__filled_quantity"))


@dataclass(frozen=True, slots=True)
class Ending:
    """An order that has ended after a rule acted on it; `want` is what ordering its rest takes."""

    expiry_id: int
    order_id: int
    subscription_id: int
    want: Want | None


def endings(shard: int) -> list[Ending]:
    """The shard's orders on which a rule acted and that have ended, every fill of theirs booked.

    Any of them where there are too many: those that wait for their market must not go first always.
    """
    ended = in_shard(Order.objects.filter(status__in=sorted(CLOSED)), shard)
    rows = Expiry.objects.filter(
        _ALL_BOOKED, settled_at__isnull=True, order__in=ended
    ).select_related("order__account", "order__subscription__strategy")
    return [_ending(expiry) for expiry in rows.order_by("?")[:_AT_MOST]]


def replace(ended: Iterable[Ending], quotes: Quotes, *, now: datetime) -> tuple[Job, ...]:
    """Settle each ending in a transaction of its own; the replacements that are now to be sent.

    One that is hindered by what may pass waits for a later call, for some minutes.
    """
    settled = [_try_to_settle(ending, quotes, now) for ending in ended]
    return tuple(job for job in settled if job is not None)


def _ending(expiry: Expiry) -> Ending:
    return Ending(
        expiry_id=expiry.pk,
        order_id=expiry.order_id,
        subscription_id=expiry.order.subscription_id,
        want=_want(expiry) if _wants_replacement(expiry) else None,
    )


def _wants_replacement(expiry: Expiry) -> bool:
    return ExpiryAction(expiry.action).replaces and expiry.order.status in _LEAVES_A_REST


def _want(expiry: Expiry) -> Want:
    order = expiry.order
    return Want(
        market=login_of(order.account, order.subscription.strategy).market,
        symbol=order.symbol,
        last_price=expiry.action == ExpiryAction.MARKET,
        book=expiry.action == ExpiryAction.REPRICE,
    )


def _try_to_settle(ending: Ending, quotes: Quotes, now: datetime) -> PlaceJob | None:
    """One that the database refuses must not hold up the others."""
    want = ending.want
    quote = None if want is None else quotes.get((want.market, want.symbol))
    try:
        with transaction.atomic():
            return _settle(ending, quote, now)
    except DatabaseError:
        logger.exception("the rest of order %s is not ordered yet", ending.order_id)
        return None


def _settle(ending: Ending, quote: Quote | None, now: datetime) -> PlaceJob | None:
    # Locked as everywhere: the subscription, so that closes cannot take the same position, then
    # the order and what it replaced, so that no late fill comes in between.
    Subscription.objects.select_for_update(no_key=True).get(id=ending.subscription_id)
    chain = chain_of(Order.objects.get(id=ending.order_id)).order_by("id")
    list(chain.select_for_update(no_key=True))
    expiry = (
        Expiry.objects.select_related("rule", "order__account", "order__subscription__strategy")
        .filter(_ALL_BOOKED, id=ending.expiry_id, settled_at__isnull=True)
        .first()
    )
    if expiry is None:  # somebody else settled it, or a fill was told since it was found
        return None
    child = None
    if _wants_replacement(expiry):
        try:
            child = draft_child(expiry.order, expiry, quote, now=now)
        except Denied as refusal:
            if _may_pass(refusal, expiry.order, now):
                return None
            _leave_rest(expiry, refusal, now)
    expiry.settled_at = now
    expiry.save(update_fields=["settled_at"])
    return None if child is None else _store(child, expiry, now)


def _may_pass(refusal: Denied, parent: Order, now: datetime) -> bool:
    return refusal.code in _PASSING and now - (parent.closed_at or now) < _PATIENCE


def _leave_rest(expiry: Expiry, refusal: Denied, now: datetime) -> None:
    """Told to a person unless it is what they would expect."""
    parent = expiry.order
    reason = f"{_name(expiry)}: {left_text(parent, refusal)}"
    is_entry_halted = refusal.code == "TRADING_HALTED" and not parent.is_close
    is_expected = refusal.code in _EXPECTED or is_entry_halted
    leave = steps.note if is_expected else steps.call_person
    leave(parent, reason=reason, now=now).save()
    write_orders([parent], now=now)


def _store(child: Child, expiry: Expiry, now: datetime) -> PlaceJob:
    parent = expiry.order
    child.order.save(force_insert=True)
    child.event.order = child.order
    reason = f"{_name(expiry)}: rest ordered again as {child.order.client_order_id}"
    insert_all([steps.note(parent, reason=reason, now=now), child.event])
    return _place_job(child.order, parent)


def _name(expiry: Expiry) -> str:
    return expiry.action if expiry.rule is None else rule_name(expiry.rule)


def _place_job(child: Order, parent: Order) -> PlaceJob:
    ticket = ticket_of(child)
    if ticket is None:
        raise ValueError(f"replacement {child.pk} is not about to be sent")
    intent = Intent(
        action=Action.PLACE,
        symbol=ticket.symbol,
        side=ticket.side,
        order_type=ticket.order_type,
        size=Size(kind=SizeKind.QUANTITY, value=ticket.quantity),
        limit_price=ticket.limit_price,
    )
    login = login_of(parent.account, parent.subscription.strategy)
    return PlaceJob(
        order_id=child.pk, login=login, intent=intent, ticket=ticket, is_replacement=True
    )
