"""The whole platform as a user runs it: `manage.py up`, with real everything."""

import http.client
import json
import os
import shlex
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from django.conf import settings

from accounts.sandbox.process import SandboxProcess
from tradeplatform.lib.services.tests.endings import ends
from tradeplatform.supervisor.tests.platform_process import PlatformProcess, environment
from tradeplatform.testing import with_database

pytestmark = pytest.mark.whole_platform


@pytest.fixture(scope="module")
def platform() -> Iterator[PlatformProcess]:
    """Up and ready; most tests here look at this one."""
    with (
        tempfile.TemporaryDirectory(prefix="tp-") as state_dir,
        # Patient, so that a busy machine does not turn the first answer into a 202.
        PlatformProcess(
            Path(state_dir), WEBHOOK_WAIT_SECONDS="60", TRUSTED_PROXIES="127.0.0.1"
        ) as platform,
    ):
        platform.read_until("^Ctrl-C stops everything")
        yield platform


def test_stores_start_before_the_exchange_before_workers_before_work_comes_in(
    platform: PlatformProcess,
) -> None:
    names = [name for name, _ in platform.processes()[:10]]

    workers = ["worker0", "worker1", "stream0", "stream1"]
    assert names == ["valkey", "postgres", "sandbox", *workers, "notifier", "web", "beat"]


def test_ready_prints_what_the_private_quickstart_file_says(platform: PlatformProcess) -> None:
    quickstart = platform.quickstart()

    printed = "\n".join(platform.lines)

    assert "READY" in platform.lines
    assert f"Admin    {quickstart['admin_url']}" in printed
    assert f"Login    {quickstart['admin_user']} / {quickstart['admin_password']}" in printed
    assert f"curl -sS {quickstart['webhook_url']} " in printed
    assert list(quickstart) == [
        "admin_url",
        "admin_user",
        "admin_password",
        "webhook_url",
        "token",
        "group_names",
        "sandbox_url",
    ]
    assert stat.S_IMODE((platform.state_dir / "quickstart.json").stat().st_mode) == 0o600


def test_the_admin_answers_at_the_printed_address(platform: PlatformProcess) -> None:
    status, _ = _http("GET", f"{platform.quickstart()['admin_url']}login/")

    assert status == http.HTTPStatus.OK


@pytest.mark.parametrize(
    ("came_by", "expected"), [("https", http.HTTPStatus.FOUND), ("http", http.HTTPStatus.FORBIDDEN)]
)
def test_a_trusted_proxy_says_how_a_login_came(
    platform: PlatformProcess, came_by: str, expected: http.HTTPStatus
) -> None:
    told = platform.quickstart()
    address = urlsplit(told["admin_url"])
    csrf = "c" * 32
    fields = {
        "username": told["admin_user"],
        "password": told["admin_password"],
        "csrfmiddlewaretoken": csrf,
    }

    status, _ = _http(
        "POST",
        f"{told['admin_url']}login/",
        body=urlencode(fields),
        headers={
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": f"csrftoken={csrf}",
            "Origin": f"https://{address.netloc}",
            "X-Forwarded-Proto": came_by,
        },
    )

    assert status == expected


def test_the_printed_alert_trades_on_every_subscribed_account(platform: PlatformProcess) -> None:
    printed = next(line for line in platform.lines if "curl" in line)
    _, _, url, _, header, _, body = shlex.split(printed)
    name, _, content_type = header.partition(": ")

    status, text = _http("POST", url, body=body, headers={name: content_type})

    results = json.loads(text)["results"]
    _, orders = _http("GET", f"{platform.quickstart()['sandbox_url']}/sandbox/orders")
    assert status == http.HTTPStatus.OK
    assert [(row["account_name"], row["status"]) for row in results] == [
        ("demo-1", "success"),
        ("demo-2", "success"),
        ("demo-3", "success"),
    ]
    assert sorted(order["clientOrderId"] for order in json.loads(orders)) == sorted(
        row["client_order_id"] for row in results
    )


def test_commands_run_by_hand_find_the_services_of_the_state_directory(
    platform: PlatformProcess,
) -> None:
    show = "from django.conf import settings; print(settings.SANDBOX_URL)"

    migrated = _manage(platform.state_dir, "migrate", "--check")
    shown = _manage(platform.state_dir, "shell", "--no-imports", "-c", show)

    assert migrated.returncode == 0, migrated.stderr
    assert shown.stdout.strip() == platform.quickstart()["sandbox_url"]


def test_a_second_up_on_the_same_state_is_refused(platform: PlatformProcess) -> None:
    with PlatformProcess(platform.state_dir) as second:
        code = second.exit_code()

    assert code == 1
    assert second.processes() == []
    assert f"The platform is already running on {platform.state_dir}" in second.lines[-1]


def test_a_web_port_that_is_taken_is_refused_by_name(
    platform: PlatformProcess, state_dir: Path
) -> None:
    taken = str(urlsplit(platform.quickstart()["admin_url"]).port)

    with PlatformProcess(state_dir, WEB_PORT=taken) as second:
        code = second.exit_code()

    assert code == 1
    assert second.processes() == []
    assert f"WEB_PORT asks for port {taken} on 127.0.0.1, which cannot be had" in second.lines[-1]


@pytest.mark.parametrize("name", ["web", "worker0", "postgres", "valkey"])
def test_a_killed_process_comes_back(platform: PlatformProcess, name: str) -> None:
    killed = platform.pid_of(name)

    os.kill(killed, signal.SIGKILL)
    platform.read_until(f"^{name}: process")

    assert f"{name} ended (signal 9); starting it again in 0.5 s" in platform.lines
    assert platform.pid_of(name) != killed


def test_services_that_are_given_are_not_started(sandbox: SandboxProcess, state_dir: Path) -> None:
    given = {
        "DATABASE_URL": settings.DATABASE_URL,
        "REDIS_URL": with_database(settings.REDIS_URL, number=15),
        "SANDBOX_URL": sandbox.url,
    }

    with PlatformProcess(state_dir, SHARDS="1", **given) as platform:
        platform.read_until("^Ctrl-C stops everything")

    names = [name for name, _ in platform.processes()]
    assert names == ["worker0", "stream0", "notifier", "web", "beat"]
    assert platform.quickstart()["sandbox_url"] == sandbox.url
    assert not (state_dir / "stores").exists()


def test_kill_9_leaves_nothing_behind_and_a_restart_keeps_the_login(state_dir: Path) -> None:
    with PlatformProcess(state_dir) as killed:
        killed.read_until("^Ctrl-C stops everything")
        before = killed.quickstart()
        killed.end(signal.SIGKILL)

    with PlatformProcess(state_dir) as restarted:
        restarted.read_until("^Ctrl-C stops everything")
        after = restarted.quickstart()
        code = restarted.end(signal.SIGINT)

    started = killed.processes() + restarted.processes()
    kept = ("admin_user", "admin_password", "token", "group_names")
    assert [after[key] for key in kept] == [before[key] for key in kept]
    assert after["token"]
    assert [name for name, pid in started if not ends(pid)] == []
    assert (code, restarted.lines[-1]) == (0, "Stopped")


def _http(
    method: str, url: str, *, body: str | None = None, headers: Mapping[str, str] | None = None
) -> tuple[int, str]:
    """Status and text of the answer."""
    address = urlsplit(url)
    connection = http.client.HTTPConnection(address.netloc)
    connection.request(method, address.path, body=body, headers=headers or {})
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text


def _manage(state_dir: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=settings.BASE_DIR,
        env=environment(state_dir),
        capture_output=True,
        text=True,
        check=False,
    )
