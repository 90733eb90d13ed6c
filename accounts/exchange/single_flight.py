"""One call at a time per key: whoever asks while it runs waits for the same result.

It is nobody's own: whoever asked first lends it no context, so it waits in no account's lane.
"""

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from contextvars import Context
from typing import Any, Generic, TypeVar

_Key = TypeVar("_Key", bound=Hashable)
_Value = TypeVar("_Value")


class SingleFlight(Generic[_Key, _Value]):
    """Calls under way, by key. Used on one loop only."""

    def __init__(self) -> None:
        self._tasks: dict[_Key, asyncio.Task[_Value]] = {}

    async def get(self, key: _Key, call: Callable[[], Coroutine[Any, Any, _Value]]) -> _Value:
        """The result of the key's call, started unless it is under way; raises what it raises."""
        # Shielded: one waiter that gives up must not end the call for the others.
        return await asyncio.shield(self.start(key, call))

    def start(
        self, key: _Key, call: Callable[[], Coroutine[Any, Any, _Value]]
    ) -> asyncio.Task[_Value]:
        """Start the key's call unless it is under way, without waiting."""
        task = self._tasks.get(key)
        if task is None:
            task = self._tasks[key] = asyncio.create_task(call(), context=Context())
            task.add_done_callback(lambda _: self._tasks.pop(key))
        return task
