"""What the breakers of all processes know together: one row each, the latest word counts."""
