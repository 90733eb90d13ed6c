"""An embedded PostgreSQL: its directories, its first start, its command line, its readiness."""

import shutil
import signal
import socket
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tradeplatform.lib.services.account import (
    Entrance,
    UnixAccount,
    entrance,
    make_private_directory,
    server_account,
)
from tradeplatform.lib.services.binaries import postgres_programs
from tradeplatform.lib.services.child import Child, ChildSpec
from tradeplatform.lib.services.errors import ServiceError
from tradeplatform.lib.services.places import (
    DATABASE,
    POSTGRES_SOCKET,
    USER,
    postgres_socket_directory,
    sockets_directory,
    stores_directory,
)

_INITDB_SECONDS = 120
# Asking to come in, and leaving: https://www.postgresql.org/docs/18/protocol-message-formats.html
# (StartupMessage, Terminate). Spoken here so that no driver is needed to see whether it is up.
_NAMES = f"user\0{USER}\0database\0{DATABASE}\0\0".encode()
_HELLO = struct.pack("!ihh", 8 + len(_NAMES), 3, 0) + _NAMES
_GOODBYE = b"X\0\0\0\4"
# A test's database need not survive a power cut. What autovacuum finds between two tests are empty
# tables: the planner would join the next test's hundreds of rows each with each.
_FOR_TESTS = (
    *("-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off"),
    *("-c", "autovacuum=off"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedPostgres:
    """One server. `durable=False` is for tests: faster, without autovacuum, and a power cut
    loses the data."""

    state_dir: Path
    log: Path
    max_connections: int
    durable: bool = True

    def prepare(self) -> ChildSpec:
        """Make its directories and, the first time, its data; the server process to start.

        Raises ServiceError when there is no PostgreSQL, when the data is another user's, or when
        it cannot be made. Data of another major version is left alone: the server says so itself.
        """
        account = server_account()
        programs = postgres_programs(account=account)
        self._make_directories(account)
        home = entrance(self._home, account=account)
        if not (self._home / "data").exists():
            self._make_data(programs, home, account)
        sockets = entrance(postgres_socket_directory(self.state_dir), account=account)
        return self._spec(
            [
                str(programs / "postgres"),
                *("-D", f"{home.path}/data", "-h", "", "-k", sockets.path),
                *("-c", f"max_connections={self.max_connections}"),
                *(() if self.durable else _FOR_TESTS),
            ],
            account=account,
            open_files=home.open_files + sockets.open_files,
        )

    def is_ready(self) -> bool:
        """Whether it lets us in; while it starts or recovers it says no."""
        address = postgres_socket_directory(self.state_dir) / POSTGRES_SOCKET
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(1)
            try:
                connection.connect(str(address))
                connection.sendall(_HELLO)
                is_welcome = connection.recv(1) == b"R"
                connection.sendall(_GOODBYE)
            except OSError:
                return False
        return is_welcome

    @property
    def _home(self) -> Path:
        return stores_directory(self.state_dir) / "postgres"

    def _make_directories(self, account: UnixAccount | None) -> None:
        for guard in (stores_directory(self.state_dir), sockets_directory(self.state_dir)):
            make_private_directory(guard)
        for own in (self._home, postgres_socket_directory(self.state_dir)):
            make_private_directory(own, account=account)

    def _make_data(self, programs: Path, home: Entrance, account: UnixAccount | None) -> None:
        """Run initdb in a draft: a start that is cut short leaves no half-made data."""
        draft = self._home / "data.draft"
        shutil.rmtree(draft, ignore_errors=True)
        argv = [
            str(programs / "initdb"),
            *("-D", f"{home.path}/{draft.name}", "-U", USER, "-E", "UTF8", "--no-locale"),
            # Who can open the socket is already one of us: its directory lets nobody else in.
            *("-A", "trust"),
            *(() if self.durable else ("--no-sync",)),
        ]
        initdb = Child(self._spec(argv, account=account, open_files=home.open_files))
        if initdb.wait(seconds=_INITDB_SECONDS) != 0:
            initdb.kill_session()
            raise ServiceError(f"PostgreSQL could not make its data directory; see {self.log}")
        draft.rename(self._home / "data")

    def _spec(
        self, argv: Sequence[str], *, account: UnixAccount | None, open_files: tuple[int, ...]
    ) -> ChildSpec:
        return ChildSpec(
            name="postgres",
            argv=argv,
            # Nothing of the caller's: PGDATA, PGPORT or a locale would change the server.
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"},
            log=self.log,
            stop_signal=signal.SIGINT,  # "fast": roll back what is open, flush, exit
            death_signal=signal.SIGINT,
            stop_seconds=30,
            account=account,
            open_files=open_files,
        )
