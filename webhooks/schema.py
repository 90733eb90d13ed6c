"""The API described for people and programs (OpenAPI): the addresses, with examples.

Only words: nothing here reads or checks a request.
"""

from typing import Any

from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_view,
)

from orders.transitions import OrderStatus
from webhooks.order_list import MOST_ROWS
from webhooks.wire_shapes import ALERT, ORDER_LIST, PROGRESS, REFUSAL

# The scheme of settings.SPECTACULAR_SETTINGS: the same token that alerts bear.
_BEARER_ONLY: Any = [{"webhookToken": []}]
_BEARER_IF_ANY: Any = [{}, *_BEARER_ONLY]

_PROCESSED_EXAMPLE = {
    "action": "orders_processed",
    "signal_id": "8c1c8f0e-9d3c-4a51-8f43-0b1a2f6f2f55",
    "strategy": "test1",
    "results": [
        {
            "account_name": "A1",
            "symbol": "BTC/USDT",
            "status": "success",
            "order_id": "123",
            "client_order_id": "tp0123456789abcdef",
            "order_status": "ACCEPTED",
        },
        {
            "account_name": "A2",
            "symbol": "BTC/USDT",
            "status": "failed",
            "error_code": "BELOW_MINIMUM",
            "error": "0.00001 BTC is below the minimum 0.0001",
        },
    ],
    "summary": {
        "total_accounts": 2,
        "successful_trades": 1,
        "failed_trades": 1,
        "pending_trades": 0,
    },
    "performance_metrics": {
        "validation_time_ms": 1.2,
        "preprocessing_time_ms": 3.4,
        "trade_processing_time_ms": 55.1,
        "total_processing_time_ms": 60.0,
    },
    "warnings": [],
}


def _alert_example(name: str, **fields: Any) -> OpenApiExample:
    value = {"group_name": "test1", "token": "tpw_…", **fields}
    return OpenApiExample(name, value=value, request_only=True)


_ALERT_EXAMPLES = [
    _alert_example(
        "Limit order over 5 % of the capital",
        symbol="BTC/USDT",
        side="buy",
        order_type="LIMIT",
        price="90000",
        qty_per=5,
    ),
    _alert_example(
        "Close the whole position",
        symbol="BTC/USDT",
        side="sell",
        order_type="MARKET",
        qty_per=-100,
    ),
    _alert_example(
        "Batch",
        orders=[
            {
                "symbol": "BTC/USDT",
                "side": "buy",
                "order_type": "LIMIT",
                "price": "90000",
                "qty_per": 5,
                "priority": 1,
            },
            {
                "symbol": "ETH/USDT",
                "side": "sell",
                "order_type": "MARKET",
                "qty_per": 10,
                "priority": 2,
            },
        ],
    ),
    _alert_example(
        "Cancel this strategy's open orders", symbol="BTC/USDT", order_type="CANCEL_ALL_ORDER"
    ),
]


def _answer(shape: Any, description: str, *examples: OpenApiExample) -> OpenApiResponse:
    return OpenApiResponse(response=shape, description=description, examples=list(examples))


_PROCESSED = OpenApiExample("Processed", value=_PROCESSED_EXAMPLE, response_only=True)
_TOKEN_REFUSED = _answer(REFUSAL, "The token is missing or not valid.")
_LOCKED_OUT = _answer(REFUSAL, "Too many requests from this address had no valid token.")
_METHOD_REFUSED = _answer(REFUSAL, "The address takes no requests of this method.")
_NO_DATABASE = _answer(REFUSAL, "The database cannot be reached: ask again.")


def _query(name: str, description: str, kind: type = str, **more: Any) -> OpenApiParameter:
    return OpenApiParameter(name, kind, OpenApiParameter.QUERY, description=description, **more)


def _header(name: str, description: str) -> OpenApiParameter:
    return OpenApiParameter(name, str, OpenApiParameter.HEADER, description=description)


describe_webhook = extend_schema_view(
    post=extend_schema(
        summary="Send an alert",
        description=(
            "The body is JSON whatever the content type says; keys and words in any case. The "
            "token stands at the end of the address, /api/webhook/<token>, or in the header "
            "`Authorization: Bearer <token>`, or in the body; where it stands in several places, "
            "the first of these counts."
        ),
        auth=_BEARER_IF_ANY,
        parameters=[
            _header("Idempotency-Key", "Does the same as the field alert_id."),
            _header("Prefer", "`respond-async`: answer 202 at once, without waiting for results."),
        ],
        request={"application/json": ALERT},
        responses={
            200: _answer(PROGRESS, "Every account is through, or a duplicate.", _PROCESSED),
            202: _answer(PROGRESS, "Stored; accounts are still at work: see status_url."),
            400: _answer(REFUSAL, "Change the alert; nothing was ordered."),
            401: _TOKEN_REFUSED,
            403: _answer(REFUSAL, "Alerts are not taken from this address."),
            404: _answer(REFUSAL, "The token may use no active strategy of this name."),
            405: _METHOD_REFUSED,
            413: _answer(REFUSAL, "The body is too large."),
            429: _answer(REFUSAL, "Too many requests: wait as long as Retry-After says."),
            500: _answer(REFUSAL, "An error of ours; nothing was ordered."),
            503: _answer(REFUSAL, "Nothing was stored, or the alert has an id: send it again."),
        },
        examples=_ALERT_EXAMPLES,
    )
)

describe_signal = extend_schema_view(
    get=extend_schema(
        summary="What became of an alert",
        auth=_BEARER_ONLY,
        parameters=[OpenApiParameter("signal_id", str, OpenApiParameter.PATH)],
        responses={
            200: _answer(PROGRESS, "As it stands now.", _PROCESSED),
            400: _answer(REFUSAL, "This address takes no parameters."),
            401: _TOKEN_REFUSED,
            404: _answer(REFUSAL, "No such signal, or not for this token."),
            405: _METHOD_REFUSED,
            429: _LOCKED_OUT,
            503: _NO_DATABASE,
        },
    )
)

describe_order_list = extend_schema_view(
    get=extend_schema(
        summary="Orders of one's own accounts and strategies, newest first",
        auth=_BEARER_ONLY,
        parameters=[
            _query("strategy", "Of the strategy of this group_name."),
            _query("group_name", "The same in the word of alerts."),
            _query("account", "Of accounts of this name."),
            _query("symbol", "Of this market, e.g. BTC/USDT."),
            _query("status", "In this state.", enum=[*OrderStatus]),
            _query("open", "Only those that have, or have not, ended.", bool),
            _query("before", "Only ids below this one: `next_before` of the last page.", int),
            _query("limit", f"Rows on a page, at most {MOST_ROWS}.", int),
        ],
        responses={
            200: _answer(ORDER_LIST, "A page."),
            400: _answer(REFUSAL, "A parameter does not exist or has a value it cannot have."),
            401: _TOKEN_REFUSED,
            405: _METHOD_REFUSED,
            429: _LOCKED_OUT,
            503: _NO_DATABASE,
        },
    )
)
