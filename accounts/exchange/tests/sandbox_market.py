"""The running sandbox exchange, as tests of the gateway use it."""

import json
import urllib.request
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Sandbox:
    """The running sandbox with one account that has money in both wallets."""

    url: str

    def control(self, path: str, **body: Any) -> None:
        request = urllib.request.Request(
            f"{self.url}/sandbox/{path}", data=json.dumps(body).encode(), method="POST"
        )
        with urllib.request.urlopen(request):
            pass

    def orders(self) -> list[dict[str, Any]]:
        with urllib.request.urlopen(f"{self.url}/sandbox/orders") as answer:
            rows: list[dict[str, Any]] = json.load(answer)
        return rows
