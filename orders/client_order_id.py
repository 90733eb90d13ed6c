"""The ids under which venues know our orders."""

import re
import secrets

# Marks an order at a venue as ours.
PREFIX = "tp"
_OURS = re.compile(rf"{PREFIX}[0-9a-f]{{24}}")


def new_client_order_id() -> str:
    """A fresh id: `tp` and 96 random bits in hex, 26 characters.

    Letters and digits only and at most 32 characters, the narrowest of the venues' rules (OKX);
    never reused, because several venues refuse a repeated id among open orders only.
    """
    return PREFIX + secrets.token_hex(12)


def is_ours(client_order_id: str) -> bool:
    """Whether only a platform like this one makes such an id."""
    return _OURS.fullmatch(client_order_id) is not None
