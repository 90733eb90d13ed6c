"""The whole platform, from an empty directory to READY and back down."""

import os
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings

from tradeplatform.lib.services.places import broker_url, database_url
from tradeplatform.lib.services.postgres import EmbeddedPostgres
from tradeplatform.lib.services.valkey import EmbeddedValkey
from tradeplatform.supervisor import plan
from tradeplatform.supervisor.address import Address, address_of, listen
from tradeplatform.supervisor.given import check_given_services
from tradeplatform.supervisor.lock import locked
from tradeplatform.supervisor.plan import Installation, Member, Role
from tradeplatform.supervisor.quickstart import announcement, refresh
from tradeplatform.supervisor.ready import answers, workers_consume
from tradeplatform.supervisor.run import StopRequested, Supervisor
from tradeplatform.supervisor.signals import Signals

# After a crash PostgreSQL replays its log and Valkey loads its own before they answer.
_STORE_SECONDS = 120
_START_SECONDS = 60


def run(*, say: Callable[[str], object]) -> None:
    """Run the platform until a signal asks to stop.

    Raises ServiceError or StartFailed, with everything stopped again, when it cannot start.
    """
    check_given_services()
    with (
        Signals() as signals,
        locked(settings.STATE_DIR, signals=signals) as lock,
        _web_listener(say) as web,
        _sandbox_listener(say) as sandbox,
    ):
        supervisor = Supervisor(signals=signals, say=say, open_files=(lock,))
        try:
            say(_bring_up(supervisor, _installation(web, sandbox)))
            supervisor.watch()
        except StopRequested:
            pass
        finally:
            say("Stopping")
            supervisor.stop_all()
    say("Stopped")


def _bring_up(supervisor: Supervisor, installation: Installation) -> str:
    """Start everything in order; returns what to tell the user."""
    _start_stores(supervisor, installation)
    if installation.own_sandbox and installation.sandbox_socket:
        supervisor.start(plan.sandbox(installation, installation.sandbox_socket))
        _await_sandbox(supervisor, installation.own_sandbox)
    settings.SANDBOX_URL_NOTE.write_text(f"{installation.sandbox_url}\n")
    supervisor.run_to_end(plan.prepare(installation))
    _start_platform(supervisor, installation)
    quickstart = refresh(
        installation.quickstart,
        web_url=installation.web.url,
        sandbox_url=installation.sandbox_url,
    )
    return announcement(quickstart, logs=installation.logs)


def _start_stores(supervisor: Supervisor, installation: Installation) -> None:
    stores = _embedded_stores(installation)
    for store in stores:
        supervisor.start(Member(Role.STORE, store.prepare()))
    for store in stores:
        supervisor.await_ready(store.log.stem, store.is_ready, seconds=_STORE_SECONDS)


def _await_sandbox(supervisor: Supervisor, address: Address) -> None:
    supervisor.await_ready(
        "sandbox", lambda: answers(address, "/api/v3/ping"), seconds=_START_SECONDS
    )


def _start_platform(supervisor: Supervisor, installation: Installation) -> None:
    for member in plan.platform(installation):
        supervisor.start(member)
    names = plan.worker_names(installation)
    supervisor.await_ready(
        "web", lambda: answers(installation.web, "/admin/login/"), seconds=_START_SECONDS
    )
    supervisor.await_ready("worker", lambda: workers_consume(names), seconds=_START_SECONDS)


def _embedded_stores(installation: Installation) -> list[EmbeddedValkey | EmbeddedPostgres]:
    """Those whose address nobody gave. Valkey first: it starts while initdb runs."""
    state_dir, logs = installation.state_dir, installation.logs
    stores: list[EmbeddedValkey | EmbeddedPostgres] = []
    if installation.redis_url == broker_url(state_dir):
        stores.append(EmbeddedValkey(state_dir=state_dir, log=logs / "valkey.log"))
    if installation.database_url == database_url(state_dir):
        connections = plan.database_connections(
            web_threads=installation.web_threads, shards=installation.shards
        )
        stores.append(
            EmbeddedPostgres(
                state_dir=state_dir, log=logs / "postgres.log", max_connections=connections
            )
        )
    return stores


def _web_listener(say: Callable[[str], object]) -> socket.socket:
    return listen(
        server="web", host=settings.WEB_HOST, port=settings.WEB_PORT, usual_port=8000, say=say
    )


@contextmanager
def _sandbox_listener(say: Callable[[str], object]) -> Iterator[socket.socket | None]:
    """Loopback only: the sandbox is a simulation, nobody outside has business with it."""
    if settings.SANDBOX_IS_GIVEN:
        yield None
        return
    with listen(
        server="sandbox", host="127.0.0.1", port=settings.SANDBOX_PORT, usual_port=8090, say=say
    ) as listener:
        yield listener


def _installation(web: socket.socket, sandbox: socket.socket | None) -> Installation:
    own_sandbox = address_of(sandbox) if sandbox else None
    return Installation(
        base_dir=settings.BASE_DIR,
        state_dir=settings.STATE_DIR,
        python=sys.executable,
        hostname=socket.gethostname(),
        environ=os.environ,
        database_url=settings.DATABASE_URL,
        redis_url=settings.REDIS_URL,
        sandbox_url=own_sandbox.url if own_sandbox else settings.SANDBOX_URL,
        own_sandbox=own_sandbox,
        sandbox_socket=sandbox.fileno() if sandbox else None,
        web=address_of(web),
        web_socket=web.fileno(),
        web_threads=settings.WEB_THREADS,
        trusted_proxies=settings.TRUSTED_PROXIES,
        shards=settings.SHARDS,
        streams=settings.STREAMS,
    )
