"""The switches that stop trading, and what was done each time one was switched."""

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import Account
from strategies.models.strategies import Strategy
from strategies.trading_states import RunAction, Scope, TradingState
from tradeplatform.lib.fields import choices_of, values_of


def _only(scope: Scope, target: str = "") -> Q:
    """The scope with its target and no other."""
    filled = {f"{name}__isnull": name != target for name in ("user", "account", "strategy")}
    return Q(scope=scope.value, **filled)


class TradingSwitch(models.Model):
    """The trading state of everything, a user, an account or a strategy; no row means ACTIVE.

    Written by strategies.switching only; what an order obeys is read by strategies.restraints.
    """

    scope = models.CharField(max_length=10, choices=choices_of(Scope))
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="trading_switch",
    )
    account = models.OneToOneField(
        Account, on_delete=models.CASCADE, null=True, blank=True, related_name="trading_switch"
    )
    strategy = models.OneToOneField(
        Strategy, on_delete=models.CASCADE, null=True, blank=True, related_name="trading_switch"
    )
    state = models.CharField(max_length=10, choices=choices_of(TradingState))
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="switched"
    )
    reason = models.CharField(max_length=150, blank=True, default="")
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["scope", "id"]
        verbose_name_plural = "trading switches"
        constraints = [
            models.UniqueConstraint(
                fields=["scope"],
                condition=Q(scope=Scope.EVERYTHING.value),
                name="trading_switch_of_everything_once",
            ),
            models.CheckConstraint(
                condition=_only(Scope.EVERYTHING)
                | _only(Scope.USER, "user")
                | _only(Scope.ACCOUNT, "account")
                | _only(Scope.STRATEGY, "strategy"),
                name="trading_switch_has_its_target",
            ),
            models.CheckConstraint(
                condition=Q(state__in=values_of(TradingState)), name="trading_switch_state"
            ),
        ]
        indexes = [
            # Every claim asks for these; nearly always empty.
            models.Index(
                fields=["id"],
                name="trading_switch_not_active",
                condition=~Q(state=TradingState.ACTIVE.value),
            ),
        ]

    def __str__(self) -> str:
        if self.scope == Scope.EVERYTHING:
            return "All trading"
        return f"Trading of {self.scope.lower()} {self.user or self.account or self.strategy}"


class TradingRun(models.Model):
    """One time that somebody switched, and how far what was asked for with it has come.

    Ended when all of it is done or the next run of the same switch took over.
    """

    # Made with the form that asks for it, so that a form sent twice is one run.
    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    switch = models.ForeignKey(TradingSwitch, on_delete=models.CASCADE, related_name="runs")
    state = models.CharField(max_length=10, choices=choices_of(TradingState))
    action = models.CharField(max_length=10, choices=choices_of(RunAction))
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="trading_runs"
    )
    reason = models.CharField(max_length=150, blank=True, default="")
    requested_at = models.DateTimeField()
    # By the database's clock: right after the commit, and once every transaction that had begun
    # before had ended.
    committed_at = models.DateTimeField(null=True, blank=True)
    blocked_at = models.DateTimeField(null=True, blank=True)
    # Orders of the scope that had been committed by then and had no answer yet.
    in_flight = models.PositiveIntegerField(null=True, blank=True)
    cancels_asked = models.PositiveIntegerField(default=0)
    cancels_left = models.PositiveIntegerField(default=0)
    closes_left = models.PositiveIntegerField(default=0)
    flat_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    # What a person should know: dust, unknown outcomes, closes that were refused. One a line.
    notes = models.TextField(blank=True, default="")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["switch"],
                condition=Q(ended_at__isnull=True),
                name="trading_run_one_at_work",
            ),
            models.CheckConstraint(
                condition=Q(state__in=values_of(TradingState)), name="trading_run_state"
            ),
            models.CheckConstraint(
                condition=Q(action__in=values_of(RunAction)), name="trading_run_action"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.switch}: {self.state}"

    @property
    def time_to_blocked(self) -> timedelta | None:
        """From the commit until no decision that began before it was under way."""
        return self._after_commit(self.blocked_at)

    @property
    def time_to_flat(self) -> timedelta | None:
        """From the commit until nothing that can be closed was held."""
        return self._after_commit(self.flat_at)

    def _after_commit(self, moment: datetime | None) -> timedelta | None:
        if self.committed_at is None or moment is None:
            return None
        return moment - self.committed_at
