"""A venue on loopback that answers as a test tells it to and remembers what it was asked.

ccxt's real clients reach it through `LoopbackSession`, whatever address they ask for; that address
is remembered with each request.
"""

import asyncio
import json
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import aiohttp
import yarl
from aiohttp import web

_ASKED_HOST = "X-Asked-Host"


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it arrived; `fields` are those of the query and of a form or JSON body."""

    method: str
    host: str
    path: str
    fields: dict[str, Any]
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """What to answer: a JSON value, or text as it is; or nothing, by dropping the connection or
    by letting the asker wait.
    """

    body: Any = ""
    status: int = 200
    content_type: str = "application/json"
    drops: bool = False
    hangs: bool = False

    def text(self) -> str:
        return self.body if isinstance(self.body, str) else json.dumps(self.body)


class LoopbackSession:
    """What ccxt sees of an aiohttp session; every request goes to the scripted venue instead."""

    def __init__(self, venue_url: str) -> None:
        self._venue = yarl.URL(venue_url)
        self._session = aiohttp.ClientSession()
        self.headers: dict[str, str] = {}  # ccxt adds a session's own headers to each request

    def get(self, url: yarl.URL, **options: Any) -> Any:
        return self._ask("GET", url, **options)

    def post(self, url: yarl.URL, **options: Any) -> Any:
        return self._ask("POST", url, **options)

    def delete(self, url: yarl.URL, **options: Any) -> Any:
        return self._ask("DELETE", url, **options)

    async def close(self) -> None:
        await self._session.close()

    def _ask(self, method: str, url: yarl.URL, *, headers: dict[str, str], **options: Any) -> Any:
        here = f"{self._venue.origin()}{url.raw_path_qs}"
        told = {**headers, _ASKED_HOST: url.host or ""}
        return self._session.request(method, yarl.URL(here, encoded=True), headers=told, **options)


@dataclass(slots=True)
class ScriptedVenue:
    """Answers by method and path; several answers are given in turn, the last one for ever."""

    requests: list[Request] = field(default_factory=list)
    url: str = ""
    _answers: dict[tuple[str, str], list[Answer]] = field(default_factory=lambda: defaultdict(list))
    _runner: web.AppRunner | None = None
    _is_closing: asyncio.Event = field(default_factory=asyncio.Event)

    def will_answer(self, method: str, path: str, *answers: Answer) -> None:
        self._answers[method, path] = list(answers)

    def asked(self, method: str, path: str) -> list[Request]:
        """The requests of this kind, in order of arrival."""
        return [r for r in self.requests if (r.method, r.path) == (method, path)]

    def session(self) -> Any:
        """A session that brings every request here; made on the loop that uses it."""
        return LoopbackSession(self.url)

    async def start(self) -> None:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        self._is_closing.set()
        if self._runner is not None:
            await self._runner.cleanup()

    async def _handle(self, request: web.Request) -> web.Response:
        self.requests.append(
            Request(
                method=request.method,
                host=request.headers.get(_ASKED_HOST, request.host),
                path=request.path,
                fields={**request.query, **_fields(await request.text())},
                headers=dict(request.headers),
            )
        )
        answers = self._answers.get((request.method, request.path))
        if not answers:
            return web.Response(status=404, text=f"no script for {request.method} {request.path}")
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if answer.drops and request.transport is not None:
            request.transport.abort()
        if answer.hangs:
            await self._is_closing.wait()
        return web.Response(
            status=answer.status, text=answer.text(), content_type=answer.content_type
        )


def _fields(body: str) -> dict[str, Any]:
    if not body.startswith(("{", "[")):
        return dict(parse_qsl(body))
    parsed = json.loads(body)
    return parsed if isinstance(parsed, dict) else {"rows": parsed}
