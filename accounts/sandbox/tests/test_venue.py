"""The running exchange without its server: ticks, the walk of the prices, the journal."""

from decimal import Decimal
from pathlib import Path

from accounts.sandbox.engine.commands import OpenAccount, PinPrice, PlaceOrder
from accounts.sandbox.engine.listings import SPOT_LISTINGS, Market
from accounts.sandbox.engine.orders import Side, Ticket
from accounts.sandbox.venue import Venue
from accounts.sandbox.walk import Walk

BTC = "BTCUSDT"
OPEN_ANN = OpenAccount("ann", "key", "secret", {"USDT": Decimal(1_000_000)})


def lines(state_dir: Path) -> int:
    """How many lines the journal has."""
    return len((state_dir / "journal.jsonl").read_bytes().splitlines())


def prices(venue: Venue) -> list[Decimal]:
    """The prices of all symbols on both markets."""
    desks = (venue.exchange.spot, venue.exchange.futures)
    return [pit.house.price for desk in desks for pit in desk.pits.values()]


def bid(venue: Venue, number: int) -> None:
    """Rest a futures and a spot order a little below the price."""
    for market in Market:
        pit = venue.exchange.desk(market).pits[BTC]
        price = pit.house.price - 50 * Decimal("0.1")
        price -= price % pit.listing.price_tick
        ticket = Ticket(
            account="ann",
            symbol=BTC,
            side=Side.BUY,
            type="LIMIT",
            quantity=Decimal("0.01"),
            client_order_id=f"bid-{number}",
            limit_price=price,
        )
        venue.execute(PlaceOrder(market, ticket), at_us=1_000 + number)


def test_same_seed_walks_the_same_way(tmp_path: Path) -> None:
    first = Venue(tmp_path / "first", seed=5, at_us=1_000_000)
    second = Venue(tmp_path / "second", seed=5, at_us=2_000_000)
    other = Venue(tmp_path / "other", seed=6, at_us=1_000_000)

    for venue in (first, second, other):
        for tick in range(20):
            venue.tick(at_us=tick)

    assert prices(first) == prices(second) != prices(other)


def test_walk_turns_back_when_it_is_far_from_the_opening_price() -> None:
    walk, listing = Walk(seed=1), SPOT_LISTINGS[BTC]
    price, farthest = listing.opening_price, Decimal(0)

    for _ in range(100_000):
        price = walk.next_price(listing, price)
        farthest = max(farthest, abs(price / listing.opening_price - 1))

    assert Decimal("0.02") < farthest < Decimal("0.021")


def test_pinned_price_does_not_walk(tmp_path: Path) -> None:
    venue = Venue(tmp_path, seed=1, at_us=1_000_000)
    venue.execute(PinPrice(BTC, Decimal(90_000)), at_us=1)

    venue.tick(at_us=2)
    pinned = venue.exchange.spot.pits[BTC].house.price
    venue.execute(PinPrice(BTC, None), at_us=3)
    venue.tick(at_us=4)

    assert pinned == Decimal(90_000)
    assert Decimal(90_000) < venue.exchange.spot.pits[BTC].house.price < Decimal(90_020)


def test_ticks_that_meet_no_order_are_not_journalled(tmp_path: Path) -> None:
    venue = Venue(tmp_path, seed=1, at_us=1_000_000)
    venue.execute(OPEN_ANN, at_us=1)
    before = lines(tmp_path)

    for tick in range(100):
        venue.tick(at_us=tick)

    assert lines(tmp_path) == before
    bid(venue, 1)
    assert lines(tmp_path) == before + len(SPOT_LISTINGS) + 2


def test_exchange_comes_back_as_the_ticks_left_it(tmp_path: Path) -> None:
    venue = Venue(tmp_path, seed=1, at_us=1_000_000)
    venue.execute(OPEN_ANN, at_us=1)
    for tick in range(300):
        venue.tick(at_us=tick)
        if tick % 7 == 0:
            bid(venue, tick)
    venue.execute(OPEN_ANN, at_us=400)  # writes down where the prices are
    venue.close()

    again = Venue(tmp_path, seed=1, at_us=2_000_000)

    assert prices(again) == prices(venue)
    for market in Market:
        then, now = venue.exchange.desk(market).ledger, again.exchange.desk(market).ledger
        assert now.orders == then.orders
        assert now.fills == then.fills != []
    assert again.exchange.futures_money.balances == venue.exchange.futures_money.balances
