"""What tests ask of the running sandbox and change there: its control API."""

import json
import urllib.request
from dataclasses import dataclass
from typing import Any


@dataclass
class SandboxControl:
    """The sandbox at `url`."""

    url: str

    def venue_orders(self, **wanted: str) -> list[dict[str, Any]]:
        """What the sandbox ever received, filtered by its own field names."""
        return [
            order
            for order in self.get("/sandbox/orders")
            if all(order[name] == value for name, value in wanted.items())
        ]

    def set_price(self, symbol: str, price: str | None) -> None:
        """Pin the sandbox's price of `BTCUSDT` and the like."""
        self.post("/sandbox/price", {"symbol": symbol, "price": price})

    def post(self, path: str, body: dict[str, Any]) -> Any:
        """Call the sandbox's control API."""
        request = urllib.request.Request(
            self.url + path,
            data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)

    def get(self, path: str) -> Any:
        """Read from the sandbox's control API."""
        with urllib.request.urlopen(self.url + path, timeout=10) as answer:
            return json.load(answer)
