"""Give each request an id, count it, and write one line about it: its route, never its address.

An address may hold a case's number and a query a check code; the route is the address with its
holes. The id goes back in the answer's ``X-Request-Id`` and stands on every line that is logged
while the request is worked on.
"""

from __future__ import annotations

import secrets
import sys
import time
from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sync.backoffice.logs import bound_to, note
from sync.backoffice.meters import Meters
from sync.feed import FEED_PATH
from sync.health import ALIVE_PATH, HEALTH_PATH, METRICS_PATH

REQUEST_ID = "X-Request-Id"
_ID_HEADER = REQUEST_ID.lower().encode()
_GONE = 499  # nobody was left to answer, as nginx counts it
# Asked all day long by every window or by those who watch: logged only where refused.
_QUIET = frozenset({FEED_PATH, HEALTH_PATH, ALIVE_PATH, METRICS_PATH})
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Watched:
    """``routes`` are the application's, also those that are added later."""

    def __init__(self, app: ASGIApp, meters: Meters, routes: Sequence[BaseRoute]) -> None:
        self._app = app
        self._meters = meters
        self._routes = routes
        self._names: dict[Callable[..., Any], str] = {}
        self._process = secrets.token_hex(3)
        self._serials = count(1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        since = time.perf_counter()
        status = _GONE
        id_ = f"{self._process}-{next(self._serials):06d}"

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (_ID_HEADER, id_.encode())]
            await send(message)

        with bound_to(id_):
            try:
                await self._app(scope, receive, answer)
            except Exception as error:
                status = 500
                note("bug", error=type(error).__name__, where=_where())
                raise
            finally:
                self._tell(scope, status, time.perf_counter() - since)

    def _tell(self, scope: Scope, status: int, seconds: float) -> None:
        route = self._route(scope)
        method = scope["method"] if scope["method"] in _METHODS else "other"
        waited = route == FEED_PATH
        self._meters.answered(route, method, status, None if waited else seconds)
        if status >= 400 or route not in _QUIET:
            note("request", route=route, method=method, status=status, ms=round(1000 * seconds))

    def _route(self, scope: Scope) -> str:
        endpoint = scope.get("endpoint")
        if endpoint is None:
            return "none"
        if endpoint not in self._names:
            self._names = {
                route.endpoint: route.path for route in self._routes if isinstance(route, Route)
            }
        return self._names.get(endpoint, "none")


def _where() -> str:
    """File and line of what was raised: its text may quote what was being stored."""
    trace = sys.exc_info()[2]
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return ""
    return f"{trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}"
