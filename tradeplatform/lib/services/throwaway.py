"""A PostgreSQL and a Valkey for one run, in a directory that is deleted afterwards.

They die with whoever started them: start them from the main thread.
"""

import threading
from collections.abc import Sequence
from pathlib import Path

from tradeplatform.lib.services.child import Child
from tradeplatform.lib.services.errors import ServiceError
from tradeplatform.lib.services.postgres import EmbeddedPostgres
from tradeplatform.lib.services.valkey import EmbeddedValkey

_START_SECONDS = 30
_POLL_SECONDS = 0.005
_CONNECTIONS = 200

_Service = EmbeddedPostgres | EmbeddedValkey


def throwaway_postgres(state_dir: Path, *, durable: bool) -> EmbeddedPostgres:
    """Its data and its log lie in `state_dir`; one that is not durable is faster."""
    return EmbeddedPostgres(
        state_dir=state_dir,
        log=_log(state_dir, "postgres"),
        max_connections=_CONNECTIONS,
        durable=durable,
    )


def throwaway_valkey(state_dir: Path, *, durable: bool) -> EmbeddedValkey:
    """Its data and its log lie in `state_dir`; one that is not durable is faster."""
    return EmbeddedValkey(state_dir=state_dir, log=_log(state_dir, "valkey"), durable=durable)


def start(services: Sequence[_Service]) -> Sequence[Child]:
    """Start them and wait until they answer; ServiceError with its log when one does not."""
    children = [Child(service.prepare()) for service in services]
    for service, child in zip(services, children, strict=True):
        _await_ready(service, child)
    return children


def _log(state_dir: Path, name: str) -> Path:
    return state_dir / "logs" / f"{name}.log"


def _await_ready(service: _Service, child: Child) -> None:
    for _ in range(int(_START_SECONDS / _POLL_SECONDS)):
        if service.is_ready():
            return
        if child.exit_code() is not None:
            break
        threading.Event().wait(_POLL_SECONDS)
    raise ServiceError(f"{child.spec.name} did not start:\n{child.spec.log.read_text()}")
