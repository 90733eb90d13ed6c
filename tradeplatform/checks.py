"""System checks: settings that would trade wrongly stop the start."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error


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


def _error(number: str, message: str, value: str) -> Error:
    return Error(f"{message}.", hint=f"Set it to {value}.", id=f"tradeplatform.{number}")
