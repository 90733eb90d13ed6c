"""System checks: settings that would trade wrongly or tell secrets stop the start."""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from tradeplatform.key_rotation import stored_texts
from tradeplatform.lib.encryption import CannotDecrypt, decrypt
from tradeplatform.lib.environment import WrongValue

_SHORTEST_SECRET = 32
_FEWEST_CHARACTERS = 8
_MAKE_ONE = (
    "Leave it out, or make one: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
)
_DEFAULTS = ("django-insecure", "change", "default", "example", "password", "your-", "secret-key")
# Some rows may be unreadable for reasons of their own; these many are not all.
_ROWS_TRIED = 20


def check_settings(**_: Any) -> list[CheckMessage]:
    """Errors for values that parse but cannot work together."""
    found: list[CheckMessage] = []
    if settings.SHARDS < 1:
        found.append(_error("E001", "SHARDS is 0: no worker would send any order", "at least 1"))
    if settings.EXCHANGE_TIMEOUT_SECONDS < 1:
        found.append(
            _error("E002", "EXCHANGE_TIMEOUT_SECONDS is 0: every outcome would be unknown", "10")
        )
    if settings.WEBHOOK_WAIT_SLOTS >= settings.WEB_THREADS:
        found.append(
            _error(
                "E003",
                "WEBHOOK_WAIT_SLOTS takes every web thread: waiting would hold up new alerts",
                f"less than WEB_THREADS ({settings.WEB_THREADS})",
            )
        )
    return found


def refuse_guessable_secrets() -> None:
    """Let no process start outside the demo with a secret that anybody could guess.

    Raises WrongValue. Not a system check: gunicorn and Celery start without those.
    """
    if not settings.DEMO:
        for name, prize in _guessable():
            raise WrongValue(f"{_too_simple(name, prize)}. {_MAKE_ONE}")


def check_secrets(**_: Any) -> list[CheckMessage]:
    """Warn of guessable secrets in the demo; elsewhere nothing has started with them."""
    return [
        Warning(f"{_too_simple(name, prize)}.", hint=f"{_MAKE_ONE}.", id="tradeplatform.W004")
        for name, prize in _guessable()
    ]


def check_deployment(**_: Any) -> list[CheckMessage]:
    """Warnings of `check --deploy`, in the names of what people set (docs/configuration.md)."""
    found: list[CheckMessage] = []
    if not settings.HTTPS:
        found.append(
            _warning(
                "W006",
                "HTTPS is 0: passwords and sessions may travel where others read them",
                "1, once a proxy ends HTTPS in front of the platform",
            )
        )
    if settings.DEMO:
        found.append(
            _warning(
                "W007",
                "DEMO is 1: an empty database gets a superuser, accounts and strategies, and "
                "guessable secrets are taken",
                "0",
            )
        )
    return found


def check_encryption_keys(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Whether the keys are there that encrypted what is stored; asked before `migrate`."""
    if not databases:
        return []
    try:
        texts = list(islice(stored_texts(), _ROWS_TRIED))
    except DatabaseError:  # an empty database, or one that is down: others tell of that
        return []
    if not texts or any(_is_readable(text) for text in texts):
        return []
    return [
        Error(
            "The encryption key is missing: none of the stored exchange credentials can be read.",
            hint="Put back the key that encrypted them: ENCRYPTION_KEYS, or the file "
            f"{settings.ENCRYPTION_KEY_FILE}.",
            id="tradeplatform.E005",
        )
    ]


def check_upgrade(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Whether the database is new enough to be brought up to date; asked before `migrate`.

    Migrations are replaced by fewer from time to time. Those before must all have run, or none.
    """
    if not databases:
        return []
    try:
        applied = MigrationRecorder(connection).applied_migrations().keys()
    except DatabaseError:  # others tell of that
        return []
    present = MigrationLoader(None).disk_migrations
    replaced = [
        [name for name in migration.replaces if name not in present]
        for migration in present.values()
    ]
    return [
        Error(
            f"The database is too old for this version: {last[0]}.{last[1]} has not run on it.",
            hint="Start a version that has this migration once, then this one again.",
            id="tradeplatform.E008",
        )
        for *before, last in filter(None, replaced)
        if last not in applied and not applied.isdisjoint(before)
    ]


def _guessable() -> Iterator[tuple[str, str]]:
    """The setting, and what whoever guesses it has."""
    if _is_guessable(settings.SECRET_KEY):
        yield "SECRET_KEY", "admin"
    if any(map(_is_guessable, settings.ENCRYPTION_KEYS)):
        yield "A key of ENCRYPTION_KEYS", "exchange credentials"


def _too_simple(name: str, prize: str) -> str:
    return f"{name} is short, simple or an example's: whoever guesses it has the {prize}"


def _is_guessable(secret: str) -> bool:
    is_simple = len(secret) < _SHORTEST_SECRET or len(set(secret)) < _FEWEST_CHARACTERS
    return is_simple or secret.lower().startswith(_DEFAULTS)


def _is_readable(token: str) -> bool:
    try:
        decrypt(token)
    except CannotDecrypt:
        return False
    return True


def _error(number: str, message: str, value: str) -> Error:
    return Error(f"{message}.", hint=f"Set it to {value}.", id=f"tradeplatform.{number}")


def _warning(number: str, message: str, value: str) -> Warning:
    return Warning(f"{message}.", hint=f"Set it to {value}.", id=f"tradeplatform.{number}")
