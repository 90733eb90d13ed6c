"""Which part of a long list a query asks for: by first id, by time, by limit."""

from collections.abc import Callable
from typing import TypeVar

from accounts.sandbox.parameters import Parameters

Item = TypeVar("Item")

_DEFAULT_LIMIT = 500
_MAX_LIMIT = 1_000


def page(
    items: list[Item],
    parameters: Parameters,
    *,
    first_id: str,
    id_of: Callable[[Item], int],
    time_of: Callable[[Item], int],
) -> list[Item]:
    """From the id named by `first_id` upwards the oldest, otherwise the newest, up to `limit`.

    `startTime` and `endTime` are milliseconds and inclusive; `time_of` gives microseconds.
    """
    start, end = parameters.integer("startTime"), parameters.integer("endTime")
    if start is not None:
        items = [item for item in items if time_of(item) // 1_000 >= start]
    if end is not None:
        items = [item for item in items if time_of(item) // 1_000 <= end]
    limit = min(parameters.integer("limit") or _DEFAULT_LIMIT, _MAX_LIMIT)
    first = parameters.integer(first_id)
    if first is not None:
        return [item for item in items if id_of(item) >= first][:limit]
    return items[:limit] if start is not None else items[-limit:]
