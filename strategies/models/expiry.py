"""A strategy's rules for orders that do not fill."""

from decimal import Decimal
from enum import StrEnum

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from accounts.exchange.types import OrderType, Side
from strategies.models.strategies import Strategy
from tradeplatform.lib.fields import PERCENT, choices_of, values_of


class ExpiryAction(StrEnum):
    """What is done about an order that did not fill in time."""

    REPRICE = "REPRICE"
    MARKET = "MARKET"
    CANCEL = "CANCEL"
    NOTIFY = "NOTIFY"
    KEEP = "KEEP"

    @property
    def replaces(self) -> bool:
        """Whether it orders the unfilled rest anew once the order has ended."""
        return self in (ExpiryAction.REPRICE, ExpiryAction.MARKET)


class Purpose(StrEnum):
    """Whether an order opens or closes a position."""

    ENTRY = "ENTRY"
    CLOSE = "CLOSE"


class BookSide(StrEnum):
    """Whose quotes a price is taken from: those beside the order, or those it would trade with."""

    OWN = "OWN"
    OPPOSITE = "OPPOSITE"


class ExpiryRule(models.Model):
    """The first of a strategy's rules that applies to an order, and whose time has come, acts.

    It acts when the order is `after_seconds` old, or the last price has moved away from its limit
    price by `drift_percent`, or its limit price is outside the book levels `level_from` to
    `level_to`; any one of them. Levels count from 1.
    """

    strategy = models.ForeignKey(Strategy, on_delete=models.CASCADE, related_name="expiry_rules")
    rank = models.PositiveSmallIntegerField(default=1, help_text="Lower ranks are asked first.")
    is_active = models.BooleanField(default=True)

    side = models.CharField(
        max_length=4, blank=True, default="", choices=choices_of(Side), help_text="Empty: both."
    )
    order_type = models.CharField(
        max_length=12,
        blank=True,
        default="",
        choices=choices_of(OrderType),
        help_text="Empty: every type.",
    )
    purpose = models.CharField(
        max_length=5, blank=True, default="", choices=choices_of(Purpose), help_text="Empty: both."
    )

    after_seconds = models.PositiveIntegerField(
        null=True, blank=True, help_text="Acts when the order was sent this long ago."
    )
    drift_percent = models.DecimalField(
        **PERCENT,
        null=True,
        blank=True,
        validators=[MinValueValidator(Decimal("0.001"))],
        help_text="Acts when the last price is this far from the limit price.",
    )

    action = models.CharField(max_length=10, choices=choices_of(ExpiryAction))

    book_side = models.CharField(
        max_length=8,
        choices=choices_of(BookSide),
        default=BookSide.OWN.value,
        help_text="REPRICE: to the quotes on the order's own side, or those it would trade with.",
    )
    level_from = models.PositiveSmallIntegerField(
        default=1, validators=[MinValueValidator(1), MaxValueValidator(20)]
    )
    level_to = models.PositiveSmallIntegerField(
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(20)],
        help_text="REPRICE: to the middle of the prices of these levels; 1 and 1 is the best.",
    )
    is_kept_between_levels = models.BooleanField(
        default=False, help_text="Acts when the limit price is no longer between these levels."
    )
    max_replacements = models.PositiveSmallIntegerField(
        default=10, help_text="REPRICE: at most this often per alert and account."
    )
    max_slippage_percent = models.DecimalField(
        **PERCENT,
        default=Decimal(1),
        validators=[MinValueValidator(Decimal(0))],
        help_text="REPRICE: never further than this from the first order's limit price, to the "
        "worse.",
    )

    class Meta:
        ordering = ["strategy", "rank", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(action__in=values_of(ExpiryAction)), name="expiry_rule_action"
            ),
            models.CheckConstraint(
                condition=Q(side="") | Q(side__in=values_of(Side)), name="expiry_rule_side"
            ),
            models.CheckConstraint(
                condition=Q(order_type="") | Q(order_type__in=values_of(OrderType)),
                name="expiry_rule_order_type",
            ),
            models.CheckConstraint(
                condition=Q(purpose="") | Q(purpose__in=values_of(Purpose)),
                name="expiry_rule_purpose",
            ),
            models.CheckConstraint(
                condition=Q(after_seconds__isnull=False)
                | Q(drift_percent__isnull=False)
                | Q(is_kept_between_levels=True),
                name="expiry_rule_has_condition",
            ),
            models.CheckConstraint(
                condition=Q(drift_percent__isnull=True) | Q(drift_percent__gt=0),
                name="expiry_rule_drift_positive",
            ),
            models.CheckConstraint(
                condition=Q(level_from__gte=1, level_to__gte=F("level_from")),
                name="expiry_rule_levels_ordered",
            ),
            models.CheckConstraint(
                condition=Q(max_slippage_percent__gte=0), name="expiry_rule_slippage_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action} #{self.rank} of {self.strategy}"
