"""What a person said is gone from a position without any fill of ours."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from strategies.models.strategies import Position
from tradeplatform.lib.fields import AMOUNT


class PositionCorrection(models.Model):
    """One correction of a position towards zero; never changed, never deleted.

    It stands for a trade by hand, a liquidation or the like: no fill, no profit, no fee. Written
    only by strategies.positions.
    """

    position = models.ForeignKey(Position, on_delete=models.PROTECT, related_name="corrections")
    # Signed, in base units: below zero takes from a long position.
    quantity = models.DecimalField(**AMOUNT)
    reason = models.CharField(max_length=300)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="position_corrections"
    )
    corrected_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(quantity=0), name="correction_not_zero"),
            models.CheckConstraint(condition=~Q(reason=""), name="correction_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity:f} of {self.position}"
