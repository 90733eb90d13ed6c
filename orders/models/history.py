"""What happened to an order: its executions and its steps. Written once, never changed."""

from decimal import Decimal

from django.db import models
from django.db.models import Q

from accounts.exchange.types import Side
from accounts.models import Account
from orders.models.orders import Order
from orders.transitions import OrderStatus
from tradeplatform.lib.fields import AMOUNT, choices_of, values_of


class Fill(models.Model):
    """One execution at the venue. Never changed, never removed."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="fills")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="fills")
    symbol = models.CharField(max_length=60)
    venue_trade_id = models.CharField(max_length=64)
    side = models.CharField(max_length=4, choices=choices_of(Side))
    quantity = models.DecimalField(**AMOUNT)
    price = models.DecimalField(**AMOUNT)
    fee_quantity = models.DecimalField(**AMOUNT, default=Decimal(0))
    fee_currency = models.CharField(max_length=20, blank=True, default="")
    filled_at = models.DateTimeField()
    booked_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        constraints = [
            # Venues number trades per symbol, and both sides of a trade with oneself share one.
            models.UniqueConstraint(
                fields=["account", "symbol", "venue_trade_id", "side"], name="fill_once_per_trade"
            ),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="fill_quantity_positive"),
            models.CheckConstraint(condition=Q(price__gt=0), name="fill_price_positive"),
            models.CheckConstraint(condition=Q(side__in=values_of(Side)), name="fill_side"),
        ]

    def __str__(self) -> str:
        return f"{self.venue_trade_id} {self.symbol}"


class OrderEvent(models.Model):
    """One step in an order's history, written in the transaction that made it."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="events")
    at = models.DateTimeField()
    from_status = models.CharField(max_length=16, blank=True, default="")
    to_status = models.CharField(max_length=16, choices=choices_of(OrderStatus))
    reason = models.CharField(max_length=300)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(to_status__in=values_of(OrderStatus)), name="order_event_status"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.to_status}: {self.reason}"
