"""The control API: accounts, prices, delay, lists, reset, and what it refuses."""

import time

import pytest

from accounts.sandbox.tests.trader import LIMIT, MARKET, Trader, control, listed, send


def test_front_page_says_that_it_is_a_simulation(url: str) -> None:
    status, answer = send("GET", url)

    assert (status, answer["simulation"]) == (200, True)


def test_opening_an_account_again_changes_nothing(ann: Trader) -> None:
    ann.post("/api/v3/order", **LIMIT)
    before = listed(ann.url, "accounts")

    Trader(ann.url, "ann", USDT="5")

    assert listed(ann.url, "accounts") == before
    assert before == [
        {
            "account": "ann",
            "balances": {
                "BTC": {"free": "1.00000000", "locked": "0.00000000"},
                "USDT": {"free": "99100.00000000", "locked": "900.00000000"},
            },
            "futuresBalances": {"USDT": "100000.00000000"},
        }
    ]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        (
            {"account": "ann", "apiKey": "other", "secret": "secret-ann"},
            "The account exists and has another key or secret.",
        ),
        (
            {"account": "ann", "apiKey": "key-ann", "secret": "other"},
            "The account exists and has another key or secret.",
        ),
        (
            {"account": "eve", "apiKey": "key-ann", "secret": "s"},
            "Another account has this apiKey.",
        ),
    ],
)
def test_conflicting_account_is_409(ann: Trader, fields: dict[str, str], sentence: str) -> None:
    assert control(ann.url, "accounts", **fields) == (409, {"error": sentence})
    assert len(listed(ann.url, "accounts")) == 1


@pytest.mark.parametrize(
    ("path", "fields", "sentence"),
    [
        ("accounts", {"apiKey": "k", "secret": "s"}, "account is missing or not a text."),
        ("accounts", {"account": "x", "apiKey": "k"}, "secret is missing or not a text."),
        (
            "accounts",
            {"account": "x", "apiKey": "a b", "secret": "s"},
            "apiKey may hold letters, digits, - and _, up to 128 of them.",
        ),
        (
            "accounts",
            {"account": "x", "apiKey": "k", "secret": "s", "balances": {"USDT": "-1"}},
            "balances.USDT is missing or not a plain decimal number of up to 8 decimals.",
        ),
        (
            "accounts",
            {"account": "x", "apiKey": "k", "secret": "s", "balances": []},
            "balances is not an object of amounts by asset.",
        ),
        (
            "deposit",
            {"account": "nobody", "asset": "USDT", "amount": "1"},
            "There is no account of this name.",
        ),
        (
            "deposit",
            {"account": "ann", "asset": "USDT", "amount": "0"},
            "An amount is zero or less.",
        ),
        (
            "deposit",
            {"account": "ann", "asset": "BTC", "amount": "1", "market": "futures"},
            "The futures wallet holds USDT only.",
        ),
        (
            "deposit",
            {"account": "ann", "asset": "BTC", "amount": "1", "market": "options"},
            "market is neither spot nor futures.",
        ),
        (
            "price",
            {"symbol": "BTCEUR", "price": "1"},
            "symbol is none of BTCUSDT, ETHUSDT, SOLUSDT, XRPUSDT, DOGEUSDT.",
        ),
        (
            "price",
            {"symbol": "BTCEUR", "price": None},
            "symbol is none of BTCUSDT, ETHUSDT, SOLUSDT, XRPUSDT, DOGEUSDT.",
        ),
        (
            "price",
            {"symbol": "BTCUSDT", "price": "0.01"},
            "price is below the symbol's tick or above its maximum.",
        ),
        (
            "price",
            {"symbol": "BTCUSDT"},
            "price is missing or not a plain decimal number of up to 8 decimals.",
        ),
        (
            "latency",
            {"ms": "soon"},
            "ms is missing or not a plain decimal number of up to 8 decimals.",
        ),
    ],
)
def test_request_that_cannot_be_done_is_400(
    ann: Trader, path: str, fields: dict[str, object], sentence: str
) -> None:
    assert control(ann.url, path, **fields) == (400, {"error": sentence})


@pytest.mark.parametrize("body", ["", "{", "[]", '"text"'])
def test_body_that_is_no_json_object_is_400(url: str, body: str) -> None:
    status, answer = send("POST", f"{url}/sandbox/price", body=body)

    assert status == 400
    assert answer["error"].startswith("The body is not")


def test_deposit_arrives_in_the_wallet_it_names(ann: Trader) -> None:
    control(ann.url, "deposit", account="ann", asset="SOL", amount="2.5")
    control(ann.url, "deposit", account="ann", asset="USDT", amount=7, market="futures")

    (row,) = listed(ann.url, "accounts")

    assert row["balances"]["SOL"]["free"] == "2.50000000"
    assert row["balances"]["USDT"]["free"] == "100000.00000000"
    assert row["futuresBalances"] == {"USDT": "100007.00000000"}


def test_pinned_price_stands_on_both_markets_and_fills_what_it_crosses(ann: Trader) -> None:
    for path in ("/api/v3/order", "/fapi/v1/order"):
        ann.post(path, **LIMIT)

    assert control(ann.url, "price", symbol="BTCUSDT", price="89000.5") == (200, {})

    for path in ("/api/v3", "/fapi/v1"):
        ticker = send("GET", f"{ann.url}{path}/ticker/price?symbol=BTCUSDT")[1]
        assert ticker["price"] == "89000.50000000"
    assert [row["status"] for row in listed(ann.url, "orders")] == ["FILLED", "FILLED"]
    assert [float(row["price"]) for row in listed(ann.url, "trades")] == [90000, 90000]


def test_released_price_may_be_pinned_again(url: str) -> None:
    assert control(url, "price", symbol="BTCUSDT", price=None) == (200, {})
    assert control(url, "price", symbol="BTCUSDT", price="91000") == (200, {})


def test_lists_name_account_market_and_time(ann: Trader) -> None:
    sent = time.time()
    spot = ann.post("/api/v3/order", **MARKET)[1]
    futures = ann.post("/fapi/v1/order", **MARKET)[1]

    orders, trades = listed(ann.url, "orders"), listed(ann.url, "trades")

    assert [row["market"] for row in orders] == [row["market"] for row in trades]
    assert [row["market"] for row in orders] == ["spot", "futures"]
    assert [row["orderId"] for row in trades] == [spot["orderId"], futures["orderId"]]
    assert {row["account"] for row in orders + trades} == {"ann"}
    assert all(sent <= row["receivedAt"] <= time.time() for row in orders + trades)


def test_trade_between_two_accounts_is_one_row_each(ann: Trader) -> None:
    bob = Trader(ann.url, "bob", BTC="1")
    sell = {**LIMIT, "side": "SELL", "price": "95000"}
    bob.post("/api/v3/order", **sell)

    ann.post("/api/v3/order", **MARKET)

    taken, made = listed(ann.url, "trades")
    assert (taken["account"], taken["isMaker"]) == ("ann", False)
    assert (made["account"], made["isMaker"]) == ("bob", True)
    assert taken["id"] == made["id"]


def test_latency_delays_the_answer_and_not_the_order(ann: Trader) -> None:
    control(ann.url, "latency", ms=150)
    sent = time.monotonic()

    assert ann.post("/api/v3/order", **LIMIT)[0] == 200

    answered = time.monotonic() - sent
    (order,) = listed(ann.url, "orders")
    assert answered >= 0.15
    assert order["receivedAt"] * 1_000 - order["time"] < 1


def test_reset_drops_everything(ann: Trader) -> None:
    ann.post("/api/v3/order", **MARKET)

    assert control(ann.url, "reset") == (200, {})

    for path in ("accounts", "orders", "trades"):
        assert listed(ann.url, path) == []
    assert ann.get("/api/v3/account")[1]["code"] == -2015


def test_requests_are_counted_until_a_reset(ann: Trader) -> None:
    ann.get("/api/v3/openOrders")
    ann.get("/api/v3/openOrders")

    counts = {row["request"]: row["count"] for row in listed(ann.url, "requests")}
    control(ann.url, "reset")

    assert counts["GET /api/v3/openOrders"] == 2
    assert listed(ann.url, "requests") == []
