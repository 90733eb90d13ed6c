"""A database connection that is lost in the midst of its work."""

from types import ModuleType
from typing import Any

import pytest
from django.db import OperationalError, connection


def lose_connection(
    monkeypatch: pytest.MonkeyPatch, module: ModuleType, name: str, *, times: int = 1
) -> None:
    """The server ends the connection of whoever calls this function of the module, the first
    `times`, right before; what it then does on that connection fails."""
    real = getattr(module, name)
    lost: list[bool] = []

    def lose(*args: Any, **kwargs: Any) -> Any:
        if len(lost) < times:
            lost.append(True)
            with pytest.raises(OperationalError), connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        return real(*args, **kwargs)

    monkeypatch.setattr(module, name, lose)
