"""Who trades next with an incoming order, and what it could trade in all. Changes nothing.

Best price first; at one price customers in order of arrival, then the house. An account never
trades with itself: its own resting orders are passed over here and expired by the desk
(Binance's self-trade prevention EXPIRE_MAKER).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from accounts.sandbox.engine.book import Book
from accounts.sandbox.engine.decimals import ZERO, down_to_step
from accounts.sandbox.engine.house import House, Quote
from accounts.sandbox.engine.listings import Listing
from accounts.sandbox.engine.orders import Order, Side, Ticket


@dataclass(frozen=True, slots=True)
class Offer:
    """Something an incoming order can trade with; `maker` None is the house."""

    price: Decimal
    quantity: Decimal
    maker: Order | None

    def is_from(self, account: str) -> bool:
        """Whether the offer is that account's own resting order."""
        return self.maker is not None and self.maker.ticket.account == account


@dataclass(frozen=True, slots=True)
class Preview:
    """What an order would trade at once: base quantity and quote notional."""

    quantity: Decimal = ZERO
    notional: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Pit:
    """One symbol: its listing, its resting orders and the house."""

    listing: Listing
    book: Book
    house: House


def offers(pit: Pit, ticket: Ticket) -> Iterator[Offer]:
    """What `ticket` may trade with, in the order it must."""
    sign, limit_price = ticket.side.sign, ticket.limit_price
    for offer in _merged(pit, ticket.side):
        if limit_price is not None and offer.price * sign > limit_price * sign:
            return
        yield offer


def _merged(pit: Pit, side: Side) -> Iterator[Offer]:
    quotes = iter(pit.house.quotes(side.opposite))
    quote = next(quotes, None)
    for order in pit.book.side(side.opposite):
        price = order.resting_price
        while quote is not None and quote.price * side.sign < price * side.sign:
            yield Offer(quote.price, quote.quantity, None)
            quote = next(quotes, None)
        yield Offer(price, order.leaves_quantity, order)
    while quote is not None:
        yield Offer(quote.price, quote.quantity, None)
        quote = next(quotes, None)


def preview(pit: Pit, ticket: Ticket, *, quantity: Decimal) -> Preview:
    """What `quantity` of `ticket` would trade at once."""
    filled = notional = ZERO
    for offer in offers(pit, ticket):
        if filled == quantity:
            break
        if not offer.is_from(ticket.account):
            part = min(offer.quantity, quantity - filled)
            filled += part
            notional += part * offer.price
    return Preview(filled, notional)


def quantity_for(pit: Pit, ticket: Ticket) -> Decimal:
    """The base quantity the ticket's quote quantity trades now, down to the listing's step."""
    quantity, left = ZERO, ticket.quote_quantity or ZERO
    for offer in offers(pit, ticket):
        if offer.is_from(ticket.account):
            continue
        part = min(offer.quantity, down_to_step(left / offer.price, pit.listing.quantity_step))
        quantity += part
        left -= part * offer.price
        if part < offer.quantity:
            break
    return quantity


def levels(pit: Pit, side: Side) -> list[Quote]:
    """Prices and quantities of all that buys (BUY) or sells (SELL), best first."""
    summed: list[Quote] = []
    for offer in _merged(pit, side.opposite):
        if summed and summed[-1].price == offer.price:
            summed[-1].quantity += offer.quantity
        else:
            summed.append(Quote(offer.price, offer.quantity))
    return summed
