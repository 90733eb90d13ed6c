"""One soak from an empty directory to its verdict. Imported once the settings are there."""

import json
import signal
import sys
import threading
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

from accounts.sandbox.control import Control
from tradeplatform.soak.arguments import Wanted
from tradeplatform.soak.causing import Troublemaker
from tradeplatform.soak.comparing.judging import judge
from tradeplatform.soak.fault_book import AWAY, FaultBook
from tradeplatform.soak.ledgers import Promise
from tradeplatform.soak.playing import Players, play
from tradeplatform.soak.printing import Result, told
from tradeplatform.soak.reading import our_books, venue_books
from tradeplatform.soak.sending import Senders, Sent
from tradeplatform.soak.settling import await_rest
from tradeplatform.soak.stage import VARIABLES, set_up
from tradeplatform.supervisor.rented import Platform

_HEAL_TRIES = 120


def run(wanted: Wanted, state_dir: Path) -> bool:
    """Whether nothing was lost, doubled or left unexplained; prints what was found."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    say(f"Soak in {state_dir}: {wanted.alerts} alerts, seed {wanted.seed}")
    platform = Platform(state_dir, VARIABLES)
    try:
        platform.await_ready()
        result = _soak(wanted, platform, state_dir)
    finally:
        platform.stop()
    say(told(result))
    return result.is_clean


def say(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _soak(wanted: Wanted, platform: Platform, state_dir: Path) -> Result:
    players = _players(wanted, platform, state_dir)
    play(wanted, players)
    say("Healing and settling")
    _heal(players.faults)
    healed = monotonic()
    left = await_rest(healed_at=datetime.now(UTC), seconds=wanted.settle_seconds)
    settled_after = monotonic() - healed
    ours, venue = our_books(), venue_books(players.control)
    sent = sorted(players.senders.sent, key=lambda sent: sent.alert.number)
    promises = [_promise(one) for one in sent]
    return Result(
        wanted=wanted,
        promises=promises,
        requests=sum(len(one.attempts) for one in sent),
        ours=ours,
        venue=venue,
        cases=judge(promises, ours, venue),
        left=left,
        happened=_happened(players),
        settled_after_seconds=settled_after,
    )


def _players(wanted: Wanted, platform: Platform, state_dir: Path) -> Players:
    quickstart = json.loads((state_dir / "quickstart.json").read_text())
    control = Control(quickstart["sandbox_url"])
    tokens = set_up(control)
    faults = FaultBook(control, wanted.seed)
    return Players(
        platform=platform,
        control=control,
        faults=faults,
        troublemaker=Troublemaker(platform, control, faults, state_dir),
        senders=Senders(quickstart["webhook_url"], tokens),
    )


def _heal(faults: FaultBook) -> None:
    """As soon as the sandbox is there."""
    for _ in range(_HEAL_TRIES):
        try:
            faults.heal()
        except AWAY:
            threading.Event().wait(0.5)
        else:
            return
    faults.heal()


def _promise(sent: Sent) -> Promise:
    alert = sent.alert
    return Promise(
        number=alert.number,
        strategy=alert.role.name,
        accounts=alert.accounts,
        asked=alert.asked,
        is_cancel=alert.cancels_everything,
        alert_id=alert.alert_id,
        signal_ids=sent.signal_ids,
        is_refused=sent.is_refused,
        began=sent.began,
        ended=sent.ended,
    )


def _happened(players: Players) -> Counter[str]:
    happened = players.faults.struck()
    happened.update(players.troublemaker.happened)
    happened.update(players.platform.deaths())
    return happened
