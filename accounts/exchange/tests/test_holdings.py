"""What an account holds, and whether its credentials work."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from accounts.exchange import gateway
from accounts.exchange.tests import listings
from accounts.exchange.tests.asking import login, wait
from accounts.exchange.tests.scripted_venue import Answer, ScriptedVenue
from accounts.exchange.types import AccountCheck, Environment, MarketType, NotSent

_FUTURES = MarketType.FUTURES
_BALANCES = Answer({"balances": [{"asset": "BTC", "free": "0.3", "locked": "0.2"}]})


def test_on_spot_the_whole_balance_is_held_the_locked_part_included(venue: ScriptedVenue) -> None:
    listings.list_binance(venue)
    venue.will_answer("GET", "/api/v3/account", _BALANCES)

    held = wait(gateway.fetch_holdings(login("binance"), ["BTC/USDT"]))

    assert held == {"BTC/USDT": Decimal("0.5")}


def test_a_coin_that_the_venue_does_not_mention_is_not_held(venue: ScriptedVenue) -> None:
    listings.list_binance(venue)
    venue.will_answer("GET", "/api/v3/account", Answer({"balances": []}))

    held = wait(gateway.fetch_holdings(login("binance"), ["BTC/USDT"]))

    assert held == {"BTC/USDT": Decimal(0)}


def test_on_binance_futures_the_position_is_signed_and_read_alone(venue: ScriptedVenue) -> None:
    listings.list_binance(venue)
    rows = [
        {"symbol": "BTCUSDT", "positionAmt": "-0.250", "positionSide": "BOTH"},
        {"symbol": "ETHUSDT", "positionAmt": "3", "positionSide": "BOTH"},
    ]
    venue.will_answer("GET", "/fapi/v3/positionRisk", Answer(rows))
    symbols = ["BTC/USDT:USDT", "1000PEPE/USDT:USDT"]

    held = wait(gateway.fetch_holdings(login("binance", _FUTURES), symbols))

    assert held == {"BTC/USDT:USDT": Decimal("-0.250"), "1000PEPE/USDT:USDT": Decimal(0)}
    assert [request.path for request in venue.requests] == [
        "/fapi/v1/exchangeInfo",
        "/fapi/v3/positionRisk",
    ]


def test_okx_contracts_are_held_in_base_units(venue: ScriptedVenue) -> None:
    listings.list_okx_swap(venue)
    row = {"instType": "SWAP", "instId": "BTC-USDT-SWAP", "pos": "-20", "posSide": "net"}
    venue.will_answer("GET", "/api/v5/account/positions", Answer({"code": "0", "data": [row]}))

    held = wait(gateway.fetch_holdings(login("okx", _FUTURES), ["BTC/USDT:USDT"]))

    assert held == {"BTC/USDT:USDT": Decimal("-0.20")}


def test_bybit_positions_are_signed(venue: ScriptedVenue) -> None:
    listings.list_bybit_linear(venue)
    row = {"symbol": "BTCUSDT", "side": "Sell", "size": "0.25", "positionIdx": 0}
    venue.will_answer(
        "GET",
        "/v5/position/list",
        Answer({"retCode": 0, "result": {"category": "linear", "list": [row]}}),
    )

    held = wait(gateway.fetch_holdings(login("bybit", _FUTURES), ["BTC/USDT:USDT"]))

    assert held == {"BTC/USDT:USDT": Decimal("-0.25")}


def test_a_symbol_without_a_market_is_not_asked_for(venue: ScriptedVenue) -> None:
    listings.list_binance(venue)

    with pytest.raises(NotSent) as refusal:
        wait(gateway.fetch_holdings(login("binance"), ["DOGE/USDT"]))

    assert refusal.value.code == "SYMBOL_UNKNOWN"


def test_credentials_that_work_are_found_to(venue: ScriptedVenue) -> None:
    listings.list_binance(venue)
    venue.will_answer("GET", "/api/v3/account", _BALANCES)

    check = wait(gateway.check_connection(login("binance")))

    assert check == AccountCheck(is_ok=True, code="", message="Connected.")


def test_a_refused_key_is_told_with_what_to_do(venue: ScriptedVenue) -> None:
    listings.list_binance(venue)
    refused = Answer({"code": -2015, "msg": "Invalid API-key, IP, or permissions."}, status=401)
    venue.will_answer("GET", "/api/v3/account", refused)

    check = wait(gateway.check_connection(login("binance")))

    assert (check.is_ok, check.code) == (False, "BAD_CREDENTIALS")
    assert "enter them again" in check.message


@pytest.mark.scenario(59)
@pytest.mark.scenario(61)
@pytest.mark.parametrize(
    ("name", "listing", "balance_path", "balance", "path", "told"),
    [
        (
            "binance",
            listings.list_binance,
            "/api/v3/account",
            {"balances": []},
            "/sapi/v1/account/apiRestrictions",
            lambda may: {"enableReading": True, "enableWithdrawals": may},
        ),
        (
            "okx",
            listings.list_okx_spot,
            "/api/v5/account/balance",
            {"code": "0", "data": [{"details": []}]},
            "/api/v5/account/config",
            lambda may: {
                "code": "0",
                "data": [{"perm": "read_only,withdraw,trade" if may else "read_only,trade"}],
            },
        ),
        (
            "bybit",
            listings.list_bybit_spot,
            "/v5/account/wallet-balance",
            {"retCode": 0, "time": 1700000000000, "result": {"list": []}},
            "/v5/user/query-api",
            lambda may: {
                "retCode": 0,
                "result": {"permissions": {"Wallet": ["AccountTransfer", *["Withdraw"][:may]]}},
            },
        ),
    ],
)
@pytest.mark.parametrize("may", [True, False])
def test_a_key_that_may_withdraw_is_refused_where_the_venue_tells(
    venue: ScriptedVenue,
    name: str,
    listing: Callable[[ScriptedVenue], None],
    balance_path: str,
    balance: object,
    path: str,
    told: Callable[[bool], object],
    may: bool,
) -> None:
    listing(venue)
    venue.will_answer("GET", balance_path, Answer(balance))
    venue.will_answer("GET", path, Answer(told(may)))

    check = wait(gateway.check_connection(login(name)))

    assert (check.is_ok, check.code) == ((False, "KEY_CAN_WITHDRAW") if may else (True, ""))
    assert ("may trade only" in check.message) is may


@pytest.mark.parametrize("told", [Answer("", status=502), Answer({}), Answer({"code": -1002})])
def test_a_venue_that_does_not_tell_refuses_no_key(venue: ScriptedVenue, told: Answer) -> None:
    listings.list_binance(venue)
    venue.will_answer("GET", "/api/v3/account", _BALANCES)
    venue.will_answer("GET", "/sapi/v1/account/apiRestrictions", told)

    check = wait(gateway.check_connection(login("binance")))

    assert check == AccountCheck(is_ok=True, code="", message="Connected.")


def test_a_testnet_is_not_asked(venue: ScriptedVenue) -> None:
    listings.list_binance(venue)
    venue.will_answer("GET", "/api/v3/account", _BALANCES)

    check = wait(gateway.check_connection(login("binance", environment=Environment.TESTNET)))

    assert check.is_ok
    assert venue.asked("GET", "/sapi/v1/account/apiRestrictions") == []


@pytest.mark.parametrize(
    ("mode", "code"),
    [
        (Answer({"dualSidePosition": True}), "POSITION_MODE_MISMATCH"),
        (Answer({"dualSidePosition": False}), ""),
        (Answer("", status=502), ""),
    ],
)
def test_hedge_mode_is_a_warning(venue: ScriptedVenue, mode: Answer, code: str) -> None:
    listings.list_binance(venue)
    venue.will_answer("GET", "/fapi/v3/account", Answer({"assets": [], "positions": []}))
    venue.will_answer("GET", "/fapi/v1/positionSide/dual", mode)

    check = wait(gateway.check_connection(login("binance", _FUTURES)))

    assert (check.is_ok, check.code) == (True, code)


@pytest.mark.parametrize(
    ("name", "listing", "path", "answer"),
    [
        (
            "okx",
            listings.list_okx_spot,
            "/api/v5/account/balance",
            {"code": "0", "data": [{"details": [{"ccy": "BTC", "availBal": "0.3", "eq": "0.5",
                                                 "frozenBal": "0.2", "cashBal": "0.5"}]}]},
        ),
        (
            "bybit",
            listings.list_bybit_spot,
            "/v5/account/wallet-balance",
            {"retCode": 0, "time": 1700000000000, "result": {"list": [{"accountType": "UNIFIED",
             "coin": [{"coin": "BTC", "walletBalance": "0.5", "locked": "0.2"}]}]}},
        ),
    ],
)  # fmt: skip
def test_balances_of_other_venues_are_told_in_whole(
    venue: ScriptedVenue, name: str, listing: object, path: str, answer: object
) -> None:
    assert callable(listing)
    listing(venue)
    venue.will_answer("GET", path, Answer(answer))

    held = wait(gateway.fetch_holdings(login(name), ["BTC/USDT"]))

    assert held == {"BTC/USDT": Decimal("0.5")}


@pytest.mark.parametrize(
    ("name", "listing"), [("upbit", listings.list_upbit), ("bithumb", listings.list_bithumb)]
)
def test_balances_of_korean_venues_are_told_in_whole(
    venue: ScriptedVenue, name: str, listing: object
) -> None:
    assert callable(listing)
    listing(venue)
    rows = [{"currency": "BTC", "balance": "0.3", "locked": "0.2", "unit_currency": "KRW"}]
    venue.will_answer("GET", "/v1/accounts", Answer(rows))

    held = wait(gateway.fetch_holdings(login(name), ["BTC/KRW"]))

    assert held == {"BTC/KRW": Decimal("0.5")}
