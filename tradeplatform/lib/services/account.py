"""The Unix user a server runs as, and how that user reaches files behind closed directories.

PostgreSQL refuses to run as root. Started by root it runs as `nobody`, who may not pass through
a private home such as /root. A directory is therefore handed to it as an open descriptor:
/proc/self/fd/N leads straight to it, whatever the directories above allow.
"""

import os
import pwd
import stat
import sys
from dataclasses import dataclass
from pathlib import Path

from tradeplatform.lib.services.errors import ServiceError


@dataclass(frozen=True, slots=True)
class UnixAccount:
    """A user other than ourselves."""

    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Entrance:
    """A path that works for the server, and the descriptors it must inherit for that."""

    path: str
    open_files: tuple[int, ...]


def server_account() -> UnixAccount | None:
    """The user to drop to; None when we are an ordinary user and stay who we are."""
    if os.geteuid() != 0:
        return None
    if sys.platform != "linux":
        raise ServiceError(
            "PostgreSQL does not run as root on this system: "
            "start as an ordinary user or set DATABASE_URL"
        )
    nobody = pwd.getpwnam("nobody")
    return UnixAccount(uid=nobody.pw_uid, gid=nobody.pw_gid)


def entrance(directory: Path, *, account: UnixAccount | None) -> Entrance:
    """How `account` gets at `directory`, which must exist and belong to it.

    The descriptor stays open for as long as we live: a server that died is started again with it.
    """
    if account is None:
        return Entrance(str(directory), ())
    descriptor = os.open(directory, os.O_PATH | os.O_DIRECTORY)
    return Entrance(f"/proc/self/fd/{descriptor}", (descriptor,))


def make_private_directory(directory: Path, *, account: UnixAccount | None = None) -> None:
    """Make `directory` if need be, mode 0700, for `account` or for ourselves.

    Raises ServiceError when it is there already and another user's: that user could read or
    replace what we put into it.
    """
    directory.parent.mkdir(parents=True, exist_ok=True)
    owner = account.uid if account else os.geteuid()
    try:
        directory.mkdir(mode=0o700)
        if account:
            os.chown(directory, account.uid, account.gid)
    except FileExistsError:
        found = directory.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner:
            raise ServiceError(
                f"{directory} belongs to user {found.st_uid}, not to {owner}: "
                "start as the user who started first, or set STATE_DIR to another directory"
            ) from None


def is_open_to_everyone(path: Path) -> bool:
    """Whether any user may pass through all directories above `path` and execute it."""
    return all(step.stat().st_mode & stat.S_IXOTH for step in (path, *path.parents))
