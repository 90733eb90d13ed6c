"""Where people want to be told, what they are to be told, and what became of the telling."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q

from tradeplatform.lib.encryption import decrypt, encrypt

# The notifier stamps its row in every round while it lives.
SILENT_AFTER = timedelta(seconds=60)


class Channel(models.Model):
    """One address of one user, and the events it is for."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="channels"
    )
    name = models.CharField(max_length=60)
    # An Apprise address; it holds a token or password as a rule, so it is never shown again.
    encrypted_address = models.TextField(editable=False)
    hint = models.CharField("sends to", max_length=100, editable=False)
    events = models.JSONField(default=list)
    is_active = models.BooleanField(
        default=True,
        help_text="An inactive channel is told nothing, and later nothing of that time.",
    )
    last_success_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_failure_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_failure = models.CharField(max_length=300, blank=True, default="", editable=False)
    # Empty again with the first message that arrives.
    failing_since = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="channel_name_once_per_owner"),
        ]

    def __str__(self) -> str:
        return self.name

    def set_address(self, address: str, *, hint: str) -> None:
        """Keep the address encrypted; the caller saves the row."""
        self.encrypted_address = encrypt(address)
        self.hint = hint

    def address(self) -> str:
        """The address in clear, for sending only; raises CannotDecrypt."""
        return decrypt(self.encrypted_address)


class State(models.TextChoices):
    """What became of a message."""

    PENDING = "PENDING", "On its way"
    SENT = "SENT", "Sent"
    GIVEN_UP = "GIVEN_UP", "Given up"


class Message(models.Model):
    """One message to one channel, with its tries. Sent at least once, or given up and shown so."""

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="messages")
    title = models.CharField(max_length=200)
    text = models.TextField()
    is_test = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    tries = models.PositiveSmallIntegerField(default=0)
    # While a try is under way: when it counts as lost, should nobody write its outcome.
    next_try_at = models.DateTimeField()
    failure = models.CharField(max_length=300, blank=True, default="")
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="message_state"),
        ]
        indexes = [
            # What is to be sent; asked for in every round.
            models.Index(
                fields=["next_try_at"], name="message_pending", condition=Q(state=State.PENDING)
            ),
            # A channel's newest message, its history, and what is old enough to go.
            models.Index(fields=["channel", "created_at"], name="message_by_channel"),
        ]

    def __str__(self) -> str:
        return self.title


class Notice(models.Model):
    """One piece of news for one channel; `message` is empty until it is in one."""

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="notices")
    source = models.CharField(max_length=30)
    source_key = models.CharField(max_length=120)
    event = models.CharField(max_length=20)
    at = models.DateTimeField()
    text = models.CharField(max_length=300)
    message = models.ForeignKey(
        Message, on_delete=models.SET_NULL, null=True, blank=True, related_name="notices"
    )

    class Meta:
        ordering = ["id"]
        constraints = [
            # Reading a row twice tells it once. The order serves "was this row told?" as well.
            models.UniqueConstraint(
                fields=["source", "source_key", "channel"], name="notice_once_per_channel"
            ),
        ]
        indexes = [
            models.Index(
                fields=["channel"], name="notice_untold", condition=Q(message__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return self.text


class Condition(models.Model):
    """Something that is wrong now, since when, and whether anybody was told of it."""

    source = models.CharField(max_length=30)
    key = models.CharField(max_length=60)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+"
    )
    text = models.CharField(max_length=300)
    since = models.DateTimeField()
    is_told = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "key"], name="condition_once"),
        ]

    def __str__(self) -> str:
        return self.text


class Notifier(models.Model):
    """The one row of the process that tells: how far each table is read, and that it lives.

    `cursors` has a cursors.Cursor as JSON for each table.
    """

    cursors = models.JSONField(default=dict)
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return "notifier"

    def is_silent(self, *, now: datetime) -> bool:
        """Whether the process has not been heard of for too long."""
        return self.seen_at < now - SILENT_AFTER
