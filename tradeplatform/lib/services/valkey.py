"""An embedded Valkey: Celery's broker. It appends every change to disk and evicts nothing."""

import socket
from dataclasses import dataclass
from pathlib import Path

from tradeplatform.lib.services.account import make_private_directory
from tradeplatform.lib.services.binaries import valkey_server
from tradeplatform.lib.services.child import ChildSpec
from tradeplatform.lib.services.places import (
    sockets_directory,
    stores_directory,
    valkey_socket,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedValkey:
    """One server. `durable=False` is for tests: it keeps everything in memory only."""

    state_dir: Path
    log: Path
    durable: bool = True

    def prepare(self) -> ChildSpec:
        """Make its directories; the server process to start. Raises ServiceError as they do."""
        home = stores_directory(self.state_dir) / "valkey"
        listening = valkey_socket(self.state_dir)
        for directory in (
            stores_directory(self.state_dir),
            sockets_directory(self.state_dir),
            home,
            listening.parent,
        ):
            make_private_directory(directory)
        return ChildSpec(
            name="valkey",
            argv=[
                str(valkey_server()),
                *("--port", "0", "--unixsocket", str(listening), "--unixsocketperm", "700"),
                *("--dir", str(home), "--save", "", "--maxmemory-policy", "noeviction"),
                *("--appendonly", "yes" if self.durable else "no", "--appendfsync", "everysec"),
            ],
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
            log=self.log,
        )

    def is_ready(self) -> bool:
        """Whether it answers commands; while it still loads its data it says so instead."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(1)
            try:
                connection.connect(str(valkey_socket(self.state_dir)))
                connection.sendall(b"PING\r\n")
                return connection.recv(64) == b"+PONG\r\n"
            except OSError:
                return False
