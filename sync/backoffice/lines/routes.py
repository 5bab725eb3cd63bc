"""Answer the supervisors' page about the departments' own systems."""

from __future__ import annotations

from fastapi import FastAPI, Request, Response

from app.domain.errors import AppError
from sync import errors
from sync.backoffice.departments.entrance import Entrance
from sync.backoffice.departments.errors import PageStale
from sync.backoffice.departments.page import LIST, SIGN_IN, go_to, html_answer
from sync.backoffice.departments.sessions import SignedIn
from sync.backoffice.departments.staff import Staff
from sync.backoffice.lines.line_page import LINES, line_page, work_of
from sync.backoffice.logs import note


def add_line_pages(app: FastAPI, staff: Staff, entrance: Entrance) -> None:
    office = staff.office

    async def show(
        who: SignedIn, *, said: str = "", error: AppError | None = None, status: int = 200
    ) -> Response:
        plan, fault = staff.plan()
        text = await office.read(
            lambda reader: line_page(
                reader, office.settings.hall, plan, who, said=said, error=error or fault
            )
        )
        return html_answer(text, status)

    @app.get(LINES)
    async def lines(request: Request) -> Response:
        who = await entrance.who(request)
        if who is None:
            return go_to(SIGN_IN)
        return await show(who) if who.supervises else go_to(LIST)

    @app.post(LINES)
    async def act(request: Request) -> Response:
        who = await entrance.who(request)
        if who is None:
            return go_to(SIGN_IN)
        if not who.supervises:
            return go_to(LIST)
        fields = await entrance.read(request, who, LINES)
        if fields is None:
            return await show(who, error=PageStale(), status=400)
        plan, _ = staff.plan()
        work = work_of(staff.desk, plan, who, fields, staff.now())
        if work is None:
            raise errors.BadRequest
        said = await office.write(work)
        note("line_supervised", act=fields.get("act", ""), staff=who.member.id)
        return await show(who, said=said)
