"""What a seed draws: the same every time, something of everything, and nothing unasked."""

from collections import Counter
from decimal import Decimal

import pytest

from accounts.exchange.types import OrderType, Side
from tradeplatform.soak.alerts import Alert, Asked, draw_alerts
from tradeplatform.soak.arguments import read
from tradeplatform.soak.prices import OPENING, draw_walk
from tradeplatform.soak.troubles import Kill, deck, draw_troubles

WALK = draw_walk(seed=7, seconds=600)


def alerts(seed: int = 7) -> list[Alert]:
    return list(draw_alerts(seed=seed, count=600, walk=WALK))


def test_length_is_told_in_alerts_or_in_minutes() -> None:
    assert read(["--alerts", "40"]).seconds == 10
    assert read(["--minutes", "2", "--seed", "3"]).alerts == 480
    assert read(["--minutes", "2", "--seed", "3"]).seed == 3


@pytest.mark.parametrize("arguments", [["--alerts", "0"], ["--alerts", "9", "--minutes", "1"]])
def test_wrong_length_is_refused(arguments: list[str]) -> None:
    with pytest.raises(SystemExit):
        read(arguments)


def test_a_seed_draws_the_same_again_and_another_seed_something_else() -> None:
    assert alerts() == alerts()
    assert alerts(seed=8) != alerts()
    assert draw_walk(seed=7, seconds=60) == draw_walk(seed=7, seconds=60)
    troubles = draw_troubles(seed=7, seconds=300, shards=2)
    assert troubles == draw_troubles(seed=7, seconds=300, shards=2)
    assert troubles != draw_troubles(seed=8, seconds=300, shards=2)


def test_alerts_are_of_every_kind_and_from_both_kinds_of_senders() -> None:
    drawn = alerts()

    words = Counter(str(alert.body.get("order_type", "batch")) for alert in drawn)
    assert set(words) == {"LIMIT", "MARKET", "CANCEL_ALL_ORDER", "batch"}
    assert {bool(alert.alert_id) for alert in drawn} == {True, False}
    assert {alert.sender for alert in drawn} == {"alice", "bob"}
    assert any(alert.body.get("qty_per", 0) < 0 for alert in drawn)
    assert any(alert.body.get("close_first") for alert in drawn)


def test_subscriber_is_promised_orders_on_own_accounts_only() -> None:
    (accounts,) = {
        alert.accounts
        for alert in alerts()
        if alert.role.name == "spot-chased" and alert.sender == "bob"
    }

    assert accounts == ("bob-1",)


def test_reversal_promises_a_close_that_may_be_missing() -> None:
    alert = next(alert for alert in alerts() if alert.body.get("close_first"))

    close, entry = alert.asked

    side = Side(str(alert.body["side"]))
    assert close == Asked(entry.coin, side, OrderType.MARKET, is_optional=True)
    assert (entry.side, entry.is_optional) == (side, False)


def test_cancels_and_flawed_alerts_promise_no_order() -> None:
    drawn = alerts()

    cancels = [alert for alert in drawn if alert.body.get("order_type") == "CANCEL_ALL_ORDER"]
    flawed = [alert for alert in drawn if "flaw" in alert.body]
    assert cancels
    assert flawed
    assert {alert.asked for alert in (*cancels, *flawed)} == {()}
    assert any(alert.cancels_everything for alert in cancels)


def test_prices_stay_where_the_exchange_takes_limits() -> None:
    away = {abs(price / OPENING[coin] - 1) for coin, path in WALK.prices.items() for price in path}

    assert max(away) < Decimal("0.05")


def test_every_trouble_has_its_turn_before_any_comes_again() -> None:
    kinds = deck(shards=2)

    timed = draw_troubles(seed=1, seconds=3_600, shards=2)

    assert [one.at for one in timed] == sorted(one.at for one in timed)
    first = [one.trouble for one in timed[: len(kinds)]]
    assert sorted(map(str, first)) == sorted(map(str, kinds))
    killed = {trouble.process for trouble in first if isinstance(trouble, Kill)}
    stores = {"postgres", "valkey", "sandbox"}
    assert killed == stores | {"web", "beat", "worker0", "worker1", "stream0", "stream1"}
