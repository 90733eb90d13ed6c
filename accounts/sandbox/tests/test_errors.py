"""Each refusal's code, sentence and status, over real HTTP; a refused order leaves no trace."""

import pytest

from accounts.sandbox.control_api import CONFLICTS, REFUSALS
from accounts.sandbox.engine.listings import Market
from accounts.sandbox.engine.refusals import Reason, Refused
from accounts.sandbox.errors import of_refusal
from accounts.sandbox.tests.trader import CONDITIONAL, LIMIT, MARKET, STOP, Trader, listed, send

SPOT, FUTURES, ALGO = "/api/v3/order", "/fapi/v1/order", "/fapi/v1/algoOrder"


def missing(name: str) -> str:
    """Binance's sentence for -1102."""
    return f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed."


NUMBER = r"^([0-9]{1,20})(\.[0-9]{1,20})?$"
FUNDS = "Account has insufficient balance for requested action."
PRECISION = "Precision is over the maximum defined for this asset."

SPOT_CASES: list[tuple[dict[str, object], int, str]] = [
    ({**LIMIT, "symbol": ""}, -1102, missing("symbol")),
    ({**LIMIT, "symbol": "BTCEUR"}, -1121, "Invalid symbol."),
    ({**LIMIT, "side": "LONG"}, -1117, "Invalid side."),
    ({**LIMIT, "type": "ICEBERG"}, -1116, "Invalid orderType."),
    ({**LIMIT, "timeInForce": "GTX"}, -1115, "Invalid timeInForce."),
    ({**LIMIT, "timeInForce": ""}, -1102, missing("timeInForce")),
    ({**LIMIT, "price": ""}, -1102, missing("price")),
    ({**LIMIT, "quantity": ""}, -1102, missing("quantity")),
    ({**STOP, "stopPrice": ""}, -1102, missing("stopPrice")),
    ({**LIMIT, "stopPrice": "1"}, -1106, "Parameter 'stopPrice' sent when not required."),
    ({**MARKET, "price": "1"}, -1106, "Parameter 'price' sent when not required."),
    ({**MARKET, "timeInForce": "GTC"}, -1106, "Parameter 'timeInForce' sent when not required."),
    (
        {**LIMIT, "quoteOrderQty": "10"},
        -1106,
        "Parameter 'quoteOrderQty' sent when not required.",
    ),
    ({**MARKET, "quoteOrderQty": "10"}, -1128, "Combination of optional parameters invalid."),
    (
        {**LIMIT, "quantity": "1e-2"},
        -1100,
        f"Illegal characters found in parameter 'quantity'; legal range is '{NUMBER}'.",
    ),
    (
        {**LIMIT, "newClientOrderId": "a b"},
        -1100,
        "Illegal characters found in parameter 'newClientOrderId'; "
        r"legal range is '^[\.A-Z\:/a-z0-9_-]{1,36}$'.",
    ),
    (
        {**LIMIT, "quantity": "0.000000001"},
        -1111,
        "Parameter 'quantity' has too much precision.",
    ),
    ({**LIMIT, "quantity": "0"}, -1013, "Invalid quantity."),
    ({**LIMIT, "price": "0"}, -1013, "Invalid price."),
    ({**LIMIT, "price": "90000.001"}, -1013, "Filter failure: PRICE_FILTER"),
    ({**LIMIT, "quantity": "0.000001"}, -1013, "Filter failure: LOT_SIZE"),
    ({**LIMIT, "quantity": "0.00005"}, -1013, "Filter failure: NOTIONAL"),
    ({**LIMIT, "price": "500000"}, -1013, "Filter failure: PERCENT_PRICE_BY_SIDE"),
    ({**MARKET, "quantity": "121"}, -1013, "Filter failure: MARKET_LOT_SIZE"),
    ({**LIMIT, "quantity": "2"}, -2010, FUNDS),
    ({**LIMIT, "side": "SELL", "price": "99000", "quantity": "2"}, -2010, FUNDS),
    ({**STOP, "stopPrice": "96000"}, -2010, "Stop price would trigger immediately."),
    ({**LIMIT, "icebergQty": "0.001"}, -1020, "This operation is not supported."),
    (
        {**LIMIT, "selfTradePreventionMode": "DECREMENT"},
        -2010,
        "This symbol does not allow the specified self-trade prevention mode.",
    ),
    ({**LIMIT, "newOrderRespType": "LONG"}, -1102, missing("newOrderRespType")),
]

FUTURES_CASES: list[tuple[dict[str, object], int, str]] = [
    ({**LIMIT, "symbol": "BTCEUR"}, -1121, "Invalid symbol."),
    ({**LIMIT, "timeInForce": ""}, -1102, missing("timeInForce")),
    ({**MARKET, "price": "1"}, -1106, "Parameter 'price' sent when not required."),
    ({**LIMIT, "quantity": "0"}, -4003, "Quantity less than or equal to zero."),
    ({**LIMIT, "quantity": "1001"}, -4005, "Quantity greater than max quantity."),
    ({**LIMIT, "quantity": "0.0101"}, -1111, PRECISION),
    ({**LIMIT, "price": "90000.001"}, -1111, PRECISION),
    ({**LIMIT, "price": "90000.05"}, -4014, "Price not increased by tick size."),
    ({**LIMIT, "price": "0"}, -4001, "Price less than 0."),
    ({**LIMIT, "price": "0.01"}, -4013, "Price less than min price."),
    ({**LIMIT, "price": "1000001"}, -4002, "Price greater than max price."),
    ({**LIMIT, "price": "99750.1"}, -4016, "Limit price can't be higher than 99750."),
    (
        {**LIMIT, "side": "SELL", "price": "90249.9"},
        -4024,
        "Limit price can't be lower than 90250.",
    ),
    (
        {**LIMIT, "quantity": "0.001"},
        -4164,
        "Order's notional must be no smaller than 100 (unless you choose reduce only).",
    ),
    ({**LIMIT, "quantity": "100"}, -2019, "Margin is insufficient."),
    ({**MARKET, "reduceOnly": "true"}, -2022, "ReduceOnly Order is rejected."),
    (
        {**MARKET, "positionSide": "LONG"},
        -4061,
        "Order's position side does not match user's setting.",
    ),
    (
        {**LIMIT, "price": "95100", "timeInForce": "GTX"},
        -5022,
        "Due to the order could not be executed as maker, the Post Only order will be rejected. "
        "The order will not be recorded in the order history",
    ),
    (
        {**LIMIT, "price": "94000", "timeInForce": "FOK"},
        -5021,
        "Due to the order could not be filled immediately, the FOK order has been rejected. "
        "The order will not be recorded in the order history",
    ),
    (
        {**MARKET, "type": "STOP_MARKET", "stopPrice": "94000"},
        -4120,
        "Order type not supported for this endpoint. "
        "Please use the Algo Order API endpoints instead.",
    ),
    ({**MARKET, "priceMatch": "QUEUE"}, -1020, "This operation is not supported."),
]

ALGO_CASES: list[tuple[dict[str, object], int, str]] = [
    ({**CONDITIONAL, "algoType": ""}, -1102, missing("algoType")),
    ({**CONDITIONAL, "algoType": "TWAP"}, -1020, "This operation is not supported."),
    ({**CONDITIONAL, "type": "LIMIT"}, -1116, "Invalid orderType."),
    ({**CONDITIONAL, "triggerPrice": ""}, -1102, missing("triggerPrice")),
    ({**CONDITIONAL, "type": "STOP"}, -1102, missing("price")),
    ({**CONDITIONAL, "triggerPrice": "95000"}, -2021, "Order would immediately trigger."),
    (
        {**CONDITIONAL, "closePosition": "true"},
        -4137,
        "Quantity must be zero with closePosition equals true.",
    ),
]


@pytest.mark.parametrize(("parameters", "code", "message"), SPOT_CASES)
def test_spot_order_is_refused(
    ann: Trader, parameters: dict[str, object], code: int, message: str
) -> None:
    answer = ann.post(SPOT, **parameters)

    assert answer == (400, {"code": code, "msg": message})
    assert listed(ann.url, "orders") == []


@pytest.mark.parametrize(("parameters", "code", "message"), FUTURES_CASES)
def test_futures_order_is_refused(
    ann: Trader, parameters: dict[str, object], code: int, message: str
) -> None:
    answer = ann.post(FUTURES, **parameters)

    assert answer == (400, {"code": code, "msg": message})
    assert listed(ann.url, "orders") == []


@pytest.mark.parametrize(("parameters", "code", "message"), ALGO_CASES)
def test_algo_order_is_refused(
    ann: Trader, parameters: dict[str, object], code: int, message: str
) -> None:
    answer = ann.post(ALGO, **parameters)

    assert answer == (400, {"code": code, "msg": message})
    assert listed(ann.url, "orders") == []


def test_spot_post_only_order_that_would_take_is_refused(ann: Trader) -> None:
    maker = {**LIMIT, "type": "LIMIT_MAKER", "price": "95100", "timeInForce": ""}

    answer = ann.post(SPOT, **maker)

    message = "Order would immediately match and take."
    assert answer == (400, {"code": -2010, "msg": message})


def test_repeated_client_order_id_is_refused_while_its_order_is_open(ann: Trader) -> None:
    spot = {**LIMIT, "newClientOrderId": "mine"}
    algo = {**CONDITIONAL, "clientAlgoId": "mine"}
    for path, parameters in ((SPOT, spot), (FUTURES, spot), (ALGO, algo)):
        assert ann.post(path, **parameters)[0] == 200

    duplicated = {"code": -4116, "msg": "ClientOrderId is duplicated."}
    assert ann.post(SPOT, **spot) == (400, {"code": -2010, "msg": "Duplicate order sent."})
    assert ann.post(FUTURES, **spot) == (400, duplicated)
    assert ann.post(ALGO, **algo) == (400, duplicated)


@pytest.mark.parametrize(
    ("method", "path", "parameters", "answer"),
    [
        ("GET", SPOT, {"orderId": 5}, (-2013, "Order does not exist.")),
        ("GET", SPOT, {"origClientOrderId": "x"}, (-2013, "Order does not exist.")),
        ("DELETE", SPOT, {"orderId": 5}, (-2011, "Unknown order sent.")),
        ("DELETE", "/api/v3/openOrders", {}, (-2011, "Unknown order sent.")),
        ("GET", FUTURES, {"orderId": 5}, (-2013, "Order does not exist.")),
        ("DELETE", FUTURES, {"orderId": 5}, (-2011, "Unknown order sent.")),
        ("GET", ALGO, {"algoId": 5}, (-2013, "Order does not exist.")),
        ("DELETE", ALGO, {"clientAlgoId": "x"}, (-2011, "Unknown order sent.")),
        ("GET", ALGO, {}, (-1102, missing("algoId"))),
        (
            "GET",
            SPOT,
            {},
            (
                -1102,
                "Param 'origClientOrderId' or 'orderId' must be sent, but both were empty/null!",
            ),
        ),
    ],
)
def test_query_or_cancel_of_what_is_not_there_is_refused(
    ann: Trader,
    method: str,
    path: str,
    parameters: dict[str, object],
    answer: tuple[int, str],
) -> None:
    status, refusal = ann.raw(method, path, ann.query(symbol="BTCUSDT", **parameters))

    assert (status, refusal) == (400, {"code": answer[0], "msg": answer[1]})


@pytest.mark.parametrize(
    ("path", "parameters", "code"),
    [
        ("leverage", {"symbol": "BTCUSDT", "leverage": "126"}, -4028),
        ("leverage", {"symbol": "BTCUSDT"}, -1102),
        ("marginType", {"symbol": "BTCUSDT", "marginType": "CROSSED"}, -4046),
        ("marginType", {"symbol": "BTCUSDT", "marginType": "PORTFOLIO"}, -4049),
        ("positionSide/dual", {"dualSidePosition": "false"}, -4059),
        ("positionSide/dual", {"dualSidePosition": "true"}, -1020),
    ],
)
def test_futures_setting_is_refused(
    ann: Trader, path: str, parameters: dict[str, object], code: int
) -> None:
    status, answer = ann.post(f"/fapi/v1/{path}", **parameters)

    assert (status, answer["code"]) == (400, code)


def test_unknown_path_is_404(url: str) -> None:
    answer = send("GET", f"{url}/api/v3/nothing")

    message = "Path /api/v3/nothing, Method GET is invalid"
    assert answer == (404, {"code": -5000, "msg": message})


def test_every_refusal_has_its_words_on_each_market_that_can_give_it() -> None:
    futures_only = {
        Reason.CANNOT_FILL_WHOLE,
        Reason.NOTHING_TO_REDUCE,
        Reason.REDUCTION_TAKEN,
        Reason.LEVERAGE_OUT_OF_RANGE,
        Reason.MARGIN_TYPE_UNCHANGED,
    }
    of_orders = set(Reason) - set(CONFLICTS) - set(REFUSALS)

    futures = [of_refusal(Market.FUTURES, Refused(reason)).code for reason in of_orders]
    spot = [of_refusal(Market.SPOT, Refused(reason)).code for reason in of_orders - futures_only]

    assert max(futures + spot) < -1000
