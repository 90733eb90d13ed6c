"""What is done beside switching a trading state: cancel, flatten, and say how far that has come.

docs/trading_state.md says what the states mean and whose money a run may touch.
"""
