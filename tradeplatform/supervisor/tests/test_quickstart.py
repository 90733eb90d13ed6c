"""The first alert can be pasted, and a restart changes addresses only."""

import json
import shlex
import stat
from dataclasses import replace
from pathlib import Path

from tradeplatform.supervisor.quickstart import Quickstart, announcement, first_alert, refresh

_DEMO = {
    "admin_user": "operator",
    "admin_password": "it's secret",
    "token": "tok$en",
    "group_names": ["spot", "private"],
}


def test_addresses_are_written_beside_the_demo_in_a_private_file(tmp_path: Path) -> None:
    path = tmp_path / "quickstart.json"
    path.write_text(json.dumps(_DEMO))

    refresh(path, web_url="http://127.0.0.1:8000", sandbox_url="http://127.0.0.1:8090")

    assert json.loads(path.read_text()) == {
        "admin_url": "http://127.0.0.1:8000/admin/",
        "admin_user": "operator",
        "admin_password": "it's secret",
        "webhook_url": "http://127.0.0.1:8000/api/webhook",
        "token": "tok$en",
        "group_names": ["spot", "private"],
        "sandbox_url": "http://127.0.0.1:8090",
    }
    assert path.read_text().endswith("}\n")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_restart_keeps_login_and_token_and_changes_the_addresses(tmp_path: Path) -> None:
    path = tmp_path / "quickstart.json"
    path.write_text(json.dumps(_DEMO))
    before = refresh(path, web_url="http://127.0.0.1:8000", sandbox_url="http://127.0.0.1:8090")

    after = refresh(path, web_url="http://127.0.0.1:9000", sandbox_url="http://127.0.0.1:9090")

    assert (after.admin_password, after.token) == (before.admin_password, before.token)
    assert after.webhook_url == "http://127.0.0.1:9000/api/webhook"


def test_the_printed_alert_survives_pasting_into_a_shell() -> None:
    command = shlex.split(first_alert(_quickstart()))

    assert command[:3] == ["curl", "-sS", "http://127.0.0.1:8000/api/webhook"]
    assert json.loads(command[-1]) == {
        "group_name": "spot",
        "token": "tok$en",
        "symbol": "BTC/USDT",
        "side": "buy",
        "order_type": "LIMIT",
        "price": "90000",
        "qty_per": 5,
    }


def test_ready_names_the_login_and_the_alert() -> None:
    text = announcement(_quickstart(), logs=Path("/state/logs"))

    assert text.startswith("READY\n")
    assert "operator / it's secret" in text
    assert first_alert(_quickstart()) in text


def test_a_changed_password_is_not_printed_as_if_it_worked() -> None:
    text = announcement(replace(_quickstart(), admin_password=""), logs=Path("/state/logs"))

    assert "Login    operator, you changed the password: use your own\n" in text


def test_a_changed_token_leaves_its_place_in_the_alert_open() -> None:
    changed = replace(_quickstart(), token="")

    text = announcement(changed, logs=Path("/state/logs"))

    body = json.loads(shlex.split(first_alert(changed))[-1])
    assert body["token"] == "<YOUR_TOKEN>"
    assert first_alert(changed) in text
    assert "(you changed the token: put your own in place of <YOUR_TOKEN>)" in text


def test_without_the_demo_ready_says_how_to_make_a_login(tmp_path: Path) -> None:
    quickstart = refresh(
        tmp_path / "quickstart.json", web_url="http://127.0.0.1:8000", sandbox_url="http://x:1"
    )

    text = announcement(quickstart, logs=Path("/state/logs"))

    assert ".venv/bin/python manage.py createsuperuser" in text
    assert "curl" not in text


def _quickstart() -> Quickstart:
    return Quickstart(
        admin_url="http://127.0.0.1:8000/admin/",
        admin_user="operator",
        admin_password="it's secret",
        webhook_url="http://127.0.0.1:8000/api/webhook",
        token="tok$en",
        group_names=["spot", "private"],
        sandbox_url="http://127.0.0.1:8090",
    )
