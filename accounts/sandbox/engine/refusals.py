"""Why the engine says no. A refused command has changed nothing."""

from enum import StrEnum, auto


class Reason(StrEnum):
    """Each reason has its code and sentence per market in `accounts.sandbox.errors`."""

    INSUFFICIENT_FUNDS = auto()
    DUPLICATE_CLIENT_ORDER_ID = auto()
    WOULD_TAKE = auto()
    WOULD_TRIGGER = auto()
    CANNOT_FILL_WHOLE = auto()
    NOTHING_TO_REDUCE = auto()
    REDUCTION_TAKEN = auto()
    UNKNOWN_ORDER = auto()
    PRICE_TOO_LOW = auto()
    PRICE_TOO_HIGH = auto()
    PRICE_OFF_TICK = auto()
    PRICE_ABOVE_BAND = auto()
    PRICE_BELOW_BAND = auto()
    QUANTITY_TOO_SMALL = auto()
    QUANTITY_TOO_LARGE = auto()
    QUANTITY_OFF_STEP = auto()
    MARKET_QUANTITY_TOO_LARGE = auto()
    NOTIONAL_TOO_SMALL = auto()
    NOTIONAL_TOO_LARGE = auto()
    TOO_MANY_ORDERS = auto()
    TOO_MANY_STOP_ORDERS = auto()
    LEVERAGE_OUT_OF_RANGE = auto()
    MARGIN_TYPE_UNCHANGED = auto()
    ACCOUNT_HAS_ANOTHER_KEY = auto()
    KEY_IN_USE = auto()
    UNKNOWN_ACCOUNT = auto()
    UNKNOWN_SYMBOL = auto()
    UNKNOWN_ASSET = auto()
    PRICE_OUT_OF_RANGE = auto()
    AMOUNT_NOT_POSITIVE = auto()


class Refused(Exception):
    """The command is refused; nothing has changed."""

    def __init__(self, reason: Reason, *, bound: str = "") -> None:
        """`bound` is the limit that was passed, for the sentence."""
        super().__init__(f"{reason} {bound}".strip())
        self.reason = reason
        self.bound = bound
