"""One order from intent to last fill.

`Order.status` and everything derived from fills is written by orders.lifecycle only.
"""

from decimal import Decimal

from django.db import models
from django.db.models import F, Q

from accounts.exchange.types import OrderType, Side
from accounts.models import Account
from orders.transitions import CLOSED, OPEN, UNANSWERED, OrderStatus
from strategies.models import Signal, Subscription
from tradeplatform.lib.fields import AMOUNT, choices_of, values_of

_CLOSED = sorted(CLOSED)
_OPEN = sorted(OPEN)
_NEVER_SENT = [OrderStatus.INITIALIZED.value, OrderStatus.DENIED.value]
_REFUSED = [OrderStatus.DENIED.value, OrderStatus.REJECTED.value]
# The venue is to be asked: no answer to the send, or fewer fills read than it says there are.
UNRESOLVED = Q(outcome_unknown_since__isnull=False) | Q(
    venue_filled_quantity__gt=F("filled_quantity")
)
_UNANSWERED = sorted(UNANSWERED)


class Order(models.Model):
    """One intent of one signal for one subscription, and what became of it at the venue."""

    # For the foreign keys `order_once_per_attempt` and the `order_newest_by_…` serve as indexes
    # too: each further one makes every order dearer.
    signal = models.ForeignKey(
        Signal, on_delete=models.PROTECT, related_name="orders", db_index=False
    )
    intent_index = models.PositiveSmallIntegerField()
    # 0 for the order the intent asked for; each replacement of it by an expiry rule counts one up
    # and names the ended order whose unfilled rest it takes over.
    attempt = models.PositiveSmallIntegerField(default=0)
    # Its index holds only those that have one (migration 0001): few do.
    parent = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="child"
    )
    subscription = models.ForeignKey(
        Subscription, on_delete=models.PROTECT, related_name="orders", db_index=False
    )
    # The subscription's account, repeated for the per-account queries and constraints below.
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="orders", db_index=False
    )

    client_order_id = models.CharField(max_length=36)
    venue_order_id = models.CharField(max_length=64, blank=True, default="")

    symbol = models.CharField(max_length=60)
    side = models.CharField(max_length=4, choices=choices_of(Side))
    order_type = models.CharField(max_length=12, choices=choices_of(OrderType))
    is_close = models.BooleanField(default=False)
    reduce_only = models.BooleanField(default=False)
    # NULL until sized; a denied order may never have been.
    quantity = models.DecimalField(**AMOUNT, null=True, blank=True)
    limit_price = models.DecimalField(**AMOUNT, null=True, blank=True)
    trigger_price = models.DecimalField(**AMOUNT, null=True, blank=True)

    status = models.CharField(max_length=16, choices=choices_of(OrderStatus))
    filled_quantity = models.DecimalField(**AMOUNT, default=Decimal(0))
    average_price = models.DecimalField(**AMOUNT, null=True, blank=True)
    # The most the venue has said is filled; above `filled_quantity` while fills are to be read.
    venue_filled_quantity = models.DecimalField(**AMOUNT, default=Decimal(0))
    error_code = models.CharField(max_length=40, blank=True, default="")
    error_message = models.CharField(max_length=300, blank=True, default="")
    outcome_unknown_since = models.DateTimeField(null=True, blank=True)
    # Look-ups since then that found nothing, and when the last of them was made.
    missed_look_ups = models.PositiveSmallIntegerField(default=0)
    looked_up_at = models.DateTimeField(null=True, blank=True)
    needs_attention = models.BooleanField(default=False)

    # The signal that asked for the cancel; empty when a person did.
    cancel_signal = models.ForeignKey(
        Signal,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="canceled_orders",
        db_index=False,
    )
    # When a cancel was last sent; sending it again is harmless, so this only spaces the tries.
    cancel_sent_at = models.DateTimeField(null=True, blank=True)

    created_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        constraints = [
            # Not `unique=True`, which would make a second index for LIKE.
            models.UniqueConstraint(fields=["client_order_id"], name="order_once_per_client_id"),
            # What makes doubling impossible: one order per intent, subscription and attempt, ever.
            models.UniqueConstraint(
                fields=["signal", "intent_index", "subscription", "attempt"],
                name="order_once_per_attempt",
            ),
            models.CheckConstraint(
                condition=Q(attempt=0, parent__isnull=True)
                | Q(attempt__gt=0, parent__isnull=False),
                name="order_replacement_has_parent",
            ),
            # Venues number orders per symbol, and stops apart from other orders.
            models.UniqueConstraint(
                fields=["account", "symbol", "order_type", "venue_order_id"],
                condition=~Q(venue_order_id=""),
                name="order_once_per_venue_order_id",
            ),
            models.CheckConstraint(
                condition=Q(status__in=values_of(OrderStatus)), name="order_status"
            ),
            models.CheckConstraint(condition=Q(side__in=values_of(Side)), name="order_side"),
            models.CheckConstraint(
                condition=Q(order_type__in=values_of(OrderType)), name="order_type"
            ),
            models.CheckConstraint(
                condition=Q(status__in=_NEVER_SENT)
                | Q(quantity__isnull=False, quantity__gt=0, submitted_at__isnull=False),
                name="order_sent_has_quantity_and_time",
            ),
            models.CheckConstraint(
                condition=Q(status__in=_REFUSED) | Q(error_code=""),
                name="order_error_only_when_refused",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=_REFUSED) | ~Q(error_code=""),
                name="order_refused_has_error",
            ),
            # Not DENIED: one that a venue reports after all is recorded, and a person told.
            models.CheckConstraint(
                condition=~Q(status=OrderStatus.INITIALIZED.value)
                | Q(venue_order_id="", filled_quantity=0, answered_at__isnull=True),
                name="order_initialized_has_no_venue_data",
            ),
            models.CheckConstraint(
                condition=Q(status__in=_CLOSED, closed_at__isnull=False)
                | Q(status__in=_OPEN, closed_at__isnull=True),
                name="order_closed_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(status=OrderStatus.FILLED.value)
                | Q(filled_quantity__gte=F("quantity")),
                name="order_filled_means_filled",
            ),
            models.CheckConstraint(
                condition=~Q(status=OrderStatus.ACCEPTED.value) | Q(filled_quantity=0),
                name="order_accepted_has_no_fill",
            ),
            models.CheckConstraint(
                condition=Q(outcome_unknown_since__isnull=True) | Q(status__in=_UNANSWERED),
                name="order_unknown_only_while_unanswered",
            ),
            models.CheckConstraint(
                condition=Q(filled_quantity__gte=0, venue_filled_quantity__gte=0),
                name="order_filled_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(order_type__in=[OrderType.MARKET.value, OrderType.STOP_MARKET.value])
                | Q(limit_price__isnull=False, limit_price__gt=0),
                name="order_limit_has_price",
            ),
            models.CheckConstraint(
                condition=Q(order_type__in=[OrderType.MARKET.value, OrderType.LIMIT.value])
                | Q(trigger_price__isnull=False, trigger_price__gt=0),
                name="order_stop_has_trigger",
            ),
        ]
        indexes = [
            # Sizing (open closes, symbols in use), cancel-all, the admin's open orders.
            models.Index(
                fields=["subscription", "symbol"],
                name="order_open_by_subscription",
                condition=Q(status__in=_OPEN),
            ),
            # Status checks and pending cancels of an account.
            models.Index(
                fields=["account"], name="order_open_by_account", condition=Q(status__in=_OPEN)
            ),
            # The front page; nearly always empty.
            models.Index(
                fields=["-id"], name="order_needing_attention", condition=Q(needs_attention=True)
            ),
            # The look-up beat; nearly always empty.
            models.Index(fields=["id"], name="order_unresolved", condition=UNRESOLVED),
            # What an alert has canceled; most orders are never canceled by one.
            models.Index(
                fields=["cancel_signal"],
                name="order_canceled_by_signal",
                condition=Q(cancel_signal__isnull=False),
            ),
            # GET /api/orders: newest first within a subscription.
            models.Index(fields=["subscription", "-id"], name="order_newest_by_subscription"),
            # The admin's list of an account's orders.
            models.Index(fields=["account", "-id"], name="order_newest_by_account"),
        ]

    def __str__(self) -> str:
        return self.client_order_id

    @property
    def leaves_quantity(self) -> Decimal:
        """What may still fill; zero once the order is closed or while it is not sized."""
        if self.quantity is None or self.status in CLOSED:
            return Decimal(0)
        return max(self.quantity - self.filled_quantity, Decimal(0))


class OpenOrder(Order):
    """The orders that have not ended, as a page of their own in the admin."""

    class Meta:
        proxy = True
        verbose_name = "open order"
