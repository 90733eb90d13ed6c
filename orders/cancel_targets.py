"""Which of our open orders a CANCEL or CANCEL_ALL intent means: only this strategy's own."""

from collections.abc import Mapping
from datetime import datetime

from accounts.exchange.types import MarketKey
from accounts.models import Account
from accounts.shards import in_shard
from orders.cancellation import cancelable_orders, mark_for_cancel
from orders.chains import chain_ids_of, with_chain_ids
from orders.market_data import MarketView
from orders.models import Order
from orders.planning import login_of, sender_subscriptions
from orders.transitions import OrderStatus
from orders.work import CancelJob, Plan, reference_of
from strategies.intents import Action, Intent


def mark_targets(plan: Plan, view: MarketView, *, now: datetime) -> list[tuple[int, CancelJob]]:
    """Turn the orders that the plan's cancels mean to PENDING_CANCEL; each job with its intent.

    Call inside the claim's transaction. All are locked at once, in the order everybody keeps.
    Cancels reach inactive subscriptions and accounts too: an order may always be taken back. The
    subscriptions are locked, so that no order can be replaced by a new one meanwhile.
    """
    if all(intent.action is Action.PLACE for intent in plan.intents):
        return []
    subscriptions = in_shard(
        sender_subscriptions(plan.signal), plan.shard, shards=plan.shards
    ).select_for_update(of=("self",), no_key=True)
    accounts = {row.pk: row.account for row in subscriptions}
    wanted = _wanted(plan, view, accounts)
    marked = mark_for_cancel(
        Order.objects.filter(id__in=wanted),
        signal=plan.signal,
        reason=f"cancel asked for by signal {plan.signal.pk}",
        sent_at=now,
        now=now,
    )
    return [
        (wanted[order.pk], _job(plan, order, accounts))
        for order in marked
        if order.status != OrderStatus.DENIED
    ]


def _wanted(plan: Plan, view: MarketView, accounts: Mapping[int, Account]) -> dict[int, int]:
    """The orders meant, each with the index of the first intent that means it."""
    cancels = [
        (index, intent)
        for index, intent in enumerate(plan.intents)
        if intent.action is not Action.PLACE
    ]
    # Not what later alerts placed, should this one be carried out late.
    orders = cancelable_orders(accounts).filter(signal__received_at__lte=plan.signal.received_at)
    orders = orders.only("subscription_id", "side", "symbol")
    if any(intent.action is Action.CANCEL for _, intent in cancels):
        orders = with_chain_ids(orders)
    wanted: dict[int, int] = {}
    for order in orders:
        market = _market_of(plan, accounts[order.subscription_id])
        for index, intent in cancels:
            if _is_meant(order, intent, market, view):
                wanted.setdefault(order.pk, index)
    return wanted


def _market_of(plan: Plan, account: Account) -> MarketKey:
    return login_of(account, plan.signal.strategy).market


def _job(plan: Plan, order: Order, accounts: Mapping[int, Account]) -> CancelJob:
    login = login_of(accounts[order.subscription_id], plan.signal.strategy)
    return CancelJob(order_id=order.pk, login=login, reference=reference_of(order))


def _is_meant(order: Order, intent: Intent, market: MarketKey, view: MarketView) -> bool:
    if intent.action is Action.CANCEL and intent.order_id not in chain_ids_of(order):
        return False
    if intent.side is not None and order.side != intent.side:
        return False
    return not intent.symbol or view.names(market, intent.symbol, order.symbol)
