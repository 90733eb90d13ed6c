"""Hooks to learn from; they trade as they are."""
