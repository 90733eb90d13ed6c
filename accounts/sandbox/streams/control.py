"""The control API's part for tests: which streams are open, and what goes wrong with them."""

import time

from accounts.sandbox.control_bodies import Body
from accounts.sandbox.engine.listings import Market
from accounts.sandbox.engine.refusals import Reason, Refused
from accounts.sandbox.formats import Row
from accounts.sandbox.streams.mishaps import RANDOM_PROBABILITY, Mishap, Mishaps
from accounts.sandbox.venue import Venue


def streams(venue: Venue) -> list[Row]:
    """GET /sandbox/streams: how many streams every account has open on each market."""
    return [
        {"account": account, "market": market.value, "open": venue.streams.count(account, market)}
        for account in venue.exchange.accounts
        for market in Market
    ]


def mishaps(venue: Venue) -> list[Row]:
    """GET /sandbox/streams/mishaps: how often each has happened at random since the start."""
    return [{"mishap": mishap.value, "count": venue.streams.met[mishap]} for mishap in Mishap]


def drop(body: Body, venue: Venue) -> None:
    """POST /sandbox/streams/drop: cut the connections of the account's streams."""
    venue.streams.drop(_account(body, venue))


def terminate(body: Body, venue: Venue) -> None:
    """POST /sandbox/streams/terminate: end the account's streams and listen key, as if expired.

    The connections stay open, as at Binance: eventStreamTerminated and listenKeyExpired are the
    last that is heard on them.
    """
    venue.streams.terminate(_account(body, venue), at_us=_now_us())


def age(body: Body, venue: Venue) -> None:
    """POST /sandbox/streams/age: let so many `seconds` of every listen key's life pass.

    Only the keys' clock moves: signed requests and events keep the time of the day.
    """
    venue.streams.listen_keys.age(seconds=body.whole("seconds"))
    venue.streams.expire_listen_keys(at_us=_now_us())


def pause(body: Body, venue: Venue) -> None:
    """POST /sandbox/streams/pause: hold back everything the account's streams should get."""
    venue.streams.gate(_account(body, venue)).is_paused = True


def disturb(body: Body, venue: Venue) -> None:
    """POST /sandbox/streams/disturb: what shall happen to the account's next events about orders.

    The next `drop` are lost, then the next `repeat` come twice; the next `reorder` of what is left
    are held back and come in reverse; the next `late` start `ms` later. What was not sent is zero.
    Without a stream nothing counts.
    """
    gate = venue.streams.gate(_account(body, venue))
    gate.drop, gate.repeat = body.whole("drop"), body.whole("repeat")
    gate.reorder = body.whole("reorder")
    gate.late, gate.late_ms = body.whole("late"), body.whole("ms")


def have_mishaps(body: Body, venue: Venue) -> None:
    """POST /sandbox/streams/mishaps: from now on events about orders go wrong at random.

    Which, `seed` decides for every account by itself; `probability` is a tenth when it was not
    sent, and zero ends it.
    """
    body.check_names({"seed", "probability"})
    chance = body.number("probability") if body.has("probability") else RANDOM_PROBABILITY
    venue.streams.begin_mishaps(Mishaps(body.whole("seed"), chance))


def resume(body: Body, venue: Venue) -> None:
    """POST /sandbox/streams/resume: nothing goes wrong any more; what was held back is sent."""
    venue.streams.open_gate(_account(body, venue))


def _account(body: Body, venue: Venue) -> str:
    account = body.text("account")
    if account not in venue.exchange.accounts:
        raise Refused(Reason.UNKNOWN_ACCOUNT)
    return account


def _now_us() -> int:
    return time.time_ns() // 1_000
