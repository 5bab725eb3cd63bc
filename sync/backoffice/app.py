"""Answer the back office's HTTP requests: push, lease, the read-only pages and the tools' list."""

from __future__ import annotations

import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
from fastapi import FastAPI, Request, Response

from app.domain.decoding import decode
from sync import errors, wire
from sync.backoffice import demands, intake, line, pages, progress, quarantine
from sync.backoffice.blob_app import add_blobs
from sync.backoffice.database import Cursor, IntegrityBroken, Transaction
from sync.backoffice.devices import add_devices
from sync.backoffice.feed import add_feed
from sync.backoffice.health import add_health
from sync.backoffice.logs import note
from sync.backoffice.office import Office, json_answer, read_body
from sync.backoffice.orders import add_orders
from sync.backoffice.people import add_people
from sync.backoffice.published import PublishedShelf, add_published
from sync.backoffice.reference import add_reference
from sync.backoffice.settings import Settings
from sync.backoffice.sightings import Sightings, SkewTold, keep_sighting
from sync.backoffice.turnstile import Turnstile
from sync.backoffice.watched import Watched
from sync.errors import SyncError

_MAX_BODY = wire.MAX_LONE_EVENT + 64 * 1024
_PAGE = 500

_STATUS: dict[str, int] = {
    kind.code: kind.status
    for kind in (
        errors.BadBatch, errors.BadRequest, errors.TooNew, errors.NotEnrolled, errors.Gap,
        errors.Fork, errors.BrokenChain, errors.TooLarge, errors.TooOld, errors.ServerTrouble,
        errors.Quarantined,
    )
}  # fmt: skip


def _html(text: str, status: int = 200) -> Response:
    return Response(
        text, status, media_type="text/html; charset=utf-8", headers=pages.SECURITY_HEADERS
    )


def create_app(settings: Settings) -> FastAPI:
    """The application over ``settings.data``; opens the database at once. Raises StoreTooNew."""
    office = Office(settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        blob_desk.close()
        office.close()

    app = FastAPI(
        title="onewindow backoffice", docs_url=None, redoc_url=None, openapi_url=None,
        lifespan=lifespan,
    )  # fmt: skip
    app.add_middleware(SkewTold, now=settings.now)
    app.add_middleware(Watched, meters=office.meters, routes=app.router.routes)
    app.state.end_waiting = office.changed.end
    _add_errors(app)
    _add_sync(app, office)
    _add_pages(app, office)
    _add_tools(app, office)
    add_people(app, office)
    shelf = PublishedShelf(settings.data)
    add_published(app, office, shelf)
    add_feed(app, office, shelf)
    add_devices(app, office)
    add_orders(app, office)
    blob_desk = add_blobs(app, office)
    add_reference(app, office)
    add_health(app, office)
    return app


def _add_errors(app: FastAPI) -> None:
    @app.exception_handler(SyncError)
    async def declined(_: Request, error: SyncError) -> Response:
        note("declined", code=error.code, **error.details)
        return json_answer(wire.ErrorAnswer(code=error.code), error.status or 500)

    @app.exception_handler(IntegrityBroken)
    async def unable(_: Request, error: IntegrityBroken) -> Response:
        note("store_failed", error=str(error))
        return json_answer(
            wire.ErrorAnswer(code=errors.ServerTrouble.code), errors.ServerTrouble.status
        )


def _add_sync(app: FastAPI, office: Office) -> None:
    settings = office.settings
    sightings = Sightings(settings.now)

    @app.post(wire.PUSH_PATH)
    async def push(request: Request) -> Response:
        admitted = office.admit(request, also_revoked=True)
        encoding = request.headers.get("content-encoding", "identity")
        if encoding not in {"zstd", "identity"}:
            raise errors.BadRequest
        entries = wire.decode_batch(await read_body(request, _MAX_BODY), encoding)
        admitted.check(entries[0].device)
        seen = sightings.due(admitted, request, entries)

        def take(connection: Transaction) -> wire.PushAnswer | wire.ErrorAnswer:
            keep_sighting(connection, seen)
            if admitted.revoked:
                return quarantine.keep(connection, entries, settings.now())
            return intake.receive(connection, entries, settings.now(), office.numbers)

        answer = await office.write(take)
        office.meters.pushed(len(entries), answer)
        device, count = entries[0].device, len(entries)
        if isinstance(answer, wire.ErrorAnswer):
            note("push_declined", device=device, events=count, code=answer.code)
            return json_answer(answer, _STATUS[answer.code])
        exceptions = len(answer.exceptions)
        note(
            "push", device=device, events=count, through=answer.acknowledged, not_applied=exceptions
        )
        return json_answer(answer)

    @app.post(wire.LEASE_PATH)
    async def lease(request: Request) -> Response:
        admitted = office.admit(request)
        try:
            asked = decode(await read_body(request, 64 * 1024), wire.LeaseRequest)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            raise errors.BadRequest from None
        admitted.check(asked.device)
        seen = sightings.due(admitted, request)

        def give(connection: Transaction) -> wire.LeaseAnswer | wire.ErrorAnswer:
            keep_sighting(connection, seen)
            return line.lease(connection, asked, settings.now(), settings.block_size)

        answer = await office.write(give)
        if isinstance(answer, wire.ErrorAnswer):
            note("lease_declined", device=asked.device, code=answer.code)
            return json_answer(answer, _STATUS[answer.code])
        if answer.block or answer.tickets:
            first = answer.block.first if answer.block else 0
            note("lease", device=asked.device, first=first, tickets=len(answer.tickets))
        return json_answer(answer)


def _add_pages(app: FastAPI, office: Office) -> None:
    settings, hall = office.settings, office.settings.hall
    turnstile = Turnstile(settings.progress_per_minute, settings.processes)

    @app.get("/")
    async def overview() -> Response:
        now = settings.now()
        return _html(await office.read(lambda reader: pages.overview(reader, hall, now)))

    @app.get("/progress/{number}")
    async def ask_progress(request: Request, number: str) -> Response:
        if not turnstile.passes(request.client.host if request.client else ""):
            return _html(progress.too_many(hall), 429)
        check = request.query_params.get("check", "")[:32].upper().encode()
        found = await office.read(lambda reader: progress.find_progress(reader, number[:64]))
        # An unknown number takes the same path as a wrong check: neither can be told apart.
        code = found.check if found else ""
        right = hmac.compare_digest(check, code.upper().encode())
        if found is None or not code or not right:
            return _html(progress.not_found(hall), 404)
        return _html(progress.progress(hall, number, found))

    @app.get("/demands")
    async def refused_demands(request: Request) -> Response:
        if not office.is_supervisor(request):
            answer = _html(progress.locked(hall), 401)
            answer.headers["WWW-Authenticate"] = 'Basic realm="onewindow", charset="UTF-8"'
            return answer
        now = settings.now()
        return _html(await office.read(lambda reader: demands.demands(reader, hall, now)))


def _named(cursor: Cursor) -> list[dict[str, object]]:
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor]


def _add_tools(app: FastAPI, office: Office) -> None:
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
        return json_answer({"cases": rows})

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
        return json_answer({"chains": rows})
