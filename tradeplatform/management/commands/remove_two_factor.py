"""`manage.py remove_two_factor NAME`: for whoever has lost the telephone and the recovery codes."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tradeplatform.models import AuthenticatorApp


class Command(BaseCommand):
    """The same as deleting the row under *Two-factor logins*, when nobody can log in any more."""

    help = "Remove a user's authenticator app: their login asks for the password alone again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, username: str, **options: Any) -> None:
        gone, _ = AuthenticatorApp.objects.filter(user__username=username).delete()
        if not gone:
            raise CommandError(f"No user {username!r} has an authenticator app.")
        self.stdout.write(f"The login of {username} asks for no code any more.")
