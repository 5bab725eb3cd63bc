"""Answer boards, kiosks and supervisors: the view of the line, numbers, and who came back."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import TypeVar

import msgspec
from fastapi import FastAPI, Request, Response
from starlette.routing import Route

from app.domain.decoding import decode
from app.domain.errors import AppError, DomainError
from app.domain.queue_view import NumberWish, TakenTicket
from sync import errors
from sync.backoffice.database import Transaction
from sync.backoffice.forms import html_answer
from sync.backoffice.logs import note
from sync.backoffice.office import Office, json_answer, read_body
from sync.backoffice.queue import numbers
from sync.backoffice.queue.bookings import keep_bookings
from sync.backoffice.queue.follow import (
    draw_followed,
    draw_too_many,
    draw_unknown,
    find_followed,
)
from sync.backoffice.queue.numbers import Desk
from sync.backoffice.queue.rules import read_version
from sync.backoffice.queue.view import read_view
from sync.backoffice.turnstile import Turnstile
from sync.queue import (
    BOOKINGS_PATH,
    FOLLOW_PATH,
    MAX_ASKED,
    MAX_BOOKINGS,
    MAX_BOOKINGS_BYTES,
    MAX_VIEW_WAIT,
    REPRINT_PATH,
    RETURN_PATH,
    TAKE_PATH,
    VIEW_PATH,
    BookingsAnswer,
    BookingsBrought,
    TakeAsked,
    TakenAnswer,
    TicketAsked,
    ViewAnswer,
)
from sync.wire import is_name

_AGAIN = 0.2  # seconds between two views made: a rush of facts costs no more than this
_Asked = TypeVar("_Asked", TakeAsked, TicketAsked, BookingsBrought)


class Views:
    """The newest view, made once for all who wait. Belongs to the event loop."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._made: dict[bool, tuple[float, int, Response]] = {}  # when, of which version
        self._making = {False: asyncio.Lock(), True: asyncio.Lock()}

    async def ask(self, after: int, wait: float, *, tickets: bool) -> Response:
        """As it stands; only after ``wait`` seconds where nothing is newer than ``after``."""
        until = time.monotonic() + wait
        while True:
            arrival = self._office.changed.through
            version = await self._office.read(read_version)
            left = until - time.monotonic()
            # A version of the future is of a back office that was restored from a copy.
            if version != after or left <= 0 or self._office.changed.ending:
                return await self._newest(version, tickets=tickets)
            with self._office.meters.listening():
                await self._office.changed.wait(arrival, left)

    async def _newest(self, version: int, *, tickets: bool) -> Response:
        async with self._making[tickets]:
            at, made, answer = self._made.get(tickets, (0.0, -1, Response()))
            age = time.monotonic() - at
            if made == version and age < 1.0:  # minutes waited go on by themselves
                return answer
            if age < _AGAIN:
                await asyncio.sleep(_AGAIN - age)
            settings = self._office.settings
            view = await self._office.read(
                lambda reader: read_view(reader, settings.hall, settings.now(), tickets=tickets)
            )
            answer = json_answer(ViewAnswer(view=view))
            self._made[tickets] = (time.monotonic(), view.version, answer)
            return answer


async def _asked(request: Request, kind: type[_Asked], longest: int = MAX_ASKED) -> _Asked:
    try:
        return decode(await read_body(request, longest), kind)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise errors.BadRequest from None


def _is_sound(wish: NumberWish) -> bool:
    told = (wish.business, wish.item, wish.priority, wish.id_number, wish.booking, wish.name)
    return is_name(wish.request) and all(not one or is_name(one) for one in told)


def add_queue(app: FastAPI, office: Office) -> None:
    _add_line(app, office)
    _add_bookings(app, office)
    _add_follow(app, office)


def _add_line(app: FastAPI, office: Office) -> None:
    settings = office.settings
    views = Views(office)

    async def view(request: Request) -> Response:
        office.admit(request)
        asked = request.query_params
        after, wait = asked.get("after", "-1"), asked.get("wait", "0")
        plain = after.removeprefix("-")
        if not (plain.isascii() and plain.isdigit() and len(plain) < 16):
            raise errors.BadRequest
        if not (wait.isascii() and wait.isdigit() and len(wait) < 4):
            raise errors.BadRequest
        return await views.ask(
            int(after), min(int(wait), MAX_VIEW_WAIT), tickets=asked.get("tickets", "") == "1"
        )

    async def answered(
        request: Request, what: str, work: Callable[[Transaction, Desk], TakenTicket]
    ) -> Response:
        device = office.admit(request).device

        def give(connection: Transaction) -> TakenAnswer:
            desk = Desk(
                hall=settings.hall, now=settings.now(), random=settings.random, device=device
            )
            try:
                with connection.savepoint():
                    return TakenAnswer(taken=work(connection, desk))
            except DomainError as error:
                return _refused(error)

        answer = await office.write(give)
        note(what, device=device, code=answer.code)
        return json_answer(answer)

    async def take(request: Request) -> Response:
        office.admit(request)
        wish = (await _asked(request, TakeAsked)).wish
        if not _is_sound(wish):
            raise errors.BadRequest
        return await answered(
            request, "number", lambda connection, desk: numbers.take(connection, desk, wish)
        )

    async def bring_back(request: Request) -> Response:
        office.admit(request)
        number = (await _asked(request, TicketAsked)).number
        if not is_name(number, 40):
            raise errors.BadRequest
        return await answered(
            request, "returned",
            lambda connection, desk: numbers.bring_back(connection, desk, number),
        )  # fmt: skip

    async def reprint(request: Request) -> Response:
        office.admit(request)
        number = (await _asked(request, TicketAsked)).number
        if not is_name(number, 40):
            raise errors.BadRequest
        return await answered(
            request, "reprint", lambda connection, desk: numbers.reprint(connection, desk, number)
        )

    for path, endpoint, method in (
        (VIEW_PATH, view, "GET"), (TAKE_PATH, take, "POST"), (RETURN_PATH, bring_back, "POST"),
        (REPRINT_PATH, reprint, "POST"),
    ):  # fmt: skip
        app.router.routes.append(Route(path, endpoint, methods=[method]))


def _add_bookings(app: FastAPI, office: Office) -> None:
    settings = office.settings

    async def bookings(request: Request) -> Response:
        office.check_token(request)
        brought = (await _asked(request, BookingsBrought, MAX_BOOKINGS_BYTES)).bookings
        if len(brought) > MAX_BOOKINGS:
            raise errors.BadRequest
        kept, wrong = await office.write(
            lambda connection: keep_bookings(connection, settings.hall, brought)
        )
        note("bookings", kept=kept, refused=len(wrong))
        return json_answer(BookingsAnswer(kept=kept, refused=wrong))

    app.router.routes.append(Route(BOOKINGS_PATH, bookings, methods=["POST"]))


def _add_follow(app: FastAPI, office: Office) -> None:
    settings = office.settings
    turnstile = Turnstile(settings.tickets_per_minute, settings.processes)

    async def follow(request: Request) -> Response:
        if not turnstile.passes(request.client.host if request.client else ""):
            return html_answer(draw_too_many(settings.hall), 429)
        number = request.path_params["number"][:40]
        check = request.query_params.get("check", "")[:32]
        now = settings.now()
        found = await office.read(
            lambda reader: find_followed(reader, settings.hall, number, check, now)
        )
        if found is None:
            return html_answer(draw_unknown(settings.hall), 404)
        return html_answer(draw_followed(settings.hall, found))

    app.router.routes.append(Route(FOLLOW_PATH, follow, methods=["GET"]))


def _refused(error: AppError) -> TakenAnswer:
    details = {name: str(value) for name, value in error.details.items()}
    return TakenAnswer(code=error.code, details=details)
