"""The HTTP edge's own records: every request that came in, and the tokens that let them in."""

import ipaddress
import uuid

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from strategies.models import Signal


def validate_network(text: str) -> None:
    """Refuse what is no address and no network in the usual spelling."""
    try:
        meant = ipaddress.ip_network(text, strict=False)
    except ValueError as error:
        raise ValidationError(
            "Write an address such as 52.89.214.238 or a network such as 52.89.214.0/24."
        ) from error
    try:
        ipaddress.ip_network(text)
    except ValueError as error:
        raise ValidationError(
            f"{text} has host bits set. Write {meant} for the whole network, or "
            f"{text.partition('/')[0]} for that address alone."
        ) from error


class Outcome(models.TextChoices):
    """What we did with a delivery."""

    ACCEPTED = "ACCEPTED", "Accepted"
    DUPLICATE = "DUPLICATE", "Duplicate"
    REFUSED = "REFUSED", "Refused"


class Delivery(models.Model):
    """One HTTP request to the webhook, kept whatever came of it, with its secrets removed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    received_at = models.DateTimeField()
    remote_address = models.GenericIPAddressField(null=True, blank=True)
    content_type = models.CharField(max_length=100, blank=True, default="")
    body = models.TextField(blank=True, default="")
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    http_status = models.PositiveSmallIntegerField()
    error_code = models.CharField(max_length=40, blank=True, default="")
    error_field = models.CharField(max_length=60, blank=True, default="")
    error_message = models.CharField(max_length=300, blank=True, default="")
    sender = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="deliveries",
    )
    signal = models.ForeignKey(
        Signal, on_delete=models.PROTECT, null=True, blank=True, related_name="deliveries"
    )
    # The same names as in the answer's performance_metrics.
    validation_time_ms = models.DecimalField(max_digits=10, decimal_places=1, null=True)
    preprocessing_time_ms = models.DecimalField(max_digits=10, decimal_places=1, null=True)
    trade_processing_time_ms = models.DecimalField(max_digits=10, decimal_places=1, null=True)
    total_processing_time_ms = models.DecimalField(max_digits=10, decimal_places=1, null=True)

    class Meta:
        ordering = ["-received_at"]
        verbose_name_plural = "deliveries"
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome__in=Outcome.values), name="delivery_outcome"
            ),
            models.CheckConstraint(
                condition=Q(outcome=Outcome.REFUSED, signal__isnull=True) & ~Q(error_code="")
                | ~Q(outcome=Outcome.REFUSED) & Q(signal__isnull=False, error_code=""),
                name="delivery_refused_has_error_others_a_signal",
            ),
        ]
        indexes = [
            models.Index(fields=["-received_at"], name="delivery_newest"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class WebhookToken(models.Model):
    """Lets a user's programs post alerts. Only a digest is kept; the token is shown once."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="webhook_tokens"
    )
    digest = models.CharField(max_length=64, unique=True, editable=False)
    hint = models.CharField(max_length=8, editable=False, help_text="The token's last characters.")
    created_at = models.DateTimeField(editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(revoked_at__isnull=True),
                name="webhook_token_one_active_per_user",
            ),
        ]

    def __str__(self) -> str:
        return f"…{self.hint}"


class AllowedAddress(models.Model):
    """Where alerts may come from. While none is active, they may come from anywhere."""

    network = models.CharField(
        max_length=43,
        unique=True,
        validators=[validate_network],
        help_text="An address such as 52.89.214.238 or a network such as 52.89.214.0/24.",
    )
    note = models.CharField(max_length=100, blank=True, default="", help_text="Whose it is.")
    is_active = models.BooleanField(
        default=False,
        help_text="As soon as one address is active, alerts from all others are refused.",
    )

    class Meta:
        ordering = ["network"]
        verbose_name_plural = "allowed addresses"

    def __str__(self) -> str:
        return self.network
