"""The simulated exchange itself: commands in, events out, no I/O, no clock, no randomness.

Invariants, property-tested: money is neither made nor lost; no trade beyond an order's limit; best
price first, then oldest first; locked funds equal what open orders need; no order overfills.
"""
