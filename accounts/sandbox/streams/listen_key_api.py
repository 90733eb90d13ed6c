"""The futures market's listen key endpoints; they take an API key and no signature."""

from accounts.sandbox.engine.listings import Market
from accounts.sandbox.errors import no_such_listen_key
from accounts.sandbox.formats import Row
from accounts.sandbox.routes import Access, Call, Route

_PATH = "/fapi/v1/listenKey"


def start(call: Call) -> Row:
    """POST: the key the account has already is kept alive and answered again."""
    return {"listenKey": call.venue.streams.listen_keys.issue(call.account, at_us=call.at_us)}


def keep_alive(call: Call) -> Row:
    """PUT: 60 minutes more; -1125 when the account has no key."""
    key = call.venue.streams.listen_keys.extend(call.account, at_us=call.at_us)
    if key is None:
        raise no_such_listen_key()
    return {"listenKey": key}


def close(call: Call) -> Row:
    """DELETE: ends the key and the streams opened with it."""
    call.venue.streams.close_listen_key(call.account)
    return {}


ROUTES = (
    Route("POST", _PATH, start, Market.FUTURES, Access.KEYED),
    Route("PUT", _PATH, keep_alive, Market.FUTURES, Access.KEYED),
    Route("DELETE", _PATH, close, Market.FUTURES, Access.KEYED),
)
