"""`manage.py demo`: first-run data, and what a newcomer needs to use it in a file."""

import json
import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandParser

from strategies.models import Strategy
from tradeplatform.demo import GROUP_NAMES, OPERATOR, DemoLogin, ensure_demo

_SECRETS = ("admin_password", "token")


class Command(BaseCommand):
    """Makes the demo when there is no user yet; later starts change no data."""

    help = "Make the demo data if nobody has a login yet, and tell how to use it in a JSON file."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--quickstart", type=Path, required=True, help="The JSON file to write, mode 0600."
        )

    def handle(self, *, quickstart: Path, **_options: Any) -> None:
        login = ensure_demo(sandbox_url=settings.SANDBOX_URL)
        kept = json.loads(quickstart.read_text()) if quickstart.exists() else {}
        values = {**_known(), **kept, **_told_once(login)}
        if values["admin_user"] and any(values[name] == "" for name in _SECRETS):
            self.stderr.write(
                "Password or token of the demo cannot be read back. Make new ones with "
                "`manage.py changepassword` and the admin's page of webhook tokens."
            )
        _write(quickstart, values)


def _known() -> dict[str, Any]:
    """What the database still tells about the demo, with nothing in place of its secrets."""
    present = set(
        Strategy.objects.filter(group_name__in=GROUP_NAMES).values_list("group_name", flat=True)
    )
    has_operator = User.objects.filter(username=OPERATOR).exists()
    return {
        "admin_user": OPERATOR if has_operator else "",
        "admin_password": "",
        "token": "",
        "group_names": [name for name in GROUP_NAMES if name in present],
    }


def _told_once(login: DemoLogin | None) -> dict[str, Any]:
    if login is None:
        return {}
    return {
        "admin_user": login.admin_user,
        "admin_password": login.admin_password,
        "token": login.token,
        "group_names": list(GROUP_NAMES),
    }


def _write(path: Path, values: dict[str, Any]) -> None:
    """Replace the file whole: whoever reads it sees the old or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    with open(draft, "x", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        json.dump(values, file, indent=2)
    draft.replace(path)
