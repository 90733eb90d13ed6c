"""What Hypothesis draws: orders and prices so close together that accounts keep meeting."""

from decimal import Decimal

from hypothesis import strategies as st

from accounts.sandbox.engine.listings import Market
from accounts.sandbox.engine.orders import Direction, Side, Ticket, TimeInForce, Trigger
from accounts.sandbox.tests.engine.floor import ACCOUNTS, BTC

TICK = Decimal("0.1")  # a price of both markets

accounts = st.sampled_from(ACCOUNTS)
sides = st.sampled_from(Side)
markets = st.sampled_from(Market)
directions = st.sampled_from(Direction)
# Few prices, around the spread of the house, so that customers meet each other at the same ones.
prices = st.integers(949_997, 950_003).map(lambda ticks: ticks * TICK)
quantities = st.sampled_from(["0.002", "0.5", "1.301", "2.7", "6"]).map(Decimal)
client_ids = st.sampled_from(["", "", "", "a", "b"])  # the floor names those without a name
far_prices = st.sampled_from([949_900, 950_100]).map(lambda ticks: ticks * TICK)
limits = st.none() | prices | prices | far_prices
times_in_force = st.sampled_from([*[TimeInForce.GTC] * 5, *TimeInForce])


def tickets(*, triggered: bool = False) -> st.SearchStrategy[Ticket]:
    """Orders near the market, of sizes that fill in part."""
    triggers = st.builds(Trigger, prices, directions)
    return st.builds(
        Ticket,
        account=accounts,
        symbol=st.just(BTC),
        side=sides,
        type=st.just("ANY"),
        quantity=quantities,
        client_order_id=client_ids,
        limit_price=limits,
        trigger=triggers if triggered else st.none(),
        time_in_force=times_in_force,
        reduce_only=st.sampled_from([False, False, False, True]),
    )


def spot(ticket: Ticket) -> bool:
    """Whether the ticket is one the spot market knows."""
    return not ticket.reduce_only
