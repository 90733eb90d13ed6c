"""A signal's work, one row per shard that has accounts of its strategy."""

from django.db import models
from django.db.models import Q

from strategies.models import Signal


class Dispatch(models.Model):
    """A signal's work for one shard; claimed once, together with the orders it leads to."""

    signal = models.ForeignKey(Signal, on_delete=models.PROTECT, related_name="dispatches")
    # Its accounts: those with `account_id % shards == shard`, however many workers there are now.
    shard = models.PositiveSmallIntegerField()
    shards = models.PositiveSmallIntegerField()
    created_at = models.DateTimeField()  # when the alert came
    # When a worker took it up, had read what it needs, had committed its orders; the first and the
    # last are told with the end, and only by the worker that did it all.
    picked_up_at = models.DateTimeField(null=True, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    written_at = models.DateTimeField(null=True, blank=True)
    # Every order and cancel of it has an outcome, "unknown" being one.
    settled_at = models.DateTimeField(null=True, blank=True)
    # By a fault of ours it could be neither executed nor denied: none of its orders exists.
    given_up_at = models.DateTimeField(null=True, blank=True)
    # The ids of the subscriptions on which it would have traded then, and of those that had open
    # orders while it was to cancel some, these or others; NULL once given up: not known.
    missed = models.JSONField(null=True, blank=True)
    uncanceled = models.JSONField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "dispatches"
        constraints = [
            models.UniqueConstraint(fields=["signal", "shard"], name="dispatch_once_per_shard"),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=True) | Q(claimed_at__isnull=False),
                name="dispatch_settled_only_after_claim",
            ),
        ]
        indexes = [
            # The sweep: what nobody has claimed or finished.
            models.Index(
                fields=["created_at"],
                name="dispatch_unsettled",
                condition=Q(settled_at__isnull=True),
            ),
            models.Index(
                fields=["given_up_at"],
                name="dispatch_given_up",
                condition=Q(given_up_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.signal_id} on shard {self.shard}"
