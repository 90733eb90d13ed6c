"""A login at a venue. Credentials are stored encrypted and never read back to people."""

import json
from dataclasses import asdict

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.exchange.breaker import Reason
from accounts.exchange.types import Credentials, Environment, MarketType
from tradeplatform.lib.encryption import encrypt
from tradeplatform.lib.fields import choices_of, values_of


class Health(models.TextChoices):
    """What the last connection check found."""

    UNCHECKED = "UNCHECKED", "Not checked"
    OK = "OK", "OK"
    FAILED = "FAILED", "Failed"


class Account(models.Model):
    """One login at one venue in one environment, owned by one user."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="accounts"
    )
    name = models.CharField(max_length=60)
    venue = models.CharField(max_length=30, help_text="The exchange this login belongs to.")
    environment = models.CharField(
        max_length=10,
        choices=choices_of(Environment),
        default=Environment.SANDBOX.value,
        help_text="SANDBOX and TESTNET use play money; LIVE uses yours.",
    )
    # JSON of Credentials, encrypted. Compared as text to see that a cached client is stale.
    encrypted_credentials = models.TextField(editable=False, default="")
    is_active = models.BooleanField(
        default=True, help_text="An inactive account receives no new orders."
    )
    # Found by a check, and until another one finds otherwise: it opens no positions meanwhile.
    key_can_withdraw = models.BooleanField(default=False, editable=False)
    health = models.CharField(
        max_length=10, choices=Health.choices, default=Health.UNCHECKED, editable=False
    )
    health_message = models.CharField(max_length=300, blank=True, default="", editable=False)
    health_checked_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="account_name_once_per_owner"),
            models.CheckConstraint(
                condition=Q(environment__in=values_of(Environment)), name="account_environment"
            ),
            models.CheckConstraint(condition=Q(health__in=Health.values), name="account_health"),
        ]

    def __str__(self) -> str:
        return self.name

    def set_credentials(self, credentials: Credentials) -> None:
        """Keep the credentials encrypted; the caller saves the row."""
        self.encrypted_credentials = encrypt(json.dumps(asdict(credentials)))


class Breaker(models.Model):
    """Whether a venue's market, or one account in it, is left alone; see docs/breakers.md.

    A row exists from the first opening on. Open without `paused_until`: until a person has seen to
    it. `changed_at` is the last opening or closing: among processes the latest word counts. Why and
    until when it was open stays after it has closed.
    """

    venue = models.CharField(_("exchange"), max_length=30)
    environment = models.CharField(max_length=10, choices=choices_of(Environment))
    market_type = models.CharField(max_length=10, choices=choices_of(MarketType))
    account = models.ForeignKey(
        Account, on_delete=models.CASCADE, null=True, blank=True, related_name="breakers"
    )
    is_open = models.BooleanField(default=False)
    reason = models.CharField(max_length=20, choices=choices_of(Reason), blank=True, default="")
    # What the exchange said.
    message = models.CharField(max_length=300, blank=True, default="")
    opened_at = models.DateTimeField(null=True)
    paused_until = models.DateTimeField(null=True)
    openings = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["-is_open", "-changed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["venue", "environment", "market_type"],
                condition=Q(account__isnull=True),
                name="breaker_once_per_market",
            ),
            models.UniqueConstraint(
                fields=["account", "market_type"], name="breaker_once_per_account_and_market"
            ),
            models.CheckConstraint(
                condition=Q(is_open=False) | Q(opened_at__isnull=False), name="breaker_open_since"
            ),
        ]
        # What every process reads each second: those that are open or have changed lately.
        indexes = [models.Index(fields=["changed_at"], name="breaker_changed_at")]

    def __str__(self) -> str:
        return f"{self.account or self.venue} {self.market_type}"
