"""Answer the back office's HTTP requests: push, lease, the read-only pages and the tools' list."""

from __future__ import annotations

import asyncio
import hmac
import sqlite3
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import TypeVar

import msgspec
from fastapi import FastAPI, Request, Response
from starlette.requests import ClientDisconnect

from app.domain.clock import uuid7
from sync import errors, wire
from sync.backoffice import intake, line, pages
from sync.backoffice.cases import NumberPattern
from sync.backoffice.database import Database, Transaction
from sync.backoffice.logs import note
from sync.backoffice.settings import Settings, read_token
from sync.errors import SyncError

_T = TypeVar("_T")

_MAX_BODY = wire.MAX_LONE_EVENT + 64 * 1024
_BODY_SECONDS = 60.0
_PAGE = 500

_STATUS: dict[str, int] = {
    kind.code: kind.status
    for kind in (
        errors.BadBatch, errors.BadRequest, errors.TooNew, errors.NotEnrolled, errors.Gap,
        errors.Fork, errors.BrokenChain, errors.TooLarge, errors.TooOld, errors.ServerTrouble,
    )
}  # fmt: skip


class Office:
    """The open back office: database, its one writing lane, and what was configured."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.token = read_token(settings.data)
        self.numbers = NumberPattern(settings.hall)
        now = settings.now()
        self.database = Database.open(settings.data / "backoffice.db", now)
        with self.database.write() as connection:
            line.forget_old_answers(connection, now)
            left = intake.take_up_parked(connection, now, self.numbers)
            added = line.fill_demo_line(
                connection, settings.hall, now, settings.demo_line, self._new_id
            )
        note("opened", parked=left, line=added)
        # SQLite has one writer; one lane keeps requests in order instead of fighting for the lock.
        self._writer = ThreadPoolExecutor(1, "writer")
        self._readers = ThreadPoolExecutor(2, "reader")

    def close(self) -> None:
        self._writer.shutdown()
        self._readers.shutdown()
        self.database.close()

    def _new_id(self) -> str:
        return uuid7(self.settings.now(), self.settings.random(10))

    async def write(self, work: Callable[[Transaction], _T]) -> _T:
        """Run ``work`` in one transaction; it is durable when this returns."""

        def run() -> _T:
            with self.database.write() as connection:
                return work(connection)

        return await asyncio.get_running_loop().run_in_executor(self._writer, run)

    async def read(self, work: Callable[[Transaction], _T]) -> _T:
        def run() -> _T:
            with self.database.read() as connection:
                return work(connection)

        return await asyncio.get_running_loop().run_in_executor(self._readers, run)

    def admit(self, request: Request) -> None:
        """Raises NotEnrolled, BadRequest, TooOld or TooNew."""
        self.check_token(request)
        spoken = request.headers.get(wire.PROTOCOL_HEADER, "")
        if not (spoken.isascii() and spoken.isdigit() and len(spoken) < 6):
            raise errors.BadRequest
        if int(spoken) < wire.OLDEST_PROTOCOL:
            raise errors.TooOld(spoken=int(spoken))
        if int(spoken) > wire.PROTOCOL:
            raise errors.TooNew(spoken=int(spoken))

    def check_token(self, request: Request) -> None:
        given = request.headers.get("authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {self.token}".encode()):
            raise errors.NotEnrolled


async def _body(request: Request, longest: int) -> bytes:
    """Raises TooLarge before more than ``longest`` bytes are held, BadRequest if it drips."""
    declared = request.headers.get("content-length", "0")
    if declared.isdigit() and int(declared) > longest:
        raise errors.TooLarge(limit=longest)
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            async for part in request.stream():
                size += len(part)
                if size > longest:
                    raise errors.TooLarge(limit=longest)
                parts.append(part)
    except (TimeoutError, ClientDisconnect):
        raise errors.BadRequest from None
    return b"".join(parts)


def _json(answer: msgspec.Struct | dict[str, object], status: int = 200) -> Response:
    return Response(
        msgspec.json.encode(answer),
        status,
        media_type="application/json",
        headers={wire.PROTOCOL_HEADER: str(wire.PROTOCOL), "Cache-Control": "no-store"},
    )


def _html(text: str, status: int = 200) -> Response:
    return Response(
        text, status, media_type="text/html; charset=utf-8", headers=pages.SECURITY_HEADERS
    )


class _Turnstile:
    """Lets each address through so many times a minute; forgets the oldest addresses."""

    def __init__(self, per_minute: int) -> None:
        self._per_minute = per_minute
        self._seen: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def passes(self, address: str) -> bool:
        now = time.monotonic()
        since, count = self._seen.pop(address, (now, 0))
        if now - since >= 60:
            since, count = now, 0
        self._seen[address] = (since, count + 1)
        if len(self._seen) > 10_000:
            self._seen.popitem(last=False)
        return count < self._per_minute


def create_app(settings: Settings) -> FastAPI:
    """The application over ``settings.data``; opens the database at once. Raises StoreTooNew."""
    office = Office(settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        office.close()

    app = FastAPI(
        title="onewindow backoffice", docs_url=None, redoc_url=None, openapi_url=None,
        lifespan=lifespan,
    )  # fmt: skip
    _add_errors(app)
    _add_sync(app, office)
    _add_pages(app, office)
    _add_tools(app, office)
    return app


def _add_errors(app: FastAPI) -> None:
    @app.exception_handler(SyncError)
    async def declined(_: Request, error: SyncError) -> Response:
        note("declined", code=error.code)
        return _json(wire.ErrorAnswer(code=error.code), error.status or 500)

    @app.exception_handler(sqlite3.DatabaseError)
    async def unable(_: Request, error: sqlite3.DatabaseError) -> Response:
        note("store_failed", error=type(error).__name__)
        return _json(wire.ErrorAnswer(code=errors.ServerTrouble.code), errors.ServerTrouble.status)


def _add_sync(app: FastAPI, office: Office) -> None:
    settings = office.settings

    @app.post(wire.PUSH_PATH)
    async def push(request: Request) -> Response:
        office.admit(request)
        encoding = request.headers.get("content-encoding", "identity")
        if encoding not in {"zstd", "identity"}:
            raise errors.BadRequest
        entries = wire.decode_batch(await _body(request, _MAX_BODY), encoding)
        answer = await office.write(
            lambda connection: intake.receive(connection, entries, settings.now(), office.numbers)
        )
        device, count = entries[0].device, len(entries)
        if isinstance(answer, wire.ErrorAnswer):
            note("push_declined", device=device, events=count, code=answer.code)
            return _json(answer, _STATUS[answer.code])
        exceptions = len(answer.exceptions)
        note(
            "push", device=device, events=count, through=answer.acknowledged, not_applied=exceptions
        )
        return _json(answer)

    @app.post(wire.LEASE_PATH)
    async def lease(request: Request) -> Response:
        office.admit(request)
        try:
            asked = msgspec.json.decode(await _body(request, 64 * 1024), type=wire.LeaseRequest)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            raise errors.BadRequest from None
        answer = await office.write(
            lambda connection: line.lease(connection, asked, settings.now(), settings.block_size)
        )
        if isinstance(answer, wire.ErrorAnswer):
            note("lease_declined", device=asked.device, code=answer.code)
            return _json(answer, _STATUS[answer.code])
        if answer.block or answer.tickets:
            first = answer.block.first if answer.block else 0
            note("lease", device=asked.device, first=first, tickets=len(answer.tickets))
        return _json(answer)


def _add_pages(app: FastAPI, office: Office) -> None:
    settings, hall = office.settings, office.settings.hall
    turnstile = _Turnstile(settings.progress_per_minute)

    @app.get("/")
    async def overview() -> Response:
        now = settings.now()
        return _html(await office.read(lambda reader: pages.overview(reader, hall, now)))

    @app.get("/progress/{number}")
    async def progress(request: Request, number: str) -> Response:
        if not turnstile.passes(request.client.host if request.client else ""):
            return _html(pages.too_many(hall), 429)
        check = request.query_params.get("check", "")[:32].upper().encode()
        found = await office.read(lambda reader: pages.find_progress(reader, number[:64]))
        # An unknown number takes the same path as a wrong check: neither can be told apart.
        code, state, at = found or ("", None, settings.now())
        right = hmac.compare_digest(check, code.upper().encode())
        if state is None or not code or not right:
            return _html(pages.not_found(hall), 404)
        return _html(pages.progress(hall, state, at))


def _named(cursor: sqlite3.Cursor) -> list[dict[str, object]]:
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def _add_tools(app: FastAPI, office: Office) -> None:
    @app.get("/health")
    async def health() -> Response:
        return _json({"ok": True, "version": office.settings.version, "protocol": wire.PROTOCOL})

    @app.get("/api/cases")
    async def cases(request: Request) -> Response:
        office.check_token(request)
        after = request.query_params.get("after", "0")
        if not (after.isascii() and after.isdigit() and len(after) < 16):
            raise errors.BadRequest
        rows = await office.read(
            lambda reader: _named(
                reader.execute(
                    "SELECT changed, id, number, state, item, item_name, department, window,"
                    " applicant, updated_at FROM cases WHERE changed > ? ORDER BY changed LIMIT ?",
                    (int(after), _PAGE),
                )
            )
        )
        return _json({"cases": rows})

    @app.get("/api/chains")
    async def chains(request: Request) -> Response:
        office.check_token(request)
        rows = await office.read(
            lambda reader: _named(
                reader.execute(
                    "SELECT device, install, acknowledged, head, set_aside, fault FROM chains"
                    " ORDER BY id LIMIT 10000"
                )
            )
        )
        return _json({"chains": rows})
