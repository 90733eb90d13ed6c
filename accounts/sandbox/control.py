"""What asks the sandbox's control API, for programs beside it."""

import json
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_TIMEOUT_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Control:
    """The sandbox at `url`. Every call raises OSError while it is away."""

    url: str

    def get(self, path: str) -> Any:
        """What it shows."""
        return self._call(path, None, "GET")

    def post(self, path: str, body: Mapping[str, Any]) -> Any:
        """Have it change something."""
        return self._call(path, json.dumps(body).encode(), "POST")

    def delete(self, path: str) -> None:
        """Have it forget something."""
        self._call(path, None, "DELETE")

    def open_account(
        self, name: str, *, api_key: str, secret: str, balances: Mapping[str, str]
    ) -> None:
        """An account with these keys and balances."""
        body = {"account": name, "apiKey": api_key, "secret": secret, "balances": balances}
        self.post("/sandbox/accounts", body)

    def _call(self, path: str, data: bytes | None, method: str) -> Any:
        request = urllib.request.Request(self.url + path, data=data, method=method)  # noqa: S310 - loopback
        with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as answer:  # noqa: S310 - as above
            return json.load(answer)
