"""The journal: every command that changed the exchange, one JSON line each, in one file.

Invariants: a command's line is with the operating system before its answer leaves, so killing the
process loses nothing that was answered; replaying the lines gives the same exchange. A line the
process died over is cut off: its command was never answered. One process at a time has the file.
"""

import fcntl
import json
import os
import types
import typing
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cache
from pathlib import Path

from accounts.sandbox.engine import commands
from accounts.sandbox.engine.refusals import Refused

_COMMANDS = {command.__name__: command for command in typing.get_args(commands.Command)}
_NAME = "journal.jsonl"
# Clients that keep orders and algo orders in one table by id (ccxt does) must not mix them up.
_ALGO_IDS_APART = 1_000_000_000_000


class JournalError(Exception):
    """The journal cannot be used; the message says why and what to do."""


class Journal:
    """An append-only file in `directory`; holds made-up secrets, so only its owner reads it."""

    def __init__(self, directory: Path, *, first_id: int) -> None:
        """Open the journal, or begin one for an exchange numbering from `first_id`."""
        directory.mkdir(parents=True, exist_ok=True)
        self.path = directory / _NAME
        self._file = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise JournalError(f"another process is using {self.path}") from None
        content = self.path.read_bytes()
        whole = content[: content.rfind(b"\n") + 1]
        os.ftruncate(self._file, len(whole))
        self._lines = whole.splitlines()
        if not self._lines:
            self.begin(first_id=first_id)
        header = json.loads(self._lines.pop(0))
        self.first_id: int = header["first_id"]
        self.first_algo_id: int | None = header.get("first_algo_id")  # older journals have none

    def begin(self, *, first_id: int) -> None:
        """Forget everything; an exchange numbering from `first_id` follows."""
        os.ftruncate(self._file, 0)
        self.first_id, self.first_algo_id = first_id, first_id + _ALGO_IDS_APART
        header = {"first_id": self.first_id, "first_algo_id": self.first_algo_id}
        self._lines = [json.dumps(header).encode()]
        os.write(self._file, self._lines[0] + b"\n")

    def replay(self, apply: Callable[[commands.Command, int], object]) -> None:
        """Give `apply` what was written before opening: each command and its time; once."""
        lines, self._lines = self._lines, []
        for number, line in enumerate(lines, start=2):
            try:
                row = json.loads(line)
                command = _load(_COMMANDS[row["command"]], row["fields"])
                apply(typing.cast("commands.Command", command), row["at_us"])
            except (ValueError, KeyError, TypeError, Refused) as error:
                advice = "move the file away to begin with an empty exchange"
                message = f"line {number} of {self.path} cannot be replayed ({error!r}); {advice}"
                raise JournalError(message) from error

    def append(self, command: commands.Command, *, at_us: int) -> None:
        """Write one command down."""
        row = {"at_us": at_us, "command": type(command).__name__, "fields": _dump(command)}
        os.write(self._file, json.dumps(row, separators=(",", ":")).encode() + b"\n")

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)


def _dump(value: object) -> object:
    if is_dataclass(value):
        return {field.name: _dump(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, dict):
        return {name: _dump(item) for name, item in value.items()}
    return str(value) if isinstance(value, Decimal) else value


def _load(kind: object, value: object) -> object:
    """Bring `value` back to the type its field was declared with."""
    if value is None:
        return None
    if isinstance(kind, types.UnionType):
        return _load(typing.get_args(kind)[0], value)  # only "something or None" occurs
    if isinstance(value, dict):
        if typing.get_origin(kind) is dict:
            item_kind = typing.get_args(kind)[1]
            return {name: _load(item_kind, item) for name, item in value.items()}
        hints = _hints(typing.cast("type", kind))
        return typing.cast("type", kind)(
            **{name: _load(hints[name], item) for name, item in value.items()}
        )
    if isinstance(kind, type) and issubclass(kind, Decimal | StrEnum):
        return kind(str(value))
    return value


@cache
def _hints(kind: type) -> dict[str, object]:
    return typing.get_type_hints(kind)
