"""What a trader does with the running platform: post alerts, ask what became of them."""

import json
import threading
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_PAUSE = threading.Event()


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer with its JSON."""

    status: int
    body: dict[str, Any]

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The result rows."""
        rows: list[dict[str, Any]] = self.body["results"]
        return rows

    def column(self, name: str) -> list[Any]:
        """One field of every result row."""
        return [row.get(name) for row in self.rows]


class PlatformClient:
    """Knows what `quickstart.json` tells a newcomer, nothing more."""

    def __init__(self, state_dir: Path) -> None:
        self.quickstart = json.loads((state_dir / "quickstart.json").read_text())
        self.spot, self.private, self.futures = self.quickstart["group_names"]

    def alert(self, group_name: str | None = None, **fields: Any) -> Answer:
        """Post an alert with the printed token."""
        body = {
            "group_name": group_name or self.spot,
            "token": self.quickstart["token"],
            **fields,
        }
        return call(self.quickstart["webhook_url"], data=json.dumps(body).encode())

    def signal(self, answer: Answer) -> Answer:
        """Ask what became of an alert."""
        base = self.quickstart["webhook_url"].removesuffix("/webhook")
        return call(
            f"{base}/signals/{answer.body['signal_id']}",
            headers={"Authorization": f"Bearer {self.quickstart['token']}"},
        )

    def settled(self, answer: Answer, *, seconds: int = 30) -> Answer:
        """Ask until every account is through."""
        for _ in range(seconds * 5):
            found = self.signal(answer)
            if found.status == 200 and found.body["action"] == "orders_processed":
                return found
            _PAUSE.wait(0.2)
        raise AssertionError(f"still pending after {seconds} s: {found}")

    def venue_orders(self) -> list[dict[str, Any]]:
        """What the sandbox exchange ever received."""
        orders: list[dict[str, Any]] = self.sandbox("/sandbox/orders")
        return orders

    def venue_order_ids(self) -> set[str]:
        """The client order ids of all orders at the sandbox."""
        return {order["clientOrderId"] for order in self.venue_orders()}

    def set_price(self, symbol: str, price: str | None) -> None:
        """Pin the sandbox's price."""
        self.sandbox("/sandbox/price", {"symbol": symbol, "price": price})

    def sandbox(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """Call the sandbox's control API; without a body it is read."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.quickstart["sandbox_url"] + path, data=data)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)


def call(url: str, *, data: bytes | None = None, headers: dict[str, str] | None = None) -> Answer:
    """Get, or post the data; a refusal is an answer too."""
    request = urllib.request.Request(url, data=data, headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return Answer(answer.status, json.load(answer))
    except urllib.error.HTTPError as refusal:
        return Answer(refusal.code, json.load(refusal))
