"""What we know of an account's orders beside the orders themselves: how fresh it is, what is
strange about it, and what the account holds that no strategy bought."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.db import models
from django.db.models import Q

from accounts.exchange.types import MarketType, Side
from accounts.models import Account
from tradeplatform.lib.compiled_queries import Parameter
from tradeplatform.lib.fields import AMOUNT, choices_of, values_of

# A stream's process that has not been heard of for so long does not push any more.
SILENT_AFTER = timedelta(seconds=30)


class StreamState(models.TextChoices):
    """Whether the venue pushes the account's order updates to us."""

    DOWN = "DOWN", "Down"
    UP = "UP", "Up"
    NOT_SUPPORTED = "NOT_SUPPORTED", "Not supported"


class Feed(models.Model):
    """How we learn of one account's orders in one type of market: pushed and polled."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="feeds")
    market_type = models.CharField(max_length=10, choices=choices_of(MarketType))
    stream_state = models.CharField(
        max_length=15, choices=StreamState.choices, default=StreamState.DOWN
    )
    # Written now and then while the stream's process lives, whether or not anything was pushed.
    stream_seen_at = models.DateTimeField(null=True, blank=True)
    stream_problem = models.CharField(max_length=300, blank=True, default="")
    polled_at = models.DateTimeField(null=True, blank=True)
    poll_problem = models.CharField(max_length=300, blank=True, default="")
    # When all open orders were last asked for, not only those in the symbols of ours.
    listed_at = models.DateTimeField(null=True, blank=True)
    # NULL from a worker's start until the account's orders have been compared with the venue's.
    reconciled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["account", "market_type"]
        constraints = [
            models.UniqueConstraint(fields=["account", "market_type"], name="feed_once"),
            models.CheckConstraint(
                condition=Q(market_type__in=values_of(MarketType)), name="feed_market_type"
            ),
            models.CheckConstraint(
                condition=Q(stream_state__in=StreamState.values), name="feed_stream_state"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.market_type}"

    def is_silent(self, *, now: datetime) -> bool:
        """Whether its stream was up when last heard of, which is too long ago."""
        heard_at = self.stream_seen_at
        is_fresh = heard_at is not None and heard_at > now - SILENT_AFTER
        return self.stream_state == StreamState.UP and not is_fresh


def is_pushed(*, heard_after: datetime | Parameter) -> Q:
    """Feeds whose stream is up and was heard of later than that: `SILENT_AFTER` ago."""
    return Q(stream_state=StreamState.UP, stream_seen_at__gt=heard_after)


class StrayOrder(models.Model):
    """An order at a venue that bears our client order id but is not in our database (INV-2).

    It is never touched by the platform: a person decides.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="stray_orders")
    client_order_id = models.CharField(max_length=36)
    venue_order_id = models.CharField(max_length=64)
    symbol = models.CharField(max_length=60)
    side = models.CharField(max_length=4, choices=choices_of(Side))
    quantity = models.DecimalField(**AMOUNT)
    filled_quantity = models.DecimalField(**AMOUNT, default=Decimal(0))
    found_at = models.DateTimeField()
    looked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["account", "client_order_id"], name="stray_order_once"),
            models.CheckConstraint(condition=Q(side__in=values_of(Side)), name="stray_order_side"),
        ]

    def __str__(self) -> str:
        return self.client_order_id


class Remainder(models.Model):
    """What an account holds of one thing beyond its strategies' positions (INV-4).

    `key` is a coin on spot and a symbol elsewhere. `accepted` is the remainder that counts as the
    owner's own business; when the account holds something else, `drifted_at` says since when, and
    entries that touch the key are refused until a person adopts the new remainder or corrects the
    position that is gone.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="remainders")
    market_type = models.CharField(max_length=10, choices=choices_of(MarketType))
    key = models.CharField(max_length=60)
    accepted = models.DecimalField(**AMOUNT)
    held = models.DecimalField(**AMOUNT)
    of_strategies = models.DecimalField(**AMOUNT)
    checked_at = models.DateTimeField()
    # Different once may be a fill under way; different twice is drift.
    differs_since = models.DateTimeField(null=True, blank=True)
    drifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["account", "market_type", "key"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "market_type", "key"], name="remainder_once_per_key"
            ),
            models.CheckConstraint(
                condition=Q(market_type__in=values_of(MarketType)), name="remainder_market_type"
            ),
        ]
        indexes = [
            # The order path asks for these; nearly always empty.
            models.Index(
                fields=["account"], name="remainder_drifted", condition=Q(drifted_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} of {self.account}"

    @property
    def found(self) -> Decimal:
        """The remainder found at the last check."""
        return self.held - self.of_strategies

    @property
    def is_missing(self) -> bool:
        """Whether coins that strategies bought are gone, which can be nobody's own."""
        return self.market_type == MarketType.SPOT and self.found < 0

    @property
    def unexplained(self) -> Decimal:
        """What the account holds beyond what books and owner say; below zero: what is missing.

        Zero until it is seen twice. Where nothing differs it is what was once accepted: that may
        have been adopted by mistake.
        """
        if self.differs_since is None:
            return self.accepted
        return self.found - self.accepted if self.drifted_at else Decimal(0)
