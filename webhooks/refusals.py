"""Why a request is refused: one table of stable codes with HTTP status and sentence. Pure.

The codes are part of the contract with senders; a code is never renamed.
"""

from enum import Enum

from webhooks.redaction import presentable


class Reason(Enum):
    """A member's name is the error code; `{field}` and `{value}` are what was refused, `{detail}`
    are words of ours.
    """

    # The request itself.
    METHOD_NOT_ALLOWED = (405, "This address takes {value} requests only.")
    BODY_TOO_LARGE = (413, "The body is larger than 64 KiB. Send fewer orders at once.")
    BODY_EMPTY = (400, "The body is empty. Send the alert as JSON.")
    BODY_NOT_UTF8 = (400, "The body is not UTF-8 text.")
    BODY_NOT_JSON = (400, "The body is not valid JSON: {detail}.")
    BODY_NOT_OBJECT = (400, "The body is not a JSON object. Write it as {{...}}.")
    BODY_TOO_DEEP = (400, "The body is nested more than 8 levels deep.")
    KEY_DUPLICATE = (400, "{field} stands twice in one object (upper and lower case are the same).")
    NUMBER_NOT_FINITE = (400, "{field} is {value}, which is no number.")
    CHARACTER_NOT_ALLOWED = (400, "{field} has a NUL or half a surrogate pair in it.")
    PLACEHOLDER_UNRESOLVED = (
        400,
        "{field} has a placeholder that the sender did not fill in: {value}.",
    )
    # Where from and how often.
    ADDRESS_NOT_ALLOWED = (
        403,
        "Alerts are not taken from {value}: nothing was ordered. An administrator may add it to "
        "the allowed addresses or, if a proxy has it, to TRUSTED_PROXIES.",
    )
    ADDRESS_LOCKED_OUT = (
        429,
        "Too many bad tokens came from {value}. Wait {detail}; a valid one is taken at once.",
    )
    ADDRESS_THROTTLED = (
        429,
        "Too many requests without a valid token came from {value}. Wait {detail}, send fewer.",
    )
    TOKEN_THROTTLED = (
        429,
        "Too many alerts came with this token: nothing was ordered. Wait {detail}, send fewer.",
    )
    # Who and what for.
    TOKEN_INVALID = (401, "The token is missing or not valid.")
    STRATEGY_NOT_FOUND = (404, "There is no active strategy of that group_name for this token.")
    STRATEGY_MISSPELT = (
        404,
        "There is no strategy of that {field}, but there is {value}: upper and lower case count.",
    )
    EXCHANGE_MISMATCH = (400, "The strategy does not trade at {value}.")
    MARKET_TYPE_MISMATCH = (400, "The strategy does not trade {value} markets.")
    CURRENCY_MISMATCH = (400, "The strategy does not trade markets quoted in {value}.")
    SIGNAL_EXPIRED = (
        400,
        "The alert was made at {value}, longer ago than the strategy allows. Nothing was ordered.",
    )
    DEDUP_KEY_CONFLICT = (400, "alert_id and the Idempotency-Key header differ. Send one of them.")
    # Fields.
    FIELD_MISSING = (400, "{field} is missing.")
    FIELD_EMPTY = (400, "{field} is empty. {detail}")
    TEXT_EXPECTED = (400, "{field} is {value}; write a text.")
    TEXT_TOO_LONG = (400, "{field} is too long: at most {value} characters.")
    TOKEN_MISPLACED = (400, "{field} has a token in it. The token belongs into token only.")
    NUMBER_EXPECTED = (400, "{field} is {value}; write a plain number such as 0.5.")
    WHOLE_NUMBER_EXPECTED = (400, "{field} is {value}; write a whole number of at most 9 digits.")
    NUMBER_OUT_OF_RANGE = (400, "{field} is {value}: too long, too large or too small.")
    NUMBER_NOT_POSITIVE = (400, "{field} is {value}; it must be above zero.")
    TIME_EXPECTED = (400, "{field} is {value}; write a time such as 2026-01-31T12:00:00Z.")
    SIDE_UNKNOWN = (400, "{field} is {value}; write buy or sell.")
    ORDER_TYPE_UNKNOWN = (
        400,
        "{field} is {value}; write MARKET, LIMIT, STOP_LIMIT, STOP_MARKET, CANCEL or "
        "CANCEL_ALL_ORDER.",
    )
    BOOLEAN_EXPECTED = (400, "{field} is {value}; write true or false, without quotes.")
    CLOSE_FIRST_WITH_STOP = (
        400,
        "{field} works with MARKET and LIMIT orders: {value} waits for its trigger, and the "
        "position would be closed long before.",
    )
    REDUCE_ONLY_UNSUPPORTED = (
        400,
        "{field} is not supported: an order sized like this could open a position. Use a negative "
        "qty_per, such as -100, to close this strategy's own position and no more.",
    )
    SIZE_MISSING = (400, "{field} is missing: give one of qty_per, quantity and notional.")
    SIZE_AMBIGUOUS = (400, "{field} is more than one size: give one of {value}.")
    QTY_PER_OUT_OF_RANGE = (
        400,
        "{field} is {value}: more than 0 and up to 100 opens, -100 up to less than 0 closes.",
    )
    ORDERS_EXPECTED = (400, "{field} is not a list of order objects.")
    ORDERS_EMPTY = (400, "{field} is an empty list.")
    ORDERS_TOO_MANY = (400, "{field} has {value} orders; at most 30 fit one alert.")
    # Reading what became of alerts.
    PATH_UNKNOWN = (404, "There is no {value} here. /api/docs tells which addresses there are.")
    SIGNAL_NOT_FOUND = (404, "There is no signal of that id for this token.")
    PARAMETER_UNKNOWN = (400, "There is no parameter {field}. This address takes {detail}.")
    PARAMETER_INVALID = (400, "The parameter {field} must be {detail}.")
    # Ours.
    STORE_UNAVAILABLE = (503, "The alert could not be stored, so nothing was ordered. Send again.")
    STORE_UNCONFIRMED = (
        503,
        "The database did not confirm that it stored the alert. Send it again with the same id: "
        "it is executed once.",
    )
    DATABASE_UNAVAILABLE = (503, "The database cannot be reached. Ask again.")
    INTERNAL_ERROR = (
        500,
        "The alert met an error of ours and was not stored; nothing was ordered.",
    )

    def __init__(self, http_status: int, sentence: str) -> None:
        self.http_status = http_status
        self.sentence = sentence

    @property
    def general_sentence(self) -> str:
        """The sentence whatever was refused."""
        return self.sentence.format(field="<field>", value="…", detail="…")


class Refused(Exception):
    """Nothing was ordered, for this reason. `field` and `sentence` are safe to show and to keep.

    `field` and `value` are the sender's and cut short; `detail` is ours and shown whole.
    `retry_after_seconds` is when the same request may be sent again. `is_guess`: with a token that
    is nobody's, which somebody may be trying out.
    """

    def __init__(
        self,
        reason: Reason,
        *,
        field: str = "",
        value: object = "",
        detail: str = "",
        retry_after_seconds: int | None = None,
        is_guess: bool = False,
    ) -> None:
        self.reason = reason
        self.is_guess = is_guess
        self.retry_after_seconds = retry_after_seconds
        self.field = presentable(field)
        self.sentence = reason.sentence.format(
            field=self.field, value=presentable(str(value)), detail=detail
        )
        super().__init__(f"{reason.name}: {self.sentence}")
