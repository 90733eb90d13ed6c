"""When Python looks for objects that are left over because they refer to each other."""

import gc

# So many objects more than before, and how often that is until older ones are looked through too.
# Python's own numbers are 700, 10 and 10. Orders that a worker sends to 500 accounts are 85,000 for
# a moment, on top of 60,000 that a warm worker has, and to look through 50,000 takes 8 ms.
_COLLECT_AFTER = (300_000, 20, 50)


def set_aside() -> None:
    """Have the collector look seldom, and never again at what there is now.

    For what lives as long as its process: to look through a market table takes 100 ms. Of an order
    almost nothing is left over; of an alert that the web refuses half a hundred objects are, some
    25 MB until they are collected.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_COLLECT_AFTER)
