"""The user-data streams: every change of an account's orders, pushed over WebSocket as it happens.

Invariants: an account's streams get its own events only, in the order they happened; a slow reader
is cut off and never delays the exchange; a stream that was not open when something happened never
hears of it.
"""
