"""Whoever is locked out is refused before the password is looked at.

A module of its own: Django loads it before the models that the login form needs.
"""

from typing import Any

from axes.backends import AxesStandaloneBackend
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from tradeplatform.lib.client_address import client_network
from tradeplatform.lib.counters import beyond

# Checking a password costs a third of a second of the processor that also takes alerts.
_MOST_LOGINS = 30
_WINDOW_SECONDS = 60


class LockOut(AxesStandaloneBackend):  # type: ignore[misc]  # django-axes ships no types
    """Refuses logins over HTTP; programs on this machine, which come from no address, pass."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, **credentials: Any
    ) -> None:
        """Raise PermissionDenied for whoever is locked out, or tries too many user names."""
        if request is None:
            return
        super().authenticate(request, username=username, **credentials)
        network = client_network(request)
        if network and beyond(_MOST_LOGINS, f"logins:{network}", seconds=_WINDOW_SECONDS):
            request.axes_locked_out = True  # type: ignore[attr-defined]  # the middleware's answer
            raise PermissionDenied
