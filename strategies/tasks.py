"""The door through which Celery enters."""

from celery import shared_task

from strategies import marking


@shared_task(name="strategies.mark_positions")
def mark_positions() -> None:
    """Beat: store the last prices of what is held."""
    marking.mark_positions()
