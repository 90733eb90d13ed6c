"""What the tests work out for themselves about an exchange, to compare with what it did."""

from decimal import Decimal

from accounts.sandbox.engine.decimals import ZERO
from accounts.sandbox.engine.exchange import Exchange
from accounts.sandbox.engine.listings import Market
from accounts.sandbox.engine.orders import Order, Side, Ticket
from accounts.sandbox.tests.engine.floor import ACCOUNTS, BTC


def queue(exchange: Exchange, market: Market, ticket: Ticket) -> list[Order]:
    """Whom `ticket` has to trade with first: best price, then longest in the book."""
    sign = ticket.side.sign
    resting = [
        order
        for name in ACCOUNTS
        if name != ticket.account
        for order in exchange.desk(market).ledger.open_orders(name)
        if order.working_since_us is not None and order.ticket.side is not ticket.side
    ]
    return sorted(
        resting,
        key=lambda order: (order.resting_price * sign, order.working_since_us, order.order_id),
    )


def base_need(order: Order) -> Decimal:
    """What a spot order has to lock of the coin."""
    return order.leaves_quantity if order.ticket.side is Side.SELL else ZERO


def quote_need(order: Order) -> Decimal:
    """What an order has to lock of the quote currency, or reserves on futures."""
    if order.ticket.side is Side.SELL:
        return ZERO
    price = order.ticket.limit_price
    if price is None and order.ticket.trigger is not None:
        price = order.ticket.trigger.price
    return order.leaves_quantity * (price or ZERO)


def state(exchange: Exchange) -> str:
    """Everything the exchange knows of its customers, written out: later changes leave it alone."""
    wallets, futures = exchange.spot_money.wallets.values(), exchange.futures_money
    desks = (exchange.spot, exchange.futures)
    return repr(
        (
            [
                (w.free.get(coin), w.locked.get(coin, ZERO))
                for w in wallets
                for coin in ("USDT", "BTC")
            ],
            futures.balances,
            [futures.holdings[name, BTC] for name in ACCOUNTS],
            [list(desk.ledger.orders.values()) for desk in desks],
            [desk.ledger.fills for desk in desks],
            [desk.pits[BTC].house.quotes(side) for desk in desks for side in Side],
            exchange.algo.orders,
        )
    )
