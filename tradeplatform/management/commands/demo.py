"""`manage.py demo`: first-run data, and what a newcomer needs to use it in a file.

The file tells only what works: a password or token that was changed since is left out of it.
"""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.checks import Tags
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import DEFAULT_DB_ALIAS

from strategies.models import Strategy
from tradeplatform.demo import GROUP_NAMES, OPERATOR, DemoLogin, ensure_demo
from tradeplatform.lib.private_json import read_private, write_private
from webhooks.tokens import user_of


class Command(BaseCommand):
    """Makes the demo when there is no user yet; later starts change no data."""

    help = "Make the demo data if nobody has a login yet, and tell how to use it in a JSON file."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--migrate", action="store_true", help="Bring the database's tables up to date first."
        )
        parser.add_argument(
            "--quickstart", type=Path, required=True, help="The JSON file to write, mode 0600."
        )

    def handle(self, *, quickstart: Path, migrate: bool, **_options: Any) -> None:
        if migrate:
            # All other checks are made when a command starts; `migrate` would make them again.
            self.check(tags=[Tags.database, Tags.models], databases=[DEFAULT_DB_ALIAS])
            call_command("migrate", interactive=False, stdout=self.stdout)
        login = ensure_demo(sandbox_url=settings.SANDBOX_URL) if settings.DEMO else None
        kept = read_private(quickstart)
        told = _still_true(kept) if login is None else _told_once(login)
        write_private(quickstart, {**kept, **told})


def _still_true(kept: dict[str, Any]) -> dict[str, Any]:
    """What the database says about the demo, and those of the kept secrets that still work."""
    password, token = kept.get("admin_password") or "", kept.get("token") or ""
    groups = Strategy.objects.filter(group_name__in=GROUP_NAMES)
    present = set(groups.values_list("group_name", flat=True))
    operator = User.objects.filter(username=OPERATOR, is_active=True).first()
    is_login = operator is not None and operator.check_password(password)
    return {
        "admin_user": OPERATOR if operator else "",
        "admin_password": password if is_login else "",
        "token": token if user_of(token) is not None else "",
        "group_names": [name for name in GROUP_NAMES if name in present],
    }


def _told_once(login: DemoLogin) -> dict[str, Any]:
    return {
        "admin_user": login.admin_user,
        "admin_password": login.admin_password,
        "token": login.token,
        "group_names": list(GROUP_NAMES),
    }
