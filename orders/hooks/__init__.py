"""Tell strategies in code of their orders and fills, after the commit and apart from execution.

Driven by committed rows alone; docs/adr/0006-hooks.md says why. Nothing here is awaited by the
order path: a hook that fails, hangs or floods harms itself only.
"""
