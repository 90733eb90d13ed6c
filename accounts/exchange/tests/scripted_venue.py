"""An HTTP server on loopback that answers as a test tells it to and remembers the requests."""

import json
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it arrived; `fields` are those of the query and of a form or JSON body."""

    method: str
    path: str
    fields: dict[str, Any]
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """What to answer: a JSON value, or text as it is."""

    body: Any
    status: int = 200
    content_type: str = "application/json"

    def text(self) -> str:
        return self.body if isinstance(self.body, str) else json.dumps(self.body)


@dataclass(slots=True)
class ScriptedVenue:
    """Answers by method and path; several answers are given in turn, the last one for ever."""

    requests: list[Request] = field(default_factory=list)
    url: str = ""
    _answers: dict[tuple[str, str], list[Answer]] = field(default_factory=lambda: defaultdict(list))
    _runner: web.AppRunner | None = None

    def will_answer(self, method: str, path: str, *answers: Answer) -> None:
        self._answers[method, path] = list(answers)

    def asked(self, method: str, path: str) -> list[Request]:
        """The requests of this kind, in order of arrival."""
        return [r for r in self.requests if (r.method, r.path) == (method, path)]

    async def start(self) -> None:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._handle)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port = self._runner.addresses[0][1]
        self.url = f"http://127.0.0.1:{port}"

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _handle(self, request: web.Request) -> web.Response:
        fields: dict[str, Any] = dict(request.query)
        body = await request.text()
        if body.startswith(("{", "[")):
            parsed = json.loads(body)
            fields.update(parsed if isinstance(parsed, dict) else {"rows": parsed})
        else:
            fields.update(parse_qsl(body))
        self.requests.append(Request(request.method, request.path, fields, dict(request.headers)))
        answers = self._answers.get((request.method, request.path))
        if not answers:
            return web.Response(status=404, text=f"no script for {request.method} {request.path}")
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        return web.Response(
            status=answer.status, text=answer.text(), content_type=answer.content_type
        )
