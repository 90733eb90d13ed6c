"""Ask a venue where one order stands: by its id, and at last among the open orders."""

from collections.abc import Iterable

from accounts.exchange import gateway
from accounts.exchange.types import FoundOrder, NotSent, OrderGone, OrderReference
from orders.outcomes import Answered, NotFound, Outcome
from orders.work import LookUpJob


async def look_up(job: LookUpJob, *, open_orders: Iterable[FoundOrder] | None = None) -> Outcome:
    """Where the order stands, or that the venue knows no such order.

    The open orders are read, unless given, when one more miss would decide. Raises an
    ExchangeAnswer when the venue does not tell, which says nothing about the order.
    """
    try:
        return Answered(job.order_id, await gateway.fetch_report(job.login, job.reference))
    except OrderGone:
        pass
    except NotSent as problem:
        if problem.code != "SYMBOL_UNKNOWN":
            raise
        # A market that is gone: nothing is proven, but a person has to know at some time.
        return NotFound(job.order_id, is_proof=False)
    if open_orders is None:
        if not job.is_decisive:
            return NotFound(job.order_id, is_proof=False)
        open_orders = await gateway.fetch_open_reports(job.login)
    for found in open_orders:
        if is_same(found, job.reference):
            return Answered(job.order_id, found.report)
    return NotFound(job.order_id, is_proof=job.proves_absence)


def is_same(found: FoundOrder, reference: OrderReference) -> bool:
    """Whether the found order is the one we mean; by the venue's id where a list tells no other."""
    if found.client_order_id:
        return found.client_order_id == reference.client_order_id
    return (found.symbol, found.report.venue_order_id) == (
        reference.symbol,
        reference.venue_order_id,
    )
