"""Alerts that are broken, forged, late, repeated or too large, over HTTP: refused, never a 5xx."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tradeplatform.tests.faults.scene import Stage, limit_buy
from tradeplatform.tests.platform_client import Answer, call
from tradeplatform.tests.settings_by_hand import manage

pytestmark = pytest.mark.whole_platform


def written(stage: Stage, **fields: str) -> bytes:
    """The body of an alert whose fields are written just so: JSON, or what is none."""
    usual = {
        "group_name": json.dumps(stage.client.private),
        "token": json.dumps(stage.client.quickstart["token"]),
        "symbol": '"BTC/USDT"',
        "side": '"buy"',
        "order_type": '"LIMIT"',
        "price": "90000",
        "qty_per": "5",
    }
    lines = (f'"{name}": {value}' for name, value in (usual | fields).items())
    return ("{" + ", ".join(lines) + "}").encode()


def refused(stage: Stage, body: bytes) -> Answer:
    """The answer to an alert that orders nothing."""
    before = stage.client.venue_order_ids()
    answer = stage.post(body)
    assert stage.client.venue_order_ids() == before
    return answer


@pytest.mark.scenario(50)
@pytest.mark.parametrize(
    "number",
    ["NaN", "Infinity", "1e400", "-5", "0", "true", '"5%"', '"１０"', '"1_000"', '""', "1" * 5000],
)
def test_price_that_is_no_price_is_refused_with_its_field(stage: Stage, number: str) -> None:
    answer = refused(stage, written(stage, price=number))

    assert (answer.status, answer.body["field"]) == (400, "price")


@pytest.mark.scenario(51)
def test_side_that_stands_twice_is_refused(stage: Stage) -> None:
    answer = refused(stage, written(stage, side='"buy", "side": "sell"'))

    assert (answer.status, answer.body["field"]) == (400, "side")


@pytest.mark.complaint(7)
@pytest.mark.scenario(52)
@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"x" * 1_000_000, 413),
        (b"[" * 30_000, 400),
        (b"\xff\xfe{", 400),
        (b"no json", 400),
        (b"", 400),
    ],
    ids=["large", "deep", "no_utf8", "no_json", "empty"],
)
def test_body_that_is_no_alert_is_refused_and_never_an_error_of_ours(
    stage: Stage, body: bytes, status: int
) -> None:
    assert refused(stage, body).status == status


@pytest.mark.complaint(7)
@pytest.mark.scenario(52)
@pytest.mark.parametrize("content_type", ["text/plain", "application/json; charset=x", "image/png"])
def test_alert_is_read_whatever_its_content_type_and_with_a_byte_order_mark(
    stage: Stage, content_type: str
) -> None:
    before = stage.client.venue_order_ids()
    body = b"\xef\xbb\xbf" + written(stage) + b"\n"

    answer = call(
        stage.client.quickstart["webhook_url"], data=body, headers={"Content-Type": content_type}
    )
    settled = stage.client.settled(answer)

    assert settled.column("status") == ["success"]
    assert stage.client.venue_order_ids() - before == set(settled.column("client_order_id"))


@pytest.mark.scenario(53)
@pytest.mark.parametrize(
    "value", ["{{strategy.order.contracts}}", '"{{strategy.order.contracts}}"', "NaN"]
)
def test_placeholder_that_was_not_filled_in_is_refused_and_kept_as_it_came(
    stage: Stage, value: str
) -> None:
    answer = refused(stage, written(stage, price=value))

    kept = stage.value(
        "SELECT body FROM webhooks_delivery WHERE id = %s", answer.body["delivery_id"]
    )
    assert (answer.status, answer.body["field"]) == (400, "price")
    assert f'"price": {value}' in kept


@pytest.mark.scenario(54)
def test_guessed_tokens_learn_nothing_whatever_they_guess(stage: Stage) -> None:
    guesses = [
        written(stage, token='"tpw_guess"'),
        written(stage, token='"tpw_guess"', group_name='"no-such-strategy"'),
        written(stage, token="null"),
        written(stage, token='"' + "x" * 5000 + '"', price='"nine"'),
        written(stage, token=json.dumps(stage.client.quickstart["token"][:-1])),
    ]

    answers = [refused(stage, guess) for guess in guesses]

    for answer in answers:
        answer.body.pop("delivery_id")
    assert {answer.status for answer in answers} == {401}
    assert len({json.dumps(answer.body) for answer in answers}) == 1


@pytest.mark.scenario(56)
def test_address_that_a_sender_claims_is_not_believed(stage: Stage) -> None:
    forged = {"X-Forwarded-For": "52.89.214.238", "Forwarded": "for=52.89.214.238"}

    answer = call(
        stage.client.quickstart["webhook_url"], data=written(stage, price="NaN"), headers=forged
    )

    kept = stage.value(
        "SELECT host(remote_address) FROM webhooks_delivery WHERE id = %s",
        answer.body["delivery_id"],
    )
    assert (answer.status, kept) == (400, "127.0.0.1")


@pytest.mark.scenario(11)
def test_pyramiding_alerts_of_one_second_are_told_apart_by_their_keys(stage: Stage) -> None:
    before = stage.client.venue_order_ids()
    bar: dict[str, Any] = limit_buy(timenow=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))

    first, second = (stage.post({**bar, "alert_id": key}) for key in ("long 1", "long 2"))
    again = stage.post({**bar, "alert_id": "long 2"})
    without = [stage.post(bar) for _ in range(2)]
    ids = {
        name
        for answer in (first, second, *without)
        for name in stage.client.settled(answer).column("client_order_id")
    }

    assert (again.body["duplicate"], again.body["signal_id"]) == (True, second.body["signal_id"])
    assert stage.client.venue_order_ids() - before == ids
    assert len(ids) == 4


@pytest.mark.scenario(13, 83)
def test_alert_that_is_ten_minutes_late_is_refused_by_its_own_time_in_utc(stage: Stage) -> None:
    """The platform runs in Seoul: nine hours more would make every alert late, or none."""
    now = datetime.now(UTC)
    late, fresh = (
        json.dumps((now - timedelta(minutes=age)).strftime("%Y-%m-%dT%H:%M:%SZ")) for age in (10, 0)
    )

    answer = refused(stage, written(stage, timenow=late))
    taken = stage.client.settled(stage.post(written(stage, timenow=fresh)))

    assert (answer.status, answer.body["error_code"]) == (400, "SIGNAL_EXPIRED")
    assert taken.column("status") == ["success"]


@pytest.mark.scenario(13)
def test_close_that_comes_before_its_open_closes_nothing(stage: Stage) -> None:
    order = {"symbol": "SOL/USDT", "order_type": "MARKET"}

    closed = stage.client.settled(stage.post({**order, "side": "sell", "qty_per": -100}))
    opened = stage.client.settled(stage.post({**order, "side": "buy", "qty_per": 5}))

    assert closed.column("error_code") == ["NO_LONG_POSITION"]
    assert opened.column("order_status") == ["FILLED"]


@pytest.mark.complaint(23)
@pytest.mark.scenario(12)
def test_exchange_that_is_dead_does_not_keep_alerts_from_being_accepted(stage: Stage) -> None:
    before = stage.client.venue_order_ids()

    with stage.platform.stopped("sandbox"):
        answers = [stage.client.alert(stage.client.private, **limit_buy()) for _ in range(2)]
    settled = [stage.client.settled(answer, seconds=60) for answer in answers]

    assert [answer.status for answer in answers] == [202, 202]
    arrived = {
        row["client_order_id"]
        for answer in settled
        for row in answer.rows
        if row["status"] == "success"
    }
    assert stage.client.venue_order_ids() - before == arrived


@pytest.mark.complaint(24)
@pytest.mark.scenario(58)
def test_secrets_are_neither_in_the_logs_nor_readable_in_the_database(stage: Stage) -> None:
    stage.spoil(on="orders", do="refuse", code=-1022)
    token = stage.client.quickstart["token"]
    url = stage.client.quickstart["webhook_url"]

    refused(stage, written(stage, price="NaN"))
    call(f"{url}/{token}", data=written(stage, note=json.dumps(token)))
    stage.client.settled(stage.post(limit_buy()))

    wanted = [token, stage.client.quickstart["admin_password"], *venue_secrets(stage)]
    told = everything_told(stage)
    assert len(wanted) == 8
    assert [secret for secret in wanted if secret in told] == []


def venue_secrets(stage: Stage) -> list[str]:
    """Key and secret of the three accounts."""
    show = (
        "import json; from tradeplatform.lib.encryption import decrypt; print(json.dumps("
        "[json.loads(decrypt(row.encrypted_credentials)) for row in Account.objects.all()]))"
    )
    shown = json.loads(manage(stage.platform.state_dir, show))
    return [account[name] for account in shown for name in ("api_key", "secret")]


def everything_told(stage: Stage) -> str:
    """The logs of all processes, and all rows of all tables as text."""
    logs = (stage.platform.state_dir / "logs").iterdir()
    tables = stage.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    rows = (stage.rows(f'SELECT t::text FROM "{table}" t') for (table,) in tables)  # noqa: S608  (our own tables)
    return "\n".join([*(log.read_text(errors="replace") for log in logs), *map(str, rows)])
