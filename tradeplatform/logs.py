"""What is logged: lines on the console, without secrets, and none that a flood could multiply."""

from typing import Any


def to_console(*, level: str) -> dict[str, Any]:
    """The LOGGING setting; `level` is everybody's who has no other here."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"},
        },
        # The path of a request may hold a webhook token.
        "filters": {"no_tokens": {"()": "webhooks.redaction.TokenFilter"}},
        "handlers": {
            "console": {
                "class": "logging.StreamHandler",
                "formatter": "line",
                "filters": ["no_tokens"],
            },
        },
        "root": {"handlers": ["console"], "level": level},
        "loggers": _LOGGERS,
    }


_LOGGERS = {
    # What is refused is kept as a row, up to a bound; a line each would fill the disk.
    "django.request": {"level": "ERROR"},
    "django.security.DisallowedHost": {"level": "CRITICAL"},
    "axes": {"level": "ERROR"},
    # Its own handler lets tokens through, and it tells every request that is no HTTP.
    "gunicorn.error": {"level": "ERROR", "propagate": True},
    # At INFO Celery tells every task twice, and beats come every second.
    "celery": {"level": "WARNING"},
    # At DEBUG ccxt prints request headers and signed bodies: API keys, secrets, passphrases.
    "ccxt": {"level": "WARNING"},
    "ccxt.base.exchange": {"level": "WARNING"},
}
