"""Which requests a fault meets and how often, and what the control API lists and refuses."""

import pytest

from accounts.sandbox.faults.asked import Kind, kind_of
from accounts.sandbox.tests.faults.asking import FUTURES, SPOT, ask, place, set_fault, struck
from accounts.sandbox.tests.trader import Trader, listed, send


@pytest.mark.parametrize(
    ("method", "path", "kind"),
    [
        ("POST", "/api/v3/order", Kind.ORDERS),
        ("POST", "/fapi/v1/order", Kind.ORDERS),
        ("POST", "/fapi/v1/algoOrder", Kind.ORDERS),
        ("DELETE", "/api/v3/order", Kind.CANCELS),
        ("DELETE", "/api/v3/openOrders", Kind.CANCELS),
        ("DELETE", "/fapi/v1/allOpenOrders", Kind.CANCELS),
        ("DELETE", "/fapi/v1/algoOrder", Kind.CANCELS),
        ("DELETE", "/fapi/v1/algoOpenOrders", Kind.CANCELS),
        ("GET", "/api/v3/order", Kind.QUERIES),
        ("GET", "/fapi/v1/openOrder", Kind.QUERIES),
        ("GET", "/fapi/v1/algoOrder", Kind.QUERIES),
        ("GET", "/api/v3/openOrders", Kind.LISTS),
        ("GET", "/api/v3/allOrders", Kind.LISTS),
        ("GET", "/api/v3/myTrades", Kind.LISTS),
        ("GET", "/fapi/v1/userTrades", Kind.LISTS),
        ("GET", "/fapi/v1/openAlgoOrders", Kind.LISTS),
        ("GET", "/fapi/v1/allAlgoOrders", Kind.LISTS),
        ("GET", "/api/v3/account", Kind.ACCOUNT),
        ("POST", "/fapi/v1/leverage", Kind.ACCOUNT),
        ("DELETE", "/fapi/v1/listenKey", Kind.ACCOUNT),
    ],
)
def test_every_signed_request_is_of_a_kind(method: str, path: str, kind: Kind) -> None:
    assert kind_of(method, path) is kind


@pytest.mark.parametrize(
    "aim",
    [
        {"on": "cancels"},
        {"on": ["queries", "lists"]},
        {"account": "bob"},
        {"side": "SELL"},
        {"symbol": "ETHUSDT"},
        {"method": "GET"},
        {"path": FUTURES},
        {"on": "orders", "account": "ann", "side": "SELL"},
    ],
)
def test_other_requests_are_left_alone(ann: Trader, aim: dict[str, object]) -> None:
    set_fault(ann.url, do="status", status=504, **aim)

    assert place(ann).status == 200
    assert struck(ann.url) == [0]


def test_all_that_is_named_must_fit(ann: Trader) -> None:
    aim = {"account": "ann", "side": "BUY", "symbol": "BTCUSDT", "method": "POST", "path": SPOT}
    set_fault(ann.url, on=["orders", "cancels"], do="status", status=504, **aim)

    assert place(ann).status == 504
    assert struck(ann.url) == [1]


@pytest.mark.parametrize(
    ("path", "parameters"),
    [("/api/v3/ticker/price", {"symbol": "BTCUSDT"}), ("/api/v3/time", {})],
)
def test_market_data_fails_for_everybody(
    ann: Trader, path: str, parameters: dict[str, str]
) -> None:
    set_fault(ann.url, on="market_data", do="status", status=503, times=2)

    statuses = [ask(ann, "GET", path, **parameters).status for _ in range(3)]

    assert (statuses[:2], struck(ann.url)) == ([503, 503], [2])


def test_fault_strikes_as_often_as_it_says(ann: Trader) -> None:
    set_fault(ann.url, on="orders", do="status", status=502, booked=False, times=2)

    assert [place(ann).status for _ in range(4)] == [502, 502, 200, 200]
    assert struck(ann.url) == [2]


def test_faults_wait_for_their_turn_in_the_order_in_which_they_were_set(ann: Trader) -> None:
    set_fault(ann.url, on="orders", do="status", status=502)
    set_fault(ann.url, on="orders", do="refuse", code=-1007)

    assert [place(ann).status for _ in range(3)] == [502, 408, 200]
    assert struck(ann.url) == [1, 1]


def test_key_is_revoked_after_earlier_success_and_other_accounts_go_on(ann: Trader) -> None:
    bob = Trader(ann.url, "bob", USDT="100000")
    assert place(ann).status == 200

    set_fault(ann.url, account="ann", do="refuse", code=-2015, times=None)

    assert [place(ann).json["code"], ask(ann, "GET", "/api/v3/account").json["code"]] == [-2015] * 2
    assert place(bob).status == 200


def test_maintenance_refuses_everything_until_it_is_removed(ann: Trader) -> None:
    number = set_fault(ann.url, do="refuse", code=-1016, times=None)["id"]

    answers = [place(ann), ask(ann, "GET", "/api/v3/openOrders"), ask(ann, "GET", "/api/v3/time")]
    assert [told.status for told in answers] == [503] * 3
    assert answers[0].json == {"code": -1016, "msg": "This service is no longer available."}

    assert send("DELETE", f"{ann.url}/sandbox/faults/{number}") == (200, {})
    assert place(ann).status == 200


def test_what_is_set_is_listed_in_the_words_in_which_it_can_be_set(ann: Trader) -> None:
    set_fault(ann.url, on=["queries", "lists"], account="ann", do="hide", ms=2000)
    set_fault(
        ann.url, on="orders", do="refuse", code=-1003, retryAfter=3, seed=5, probability="0.5"
    )

    anything = {"method": "", "path": "", "side": "", "symbol": "", "struck": 0}
    assert listed(ann.url, "faults") == [
        {
            **anything,
            "id": 1,
            "do": "hide",
            "ms": 2000,
            "on": ["lists", "queries"],
            "account": "ann",
            "times": None,
            "probability": "1",
            "seed": 0,
        },
        {
            **anything,
            "id": 2,
            "do": "refuse",
            "booked": False,
            "code": -1003,
            "retryAfter": 3,
            "on": ["orders"],
            "account": "",
            "times": 1,
            "probability": "0.5",
            "seed": 5,
        },
    ]


def test_all_faults_are_taken_away_at_once(ann: Trader) -> None:
    set_fault(ann.url, do="status", status=504, times=None)
    set_fault(ann.url, do="ban", seconds=600)

    assert place(ann).status == 504
    assert send("DELETE", f"{ann.url}/sandbox/faults") == (200, {})

    assert (listed(ann.url, "faults"), place(ann).status) == ([], 200)


def test_removing_a_fault_that_is_not_set_is_404(url: str) -> None:
    missing = (404, {"error": "There is no such fault."})

    assert send("DELETE", f"{url}/sandbox/faults/7") == missing


DEEDS = "late, silence, cut, html, empty, half, status, refuse, ban, hide, skew, random"
KINDS = "orders, cancels, queries, lists, account, market_data"


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("[]", "The body is not a JSON object."),
        ("{}", f"do is none of {DEEDS}."),
        ('{"do": "explode"}', f"do is none of {DEEDS}."),
        ('{"do": "cut", "on": "order"}', f"on is none of {KINDS}."),
        ('{"do": "cut", "on": ["orders", 1]}', f"on is none of {KINDS}."),
        ('{"do": "cut", "booked": "yes"}', "booked is neither true nor false."),
        (
            '{"do": "cut", "times": 0}',
            "times is missing or not a whole number from 1 to 999999999.",
        ),
        ('{"do": "cut", "probability": 1.5}', "probability is more than 1."),
        (
            '{"do": "hide", "ms": 5, "acount": "ann"}',
            "acount is not one of the fields account, do, method, ms, on, path, probability, seed, "
            "side, symbol, times.",
        ),
        ('{"do": "late"}', "ms is missing: by how much the answer is late."),
        ('{"do": "hide"}', "ms is missing or not a whole number from 1 to 3600000."),
        ('{"do": "skew"}', "ms is missing or not a whole number from -3600000 to 3600000."),
        ('{"do": "status"}', "status is missing: which HTTP status is answered."),
        (
            '{"do": "status", "status": 100}',
            "status is missing or not a whole number from 200 to 599.",
        ),
        ('{"do": "refuse"}', "code is missing or not a whole number from -99999 to -1."),
        (
            '{"do": "refuse", "code": -7777}',
            "The text of -7777 is not known here; send message as well.",
        ),
        ('{"do": "ban"}', "seconds is missing or not a whole number from 1 to 86400."),
    ],
)
def test_fault_that_cannot_be_read_is_400_and_not_set(url: str, body: str, sentence: str) -> None:
    assert send("POST", f"{url}/sandbox/faults", body=body) == (400, {"error": sentence})
    assert listed(url, "faults") == []
