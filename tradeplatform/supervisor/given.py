"""Do the services whose addresses were given answer? Asked once, before anything is started."""

import urllib.request
from collections.abc import Callable
from http.client import HTTPException

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection
from kombu.exceptions import KombuError

from tradeplatform.celery import app
from tradeplatform.lib.environment import without_password
from tradeplatform.lib.services.errors import ServiceError
from tradeplatform.lib.services.places import broker_url, database_url

_ANSWER_SECONDS = 5


def check_given_services() -> None:
    """Raises ServiceError, fit to be shown, for the first one that cannot be used."""
    if database_url(settings.STATE_DIR) != settings.DATABASE_URL:
        _check("DATABASE_URL", settings.DATABASE_URL, _open_database)
    if broker_url(settings.STATE_DIR) != settings.REDIS_URL:
        _check("REDIS_URL", settings.REDIS_URL, _open_broker)
    if settings.SANDBOX_IS_GIVEN:
        _check("SANDBOX_URL", settings.SANDBOX_URL, _ping_sandbox)


def _check(name: str, url: str, open_it: Callable[[], None]) -> None:
    try:
        open_it()
    # ValueError: what the drivers say to an option or a database number they do not know.
    except (
        OSError,
        DatabaseError,
        KombuError,
        HTTPException,
        ImproperlyConfigured,
        ValueError,
    ) as error:
        raise ServiceError(
            f"{name} {without_password(url)} cannot be used ({_reason(error)}): "
            f"start that server, correct {name}, or leave it out to have one started"
        ) from error


def _reason(error: Exception) -> str:
    """The first line of what the driver says; none of them repeats a password."""
    text = str(getattr(error, "reason", error))  # urllib wraps what happened
    return (text.splitlines() or [type(error).__name__])[0].rstrip(".")


def _open_database() -> None:
    connection.ensure_connection()
    connection.close()


def _open_broker() -> None:
    with app.connection_for_write(connect_timeout=_ANSWER_SECONDS) as broker:
        broker.ensure_connection(max_retries=1, timeout=_ANSWER_SECONDS)


def _ping_sandbox() -> None:
    ping = f"{settings.SANDBOX_URL.rstrip('/')}/api/v3/ping"
    with urllib.request.urlopen(ping, timeout=_ANSWER_SECONDS):  # noqa: S310 - http(s), as settings checked
        pass
