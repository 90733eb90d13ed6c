"""`manage.py rotate_encryption_key`: stored secrets under a new key, while orders go on."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from tradeplatform.key_rotation import RotationRuns, rotate


class Command(BaseCommand):
    """Safe to break off and to repeat."""

    help = "Encrypt all stored secrets with the newest encryption key, while everything runs."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = rotate()
        except RotationRuns:
            raise CommandError("Another run is at work: wait for its end.") from None
        self.stdout.write(f"{done.changed} stored texts are now encrypted with the newest key.")
        if done.unreadable:
            listed = ", ".join(done.unreadable)
            raise CommandError(
                f"No key decrypts {listed}. Put the key back that encrypted them and run this "
                "again, or enter those secrets anew."
            )
        if len(settings.ENCRYPTION_KEYS) > 1:
            self.stdout.write(
                "Leave the first of ENCRYPTION_KEYS only, and restart; backups need the old ones."
            )
