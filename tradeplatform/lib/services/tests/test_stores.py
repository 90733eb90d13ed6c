"""Real PostgreSQL and Valkey servers, as whoever runs the tests and, under root, as nobody."""

import os
import shutil
import socket
import stat
import subprocess
import sys
import sysconfig
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import dj_database_url
import pytest
from django.conf import settings

from tradeplatform.lib.services.account import (
    is_open_to_everyone,
    make_private_directory,
    server_account,
)
from tradeplatform.lib.services.binaries import copy_for_everyone, postgres_programs
from tradeplatform.lib.services.child import Child, ChildSpec, stop
from tradeplatform.lib.services.errors import ServiceError
from tradeplatform.lib.services.places import (
    database_url,
    sockets_directory,
    stores_directory,
    valkey_socket,
)
from tradeplatform.lib.services.postgres import EmbeddedPostgres
from tradeplatform.lib.services.valkey import EmbeddedValkey

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may become another user")

# Runs both servers in the directory named, and says so.
_BOTH_SERVERS = """
import sys, threading
from pathlib import Path
from tradeplatform.lib.services.child import Child, ChildSpec, stop
from tradeplatform.lib.services.postgres import EmbeddedPostgres
from tradeplatform.lib.services.valkey import EmbeddedValkey
state = Path(sys.argv[1])
stores = [
    EmbeddedPostgres(state_dir=state, log=state / "log", max_connections=20, durable=False),
    EmbeddedValkey(state_dir=state, log=state / "log"),
]
children = [Child(store.prepare()) for store in stores]
for store in stores:
    for _ in range(2000):
        if store.is_ready():
            break
        threading.Event().wait(0.01)
print([store.is_ready() for store in stores])
stop(children)
print([child.exit_code() for child in children])
"""


def test_postgres_keeps_its_data_over_a_restart(state_dir: Path) -> None:
    with _postgres(state_dir) as server:
        _execute(state_dir, "CREATE TABLE kept AS SELECT 42 AS answer")

    with _postgres(state_dir):
        answer = _execute(state_dir, "SELECT answer FROM kept")

    assert server.exit_code() == 0
    assert answer == "42"


def test_postgres_keeps_what_was_committed_before_kill_9(state_dir: Path) -> None:
    with _postgres(state_dir) as server:
        _execute(state_dir, "CREATE TABLE kept AS SELECT 42 AS answer")
        server.kill_session()

    with _postgres(state_dir):
        answer = _execute(state_dir, "SELECT answer FROM kept")

    assert answer == "42"


def test_a_first_start_that_was_cut_short_is_made_good(state_dir: Path) -> None:
    draft = stores_directory(state_dir) / "postgres" / "data.draft"
    make_private_directory(stores_directory(state_dir))
    make_private_directory(draft.parent, account=server_account())
    draft.mkdir()
    (draft / "PG_VERSION").write_text("18\n")

    with _postgres(state_dir):
        answer = _execute(state_dir, "SELECT 1")

    assert answer == "1"
    assert not draft.exists()


def test_valkey_keeps_its_data_over_a_restart(state_dir: Path) -> None:
    with _valkey(state_dir) as server:
        _command(state_dir, "SET kept 42")

    with _valkey(state_dir):
        answer = _command(state_dir, "GET kept")

    assert server.exit_code() == 0
    assert answer == b"$2\r\n42\r\n"


def test_other_users_cannot_pass_to_data_and_sockets(state_dir: Path) -> None:
    with _valkey(state_dir), _postgres(state_dir):
        stores = stores_directory(state_dir).stat()

    assert stat.S_IMODE(stores.st_mode) == 0o700
    assert stores.st_uid == os.geteuid()


def test_servers_listen_even_when_the_state_directory_is_deep(state_dir: Path) -> None:
    deep = state_dir / ("d" * 120)

    with _valkey(deep), _postgres(deep):
        answer = _execute(deep, "SELECT 1"), _command(deep, "PING")

    assert answer == ("1", b"+PONG\r\n")
    shutil.rmtree(sockets_directory(deep))


@as_root
def test_root_runs_postgres_as_nobody_behind_a_closed_directory(state_dir: Path) -> None:
    closed = state_dir / "closed"
    closed.mkdir(mode=0o700)

    with _postgres(closed) as server:
        uid = Path(f"/proc/{server.pid}").stat().st_uid

    account = server_account()
    assert account
    assert uid == account.uid


@as_root
def test_an_ordinary_user_runs_both_servers(state_dir: Path) -> None:
    if not is_open_to_everyone(settings.BASE_DIR):
        pytest.skip("this directory is closed to other users")
    python = _python_for_everyone()
    account = server_account()
    assert account
    os.chown(state_dir, account.uid, account.gid)

    done = subprocess.run(
        [python, "-c", _BOTH_SERVERS, state_dir],
        user=account.uid,
        group=account.gid,
        extra_groups=[],
        cwd="/",
        env={"PYTHONPATH": f"{settings.BASE_DIR}:{sysconfig.get_path('purelib')}"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stdout.splitlines() == ["[True, True]", "[0, 0]"], done.stderr


@as_root
def test_programs_that_nobody_can_reach_are_copied_to_where_he_can(
    open_directory: Path,
) -> None:
    account = server_account()
    assert account
    package = postgres_programs(account=None).parent.parent

    copy = copy_for_everyone(package, copies=open_directory)
    again = copy_for_everyone(package, copies=open_directory)

    version = subprocess.run(
        [copy / "pginstall" / "bin" / "postgres", "--version"],
        user=account.uid,
        group=account.gid,
        extra_groups=[],
        cwd="/",
        capture_output=True,
        text=True,
        check=True,
    )
    assert version.stdout.startswith("postgres (PostgreSQL) 18.")
    assert again == copy
    assert [path.name for path in open_directory.iterdir()] == [copy.parent.name]


def test_a_closed_directory_above_closes_what_is_below(open_directory: Path) -> None:
    program = open_directory / "closed" / "program"
    program.parent.mkdir(mode=0o700)
    program.touch(mode=0o755)
    before = is_open_to_everyone(program)

    program.parent.chmod(0o755)

    assert (before, is_open_to_everyone(program)) == (False, True)


@as_root
def test_a_directory_of_another_user_is_refused(state_dir: Path) -> None:
    stores = stores_directory(state_dir)
    stores.mkdir(mode=0o700)
    os.chown(stores, 12345, 12345)
    store = EmbeddedValkey(state_dir=state_dir, log=state_dir / "log")

    with pytest.raises(ServiceError, match=r"belongs to user 12345, not to 0"):
        store.prepare()


@pytest.fixture
def open_directory() -> Iterator[Path]:
    """A directory that every user may enter."""
    with tempfile.TemporaryDirectory(prefix="tp-") as directory:
        Path(directory).chmod(0o755)
        yield Path(directory)


@contextmanager
def _postgres(state_dir: Path) -> Iterator[Child]:
    store = EmbeddedPostgres(state_dir=state_dir, log=state_dir / "log", max_connections=20)
    with _running(store.prepare, store.is_ready) as child:
        yield child


@contextmanager
def _valkey(state_dir: Path) -> Iterator[Child]:
    store = EmbeddedValkey(state_dir=state_dir, log=state_dir / "log")
    with _running(store.prepare, store.is_ready) as child:
        yield child


@contextmanager
def _running(prepare: Callable[[], ChildSpec], is_ready: Callable[[], bool]) -> Iterator[Child]:
    child = Child(prepare())
    try:
        for _ in range(2000):
            if is_ready():
                break
            threading.Event().wait(0.01)
        yield child
    finally:
        stop([child])


def _execute(state_dir: Path, statement: str) -> str:
    """What psql prints, without headings."""
    address = dj_database_url.parse(database_url(state_dir))
    psql = str(postgres_programs(account=None) / "psql")
    host, user, name = address["HOST"], address["USER"], address["NAME"]
    done = subprocess.run(
        [psql, "-h", host, "-U", user, "-d", name, "-qXAt", "-c", statement],
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return done.stdout.strip()


def _command(state_dir: Path, command: str) -> bytes:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.connect(str(valkey_socket(state_dir)))
        connection.sendall(f"{command}\r\n".encode())
        return connection.recv(1024)


def _python_for_everyone() -> str:
    """An interpreter like ours that any user may run; ours may be in root's own home."""
    candidates = [sys.executable, f"/usr/bin/python3.{sys.version_info.minor}"]
    for python in candidates:
        if Path(python).exists() and is_open_to_everyone(Path(python).resolve()):
            return python
    pytest.skip("no Python of our version is open to other users")
