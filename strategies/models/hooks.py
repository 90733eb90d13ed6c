"""How far a strategy's hooks have been told, and what went wrong with them."""

from django.db import models

from strategies.models.strategies import Strategy


class HookProgress(models.Model):
    """One row per strategy with hooks, written by orders.hooks only.

    The cursors are orders.hooks.cursors.Cursor as JSON.
    """

    strategy = models.OneToOneField(
        Strategy, on_delete=models.CASCADE, related_name="hook_progress"
    )
    # Whose progress it is: other hooks start anew, with what happens from then on.
    hooks = models.CharField(max_length=200)
    events = models.JSONField()
    fills = models.JSONField()
    marked_at = models.DateTimeField()
    last_problem = models.CharField(max_length=300, blank=True, default="")
    last_problem_at = models.DateTimeField(null=True, blank=True)
    problem_count = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["strategy"]
        verbose_name_plural = "hook progress"

    def __str__(self) -> str:
        return f"{self.hooks} of {self.strategy_id}"
