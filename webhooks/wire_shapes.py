"""The shapes of what is sent and answered, as OpenAPI schemas. Only words: nothing here checks."""

from collections.abc import Mapping
from typing import Any

from accounts.exchange.types import OrderType, Side
from orders.transitions import OrderStatus
from webhooks.parsing import MOST_ORDERS
from webhooks.refusals import Reason
from webhooks.result_codes import RESULT_CODES

Schema = dict[str, Any]


def _text(description: str, **more: Any) -> Schema:
    return {"type": "string", "description": description, **more}


def _flag(description: str) -> Schema:
    return {"type": "boolean", "description": description}


def _number(description: str) -> Schema:
    return {
        "oneOf": [{"type": "string"}, {"type": "number"}],
        "description": f"{description} As a JSON number or as a text.",
    }


def _code(description: str, sentences: Mapping[str, str]) -> Schema:
    # The extension that viewers of OpenAPI know for what each value means.
    return _text(description, enum=[*sentences], **{"x-enumDescriptions": dict(sentences)})


def _object(properties: Schema, *, required: tuple[str, ...] = ()) -> Schema:
    shape: Schema = {"type": "object", "properties": properties}
    # OpenAPI takes no empty list of required fields.
    return shape | {"required": list(required)} if required else shape


_ORDER_FIELDS: Schema = {
    "symbol": _text("BTC/USDT, BTCUSDT, BINANCE:BTCUSDT, BTCUSDT.P, KRW-BTC, …"),
    "side": _text("buy or sell; long and short mean the same.", enum=["buy", "sell"]),
    "order_type": _text(
        "In any case.",
        enum=["MARKET", "LIMIT", "STOP_LIMIT", "STOP_MARKET", "CANCEL", "CANCEL_ALL_ORDER"],
    ),
    "price": _number("Limit price: LIMIT and STOP_LIMIT need it."),
    "stop_price": _number("Trigger price: STOP_LIMIT and STOP_MARKET need it."),
    "qty_per": _number(
        "Above 0 up to 100: that percent of each account's capital. -100 up to below 0: close "
        "that percent of this strategy's own position."
    ),
    "quantity": _number("Instead of qty_per: units of the base coin."),
    "notional": _number("Instead of qty_per: an amount of the quote currency."),
    "close_first": {
        "type": "boolean",
        "description": "On futures, for MARKET and LIMIT orders that open a position: first close "
        "this strategy's opposite position in the symbol on each account, wait until it is flat, "
        "then open. An account that does not become flat in time opens nothing (NOT_FLAT).",
    },
    "reduce_only": _flag(
        "true is for negative qty_per only, which reduces by itself; elsewhere it is refused."
    ),
    "order_id": _text("CANCEL needs it: the exchange's order id or the client order id."),
    "priority": {"type": "integer", "description": "Lower ones first. Without it: 0."},
}
_TERMS: Schema = {
    "exchange": _text("Refused if the strategy trades elsewhere."),
    "market_type": _text("Refused if the strategy trades another.", enum=["SPOT", "FUTURES"]),
    "currency": _text("Refused if the strategy trades another quote currency."),
}
ALERT: Schema = _object(
    {
        "group_name": _text("The strategy."),
        "token": _text(
            "Not needed when the address ends with the token or the header Authorization bears it."
        ),
        **_ORDER_FIELDS,
        **_TERMS,
        "alert_id": _text("The same one again is not executed again.", maxLength=128),
        "timenow": _text("When the alert was made, in UTC; refused when it is too old."),
        "orders": {
            "type": "array",
            "maxItems": MOST_ORDERS,
            "items": _object(_ORDER_FIELDS | _TERMS),
            "description": "Several orders at once. What an item leaves out is taken from above.",
        },
    },
    required=("group_name",),
)
_RESULT: Schema = _object(
    {
        "account_name": _text("The account; empty for a cancel that found no order."),
        "symbol": _text("The market, BTC/USDT or BTC/USDT:USDT on futures."),
        "side": _text("The order's side.", enum=[*Side]),
        "is_close": _flag("Whether it closes the strategy's own position, as close_first asks."),
        "status": _text(
            "How it went. Pending with an error_code: the exchange has not told yet and is asked "
            "again; nothing is to be sent again.",
            enum=["success", "failed", "pending"],
        ),
        "order_id": _text("The exchange's order id; empty while it is not known."),
        "client_order_id": _text("Ours."),
        "order_status": _text(
            "Where the order stands. DENIED with success: a cancel came before it was sent.",
            enum=[*OrderStatus],
        ),
        "error_code": _code("Why it failed or is not known yet; stable.", RESULT_CODES),
        "error": _text("Only if it failed: why, with the numbers."),
    }
)


def _count(description: str) -> Schema:
    return {"type": "integer", "description": description}


def _milliseconds(description: str) -> Schema:
    return {"type": "number", "description": description}


PROGRESS: Schema = _object(
    {
        "action": _text(
            "Whether every account is through.", enum=["orders_processed", "orders_accepted"]
        ),
        "signal_id": _text("The alert as we keep it.", format="uuid"),
        "strategy": _text("Its group_name."),
        "duplicate": _flag("Only on a repeated alert_id: true."),
        "results": {
            "type": "array",
            "items": _RESULT,
            "description": "One for each order of each account and each cancel that found none.",
        },
        "summary": _object(
            {
                "total_accounts": _count("Accounts with at least one row."),
                "successful_trades": _count("Rows that are success."),
                "failed_trades": _count("Rows that are failed."),
                "pending_trades": _count("Rows that are pending."),
            }
        ),
        "performance_metrics": _object(
            {
                "validation_time_ms": _milliseconds("Reading and checking the request."),
                "preprocessing_time_ms": _milliseconds("Storing it."),
                "trade_processing_time_ms": _milliseconds("Until the accounts were through."),
                "total_processing_time_ms": _milliseconds("All of it."),
            }
        ),
        "warnings": {
            "type": "array",
            "items": {"type": "string"},
            "description": "What was ignored, or why there are no results.",
        },
        "status_url": _text("Only while accounts are at work: where to look for the rest."),
    }
)
REFUSAL: Schema = _object(
    {
        "error_code": _code("Stable.", {reason.name: reason.general_sentence for reason in Reason}),
        "error": _text("What to change."),
        "field": _text("The field at fault, e.g. `orders[1].price`."),
        "delivery_id": _text("Under this id the request is kept.", format="uuid"),
    },
    required=("error_code", "error"),
)
_ORDER: Schema = _object(
    {
        "id": _count("Ours; for `before`."),
        "signal_id": _text("The alert that asked for it.", format="uuid"),
        "strategy": _text("Its group_name."),
        "account_name": _text("The account."),
        "symbol": _text("The market."),
        "side": _text("The side.", enum=[*Side]),
        "order_type": _text("The type.", enum=[*OrderType]),
        "is_close": _flag("Whether it closes the strategy's own position."),
        "quantity": _text("In base units; null while it is not sized."),
        "price": _text("The limit price; null without one."),
        "stop_price": _text("The trigger price; null without one."),
        "order_status": _text("Where the order stands.", enum=[*OrderStatus]),
        "filled_quantity": _text("In base units."),
        "average_price": _text("Of its fills; null without one."),
        "fees": {
            "type": "object",
            "additionalProperties": {"type": "string"},
            "description": "What its fills cost, by currency.",
        },
        "order_id": _text("The exchange's order id; empty while it is not known."),
        "client_order_id": _text("Ours, as the exchange was told."),
        "replaces": _text("The client order id of the order it replaced; null if it is a first."),
        "last_event": _text("The newest line of its history, and who or what had it canceled."),
        "error_code": _code(
            "Why it was refused; empty if it was not.", {"": "It was not refused.", **RESULT_CODES}
        ),
        "error": _text("The same as a sentence."),
        "created_at": _text("When it was intended.", format="date-time"),
        "updated_at": _text("When it last changed.", format="date-time"),
    }
)
ORDER_LIST: Schema = _object(
    {
        "orders": {"type": "array", "items": _ORDER, "description": "Newest first."},
        "next_before": {
            "type": "integer",
            "nullable": True,
            "description": "Send it as `before` for the next page; null on the last one.",
        },
    }
)
