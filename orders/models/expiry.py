"""What an expiry rule did about an order."""

from django.db import models
from django.db.models import Q

from orders.models.orders import Order
from strategies.models import ExpiryAction, ExpiryRule
from tradeplatform.lib.fields import choices_of, values_of


class Expiry(models.Model):
    """A rule acted on an order: at most once each; a replacement is an order of its own.

    `rule_text` is the rule in words as it stood when it acted: it may be changed or deleted since.
    `settled_at` is empty while something is left to be done: the order's end is awaited, then its
    unfilled rest is ordered anew.
    """

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="expiries")
    rule = models.ForeignKey(ExpiryRule, on_delete=models.SET_NULL, null=True, related_name="+")
    rule_text = models.TextField(blank=True, default="")
    action = models.CharField(max_length=10, choices=choices_of(ExpiryAction))
    started_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "expiries"
        constraints = [
            models.UniqueConstraint(fields=["order", "rule"], name="expiry_once_per_rule"),
            models.CheckConstraint(
                condition=Q(action__in=values_of(ExpiryAction)), name="expiry_action"
            ),
        ]
        indexes = [
            models.Index(
                fields=["id"], name="expiry_unsettled", condition=Q(settled_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action} of {self.order_id}"
