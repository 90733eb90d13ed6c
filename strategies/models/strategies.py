"""What is traded, by whom, how much: strategies, subscriptions, signals, positions."""

import uuid
from decimal import Decimal

from django.conf import settings
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q

from accounts.exchange.types import Environment, MarketType
from accounts.models import Account
from tradeplatform.lib.fields import AMOUNT, choices_of, values_of


class Strategy(models.Model):
    """What alerts name: its `group_name` finds it, its subscriptions trade it."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="strategies"
    )
    name = models.CharField(max_length=80)
    group_name = models.CharField(
        max_length=60,
        unique=True,
        validators=[RegexValidator(r"^[\w.-]+\Z", "Use letters, digits, dot, dash, underscore.")],
        help_text="The name alerts use. Letters, digits, dot, dash and underscore.",
    )
    market_type = models.CharField(
        max_length=10, choices=choices_of(MarketType), default=MarketType.SPOT.value
    )
    venue = models.CharField(
        max_length=30,
        blank=True,
        default="",
        help_text="Only accounts at this exchange may subscribe. Empty: any exchange.",
    )
    currency = models.CharField(
        max_length=10,
        blank=True,
        default="",
        help_text="Only markets quoted in this currency are traded, e.g. USDT. Empty: any.",
    )
    is_active = models.BooleanField(default=True, help_text="Inactive: its alerts are refused.")
    is_public = models.BooleanField(
        default=False, help_text="Other users may subscribe their own accounts."
    )
    max_signal_age_seconds = models.PositiveIntegerField(
        default=60,
        validators=[MinValueValidator(1)],
        help_text="An alert that could not be executed within this time is denied, not sent late.",
    )
    close_first = models.BooleanField(
        default=False,
        help_text="An order to open first closes the strategy's opposite position and waits until "
        "it is flat. An alert may ask for this itself.",
    )
    cancel_on_start = models.BooleanField(
        default=False,
        help_text="Cancel this strategy's open orders when its workers start, after a crash too.",
    )
    hooks = models.CharField(
        max_length=200,
        blank=True,
        default="",
        help_text="A Python class that is told of orders and fills, e.g. "
        "strategies.examples.hedge.Hedge. Empty: none. Only superusers may change it.",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "strategies"
        constraints = [
            models.CheckConstraint(
                condition=Q(market_type__in=values_of(MarketType)), name="strategy_market_type"
            ),
            models.CheckConstraint(
                condition=Q(max_signal_age_seconds__gt=0), name="strategy_max_signal_age_positive"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Subscription(models.Model):
    """One account trades one strategy with its own capital and limits."""

    strategy = models.ForeignKey(Strategy, on_delete=models.PROTECT, related_name="subscriptions")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="subscriptions")
    is_active = models.BooleanField(
        default=True, help_text="Inactive: alerts pass this account by."
    )
    capital = models.DecimalField(
        **AMOUNT,
        validators=[MinValueValidator(Decimal("0.00000001"))],
        help_text="In the quote currency; qty_per is a percentage of it.",
    )
    leverage = models.PositiveSmallIntegerField(
        default=1,
        validators=[MinValueValidator(1)],
        help_text="Multiplies the capital on futures. Set the same leverage at the exchange.",
    )
    max_symbols = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="At most this many symbols held or being bought at once. Empty: no limit.",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["strategy", "account"]
        constraints = [
            models.UniqueConstraint(
                fields=["strategy", "account"], name="subscription_once_per_account"
            ),
            models.CheckConstraint(
                condition=Q(capital__gt=0), name="subscription_capital_positive"
            ),
            models.CheckConstraint(
                condition=Q(leverage__gte=1), name="subscription_leverage_at_least_one"
            ),
            models.CheckConstraint(
                condition=Q(max_symbols__isnull=True) | Q(max_symbols__gte=1),
                name="subscription_max_symbols_at_least_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.strategy} × {self.account}"


class Signal(models.Model):
    """One accepted alert: what its sender wants done, parsed and durable."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    strategy = models.ForeignKey(Strategy, on_delete=models.PROTECT, related_name="signals")
    # Whose token sent it. The owner acts on every subscription, others on their own accounts only.
    sender = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="signals"
    )
    dedup_key = models.CharField(max_length=128, null=True, blank=True)  # noqa: DJ001 NULL is "no key"; NULLs do not collide
    # Set when it is no alert but closes that a flatten asked for: what they mean is named in them.
    flatten_run = models.ForeignKey(
        "strategies.TradingRun",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="signals",
    )
    # A list of strategies.intents.Intent in the order of execution.
    intents = models.JSONField(default=list)
    received_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        ordering = ["-received_at"]
        constraints = [
            # The sender is part of the key, so that a subscriber cannot use up the owner's keys.
            models.UniqueConstraint(
                fields=["strategy", "sender", "dedup_key"], name="signal_once_per_dedup_key"
            ),
            models.CheckConstraint(
                condition=Q(dedup_key__isnull=True) | ~Q(dedup_key=""),
                name="signal_dedup_key_not_empty",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("received_at")), name="signal_expires_after_receipt"
            ),
        ]
        indexes = [
            # The admin's list: newest first, of one strategy or of all.
            models.Index(fields=["strategy", "-received_at"], name="signal_by_strategy_newest"),
            models.Index(fields=["-received_at"], name="signal_newest"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Position(models.Model):
    """What one subscription holds of one symbol: its own fills, net of base fees, and corrections.

    Positive is long, negative short. Written only by strategies.positions.
    """

    subscription = models.ForeignKey(
        Subscription, on_delete=models.PROTECT, related_name="positions"
    )
    symbol = models.CharField(max_length=60)
    quantity = models.DecimalField(**AMOUNT, default=Decimal(0))
    average_entry_price = models.DecimalField(**AMOUNT, null=True, blank=True)
    # In the quote currency, from fills that reduced the position; fees are told apart.
    realized_profit = models.DecimalField(**AMOUNT, default=Decimal(0))
    # Paid so far: {currency: amount as text}.
    fees = models.JSONField(default=dict)
    # Of the newest fill or correction in it; a fill that happened before has it computed anew.
    last_filled_at = models.DateTimeField(null=True, blank=True)
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ["subscription", "symbol"]
        constraints = [
            models.UniqueConstraint(
                fields=["subscription", "symbol"], name="position_once_per_symbol"
            ),
            models.CheckConstraint(
                condition=Q(average_entry_price__isnull=True) | Q(average_entry_price__gte=0),
                name="position_entry_price_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.symbol} of {self.subscription}"


class MarkPrice(models.Model):
    """The last price of a symbol that somebody holds, for showing what positions are worth.

    A row of its own, so that writing it never waits for, nor holds up, the booking of fills.
    """

    venue = models.CharField(max_length=30)
    environment = models.CharField(max_length=10, choices=choices_of(Environment))
    market_type = models.CharField(max_length=10, choices=choices_of(MarketType))
    symbol = models.CharField(max_length=60)
    price = models.DecimalField(**AMOUNT)
    read_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["venue", "environment", "market_type", "symbol"], name="mark_price_once"
            ),
            models.CheckConstraint(condition=Q(price__gt=0), name="mark_price_positive"),
            models.CheckConstraint(
                condition=Q(environment__in=values_of(Environment)), name="mark_price_environment"
            ),
            models.CheckConstraint(
                condition=Q(market_type__in=values_of(MarketType)), name="mark_price_market_type"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.symbol} at {self.venue}"
