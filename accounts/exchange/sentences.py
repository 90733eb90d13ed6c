"""One plain sentence per stable code: what happened and what to do. Pure."""

VENUE_SENTENCES = {
    "ABOVE_MAXIMUM": "The order is larger than the exchange allows. Make it smaller.",
    "ALREADY_SO": "Nothing had to be changed: the account is set up like that already.",
    "BAD_CREDENTIALS": (
        "The exchange does not accept the API key. Check key, secret, passphrase, their expiry "
        "date and the allowed IP addresses, and enter them again."
    ),
    "BELOW_MINIMUM": "The order is smaller than the exchange's minimum. Make it larger.",
    "CANCEL_PENDING": "The exchange is still canceling the order. It is looked up again.",
    "CLOCK_SKEW": (
        "The exchange refused the time of the request. Synchronize the clock of the machine that "
        "runs this platform (NTP)."
    ),
    "DUPLICATE_CLIENT_ORDER_ID": (
        "The exchange already has an order with this id. It is looked up, never sent again."
    ),
    "FILL_OR_KILL_NOT_FILLED": "The order could not be filled at once and in full.",
    "INSUFFICIENT_FUNDS": (
        "The account has too little free balance. Add funds or make the order smaller."
    ),
    "MARKET_CLOSED": "The market is closed or halted. Send the order when it is open.",
    "NO_ANSWER": "The exchange gave no usable answer. It is asked again later.",
    "NOT_CONNECTED": (
        "The exchange could not be reached, so nothing was sent. Check the network and the "
        "exchange's status page."
    ),
    "NOT_SENT": "The order was refused before it was sent.",
    "NUMBER_INVALID": "The exchange does not take this quantity or price. Use its step size.",
    "ORDER_NOT_FOUND": "The exchange has no such open order.",
    "OUTCOME_UNKNOWN": (
        "The exchange gave no clear answer. The order may exist: it is looked up and never sent "
        "again."
    ),
    "PERMISSION_DENIED": (
        "The exchange does not permit this to the API key. Allow trading and this machine's IP "
        "address in the key's settings."
    ),
    "POSITION_LIMIT": (
        "The position would exceed the exchange's limit at this leverage. Lower one of the two."
    ),
    "POSITION_MODE_MISMATCH": (
        "The account is in hedge mode. Switch it to one-way mode at the exchange."
    ),
    "POST_ONLY_WOULD_TAKE": "The post-only order would have been filled at once.",
    "PRICE_OUT_OF_RANGE": (
        "The price is outside of what the exchange allows now. Use one nearer to the market."
    ),
    "RATE_LIMITED": "Too many requests: the exchange refused this one. Send fewer or later.",
    "REDUCE_ONLY_REJECTED": "There is no position left that this order could reduce.",
    "SYMBOL_UNKNOWN": "The exchange does not know this symbol. Check its name.",
    "TOO_MANY_ORDERS": "The account has as many open orders as the exchange allows. Cancel some.",
    "VENUE_REJECTED": "The exchange refused the order.",
    "VENUE_UNAVAILABLE": "The exchange is overloaded or in maintenance. Try again later.",
    "WOULD_TRIGGER_IMMEDIATELY": (
        "The stop price is on the wrong side of the market: it would trigger at once."
    ),
}

# Nobody notices such a difference: exchanges take requests that are some seconds old.
_RIGHT_WITHIN_MS = 1_000


def clock_sentence(ahead_ms: int) -> str:
    """What to do about a time that is refused although this machine's lead was reckoned with."""
    off = f"{abs(ahead_ms) / 1000:.1f} s {'ahead of' if ahead_ms > 0 else 'behind'} the exchange's"
    if abs(ahead_ms) <= _RIGHT_WITHIN_MS:
        return (
            "The exchange refuses the time of requests although the clock of the machine that runs "
            f"this platform is right ({off}). Look for a slow network or too much load there."
        )
    return (
        "The exchange refuses the time of requests. The clock of the machine that runs this "
        f"platform is {off}: synchronize it by NTP, and stop what sets it otherwise."
    )


def sentence_of(code: str) -> str:
    """The sentence of one of our codes; every code of venue_codes.py has one."""
    return VENUE_SENTENCES[code]
