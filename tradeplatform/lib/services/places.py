"""Where the embedded services keep their data and listen, worked out from the state directory.

Unix sockets only: no port to collide, and a directory of mode 0700 keeps other users out.
Pure, so that every command finds running services without any variable being set.
"""

import hashlib
import tempfile
from pathlib import Path
from urllib.parse import quote

USER = "tradeplatform"
# Every new server has this one; the whole server is ours, so a second database buys nothing.
DATABASE = "postgres"
# The name PostgreSQL gives its socket: its port, though no port is opened.
POSTGRES_SOCKET = ".s.PGSQL.5432"
_VALKEY_SOCKET = "valkey.sock"
# sockaddr_un.sun_path holds 108 bytes with the closing NUL on Linux; macOS has 104.
_SOCKET_PATH_BYTES = 103


def stores_directory(state_dir: Path) -> Path:
    """Holds both services' directories; only the user who starts them passes through it."""
    return state_dir / "stores"


def sockets_directory(state_dir: Path) -> Path:
    """`stores_directory`, or a short directory of our own when socket paths would be too long."""
    stores = stores_directory(state_dir)
    if len(bytes(stores / "postgres" / POSTGRES_SOCKET)) <= _SOCKET_PATH_BYTES:
        return stores
    digest = hashlib.sha256(bytes(state_dir)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"tradeplatform-{digest}"


def postgres_socket_directory(state_dir: Path) -> Path:
    return sockets_directory(state_dir) / "postgres"


def valkey_socket(state_dir: Path) -> Path:
    return sockets_directory(state_dir) / "valkey" / _VALKEY_SOCKET


def database_url(state_dir: Path) -> str:
    """The embedded PostgreSQL's address for Django."""
    host = quote(str(postgres_socket_directory(state_dir)), safe="")
    return f"postgresql://{USER}@{host}/{DATABASE}"


def broker_url(state_dir: Path) -> str:
    """The embedded Valkey's address for Celery."""
    return f"redis+socket://{quote(str(valkey_socket(state_dir)))}"
