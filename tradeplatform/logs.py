"""What is logged: lines on the console, without secrets."""

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
    # What is refused is kept as a row, up to a bound; in a flood a line each would bury the others.
    "django.request": {"level": "ERROR"},
    "axes": {"level": "ERROR"},
    # Its own handler lets tokens through: it tells the address of a request that fails.
    "gunicorn.error": {"level": "WARNING", "propagate": True},
    # At INFO Celery tells every task twice, and beats come every second.
    "celery": {"level": "WARNING"},
    # At DEBUG ccxt prints request headers and signed bodies: API keys, secrets, passphrases.
    "ccxt": {"level": "WARNING"},
    "ccxt.base.exchange": {"level": "WARNING"},
}
