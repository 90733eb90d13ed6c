"""Two ledgers side by side: what was lost, doubled or cannot be explained. Pure.

Everything is judged at rest, when the platform says that it has nothing left to do.
"""
