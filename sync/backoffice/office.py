"""Hold the open back office: its database, its lanes, who may speak, and how it answers."""

from __future__ import annotations

import asyncio
import base64
import hmac
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import msgspec
from fastapi import Request, Response

from sync import errors, wire
from sync.backoffice import cases, intake, line
from sync.backoffice.cases import NumberPattern
from sync.backoffice.changed import Changed
from sync.backoffice.database import Database, Transaction
from sync.backoffice.enrolment import Admitted, KnownTokens
from sync.backoffice.lane import Lane, Together, Unopened
from sync.backoffice.logs import note
from sync.backoffice.meters import Meters
from sync.backoffice.settings import Settings, read_token

_T = TypeVar("_T")
_R = TypeVar("_R")

OpenLane = Callable[[Database, Callable[[int], None]], Lane]

_BODY_SECONDS = 60.0


class Office:
    """The open back office: database, its one writing lane, and what was configured."""

    def __init__(
        self, settings: Settings, database: Database | None = None, lane: OpenLane = Lane
    ) -> None:
        """``database`` is taken over where it is open already."""
        self.settings = settings
        self.token = read_token(settings.data)
        self.meters = Meters(settings.version)
        self.numbers = NumberPattern(settings.hall)
        now = settings.now()
        place = settings.database or settings.data / "backoffice.db"
        self.database = database or Database.open(place, now)
        self.tokens = KnownTokens(self.database)
        with self.database.write() as connection:
            line.forget_old_answers(connection, now)
            cases.fill_in(connection)
            left = intake.take_up_parked(connection, now, self.numbers)
            added = line.fill_demo_line(
                connection, settings.hall, now, settings.demo_line, settings.random
            )
        self.changed = Changed()
        note("opened", parked=left, line=added)
        # SQLite has one writer; one lane keeps requests in order instead of fighting for the lock.
        self._lane = lane(self.database, self.changed.tell)
        self._readers = ThreadPoolExecutor(2, "reader")
        self.database.hear(self.changed.tell)

    def close(self) -> None:
        self._lane.close()
        self._readers.shutdown()
        self.database.close()

    async def write(self, work: Callable[[Transaction], _T]) -> _T:
        """Run short ``work`` in a transaction; it is durable when this returns."""
        with self.meters.writing():
            return await self._lane.alone(work)

    async def write_together(
        self, work: Together[_T, _R], item: _T | Unopened[_T], *, is_long: bool = False
    ) -> _R:
        """The same by ``work`` that takes many at once."""
        with self.meters.writing():
            return await self._lane.together(work, item, is_long=is_long)

    async def read(self, work: Callable[[Transaction], _T]) -> _T:
        def run() -> _T:
            with self.database.read() as connection:
                return work(connection)

        return await asyncio.get_running_loop().run_in_executor(self._readers, run)

    def admit(self, request: Request, *, also_revoked: bool = False) -> Admitted:
        """The device whose token came. A withdrawn one is refused but where ``also_revoked``.

        Raises NotEnrolled, Revoked, BadRequest, TooOld or TooNew.
        """
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        found = self.tokens.find(token) if scheme == "Bearer" and token else None
        if found is None:
            raise errors.NotEnrolled
        check_spoken(request)
        if found.revoked and not also_revoked:
            raise errors.Revoked
        return found

    def check_token(self, request: Request) -> None:
        """The administrator's token, for tools. Raises NotEnrolled."""
        given = request.headers.get("authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {self.token}".encode()):
            raise errors.NotEnrolled

    def is_supervisor(self, request: Request) -> bool:
        """For pages that a browser opens: the token as the password, under any name."""
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        try:
            _, _, password = base64.b64decode(given, validate=True).partition(b":")
        except ValueError:
            return False
        right = hmac.compare_digest(password, self.token.encode())
        return scheme.lower() == "basic" and right


def check_spoken(request: Request) -> None:
    """The version of the protocol that the client speaks. Raises BadRequest, TooOld or TooNew."""
    spoken = request.headers.get(wire.PROTOCOL_HEADER, "")
    if not (spoken.isascii() and spoken.isdigit() and len(spoken) < 6):
        raise errors.BadRequest
    if int(spoken) < wire.OLDEST_PROTOCOL:
        raise errors.TooOld(spoken=int(spoken))
    if int(spoken) > wire.PROTOCOL:
        raise errors.TooNew(spoken=int(spoken))


def declared_length(request: Request) -> int | None:
    """Of the body, in bytes; None where it is not said."""
    declared = request.headers.get("content-length", "")
    said = declared.isascii() and declared.isdigit() and len(declared) < 16
    return int(declared) if said else None


async def read_body(request: Request, longest: int) -> bytes:
    """Raises TooLarge before more than ``longest`` bytes are held, BadRequest if it drips."""
    if (declared_length(request) or 0) > longest:
        raise errors.TooLarge(limit=longest)
    parts: list[bytes] = []
    size = 0
    more = True
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            while more:
                message = await request.receive()
                if message["type"] != "http.request":  # the client has gone
                    raise errors.BadRequest
                part = message.get("body", b"")
                size += len(part)
                if size > longest:
                    raise errors.TooLarge(limit=longest)
                parts.append(part)
                more = message.get("more_body", False)
    except TimeoutError:
        raise errors.BadRequest from None
    return b"".join(parts)


class _JsonAnswer(Response):
    """With headers that are always the same, put together once."""

    _ALWAYS = (
        (b"content-type", b"application/json"),
        (wire.PROTOCOL_HEADER.lower().encode(), str(wire.PROTOCOL).encode()),
        (b"cache-control", b"no-store"),
    )

    def init_headers(self, _: Mapping[str, str] | None = None) -> None:
        self.raw_headers = [(b"content-length", b"%d" % len(self.body)), *self._ALWAYS]


def json_answer(answer: msgspec.Struct | dict[str, object], status: int = 200) -> Response:
    return _JsonAnswer(msgspec.json.encode(answer), status)
