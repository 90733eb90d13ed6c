"""No secret is told: after alerts, failures and walks through the admin, with every log line on,
none is found in a log, a row, a queue or a page.
"""

import http.cookiejar
import json
import os
import re
import signal
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from orders.tests.waiting import wait_for
from tradeplatform.supervisor.tests.platform_process import PlatformProcess
from tradeplatform.tests.platform_client import PlatformClient
from tradeplatform.tests.settings_by_hand import manage

pytestmark = pytest.mark.whole_platform

KEY, SECRET, PASSPHRASE = "key-to-be-found", "secret-to-be-found", "passphrase-to-be-found"
GUESS = "tpw_guessToBeFoundGuessToBeFoundGuessToBeFound0"
NO_ANSWER = "The exchange gave no usable answer"
# Parts of a signed address and of signed headers, at any exchange.
SIGNED = re.compile(r"signature=[0-9a-fA-F]{8}|X-MBX-APIKEY\W+[\w-]{8}|Fernet", re.IGNORECASE)

_ADD_ACCOUNT = f"""
from accounts.exchange.types import Credentials
from strategies.models import Subscription
owner = User.objects.get(username="operator")
account = Account(owner=owner, name="unknown", venue="binance", environment="SANDBOX")
account.set_credentials(Credentials({KEY!r}, {SECRET!r}, {PASSPHRASE!r}))
account.save()
strategy = Strategy.objects.get(group_name="demo-spot")
Subscription.objects.create(strategy=strategy, account=account, capital=1000)
print(account.pk)
"""
_CREDENTIALS = """
import json
from tradeplatform.lib.encryption import decrypt
stored = [json.loads(decrypt(row.encrypted_credentials)) for row in Account.objects.all()]
print(json.dumps([text for row in stored for text in row.values() if text]))
"""
_EVERYTHING = """
import base64, re
from django.db import connection
from django.conf import settings
from tradeplatform.lib.counters import client_of
cursor = connection.cursor()
for name in connection.introspection.table_names(cursor):
    cursor.execute(f'SELECT t::text FROM "{name}" t')
    print(name, *cursor.fetchall(), sep="\\n")
valkey = client_of(settings.REDIS_URL)
for key in valkey.keys():
    kind = valkey.type(key)
    found = valkey.lrange(key, 0, -1) if kind == b"list" else []
    found += valkey.hvals(key) if kind == b"hash" else []
    print(kind, key, *found)
    for message in found:
        print(*map(base64.b64decode, re.findall(rb'"body": ?"([^"]*)"', message)))
"""
_PAGES = """
from django.contrib import admin
from django.urls import reverse
import tradeplatform.urls
for model in admin.site._registry:
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    print(reverse(f"{name}_changelist"))
    for row in model._default_manager.all()[:5]:
        print(reverse(f"{name}_change", args=[row.pk]))
"""


class Browser:
    """Somebody logged in to the running admin."""

    def __init__(self, quickstart: dict[str, str]) -> None:
        self._base = quickstart["admin_url"].removesuffix("/admin/")
        self._cookies = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(self._cookies)
        )
        self.get("/admin/login/")
        self.post(
            "/admin/login/",
            username=quickstart["admin_user"],
            password=quickstart["admin_password"],
        )

    def get(self, path: str) -> str:
        with self._opener.open(self._base + path) as answer:
            return str(answer.read().decode())

    def post(self, path: str, **fields: str) -> str:
        (csrf,) = (cookie.value for cookie in self._cookies if cookie.name == "csrftoken")
        body = urllib.parse.urlencode(fields | {"csrfmiddlewaretoken": csrf or ""}).encode()
        with self._opener.open(self._base + path, data=body) as answer:
            return str(answer.read().decode())


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[PlatformProcess]:
    with PlatformProcess(tmp_path, LOG_LEVEL="DEBUG", EXCHANGE_TIMEOUT_SECONDS="2") as platform:
        platform.read_until("^Ctrl-C stops everything")
        yield platform


def refused(url: str, body: str) -> int:
    """Post what is no good alert; the status."""
    try:
        urllib.request.urlopen(urllib.request.Request(url, data=body.encode()))
    except urllib.error.HTTPError as error:
        return error.code
    raise AssertionError("an alert that is no good was accepted")


def send_bad_alerts(client: PlatformClient) -> list[int]:
    url, token = client.quickstart["webhook_url"], client.quickstart["token"]
    return [
        refused(url, f'{{"token": "{token}", "side": '),
        refused(f"{url}/{GUESS}", "{}"),
        refused(url, json.dumps({"token": GUESS, "passphrase": PASSPHRASE})),
        refused(url, json.dumps({"token": token, "group_name": token})),
        refused(f"{url}/{token}", json.dumps({"group_name": "demo-spot", "secret": SECRET})),
    ]


def test_no_secret_is_told_anywhere(platform: PlatformProcess, tmp_path: Path) -> None:
    client = PlatformClient(tmp_path)
    account_page = f"/admin/accounts/account/{manage(tmp_path, _ADD_ACCOUNT)}/"
    browser = Browser(platform.quickstart())

    def buy() -> list[str]:
        answer = client.alert(
            symbol="BTC/USDT", side="buy", order_type="LIMIT", price="50000", qty_per=1
        )
        return sorted(client.settled(answer).column("status"))

    with_a_wrong_key = buy()
    statuses = send_bad_alerts(client)
    with platform.restarting_nothing():
        os.kill(platform.pid_of("sandbox"), signal.SIGKILL)
        client.alert(symbol="BTC/USDT", side="buy", order_type="LIMIT", price="50000", qty_per=1)
        # A read is signed in its address, and the texts of failures tell addresses.
        browser.post(f"{account_page}check_connection/")
        wait_for(lambda: NO_ANSWER in browser.get(f"{account_page}change/"), seconds=30)
        for worker in ("worker0", "worker1"):
            os.kill(platform.pid_of(worker), signal.SIGKILL)
        browser.post(f"{account_page}check_connection/")
        client.alert(symbol="BTC/USDT", side="buy", order_type="LIMIT", price="50000", qty_per=1)
        waiting = manage(tmp_path, _EVERYTHING)
    page = browser.post("/admin/webhooks/webhooktoken/rotate/")
    new_token = re.findall(r"tpw_[\w-]{43}", page)[0]
    pages = {path: browser.get(path) for path in manage(tmp_path, _PAGES).splitlines()}

    assert with_a_wrong_key == ["failed", "success", "success", "success"]
    assert statuses == [400, 401, 401, 400, 400]
    quickstart = client.quickstart
    secrets = {
        *json.loads(manage(tmp_path, _CREDENTIALS)),
        *(tmp_path / "secret_key").read_text().split(),
        *(tmp_path / "encryption_key").read_text().split(),
        *(PASSPHRASE, GUESS, new_token, quickstart["token"], quickstart["admin_password"]),
    }
    told = pages | {"waiting tasks": waiting, "rows": manage(tmp_path, _EVERYTHING)}
    for log in (tmp_path / "logs").iterdir():
        told[log.name] = log.read_text(errors="replace")
    assert "orders.execute_dispatch" in waiting
    assert {KEY, SECRET} < secrets
    found = [
        (place, secret[:12]) for place, text in told.items() for secret in secrets if secret in text
    ]
    found += [(place, hit[0]) for place, text in told.items() for hit in SIGNED.finditer(text)]
    assert found == []
