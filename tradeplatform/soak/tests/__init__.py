"""Tests of the soak: of what it compares, of what it draws, and of itself."""
