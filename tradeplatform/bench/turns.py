"""One alert of ours, or as many orders of a rival: everybody's turn in a benchmark."""

from dataclasses import dataclass

from django.conf import settings

from tradeplatform.bench.arrivals import Arrivals
from tradeplatform.bench.course import Course, course_of
from tradeplatform.bench.house import BID, House
from tradeplatform.bench.processor import Spent, spent
from tradeplatform.bench.rivals.process import RivalProcess


def open_rival(name: str, *, exchange_url: str, accounts: int) -> RivalProcess:
    """One that can send to so many accounts."""
    return RivalProcess(
        name, exchange_url=exchange_url, accounts=accounts, broker_url=settings.REDIS_URL
    )


@dataclass(frozen=True, slots=True)
class Sent:
    """An alert: where its milliseconds went, and what it took of the processors."""

    course: Course
    spent: Spent


def send(house: House, arrivals: Arrivals, size: int) -> Sent:
    """An alert to the strategy that has this number of accounts and for its name."""
    arrivals.forget()
    before = house.clocks()
    answer = house.send(str(size), **BID)
    house.await_settled(answer.signal_id)
    used = spent(before, house.clocks())
    times = arrived(arrivals, size)
    sent = Sent(course_of(answer, times), used)
    house.forget_open_orders()
    return sent


def fire(rival: RivalProcess, arrivals: Arrivals, size: int) -> float:
    """Milliseconds to the last order."""
    arrivals.forget()
    started = rival.fire(size)
    return 1000 * (max(arrived(arrivals, size)) - started)


def arrived(arrivals: Arrivals, size: int) -> list[float]:
    """When so many orders have arrived; raises RuntimeError when there were not exactly so many, or
    the exchange has not taken each of them as an order of its own."""
    times, taken = arrivals.times(), arrivals.open_orders()
    if (len(times), taken) != (size, size):
        raise RuntimeError(f"{len(times)} orders have arrived and {taken} were taken, not {size}")
    return times
