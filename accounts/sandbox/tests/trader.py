"""A bare HTTP client of the sandbox exchange: signs as Binance documents it, nothing more."""

import hashlib
import hmac
import json
import time
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urlencode

Answer = tuple[int, Any]

# A buy that rests, one that fills, and sales that wait for their trigger: of spot, of futures.
LIMIT = {
    "symbol": "BTCUSDT",
    "side": "BUY",
    "type": "LIMIT",
    "timeInForce": "GTC",
    "quantity": "0.01",
    "price": "90000",
}
MARKET = {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": "0.01"}
STOP = {
    "symbol": "BTCUSDT",
    "side": "SELL",
    "type": "STOP_LOSS_LIMIT",
    "timeInForce": "GTC",
    "quantity": "0.01",
    "price": "93000",
    "stopPrice": "94000",
}
CONDITIONAL = {
    "algoType": "CONDITIONAL",
    "symbol": "BTCUSDT",
    "side": "SELL",
    "type": "STOP_MARKET",
    "quantity": "0.01",
    "triggerPrice": "94000",
}


def send(
    method: str, url: str, *, body: str | None = None, headers: dict[str, str] | None = None
) -> Answer:
    """HTTP status and parsed JSON."""
    data = None if body is None else body.encode()
    request = urllib.request.Request(url, data, headers or {}, method=method)
    try:
        with urllib.request.urlopen(request) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def control(url: str, path: str, **fields: object) -> Answer:
    """POST `fields` to the control API."""
    return send("POST", f"{url}/sandbox/{path}", body=json.dumps(fields))


def listed(url: str, path: str) -> Any:
    """GET a list of the control API."""
    return send("GET", f"{url}/sandbox/{path}")[1]


class Trader:
    """One account's credentials."""

    def __init__(self, url: str, name: str, **balances: str) -> None:
        """Open the account."""
        self.url, self.key, self.secret = url, f"key-{name}", f"secret-{name}"
        fields = {"account": name, "apiKey": self.key, "secret": self.secret}
        status, answer = control(url, "accounts", **fields, balances=balances)
        assert (status, answer) == (200, {})

    def query(self, **parameters: object) -> str:
        """The signed query string."""
        parameters = {"timestamp": time.time_ns() // 1_000_000, **parameters}
        encoded = urlencode(parameters)
        signature = hmac.new(self.secret.encode(), encoded.encode(), hashlib.sha256).hexdigest()
        return f"{encoded}&signature={signature}"

    def get(self, path: str, **parameters: object) -> Answer:
        """A signed GET."""
        return self.raw("GET", path, self.query(**parameters))

    def delete(self, path: str, **parameters: object) -> Answer:
        """A signed DELETE."""
        return self.raw("DELETE", path, self.query(**parameters))

    def post(self, path: str, **parameters: object) -> Answer:
        """A signed POST, parameters in the body."""
        headers = {"X-MBX-APIKEY": self.key}
        return send("POST", self.url + path, body=self.query(**parameters), headers=headers)

    def raw(self, method: str, path: str, query: str) -> Answer:
        """A request with our key and whatever `query` is."""
        headers = {"X-MBX-APIKEY": self.key}
        return send(method, f"{self.url}{path}?{query}", headers=headers)
