"""Asking the venues for open orders: the safety net below what they push, and the way back after
a restart. A poll takes no lock that orders wait for; an account that hangs holds up only itself.
"""
