"""Claim a dispatch and write its orders ahead: one transaction, before anything is sent.

The claim is a conditional update; orders are unique per intent and subscription. So whatever is
delivered twice, nudged twice or run by two workers, each intent is placed once.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import transaction

from accounts.exchange import gateway
from accounts.exchange.types import MarketKey
from orders.cancel_targets import mark_targets
from orders.drafting import Draft, draft_order, ticket_of_draft
from orders.market_data import MarketView
from orders.models import Dispatch
from orders.transitions import OrderStatus
from orders.work import DispatchWork, Job, PlaceJob, Plan, Subscriber
from orders.writing_ahead import write_ahead
from strategies.intents import Action
from strategies.restraints import Restraints, read_restraints
from strategies.trading_states import Restraint
from tradeplatform.lib import loop
from tradeplatform.lib.compiled_queries import CompiledUpdate, Parameter

_Step = tuple[int, Job]  # an intent's index and a job of it

_CLAIM = CompiledUpdate(
    lambda: Dispatch.objects.filter(id=Parameter("dispatch"), claimed_at__isnull=True),
    claimed_at=Parameter("now"),
)


def claim(plan: Plan, view: MarketView, *, now: datetime) -> DispatchWork | None:
    """Claim the dispatch and commit its orders and cancels; None when somebody else has it."""
    with transaction.atomic():
        if _CLAIM.run(dispatch=plan.dispatch_id, now=now) != 1:
            return None
        cancels = mark_targets(plan, view, now=now)
        # Read here, not with the plan: a halt that is committed before this transaction is obeyed.
        drafts = _drafts(plan, view, read_restraints(), now)
        # Room at the exchanges' limits is found while the rows are written.
        loop.start(gateway.stock_up(_to_be_sent(drafts)))
        order_ids = write_ahead(plan, drafts, now=now)
    steps = sorted([*cancels, *_placements(plan, drafts, order_ids)], key=lambda step: step[0])
    return DispatchWork(
        dispatch_id=plan.dispatch_id,
        expires_at=plan.signal.expires_at,
        jobs=tuple(job for _, job in steps),
    )


def _to_be_sent(drafts: Iterable[Draft]) -> Mapping[MarketKey, int]:
    """How many orders leave for each exchange as soon as they are committed."""
    return Counter(
        draft.subscriber.login.market for draft in drafts if draft.status is OrderStatus.SUBMITTED
    )


def _drafts(plan: Plan, view: MarketView, restraints: Restraints, now: datetime) -> list[Draft]:
    return [
        draft_order(
            plan=plan,
            intent_index=index,
            subscriber=subscriber,
            view=view,
            restraint=_restraint(plan, subscriber, restraints),
            now=now,
        )
        for index, intent in enumerate(plan.intents)
        if intent.action is Action.PLACE
        for subscriber in plan.subscribers
        if intent.is_for(subscriber.subscription_id)
    ]


def _restraint(plan: Plan, subscriber: Subscriber, restraints: Restraints) -> Restraint | None:
    return restraints.on(
        owner_id=subscriber.owner_id,
        account_id=subscriber.login.account_id,
        strategy_id=plan.signal.strategy_id,
        flatten_run=plan.signal.flatten_run,
    )


def _placements(plan: Plan, drafts: Sequence[Draft], order_ids: Sequence[int]) -> list[_Step]:
    return [
        (
            draft.intent_index,
            PlaceJob(
                order_id=order_id,
                login=draft.subscriber.login,
                intent=plan.intents[draft.intent_index],
                ticket=ticket_of_draft(draft, plan.intents[draft.intent_index]),
            ),
        )
        for draft, order_id in zip(drafts, order_ids, strict=True)
        if draft.status is not OrderStatus.DENIED
    ]
