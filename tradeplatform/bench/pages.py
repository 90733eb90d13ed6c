"""How long the admin's pages take to come from the running platform."""

import http.client
from time import monotonic
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client

_HTTP_SECONDS = 120


class Reader:
    """A superuser who is logged in, also after the platform was started anew."""

    def __init__(self) -> None:
        visit = Client()
        visit.force_login(
            User.objects.create_superuser("reader"), backend=settings.AUTHENTICATION_BACKENDS[-1]
        )
        self._cookie = f"{settings.SESSION_COOKIE_NAME}={visit.session.session_key}"

    def read(self, web: str, path: str) -> float:
        """Milliseconds until the page of the platform at this address was there in full."""
        asked_at = monotonic()
        connection = http.client.HTTPConnection(urlsplit(web).netloc, timeout=_HTTP_SECONDS)
        try:
            connection.request("GET", path, headers={"Cookie": self._cookie})
            answer = connection.getresponse()
            answer.read()
        finally:
            connection.close()
        if answer.status != http.client.OK:
            raise RuntimeError(f"{path} was answered with HTTP status {answer.status}")
        return 1000 * (monotonic() - asked_at)
