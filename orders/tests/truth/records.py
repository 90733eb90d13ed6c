"""The sandbox's own records of some accounts beside ours, in the same words."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from orders.models import Fill, Order
from orders.tests.world import World
from strategies.models import Position

_STATUSES = {
    "NEW": "ACCEPTED",
    "PARTIALLY_FILLED": "PARTIALLY_FILLED",
    "FILLED": "FILLED",
    "CANCELED": "CANCELED",
    "EXPIRED": "EXPIRED",
    # Prevented from trading with the account's own order.
    "EXPIRED_IN_MATCH": "EXPIRED",
}


@dataclass(frozen=True, slots=True)
class Execution:
    """One account's side of a trade; the fee in its own currency."""

    account: str
    trade_id: str
    client_order_id: str
    side: str
    quantity: Decimal
    price: Decimal
    fee: Decimal
    fee_currency: str

    @property
    def change(self) -> Decimal:
        """What it changed the holding of bitcoin by."""
        signed = self.quantity if self.side == "BUY" else -self.quantity
        return signed - (self.fee if self.fee_currency == "BTC" else 0)


@dataclass(frozen=True, slots=True)
class Records:
    """What one side says of the accounts; `orders` has status and filled quantity by our id."""

    orders: dict[str, tuple[str, Decimal]]
    executions: set[Execution]


def sandbox_records(world: World, names: Collection[str]) -> Records:
    """Everything the sandbox ever received and executed for the accounts of these names."""
    orders = [row for row in world.get("/sandbox/orders") if row["account"] in names]
    trades = [row for row in world.get("/sandbox/trades") if row["account"] in names]
    ids = {(row["account"], row["orderId"]): row["clientOrderId"] for row in orders}
    return Records(
        orders={
            row["clientOrderId"]: (_STATUSES[row["status"]], Decimal(row["executedQty"]))
            for row in orders
        },
        executions={_execution(row, ids[row["account"], row["orderId"]]) for row in trades},
    )


def our_records(names: Collection[str]) -> Records:
    """What our database says of the same, without the orders that the sandbox never took."""
    orders = Order.objects.filter(account__name__in=names).exclude(
        status__in=["DENIED", "REJECTED"]
    )
    fills = Fill.objects.filter(account__name__in=names).select_related("order", "account")
    return Records(
        orders={order.client_order_id: (order.status, order.filled_quantity) for order in orders},
        executions={_booked(fill) for fill in fills},
    )


def our_positions(names: Collection[str]) -> dict[int, Decimal]:
    """Quantity by subscription; those that hold nothing are left out."""
    rows = Position.objects.filter(subscription__account__name__in=names).exclude(quantity=0)
    return dict(rows.values_list("subscription", "quantity"))


def positions_from(executions: Collection[Execution]) -> dict[int, Decimal]:
    """What the positions have to be: each strategy's own executions, added up."""
    ids = [execution.client_order_id for execution in executions]
    orders = Order.objects.filter(client_order_id__in=ids)
    owners = dict(orders.values_list("client_order_id", "subscription"))
    totals: dict[int, Decimal] = defaultdict(Decimal)
    for execution in executions:
        totals[owners[execution.client_order_id]] += execution.change
    return {owner: total for owner, total in totals.items() if total}


def overfilled(names: Collection[str]) -> list[str]:
    """First orders that, with their replacements, executed more than they asked for."""
    firsts = Order.objects.filter(account__name__in=names, parent=None)
    return [
        first.client_order_id for first in firsts if _filled_by_chain(first) > (first.quantity or 0)
    ]


def _filled_by_chain(first: Order) -> Decimal:
    chain = Order.objects.filter(
        signal=first.signal_id, subscription=first.subscription_id, intent_index=first.intent_index
    )
    total: Decimal = chain.aggregate(total=Sum("filled_quantity"))["total"]
    return total


def _execution(trade: dict[str, Any], client_order_id: str) -> Execution:
    return Execution(
        account=trade["account"],
        trade_id=str(trade["id"]),
        client_order_id=client_order_id,
        side=_side(trade),
        quantity=Decimal(trade["qty"]),
        price=Decimal(trade["price"]),
        fee=Decimal(trade["commission"]),
        fee_currency=trade["commissionAsset"],
    )


def _side(trade: dict[str, Any]) -> str:
    """Trades of contracts tell the side, spot trades whether one bought."""
    if "side" in trade:
        return str(trade["side"])
    return "BUY" if trade["isBuyer"] else "SELL"


def _booked(fill: Fill) -> Execution:
    return Execution(
        account=fill.account.name,
        trade_id=fill.venue_trade_id,
        client_order_id=fill.order.client_order_id,
        side=fill.side,
        quantity=fill.quantity,
        price=fill.price,
        fee=fill.fee_quantity,
        fee_currency=fill.fee_currency,
    )
