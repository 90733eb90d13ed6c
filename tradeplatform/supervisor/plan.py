"""Which processes make up the platform, with which command line and environment. Pure.

Children are configured through their environment only, so that the same commands run under any
other supervisor.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from signal import SIGKILL, SIGTERM, Signals

from tradeplatform.lib.services.child import ChildSpec
from tradeplatform.supervisor.address import Address

# Tasks at once per shard. Each handles a whole signal; the orders in it run on one event loop.
_WORKER_THREADS = 16
# Celery's threads, as many of our own that keep their connection, and a few for the loop and for
# the shard's streams.
_CONNECTIONS_PER_SHARD = 2 * _WORKER_THREADS + 12
# Beat, the demo, commands run by hand.
_OTHER_CONNECTIONS = 20
# Longer than an exchange may take to answer (EXCHANGE_TIMEOUT_SECONDS): orders on their way
# get their result written.
_WORKER_STOP_SECONDS = 20
_WEB_STOP_SECONDS = 5
# When the supervisor is killed the stores end too, and Celery's warm shutdown would wait for a
# broker that does not come back. Orders on their way are looked up after the next start.
_CELERY_DEATH_SIGNAL = SIGKILL
# The supervisor has just made the checks, and those of the admin take half a second.
_SKIP_CHECKS = "--skip-checks"
_CELERY = ("-m", "celery", "-A", "tradeplatform", _SKIP_CHECKS)


class Role(IntEnum):
    """Roles start in this order and stop in reverse; members of one role do so together."""

    STORE = 1
    SANDBOX = 2
    WORKER = 3
    STREAM = 4
    EDGE = 5  # where work comes in: web and beat


@dataclass(frozen=True, slots=True)
class Member:
    """A process that is kept running."""

    role: Role
    spec: ChildSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """What the plan depends on.

    `own_sandbox` is None when the exchange is somebody else's. `web_socket` and `sandbox_socket`
    are descriptors that listen: the supervisor holds them, so that nobody else takes the port and
    connections wait while the server behind it restarts.
    """

    base_dir: Path
    state_dir: Path
    python: str
    hostname: str
    environ: Mapping[str, str]
    database_url: str
    redis_url: str
    sandbox_url: str
    own_sandbox: Address | None
    sandbox_socket: int | None
    web: Address
    web_socket: int
    web_threads: int
    trusted_proxies: Sequence[str]
    shards: int
    streams: bool

    @property
    def logs(self) -> Path:
        return self.state_dir / "logs"

    @property
    def quickstart(self) -> Path:
        return self.state_dir / "quickstart.json"


def database_connections(*, web_threads: int, shards: int) -> int:
    """How many connections PostgreSQL must offer."""
    return web_threads + shards * _CONNECTIONS_PER_SHARD + _OTHER_CONNECTIONS


def sandbox(installation: Installation, listener: int) -> Member:
    """The sandbox exchange, a venue in a process of its own, on the listening descriptor."""
    argv = [
        *("-m", "accounts.sandbox", "--fd", str(listener)),
        *("--state-dir", str(installation.state_dir / "sandbox")),
    ]
    spec = _python(installation, name="sandbox", argv=argv, open_files=(listener,))
    return Member(Role.SANDBOX, spec)


def prepare(installation: Installation) -> ChildSpec:
    """Brings the database's tables up to date, makes the demo unless DEMO is 0 and tells which of
    its secrets still work; runs to its end."""
    argv = [*_manage("demo"), "--migrate", "--quickstart", str(installation.quickstart)]
    return _python(installation, name="prepare", argv=argv)


def platform(installation: Installation) -> list[Member]:
    """Workers, order streams unless they are not wanted, the notifier, web and beat."""
    shards = range(installation.shards)
    workers = [_worker(installation, shard) for shard in shards]
    streams = [_stream(installation, shard) for shard in shards if installation.streams]
    edge = [_notifier(installation), _web(installation), _beat(installation)]
    return [*workers, *streams, *edge]


def worker_names(installation: Installation) -> list[str]:
    """The workers' names in Celery."""
    return [f"shard{shard}@{installation.hostname}" for shard in range(installation.shards)]


def _worker(installation: Installation, shard: int) -> Member:
    argv = [
        *(*_CELERY, "worker", "-P", "threads"),
        *("-c", str(_WORKER_THREADS), "-Q", f"shard{shard},periodic"),
        *("-n", worker_names(installation)[shard]),
        # Workers need not know of each other; the supervisor knows which of them live.
        *("--without-gossip", "--without-mingle", "--without-heartbeat"),
    ]
    spec = _python(
        installation,
        name=f"worker{shard}",
        argv=argv,
        variables={"SHARD": str(shard)},
        stop_seconds=_WORKER_STOP_SECONDS,
        death_signal=_CELERY_DEATH_SIGNAL,
    )
    return Member(Role.WORKER, spec)


def _stream(installation: Installation, shard: int) -> Member:
    argv = [*_manage("stream"), "--shard", str(shard)]
    return Member(Role.STREAM, _python(installation, name=f"stream{shard}", argv=argv))


def _notifier(installation: Installation) -> Member:
    return Member(Role.STREAM, _python(installation, name="notifier", argv=_manage("notify")))


def _web(installation: Installation) -> Member:
    argv = [
        *("-m", "gunicorn", "tradeplatform.wsgi"),
        *("--bind", f"fd://{installation.web_socket}"),
        # One process: the slots for waiting requests are counted in it.
        *("--worker-class", "gthread", "--workers", "1"),
        *("--threads", str(installation.web_threads), "--keep-alive", "75"),
        # Empty trusts nobody; gunicorn's own default would trust this machine.
        *("--forwarded-allow-ips", ",".join(installation.trusted_proxies)),
        *("--graceful-timeout", str(_WEB_STOP_SECONDS), "--no-control-socket"),
    ]
    spec = _python(
        installation,
        name="web",
        argv=argv,
        stop_seconds=2 * _WEB_STOP_SECONDS,
        open_files=(installation.web_socket,),
    )
    return Member(Role.EDGE, spec)


def _beat(installation: Installation) -> Member:
    argv = [*_CELERY, "beat", "--pidfile="]
    return Member(
        Role.EDGE, _python(installation, name="beat", argv=argv, death_signal=_CELERY_DEATH_SIGNAL)
    )


def _manage(command: str) -> list[str]:
    return ["manage.py", command, _SKIP_CHECKS]


def _python(
    installation: Installation,
    *,
    name: str,
    argv: Sequence[str],
    variables: Mapping[str, str] | None = None,
    stop_seconds: int = 10,
    death_signal: Signals = SIGTERM,
    open_files: tuple[int, ...] = (),
) -> ChildSpec:
    return ChildSpec(
        name=name,
        argv=[installation.python, *argv],
        env={**_environment(installation), **(variables or {})},
        cwd=installation.base_dir,
        log=installation.logs / f"{name}.log",
        stop_seconds=stop_seconds,
        death_signal=death_signal,
        open_files=open_files,
    )


def _environment(installation: Installation) -> Mapping[str, str]:
    return {
        "DJANGO_SETTINGS_MODULE": "tradeplatform.settings",
        **installation.environ,
        "STATE_DIR": str(installation.state_dir),
        "DATABASE_URL": installation.database_url,
        "REDIS_URL": installation.redis_url,
        "SANDBOX_URL": installation.sandbox_url,
        "SHARDS": str(installation.shards),
        "PYTHONUNBUFFERED": "1",
    }
