"""Drafted orders become rows, each with the event of its first step: two statements for all."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from orders.drafting import Draft
from orders.models import Order, OrderEvent
from orders.steps import LONGEST_REASON, sized_reason
from orders.transitions import OrderStatus
from orders.work import Plan
from strategies.intents import Intent
from tradeplatform.lib.bulk_insert import bulk_insert


def write_ahead(plan: Plan, drafts: Sequence[Draft], *, now: datetime) -> list[int]:
    """Insert the orders; their ids in the order of the drafts. Call inside a transaction."""
    rows = [_row(draft, plan.intents[draft.intent_index], now) for draft in drafts]
    order_ids = bulk_insert(
        Order,
        len(rows),
        {
            "signal_id": plan.signal.pk,
            "created_at": now,
            "updated_at": now,
            **{name: [row[name] for row in rows] for name in (rows[0] if rows else ())},
        },
    )
    _write_events(plan, drafts, order_ids, now)
    return order_ids


def _row(draft: Draft, intent: Intent, now: datetime) -> Mapping[str, Any]:
    """What may differ from order to order, by column."""
    if intent.side is None or intent.order_type is None or intent.size is None:
        raise ValueError("only a PLACE intent becomes an order")
    sized, denial = draft.sized, draft.denial
    return {
        "intent_index": draft.intent_index,
        "subscription_id": draft.subscriber.subscription_id,
        "account_id": draft.subscriber.login.account_id,
        "client_order_id": draft.client_order_id,
        "symbol": draft.symbol,
        "side": intent.side.value,
        "order_type": intent.order_type.value,
        "is_close": intent.size.is_close if sized is None else sized.is_close,
        "reduce_only": sized is not None and sized.reduce_only,
        "quantity": None if sized is None else sized.quantity,
        "limit_price": intent.limit_price if sized is None else sized.limit_price,
        "trigger_price": intent.trigger_price if sized is None else sized.trigger_price,
        "status": draft.status.value,
        "error_code": "" if denial is None else denial.code,
        "error_message": "" if denial is None else denial.message[:LONGEST_REASON],
        "submitted_at": None if sized is None else now,
        "closed_at": None if denial is None else now,
    }


def _write_events(
    plan: Plan, drafts: Sequence[Draft], order_ids: Sequence[int], now: datetime
) -> None:
    stepped = [
        (order_id, draft.status.value, _reason(draft, plan.intents[draft.intent_index]))
        for order_id, draft in zip(order_ids, drafts, strict=True)
        if draft.status is not OrderStatus.INITIALIZED
    ]
    bulk_insert(
        OrderEvent,
        len(stepped),
        {
            "at": now,
            "from_status": OrderStatus.INITIALIZED.value,
            "order_id": [order_id for order_id, _, _ in stepped],
            "to_status": [status for _, status, _ in stepped],
            "reason": [reason for _, _, reason in stepped],
        },
    )


def _reason(draft: Draft, intent: Intent) -> str:
    sized, denial = draft.sized, draft.denial
    if denial is not None:
        return str(denial)[:LONGEST_REASON]
    if sized is None or intent.side is None:
        raise ValueError("an order that is neither denied nor sized has taken no step")
    price = sized.limit_price or sized.trigger_price
    return sized_reason(intent.side, sized.quantity, draft.symbol, price)[:LONGEST_REASON]
