"""Requests of the WebSocket API: JSON with an id, a method and parameters, read strictly."""

import json
from dataclasses import dataclass

from accounts.sandbox.errors import VenueError, missing
from accounts.sandbox.parameters import Parameters


@dataclass(frozen=True, slots=True)
class Request:
    """One request. What else it holds is looked at only once its `id` is known, to be echoed."""

    id: int | str | None
    _fields: dict[str, object]

    @property
    def method(self) -> str:
        """What is asked for; -1102 when nothing is."""
        method = self._fields.get("method")
        if not isinstance(method, str):
            raise missing("method")
        return method

    @property
    def parameters(self) -> Parameters:
        """With what; -1102 when a parameter is neither a text nor a whole number."""
        return Parameters(self._texts())

    @property
    def signed_text(self) -> str:
        """What the signature must be made of: the other parameters in the order of their names.

        Source: web-socket-api.md, "SIGNED request security".
        """
        texts = sorted(self._texts().items())
        return "&".join(f"{name}={value}" for name, value in texts if name != "signature")

    def _texts(self) -> dict[str, str]:
        parameters = self._fields.get("params", {})
        if not isinstance(parameters, dict):
            raise missing("params")
        for name, value in parameters.items():
            if not isinstance(value, int | str) or isinstance(value, bool):
                raise missing(name)
        return {name: str(value) for name, value in parameters.items()}


def read(text: str) -> Request:
    """Read `text`; -1135 when it is not a JSON object with an id that can be echoed."""
    malformed = VenueError(-1135, "Invalid JSON Request")
    try:
        fields = json.loads(text)
    except ValueError:
        raise malformed from None
    if not isinstance(fields, dict):
        raise malformed
    request_id = fields.get("id")
    if not (request_id is None or isinstance(request_id, int | str)):
        raise malformed
    return Request(request_id, fields)
