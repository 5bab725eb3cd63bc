"""Remember when each device was last seen, with which program, and how wrong its clock is.

A clock never decides anything here: order is that of arrival and of the hybrid times.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from fastapi import Request
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.domain.journal import Entry
from sync.backoffice.database import Transaction
from sync.backoffice.enrolment import Admitted
from sync.devices import CLOCK_HEADER, LARGE_SKEW, SKEW_HEADER, seconds_ahead

_EVERY_SECONDS = 20.0
_MOST_SKEW = 10**9  # seconds; beyond it no clock is any wronger
_PROGRAM = re.compile(r"onewindow/([0-9A-Za-z.+-]{1,32})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """``skew`` in seconds ahead, None where the device did not say its time."""

    device: str
    digest: str
    at: datetime
    version: str
    skew: int | None


class Sightings:
    """Says when something is worth a write: seldom, but at once when a clock goes wrong."""

    def __init__(
        self, now: Callable[[], datetime], monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._now = now
        self._monotonic = monotonic
        self._last: dict[str, tuple[float, bool, str]] = {}  # by device, of those admitted

    def due(
        self, admitted: Admitted, request: Request, entries: Sequence[Entry] = ()
    ) -> Sighting | None:
        """``entries`` are what it brings: one from the future betrays a clock, too."""
        now = self._now()
        skew = seconds_ahead(request.headers.get(CLOCK_HEADER, ""), now)
        latest = max((one.at for one in entries), default=now)
        ahead = round((latest - now).total_seconds())
        if ahead > max(LARGE_SKEW, skew or 0):
            skew = ahead
        wrong = skew is not None and abs(skew) > LARGE_SKEW
        since, was_wrong, digest = self._last.get(admitted.device, (0.0, False, ""))
        fresh = self._monotonic() - since < _EVERY_SECONDS and wrong == was_wrong
        if fresh and digest == admitted.digest:
            return None
        self._last[admitted.device] = (self._monotonic(), wrong, admitted.digest)
        program = _PROGRAM.match(request.headers.get("user-agent", ""))
        return Sighting(
            device=admitted.device, digest=admitted.digest, at=now,
            version=program[1] if program else "", skew=skew,
        )  # fmt: skip


def keep_sighting(connection: Transaction, seen: Sighting | None) -> None:
    if seen is None:
        return
    skew = None if seen.skew is None else max(-_MOST_SKEW, min(_MOST_SKEW, seen.skew))
    connection.execute(
        "UPDATE devices SET seen_at = ?, skew = coalesce(?, skew),"
        " version = CASE WHEN ? = '' THEN version ELSE ? END WHERE device = ?",
        (seen.at.isoformat(), skew, seen.version, seen.version, seen.device),
    )
    connection.execute(
        "UPDATE device_tokens SET used = 1 WHERE token = ? AND used = 0", (seen.digest,)
    )


class SkewTold:
    """Tells each client that says its time by how much it is ahead, in the answer's header."""

    def __init__(self, app: ASGIApp, now: Callable[[], datetime]) -> None:
        self._app = app
        self._now = now

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        told = _told(scope) if scope["type"] == "http" else ""
        skew = seconds_ahead(told, self._now()) if told else None
        if skew is None:
            await self._app(scope, receive, send)
            return

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[SKEW_HEADER] = str(skew)
            await send(message)

        await self._app(scope, receive, answer)


_CLOCK = CLOCK_HEADER.lower().encode()


def _told(scope: Scope) -> str:
    return next((value.decode("latin-1") for name, value in scope["headers"] if name == _CLOCK), "")
