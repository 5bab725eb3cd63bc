"""Put the back office's application together; answer the read-only pages and the tools' lists."""

from __future__ import annotations

import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request, Response

import resources
from app.domain.rating import read_levels
from sync import errors
from sync.backoffice import demands, pages, progress
from sync.backoffice.blob_app import add_blobs
from sync.backoffice.database import Cursor, Database
from sync.backoffice.departments.entrance import Entrance
from sync.backoffice.departments.facts import hall_day
from sync.backoffice.departments.lists import FrozenLists
from sync.backoffice.departments.routes import add_pages
from sync.backoffice.departments.staff import Staff
from sync.backoffice.devices import add_devices
from sync.backoffice.feed import add_feed
from sync.backoffice.health import add_health
from sync.backoffice.lane import Lane
from sync.backoffice.lines.routes import add_line_pages
from sync.backoffice.lines.worker import LineLoop
from sync.backoffice.office import Office, OpenLane, json_answer
from sync.backoffice.orders import add_orders
from sync.backoffice.people import add_people
from sync.backoffice.published import PublishedShelf, add_published
from sync.backoffice.push_app import add_pushes
from sync.backoffice.queue.overview import draw_line
from sync.backoffice.queue.routes import add_queue
from sync.backoffice.queue.statistics import add_statistics
from sync.backoffice.ratings.routes import add_ratings
from sync.backoffice.reference import add_reference
from sync.backoffice.settings import Settings
from sync.backoffice.short_way import Application
from sync.backoffice.turnstile import Turnstile

_PAGE = 500


def _html(text: str, status: int = 200) -> Response:
    return Response(
        text, status, media_type="text/html; charset=utf-8", headers=pages.SECURITY_HEADERS
    )


def create_app(
    settings: Settings, database: Database | None = None, lane: OpenLane = Lane
) -> Application:
    """The application over ``settings.data``; opens the database at once, unless one is given.

    Raises StoreTooNew.
    """
    office = Office(settings, database, lane)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        staff.start()
        lines.start()
        yield
        await lines.stop()
        await staff.stop()
        blob_desk.close()
        office.close()

    app = Application(
        office, title="onewindow backoffice", docs_url=None, redoc_url=None, openapi_url=None,
        lifespan=lifespan,
    )  # fmt: skip
    app.state.office = office
    app.state.end_waiting = office.changed.end
    add_pushes(app, office)
    _add_pages(app, office)
    _add_tools(app, office)
    add_people(app, office)
    shelf = PublishedShelf(settings.data)
    add_published(app, office, shelf)
    add_feed(app, office, shelf)
    add_devices(app, office)
    add_orders(app, office)
    levels = read_levels((resources.FOLDER / "rating" / "levels.json").read_bytes())
    add_ratings(app, office, levels)
    add_queue(app, office)
    add_statistics(app, office)
    blob_desk = add_blobs(app, office)
    staff = Staff(office)
    lines = LineLoop(staff)
    entrance = Entrance(app, staff)
    add_pages(app, staff, entrance, blob_desk)
    add_line_pages(app, staff, entrance)
    add_reference(app, office)
    add_health(app, office)
    app.finish()
    return app


def _add_pages(app: FastAPI, office: Office) -> None:
    settings, hall = office.settings, office.settings.hall
    turnstile = Turnstile(settings.progress_per_minute, settings.processes)
    frozen = FrozenLists(settings.lists)

    @app.get("/")
    async def overview() -> Response:
        now = settings.now()
        return _html(
            await office.read(
                lambda reader: pages.overview(reader, hall, now, draw_line(reader, hall, now))
            )
        )

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
        known = found
        desk = await office.read(lambda reader: progress.find_at_department(reader, known, frozen))
        today = hall_day(settings.now())
        return _html(progress.progress(hall, number, known, desk, settings.lists, today))

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
