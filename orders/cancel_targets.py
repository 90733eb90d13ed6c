"""Which of our open orders a CANCEL or CANCEL_ALL intent means: only this strategy's own."""

from collections.abc import Mapping
from datetime import datetime

from accounts.exchange.types import MarketKey
from accounts.models import Account
from accounts.shards import in_shard
from orders.cancellation import cancelable_orders, mark_for_cancel
from orders.market_data import MarketView
from orders.models import Order
from orders.planning import login_of, sender_subscriptions
from orders.transitions import OrderStatus
from orders.work import CancelJob, Plan, reference_of
from strategies.intents import Action, Intent


def mark_targets(plan: Plan, intent: Intent, view: MarketView, *, now: datetime) -> list[CancelJob]:
    """Turn the orders the intent means to PENDING_CANCEL; call inside the claim's transaction.

    Cancels reach inactive subscriptions and accounts too: an order may always be taken back.
    """
    accounts = {
        row.pk: row.account for row in in_shard(sender_subscriptions(plan.signal), plan.shard)
    }
    targets = [
        order.pk
        # Not what later alerts placed, should this one be carried out late.
        for order in cancelable_orders(accounts).filter(
            signal__received_at__lte=plan.signal.received_at
        )
        if _is_meant(order, intent, _market_of(plan, accounts[order.subscription_id]), view)
    ]
    marked = mark_for_cancel(
        Order.objects.filter(id__in=targets),
        signal=plan.signal,
        reason=f"cancel asked for by signal {plan.signal.pk}",
        sent_at=now,
        now=now,
    )
    return [_job(plan, order, accounts) for order in marked if order.status != OrderStatus.DENIED]


def _market_of(plan: Plan, account: Account) -> MarketKey:
    return login_of(account, plan.signal.strategy).market


def _job(plan: Plan, order: Order, accounts: Mapping[int, Account]) -> CancelJob:
    login = login_of(accounts[order.subscription_id], plan.signal.strategy)
    return CancelJob(order_id=order.pk, login=login, reference=reference_of(order))


def _is_meant(order: Order, intent: Intent, market: MarketKey, view: MarketView) -> bool:
    if intent.action is Action.CANCEL and intent.order_id not in (
        order.client_order_id,
        order.venue_order_id,
    ):
        return False
    if intent.side is not None and order.side != intent.side:
        return False
    return not intent.symbol or view.names(market, intent.symbol, order.symbol)
