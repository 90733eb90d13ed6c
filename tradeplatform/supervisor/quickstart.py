"""What a newcomer needs to post the first alert: in `quickstart.json`, and printed when ready."""

import json
import shlex
from dataclasses import asdict, dataclass
from pathlib import Path

from tradeplatform.lib.private_json import read_private, write_private

_MANAGE = ".venv/bin/python manage.py"
_OWN_TOKEN = "<YOUR_TOKEN>"  # noqa: S105 - stands where the user puts a token


@dataclass(frozen=True, slots=True, kw_only=True)
class Quickstart:
    """The file's keys. Without the demo there is no login, token or group to name.

    A password or token that is empty beside the others was changed: only its user knows it.
    """

    admin_url: str
    admin_user: str
    admin_password: str
    webhook_url: str
    token: str
    group_names: list[str]
    sandbox_url: str


def refresh(path: Path, *, web_url: str, sandbox_url: str) -> Quickstart:
    """Write the addresses of this start beside what the demo left in `path`, mode 0600."""
    kept = read_private(path)
    quickstart = Quickstart(
        admin_url=f"{web_url}/admin/",
        admin_user=kept.get("admin_user", ""),
        admin_password=kept.get("admin_password", ""),
        webhook_url=f"{web_url}/api/webhook",
        token=kept.get("token", ""),
        group_names=kept.get("group_names", []),
        sandbox_url=sandbox_url,
    )
    write_private(path, asdict(quickstart))
    return quickstart


def announcement(quickstart: Quickstart, *, logs: Path) -> str:
    """The text that says READY."""
    lines = ["READY", "", f"  Admin    {quickstart.admin_url}"]
    lines.append(f"  Login    {_login(quickstart)}")
    lines += [f"  Sandbox  {quickstart.sandbox_url}", f"  Logs     {logs}", ""]
    if quickstart.group_names:
        lines += [_invitation(quickstart), "", f"  {first_alert(quickstart)}", ""]
    return "\n".join([*lines, "Ctrl-C stops everything."])


def _login(quickstart: Quickstart) -> str:
    if not quickstart.admin_user:
        return f"your own, or make one: {_MANAGE} createsuperuser"
    if quickstart.admin_password:
        return f"{quickstart.admin_user} / {quickstart.admin_password}"
    return f"{quickstart.admin_user}, you changed the password: use your own"


def _invitation(quickstart: Quickstart) -> str:
    if quickstart.token:
        return "Post an alert; posted again it orders again:"
    return f"Post an alert (you changed the token: put your own in place of {_OWN_TOKEN}):"


def first_alert(quickstart: Quickstart) -> str:
    """A command for bash that buys bitcoin with 5 % of each subscribed account's capital."""
    alert = {
        "group_name": quickstart.group_names[0],
        "token": quickstart.token or _OWN_TOKEN,
        "symbol": "BTC/USDT",
        "side": "buy",
        "order_type": "LIMIT",
        "price": "90000",
        "qty_per": 5,
    }
    header = "Content-Type: application/json"
    return shlex.join(
        ["curl", "-sS", quickstart.webhook_url, "-H", header, "-d", json.dumps(alert)]
    )
