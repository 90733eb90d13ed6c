"""What a newcomer needs to post the first alert: in `quickstart.json`, and printed when ready."""

import json
import os
import shlex
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Quickstart:
    """The file's keys. Without the demo there is no login, token or group to name."""

    admin_url: str
    admin_user: str
    admin_password: str
    webhook_url: str
    token: str
    group_names: list[str]
    sandbox_url: str


def refresh(path: Path, *, web_url: str, sandbox_url: str) -> Quickstart:
    """Write the addresses of this start beside what the demo left in `path`, mode 0600."""
    kept = json.loads(path.read_text()) if path.exists() else {}
    quickstart = Quickstart(
        admin_url=f"{web_url}/admin/",
        admin_user=kept.get("admin_user", ""),
        admin_password=kept.get("admin_password", ""),
        webhook_url=f"{web_url}/api/webhook",
        token=kept.get("token", ""),
        group_names=kept.get("group_names", []),
        sandbox_url=sandbox_url,
    )
    draft = path.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    with open(draft, "x", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        json.dump(asdict(quickstart), file, indent=2)
    draft.replace(path)
    return quickstart


def announcement(quickstart: Quickstart, *, logs: Path) -> str:
    """The text that says READY."""
    lines = ["READY", "", f"  Admin    {quickstart.admin_url}"]
    if quickstart.admin_user:
        lines.append(f"  Login    {quickstart.admin_user} / {quickstart.admin_password}")
    else:
        lines.append("  Login    make one with: manage.py createsuperuser")
    lines += [f"  Sandbox  {quickstart.sandbox_url}", f"  Logs     {logs}", ""]
    if quickstart.token and quickstart.group_names:
        lines += ["Post an alert:", "", f"  {first_alert(quickstart)}", ""]
    return "\n".join([*lines, "Ctrl-C stops everything."])


def first_alert(quickstart: Quickstart) -> str:
    """A command for bash that buys bitcoin with 5 % of each subscribed account's capital."""
    alert = {
        "group_name": quickstart.group_names[0],
        "token": quickstart.token,
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
