"""What a venue's answer means: one row per code, closed by default. Pure data.

Two columns: what the answer proves of the order, and what follows for later calls. Sources:
errors.md of Binance's API documentation, the error lists of OKX, Bybit, Upbit and Bithumb, as
measured against ccxt 4.5.90. Codes that a venue also gives when an order may have been taken
(time-outs, disconnects, server errors, Bybit's rate limits) are UNKNOWN or left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """What an answer proves."""

    REJECTED = "REJECTED"  # the order was not accepted
    GONE = "GONE"  # no such open order
    UNKNOWN = "UNKNOWN"  # it may have been accepted
    DONE = "DONE"  # nothing had to change: what was asked for is so already


class Consequence(StrEnum):
    """What an answer means for the calls that follow."""

    NOTHING = "NOTHING"  # the venue answered: all is well with it
    UNTOLD = "UNTOLD"  # nothing was asked, so nothing is known of it
    TROUBLE = "TROUBLE"  # it, or the way to it, fails: left alone once that repeats
    AWAIT_VENUE = "AWAIT_VENUE"  # in maintenance: left alone for a while
    PAUSE_VENUE = "PAUSE_VENUE"  # asked too often from this address: left alone for a while
    BAN = "BAN"  # the same, and the venue shuts this address out: from all of its markets
    PAUSE_ACCOUNT = "PAUSE_ACCOUNT"  # asked too often by this account: the account waits
    STOP_ACCOUNT = "STOP_ACCOUNT"  # this login will not work until a person has seen to it
    SET_CLOCK = "SET_CLOCK"  # our clocks differ: measure by how much, then ask once more


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an answer proves of the order, our own stable code for it, and what follows."""

    outcome: Outcome
    code: str
    consequence: Consequence = Consequence.NOTHING


_TROUBLE = Consequence.TROUBLE
_AWAIT = Consequence.AWAIT_VENUE
_PAUSE_VENUE = Consequence.PAUSE_VENUE
_PAUSE_ACCOUNT = Consequence.PAUSE_ACCOUNT
_STOP = Consequence.STOP_ACCOUNT
_SET_CLOCK = Consequence.SET_CLOCK


def _rejected(
    code: str, venue_codes: str, then: Consequence = Consequence.NOTHING
) -> dict[str, Verdict]:
    return dict.fromkeys(venue_codes.split(), Verdict(Outcome.REJECTED, code, then))


def _gone(venue_codes: str) -> dict[str, Verdict]:
    return dict.fromkeys(venue_codes.split(), Verdict(Outcome.GONE, "ORDER_NOT_FOUND"))


def _done(venue_codes: str) -> dict[str, Verdict]:
    return dict.fromkeys(venue_codes.split(), Verdict(Outcome.DONE, "ALREADY_SO"))


def _unknown(
    code: str, venue_codes: str, then: Consequence = Consequence.NOTHING
) -> dict[str, Verdict]:
    return dict.fromkeys(venue_codes.split(), Verdict(Outcome.UNKNOWN, code, then))


_BINANCE = {
    **_unknown("OUTCOME_UNKNOWN", "-1000 -1001 -1006 -1007", _TROUBLE),
    **_unknown("OUTCOME_UNKNOWN", "-1016", _AWAIT),
    **_unknown("DUPLICATE_CLIENT_ORDER_ID", "-4116"),
    **_gone("-2011 -2013"),
    **_done("-4046 -4059"),
    **_rejected("RATE_LIMITED", "-1003", _PAUSE_VENUE),  # counted per address
    **_rejected("RATE_LIMITED", "-1015", _PAUSE_ACCOUNT),
    **_rejected("VENUE_UNAVAILABLE", "-1008", _TROUBLE),
    **_rejected("CLOCK_SKEW", "-1021 -5028", _SET_CLOCK),
    **_rejected("BAD_CREDENTIALS", "-1022 -2014 -2015", _STOP),
    **_rejected("PERMISSION_DENIED", "-1002", _STOP),
    **_rejected("SYMBOL_UNKNOWN", "-1121"),
    **_rejected("NUMBER_INVALID", "-1111 -4003 -4006 -4014 -4023 -4029 -4030"),
    **_rejected("BELOW_MINIMUM", "-4004 -4164"),
    **_rejected("ABOVE_MAXIMUM", "-4005"),
    **_rejected("PRICE_OUT_OF_RANGE", "-4001 -4002 -4007 -4013 -4016 -4024 -4131"),
    **_rejected("INSUFFICIENT_FUNDS", "-2018 -2019"),
    **_rejected("WOULD_TRIGGER_IMMEDIATELY", "-2021"),
    **_rejected("REDUCE_ONLY_REJECTED", "-2022 -4118"),
    **_rejected("TOO_MANY_ORDERS", "-2025 -4045"),
    **_rejected("POSITION_LIMIT", "-2027"),
    **_rejected("POSITION_MODE_MISMATCH", "-4061"),
    **_rejected("POST_ONLY_WOULD_TAKE", "-5022"),
    **_rejected("FILL_OR_KILL_NOT_FILLED", "-5021"),
    # The request itself was malformed: refused before the matching engine.
    **_rejected(
        "VENUE_REJECTED",
        "-1013 -1100 -1101 -1102 -1103 -1104 -1105 -1106 -1112 -1114 -1115 -1116 -1117 -1118 "
        "-1119 -1120 -1128 -1130 -2010 -4015 -4120",
    ),
}

_OKX = {
    **_unknown("OUTCOME_UNKNOWN", "50001", _AWAIT),
    **_unknown("OUTCOME_UNKNOWN", "50004 50013 50026", _TROUBLE),
    **_unknown("DUPLICATE_CLIENT_ORDER_ID", "51016"),
    **_unknown("CANCEL_PENDING", "51410"),
    **_gone("51400 51401 51402 51603"),
    **_rejected("RATE_LIMITED", "50011 50061", _PAUSE_ACCOUNT),
    **_rejected("CLOCK_SKEW", "50102", _SET_CLOCK),
    **_rejected(
        "BAD_CREDENTIALS",
        "50103 50104 50105 50106 50107 50111 50112 50113 50114 50101 50119",
        _STOP,
    ),
    **_rejected("PERMISSION_DENIED", "50110 50120 51024", _STOP),
    **_rejected("SYMBOL_UNKNOWN", "51001"),
    **_rejected("INSUFFICIENT_FUNDS", "51008 51119 51127 51131"),
    **_rejected("BELOW_MINIMUM", "51020"),
    **_rejected("REDUCE_ONLY_REJECTED", "51169"),
    **_rejected("TOO_MANY_ORDERS", "51174"),
    **_rejected("VENUE_REJECTED", "51000"),
}

_BYBIT = {
    # Its rate limits included: an order may pass although the answer says "too many visits".
    **_unknown("OUTCOME_UNKNOWN", "10006 10429 170005 20003", _PAUSE_ACCOUNT),
    **_unknown("OUTCOME_UNKNOWN", "10018 10403", _PAUSE_VENUE),  # counted per address
    **_unknown("OUTCOME_UNKNOWN", "10000 10016 10019 170001 170007 170032 20006 500000", _TROUBLE),
    **_done("110025 110026 110043"),
    **_unknown("DUPLICATE_CLIENT_ORDER_ID", "110072 170141"),
    **_gone("110001 170213"),
    **_rejected("CLOCK_SKEW", "10002", _SET_CLOCK),
    **_rejected("BAD_CREDENTIALS", "10003 10004 10009 33004", _STOP),
    **_rejected("PERMISSION_DENIED", "10005 10008 10010 10024 10027 10028", _STOP),
    **_rejected("PERMISSION_DENIED", "10029"),  # of one symbol
    **_rejected("INSUFFICIENT_FUNDS", "110004 110007 110012 170033 170131"),
    **_rejected("REDUCE_ONLY_REJECTED", "110017"),
    **_rejected("TOO_MANY_ORDERS", "110009 110020"),
    **_rejected("BELOW_MINIMUM", "110094 170136 170140"),
}

_UPBIT = {
    **_unknown("OUTCOME_UNKNOWN", "server_error", _TROUBLE),
    **_gone("order_not_found"),
    **_rejected("INSUFFICIENT_FUNDS", "insufficient_funds_bid insufficient_funds_ask"),
    **_rejected("BELOW_MINIMUM", "under_min_total_bid under_min_total_ask"),
    **_rejected("ABOVE_MAXIMUM", "over_krw_funds_bid over_krw_funds_ask"),
    **_rejected("PRICE_OUT_OF_RANGE", "invalid_price_bid invalid_price_ask"),
    **_rejected("MARKET_CLOSED", "market_offline"),
    **_rejected("SYMBOL_UNKNOWN", "notfoundmarket"),
    **_rejected("RATE_LIMITED", "too_many_requests", _PAUSE_ACCOUNT),
    **_rejected("BAD_CREDENTIALS", "invalid_access_key jwt_verification expired_access_key", _STOP),
    **_rejected("BAD_CREDENTIALS", "invalid_query_payload"),  # of one request
    **_rejected(
        "PERMISSION_DENIED",
        "out_of_scope no_authorization_i_p no_authorization_ip no_permission",
        _STOP,
    ),
    # Its requests bear a random number, not the time: no clock to set.
    **_rejected("CLOCK_SKEW", "nonce_used"),
    **_rejected("VENUE_REJECTED", "create_bid_error create_ask_error validation_error"),
}

_BITHUMB = {
    # "order_not_ready": accepted, still processing.
    **_unknown("OUTCOME_UNKNOWN", "order_not_ready"),
    **_unknown("OUTCOME_UNKNOWN", "server_error", _TROUBLE),
    **_gone("order_not_found"),
    **_rejected("INSUFFICIENT_FUNDS", "insufficient_funds_bid insufficient_funds_ask"),
    **_rejected("BELOW_MINIMUM", "under_price_limit_bid under_price_limit_ask"),
    **_rejected("PRICE_OUT_OF_RANGE", "invalid_price invalid_price_bid invalid_price_ask"),
    **_rejected("BAD_CREDENTIALS", "invalid_access_key jwt_verification expired_jwt", _STOP),
    **_rejected("PERMISSION_DENIED", "NotAllowIP out_of_scope blocked_member_id", _STOP),
    **_rejected("VENUE_REJECTED", "cross_trading"),
}

CODES: Mapping[str, Mapping[str, Verdict]] = {
    "binance": _BINANCE,
    "okx": _OKX,
    "bybit": _BYBIT,
    "upbit": _UPBIT,
    "bithumb": _BITHUMB,
}

# Some codes say many things; their text tells which. Read before the code alone.
TEXTS: Mapping[str, Mapping[str, tuple[tuple[str, Verdict], ...]]] = {
    "binance": {
        # Of a banned address it may say so with the code of a bad key.
        "-2015": (("banned", Verdict(Outcome.REJECTED, "RATE_LIMITED", _PAUSE_VENUE)),),
        "-2010": (
            ("duplicate order", Verdict(Outcome.UNKNOWN, "DUPLICATE_CLIENT_ORDER_ID")),
            ("insufficient balance", Verdict(Outcome.REJECTED, "INSUFFICIENT_FUNDS")),
            ("market is closed", Verdict(Outcome.REJECTED, "MARKET_CLOSED")),
            ("trigger immediately", Verdict(Outcome.REJECTED, "WOULD_TRIGGER_IMMEDIATELY")),
            ("match and take", Verdict(Outcome.REJECTED, "POST_ONLY_WOULD_TAKE")),
        ),
        "-1013": (
            ("max_num", Verdict(Outcome.REJECTED, "TOO_MANY_ORDERS")),
            ("notional", Verdict(Outcome.REJECTED, "BELOW_MINIMUM")),
            ("lot_size", Verdict(Outcome.REJECTED, "NUMBER_INVALID")),
            ("price", Verdict(Outcome.REJECTED, "PRICE_OUT_OF_RANGE")),
        ),
    },
}

# HTTP statuses that a venue gives instead of processing a request, whatever the body is.
STATUSES: Mapping[str, Mapping[int, Verdict]] = {
    "binance": dict.fromkeys(
        (403, 418, 429), Verdict(Outcome.REJECTED, "RATE_LIMITED", _PAUSE_VENUE)
    ),
    "upbit": {
        418: Verdict(Outcome.REJECTED, "RATE_LIMITED", _PAUSE_VENUE),
        429: Verdict(Outcome.REJECTED, "RATE_LIMITED", _PAUSE_ACCOUNT),
    },
}

# ccxt's classes that are proof once the venue itself answered with a code that is not listed.
CLASSES: Mapping[str, Verdict] = {
    "InsufficientFunds": Verdict(Outcome.REJECTED, "INSUFFICIENT_FUNDS"),
    "BadSymbol": Verdict(Outcome.REJECTED, "SYMBOL_UNKNOWN"),
    "MarketClosed": Verdict(Outcome.REJECTED, "MARKET_CLOSED"),
    "PermissionDenied": Verdict(Outcome.REJECTED, "PERMISSION_DENIED", _STOP),
    "AccountSuspended": Verdict(Outcome.REJECTED, "PERMISSION_DENIED", _STOP),
    "RestrictedLocation": Verdict(Outcome.REJECTED, "PERMISSION_DENIED", _STOP),
    "AuthenticationError": Verdict(Outcome.REJECTED, "BAD_CREDENTIALS", _STOP),
    "OrderNotFound": Verdict(Outcome.GONE, "ORDER_NOT_FOUND"),
    "RateLimitExceeded": Verdict(Outcome.UNKNOWN, "OUTCOME_UNKNOWN", _PAUSE_ACCOUNT),
}

# What is left when neither code nor class proves anything: what the transport tells.
_NOTHING_PROVEN = "OUTCOME_UNKNOWN"
SENT_AWAY = Verdict(Outcome.UNKNOWN, _NOTHING_PROVEN, _PAUSE_VENUE)  # HTTP 418 and 429, anybody's
NO_USABLE_ANSWER = Verdict(Outcome.UNKNOWN, _NOTHING_PROVEN, _TROUBLE)  # none, 5xx, not JSON
UNLISTED = Verdict(Outcome.UNKNOWN, _NOTHING_PROVEN)  # the venue's own word, which we do not know
