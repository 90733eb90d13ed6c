"""Whoever is locked out is refused before the password is looked at.

A module of its own: Django loads it before the models that the login form needs.
"""

from typing import Any

from axes.backends import AxesStandaloneBackend
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from tradeplatform.lib.client_address import client_network
from tradeplatform.lib.counters import Tally, beyond, share_of

# Checking a password costs a third of a second of the processor that also takes alerts: of one
# address, and of all together, however many addresses somebody has.
_MOST_LOGINS = 30
_MOST_LOGINS_OF_ALL = 60
_WINDOW_SECONDS = 60


class LockOut(AxesStandaloneBackend):  # type: ignore[misc]  # django-axes ships no types
    """Refuses logins over HTTP; programs on this machine, which come from no address, pass."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, **credentials: Any
    ) -> None:
        """Raise PermissionDenied for whoever is locked out, or when too many logins are tried."""
        if request is None:
            return
        super().authenticate(request, username=username, **credentials)
        flood = _flood(client_network(request))
        if flood is not None:
            # What the middleware answers with: tradeplatform.login.locked_out.
            request.axes_locked_out = True  # type: ignore[attr-defined]
            request.login_flood = flood  # type: ignore[attr-defined]
            raise PermissionDenied


def _flood(network: str | None) -> Tally | None:
    """The count that went over its limit. One address's flood takes nothing of what all have."""
    key = f"logins:{share_of(network or '')}"
    of_one = beyond(_MOST_LOGINS, key, seconds=_WINDOW_SECONDS)
    return of_one or beyond(_MOST_LOGINS_OF_ALL, "logins", seconds=_WINDOW_SECONDS)
