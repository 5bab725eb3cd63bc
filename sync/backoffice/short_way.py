"""Answer plain routes without the framework's layers, whose work costs more than theirs.

What windows ask all day long are plain routes of Starlette at fixed addresses, or at such ones
with a name at the end: they need no matching, no validation by the framework and no stack of
closing contexts. They are watched, and told what is wrong, as all the others are.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import FastAPI, Request, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from sync import errors, wire
from sync.backoffice.database import IntegrityBroken
from sync.backoffice.logs import note
from sync.backoffice.office import Office, json_answer
from sync.backoffice.sightings import SkewTold
from sync.backoffice.watched import Watched
from sync.errors import SyncError

Endpoint = Callable[[Request], Awaitable[Response]]

_LATER_SECONDS = "1"
_NAME = re.compile(r"\{[a-z_]+\}")


class Application(FastAPI):
    """``finish`` once all routes are there."""

    def __init__(self, office: Office, **settings: Any) -> None:
        super().__init__(**settings)
        self.office = office
        self._short: dict[tuple[str, str], ASGIApp] = {}
        self._named: dict[tuple[str, str], tuple[str, ASGIApp]] = {}
        self.add_middleware(SkewTold, now=office.settings.now)
        self.add_middleware(Watched, meters=office.meters, routes=self.router.routes)
        self.add_exception_handler(SyncError, _declined)
        self.add_exception_handler(IntegrityBroken, _unable)

    def finish(self) -> None:
        office, routes = self.office, self.router.routes
        for route in routes:
            if type(route) is not Route or "{" in route.path.rpartition("/")[0]:
                continue
            plain = SkewTold(_Plain(route.endpoint), office.settings.now)
            watched = Watched(plain, office.meters, routes)
            folder, _, last = route.path.rpartition("/")
            for method in route.methods or ():
                if _NAME.fullmatch(last):
                    self._named[method, folder] = (last[1:-1], watched)
                elif "{" not in last:
                    self._short[method, route.path] = watched

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            short = self._short.get((scope["method"], scope["path"]))
            if short is None:
                folder, _, name = scope["path"].rpartition("/")
                named = self._named.get((scope["method"], folder)) if name else None
                if named is not None:
                    scope["path_params"] = {named[0]: name}
                    short = named[1]
            if short is not None:
                await short(scope, receive, send)
                return
        await super().__call__(scope, receive, send)


class _Plain:
    """One endpoint with nothing around it."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["endpoint"] = self._endpoint
        request = Request(scope, receive)
        try:
            answer = await self._endpoint(request)
        except SyncError as error:
            answer = await _declined(request, error)
        except IntegrityBroken as error:
            answer = await _unable(request, error)
        await answer(scope, receive, send)


async def _declined(_: Request, error: Exception) -> Response:
    if not isinstance(error, SyncError):
        raise error
    note("declined", code=error.code, **error.details)
    answer = json_answer(wire.ErrorAnswer(code=error.code), error.status or 500)
    if isinstance(error, errors.ServerTrouble):
        answer.headers["Retry-After"] = _LATER_SECONDS
    return answer


async def _unable(_: Request, error: Exception) -> Response:
    note("store_failed", error=str(error))
    return json_answer(
        wire.ErrorAnswer(code=errors.ServerTrouble.code), errors.ServerTrouble.status
    )
