"""Whoever is locked out is refused before the password is looked at.

A module of its own: Django loads it before the models that the login form needs.
"""

from typing import Any

from axes.backends import AxesStandaloneBackend
from django.http import HttpRequest


class LockOut(AxesStandaloneBackend):  # type: ignore[misc]  # django-axes ships no types
    """Refuses logins over HTTP; programs on this machine, which come from no address, pass."""

    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, **credentials: Any
    ) -> None:
        """Raise PermissionDenied for whoever is locked out."""
        if request is not None:
            super().authenticate(request, username=username, **credentials)
