"""Requests of the WebSocket API: JSON with an id, a method and parameters, read strictly."""

import json
from dataclasses import dataclass

from accounts.sandbox.errors import VenueError, missing
from accounts.sandbox.parameters import Parameters


@dataclass(frozen=True, slots=True)
class Request:
    """One request; `signed_text` is what its signature must be made of."""

    id: int | str | None
    method: str
    parameters: Parameters
    signed_text: str


def read(text: str) -> Request:
    """Read `text`; VenueError when it is not a request.

    The signed text has the parameters in the order of their names (web-socket-api.md, "SIGNED
    request security").
    """
    fields = _object(text)
    request_id, method = fields.get("id"), fields.get("method")
    if not (request_id is None or isinstance(request_id, int | str)):
        raise _malformed()
    if not isinstance(method, str):
        raise missing("method")
    values = _texts(fields.get("params", {}))
    signed = sorted((name, value) for name, value in values.items() if name != "signature")
    signed_text = "&".join(f"{name}={value}" for name, value in signed)
    return Request(request_id, method, Parameters(values), signed_text)


def _object(text: str) -> dict[str, object]:
    try:
        fields = json.loads(text)
    except ValueError:
        raise _malformed() from None
    if not isinstance(fields, dict):
        raise _malformed()
    return fields


def _texts(parameters: object) -> dict[str, str]:
    if not isinstance(parameters, dict):
        raise missing("params")
    for name, value in parameters.items():
        if not isinstance(value, int | str) or isinstance(value, bool):
            raise missing(name)
    return {name: str(value) for name, value in parameters.items()}


def _malformed() -> VenueError:
    return VenueError(-1135, "Invalid JSON Request")
