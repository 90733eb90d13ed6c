"""The addresses over real HTTP: methods, headers, outages, what the log says."""

import json
import logging
import subprocess
import sys
import urllib.error
import urllib.request
from typing import Any

import pytest
from django.test import Client
from pytest_django.live_server_helper import LiveServer

from webhooks.models import Delivery
from webhooks.tests.conftest import Desk
from webhooks.tests.database_proxy import proxied_database


def over_http(url: str, body: bytes | None, **headers: str) -> tuple[int, dict[str, Any]]:
    request = urllib.request.Request(url, data=body, headers=headers)
    try:
        with urllib.request.urlopen(request) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


@pytest.mark.django_db(transaction=True)
def test_an_alert_is_followed_over_http(live_server: LiveServer, desk: Desk) -> None:
    accepted, answer = over_http(
        f"{live_server.url}/api/webhook", json.dumps(desk.alert()).encode()
    )
    followed, progress = over_http(
        live_server.url + answer["status_url"], None, Authorization=f"bearer {desk.token}"
    )
    listed, page = over_http(
        f"{live_server.url}/api/orders/?open=true", None, Authorization=f"Bearer {desk.token}"
    )

    assert (accepted, followed, listed) == (202, 200, 200)
    assert progress["signal_id"] == answer["signal_id"]
    assert page == {"orders": [], "next_before": None}


@pytest.mark.django_db
@pytest.mark.parametrize("accept", ["text/html", "application/xml", "nonsense", ""])
def test_an_alert_is_never_lost_to_what_its_sender_accepts(desk: Desk, accept: str) -> None:
    response = desk.send(desk.alert(), path="/api/webhook?format=xml", Accept=accept)

    assert response.status_code == 202
    assert response.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    ("path", "methods", "allowed"),
    [
        ("/api/webhook", ["get", "put", "delete", "patch", "options", "head"], "POST"),
        ("/api/webhook/tpw_x/", ["get"], "POST"),
        ("/api/signals/1", ["post", "put", "options"], "GET, HEAD"),
        ("/api/orders", ["post", "delete"], "GET, HEAD"),
    ],
)
def test_other_methods_are_refused_with_a_code(path: str, methods: list[str], allowed: str) -> None:
    for method in methods:
        response = getattr(Client(), method)(path)

        assert response.status_code == 405
        assert response.headers["Allow"] == allowed
        if method != "head":
            assert response.json()["error_code"] == "METHOD_NOT_ALLOWED"


@pytest.mark.parametrize("method", ["get", "post", "put", "options"])
@pytest.mark.parametrize("path", ["/api/", "/api/order", "/api/webhook/tpw_x/y"])
def test_where_nothing_is_the_answer_is_json_all_the_same(path: str, method: str) -> None:
    response = getattr(Client(), method)(path)

    body = response.json()
    assert (response.status_code, body["error_code"]) == (404, "PATH_UNKNOWN")
    shown = path.replace("tpw_x", "[removed]")
    assert body["error"] == f"There is no {shown} here. /api/docs tells which addresses there are."


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "path", ["/api/orders", "/api/signals/8c1c8f0e-9d3c-4a51-8f43-0b1a2f6f2f55"]
)
def test_reading_without_a_database_is_a_503(desk: Desk, path: str) -> None:
    with proxied_database() as proxy:
        proxy.close()

        response = Client().get(path, headers={"Authorization": f"Bearer {desk.token}"})

    assert response.status_code == 503
    assert response.json()["error_code"] == "DATABASE_UNAVAILABLE"
    assert response.headers["Retry-After"] == "5"


@pytest.mark.django_db
def test_no_browser_session_is_asked_for(desk: Desk) -> None:
    response = Client(enforce_csrf_checks=True).post(
        "/api/webhook", data=json.dumps(desk.alert()), content_type="text/plain"
    )

    assert response.status_code == 202
    assert Delivery.objects.get().sender == desk.owner


@pytest.mark.django_db
def test_a_token_in_the_path_does_not_reach_the_log(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    handler = next(h for h in logging.getLogger().handlers if h.get_name() == "console")
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(sys.stderr)

    desk.send(b"no json", path=f"/api/webhook/{desk.token}")
    gunicorn = logging.getLogger("gunicorn.error")
    gunicorn.error("Error handling request %s", f"/api/webhook/{desk.token}")

    logged = capsys.readouterr().err
    assert "Error handling request /api/webhook/[removed]" in logged
    assert "Bad Request" not in logged  # kept as a delivery
    assert desk.token not in logged


def test_the_web_process_never_loads_ccxt() -> None:
    code = (
        "import sys, tradeplatform.wsgi, webhooks.urls, tradeplatform.urls; "
        "print(sorted(name for name in sys.modules if name.split('.')[0] == 'ccxt'))"
    )

    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert found.stdout.strip() == "[]"
