"""A secret that an installation makes for itself and keeps in a file only its user reads: one a
line, the newest first.
"""

import os
import secrets
from pathlib import Path

_RANDOM_BYTES = 48  # 64 characters: Django wants at least 50


def load_or_create_secret(path: Path) -> str:
    """The newest secret in `path`; on the first call makes one of 384 random bits, file mode 0600.

    Two processes that start at once get the same secret: the file is linked into place whole,
    and whoever comes second reads the first one's.
    """
    if not path.exists():
        _create(path)
    return secrets_in(path)[0]


def secrets_in(path: Path) -> list[str]:
    """Every secret in `path`, the newest first."""
    return path.read_text(encoding="ascii").split()


def add_secret(path: Path) -> None:
    """Put a new secret in front; of the older ones only the newest stays."""
    draft = _draft(path, [secrets.token_urlsafe(_RANDOM_BYTES), secrets_in(path)[0]])
    draft.replace(path)
    _keep_names(path.parent)


def _draft(path: Path, lines: list[str]) -> Path:
    """The whole file under another name, on its disk before it may replace the one in use."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write("\n".join(lines))
        file.flush()
        os.fsync(file.fileno())
    return draft


def _create(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = _draft(path, [secrets.token_urlsafe(_RANDOM_BYTES)])
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    _keep_names(path.parent)


def _keep_names(directory: Path) -> None:
    """Bring the names to the disk: rows under a key that a power cut takes back are lost."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
