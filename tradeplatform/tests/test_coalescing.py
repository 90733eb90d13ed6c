"""Calls for the same work share it, and none is forgotten."""

from concurrent.futures import ThreadPoolExecutor
from itertools import count
from threading import Event

import pytest

from tradeplatform.lib.coalescing import Coalesced


def test_calls_that_come_while_the_work_is_done_have_it_done_once_more() -> None:
    begun, go_on, numbers = Event(), Event(), count(1)

    def work() -> int:
        begun.set()
        assert go_on.wait(timeout=10)
        return next(numbers)

    coalesced = Coalesced(work)
    with ThreadPoolExecutor(max_workers=1) as pool:
        first = pool.submit(coalesced.run)
        assert begun.wait(timeout=10)
        others = [coalesced.run(), coalesced.run()]
        go_on.set()
        done = first.result(timeout=10)

    assert others == [[], []]
    assert done == [1, 2]


def test_work_that_fails_holds_up_no_later_call() -> None:
    attempts = count(1)

    def work() -> int:
        return 10 // (next(attempts) - 1)

    coalesced = Coalesced(work)
    with pytest.raises(ZeroDivisionError):
        coalesced.run()

    assert coalesced.run() == [10]
