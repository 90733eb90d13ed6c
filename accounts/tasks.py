"""The door through which Celery enters."""

from datetime import UTC, datetime

from celery import shared_task

from accounts.checking import check_account


@shared_task(name="accounts.check_connection")
def check_connection(account_id: int) -> None:
    """Nudged by the admin's button, through the queue of the account's shard."""
    check_account(account_id, now=datetime.now(UTC))
