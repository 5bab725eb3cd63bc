"""Answer what reviewers' and supervisors' browsers ask: lists, cases, acts, scans.

Nothing changes by a GET but the record of who looked at what. A form is taken only where this page
was drawn for this sign-in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from fastapi import FastAPI, Request, Response

from app.domain.errors import AppError
from app.storage.scan_kinds import is_sha
from sync import errors
from sync.backoffice.blob_desk import BlobDesk
from sync.backoffice.database import Transaction
from sync.backoffice.departments import office_page
from sync.backoffice.departments.act_forms import MATERIAL, PROBLEM
from sync.backoffice.departments.case_page import case_page, view_case
from sync.backoffice.departments.entrance import Entrance
from sync.backoffice.departments.errors import (
    DepartmentError,
    NotYourCase,
    PageStale,
)
from sync.backoffice.departments.facts import DeskCase, hall_day
from sync.backoffice.departments.list_page import list_page
from sync.backoffice.departments.page import (
    LIST,
    OFFICE,
    SIGN_IN,
    case_address,
    draw_shell,
    go_to,
    html_answer,
)
from sync.backoffice.departments.sessions import SignedIn
from sync.backoffice.departments.staff import Staff
from sync.backoffice.logs import note

_DONE = {
    "review": "审批决定已记下。",
    "finish": "已办结，窗口会收到出件通知。",
    "supplement": "已要求补齐，窗口会收到消息。",
    "pause": "已暂停计时。",
    "resume": "已恢复计时。",
    "extend": "已延长。",
}


def add_pages(app: FastAPI, staff: Staff, entrance: Entrance, scans: BlobDesk) -> None:
    pages = _Pages(staff, entrance, scans)
    app.get(LIST)(pages.own)
    app.get(LIST + "/cases/{case_id}")(pages.case)
    app.post(LIST + "/cases/{case_id}")(pages.act)
    app.get(LIST + "/cases/{case_id}/scans/{sha}")(pages.scan)
    app.get(OFFICE)(pages.office)
    app.post(OFFICE)(pages.supervise)


class _Pages:
    def __init__(self, staff: Staff, entrance: Entrance, scans: BlobDesk) -> None:
        self._staff = staff
        self._entrance = entrance
        self._scans = scans
        self._office = staff.office
        self._hall = staff.office.settings.hall

    # -- a reviewer's cases -------------------------------------------------------------------

    async def own(self, request: Request) -> Response:
        who = await self._entrance.who(request)
        if who is None:
            return go_to(SIGN_IN)
        if who.supervises:
            return go_to(OFFICE)
        today = self._today()
        text = await self._office.read(
            lambda reader: list_page(reader, self._hall, self._staff.desk, who, today)
        )
        return html_answer(text)

    async def case(self, request: Request, case_id: str) -> Response:
        who = await self._entrance.who(request)
        if who is None:
            return go_to(SIGN_IN)
        said = _DONE.get(request.query_params.get("done", ""), "")
        return await self._show(who, case_id, said=said, looks=True)

    async def _show(
        self, who: SignedIn, case_id: str, *, said: str = "", error: AppError | None = None,
        status: int = 200, looks: bool = False, typed: Mapping[str, str] | None = None,
    ) -> Response:  # fmt: skip
        try:
            if looks:
                await self._note_access(who, case_id, "case")
            text = await self._office.read(
                lambda reader: self._draw(reader, who, case_id, said, error, typed)
            )
        except errors.SyncError:
            raise
        except AppError as refused:
            return html_answer(draw_shell(self._hall, "办件", "", who, error=refused), 404)
        return html_answer(text, status)

    def _draw(
        self, reader: Transaction, who: SignedIn, case_id: str, said: str, error: AppError | None,
        typed: Mapping[str, str] | None,
    ) -> str:  # fmt: skip
        found = self._find(reader, who, case_id)
        view = view_case(reader, self._staff.desk, self._staff.roster, found, self._today())
        return case_page(self._hall, view, who, said=said, error=error, typed=typed)

    def _find(self, reader: Transaction, who: SignedIn, case_id: str) -> DeskCase:
        """Supervisors see every case, reviewers their own. Raises NotYourCase."""
        desk = self._staff.desk
        if not who.supervises:
            return desk.get_own(reader, who.member, case_id)
        found = desk.find(reader, case_id)
        if found is None:
            raise NotYourCase
        return found

    async def _note_access(self, who: SignedIn, case_id: str, what: str) -> None:
        now, staff = self._staff.now().isoformat(), who.member.id

        def keep(tables: Transaction) -> None:
            self._find(tables, who, case_id)
            tables.execute(
                "INSERT INTO desk_accesses (case_id, at, staff, what) VALUES (?,?,?,?)"
                " ON CONFLICT (case_id, at, staff, what) DO NOTHING",
                (case_id, now, staff, what),
            )

        await self._office.write(keep)

    async def scan(self, request: Request, case_id: str, sha: str) -> Response:
        who = await self._entrance.who(request)
        if who is None:
            return go_to(SIGN_IN)
        if not is_sha(sha):
            raise errors.BadRequest
        try:
            found = await self._office.read(lambda reader: self._find(reader, who, case_id))
            if sha not in {one for e in found.case.evidence.values() for one in e.scans}:
                raise NotYourCase
            await self._note_access(who, case_id, f"scan {sha[:12]}")
        except DepartmentError as refused:
            return html_answer(draw_shell(self._hall, "扫描件", "", who, error=refused), 404)
        return await self._scans.get("", sha, request.headers.get("range", ""))

    # -- acts ---------------------------------------------------------------------------------

    async def act(self, request: Request, case_id: str) -> Response:
        who = await self._entrance.who(request)
        if who is None:
            return await self._entrance.turn_away(request, case_address(case_id))
        fields = await self._entrance.read(request, who, case_address(case_id))
        if fields is None:
            return await self._show(who, case_id, error=PageStale(), status=400)
        act = fields.get("act", "")
        work = self._work(who, case_id, fields)
        if work is None:
            raise errors.BadRequest
        try:
            await self._office.write(work)
        except errors.ServerTrouble:
            raise
        except AppError as refused:
            note("desk_refused", act=act, code=refused.code)
            return await self._show(who, case_id, error=refused, status=409, typed=fields)
        note("desk_act", act=act, case=case_id, staff=who.member.id)
        return go_to(f"{case_address(case_id)}?done={act}")

    def _work(
        self, who: SignedIn, case_id: str, fields: Mapping[str, str]
    ) -> Callable[[Transaction], None] | None:
        """What this form asks for; None for what no page here draws. Raises BadRequest."""
        desk, member, now = self._staff.desk, who.member, self._staff.now()
        seen = _number(fields.get("seen", ""))

        def get(name: str) -> str:
            return fields.get(name, "")

        match get("act"):
            case "review" if get("granted") in {"yes", "no"}:
                return lambda tables: desk.review(
                    tables, member, case_id, seen, granted=get("granted") == "yes",
                    opinion=get("opinion"), basis=get("basis"), now=now,
                )  # fmt: skip
            case "finish":
                return lambda tables: desk.finish(
                    tables, member, case_id, seen, name=get("name"), number=get("number"), now=now
                )
            case "supplement":
                wanted = {
                    name.removeprefix(MATERIAL): get(PROBLEM + name.removeprefix(MATERIAL))
                    for name in fields
                    if name.startswith(MATERIAL)
                }
                return lambda tables: desk.ask_supplement(
                    tables, member, case_id, seen, wanted, now
                )
            case "pause":
                return lambda tables: desk.pause(
                    tables, member, case_id, seen, procedure=get("procedure"),
                    reason=get("reason"), approver=get("approver"), on=_day(get("on")), now=now,
                )  # fmt: skip
            case "resume":
                return lambda tables: desk.resume(
                    tables, member, case_id, seen, procedure=get("procedure"),
                    on=_day(get("on")), now=now,
                )  # fmt: skip
            case "extend":
                return lambda tables: desk.extend(
                    tables, member, case_id, seen, days=_number(get("days")),
                    reason=get("reason"), approver=get("approver"), now=now,
                )  # fmt: skip
        return None

    # -- supervisors --------------------------------------------------------------------------

    async def office(self, request: Request) -> Response:
        who = await self._entrance.who(request)
        if who is None:
            return go_to(SIGN_IN)
        if not who.supervises:
            return go_to(LIST)
        typed = request.query_params.get("number", "")[:64]
        sought = "".join(one for one in typed if one.isprintable()).strip()
        return await self._show_office(who, sought=sought)

    async def _show_office(
        self, who: SignedIn, *, sought: str = "", said: str = "", error: AppError | None = None,
        status: int = 200,
    ) -> Response:  # fmt: skip
        staff, today = self._staff, self._today()
        plan, fault = staff.plan()
        text = await self._office.read(
            lambda reader: office_page.office_page(
                reader,
                self._hall,
                staff.roster,
                plan,
                who,
                today,
                sought=sought,
                said=said,
                error=error or fault,
            )
        )
        return html_answer(text, status)

    async def supervise(self, request: Request) -> Response:
        who = await self._entrance.who(request)
        if who is None:
            return go_to(SIGN_IN)
        if not who.supervises:
            return go_to(LIST)
        fields = await self._entrance.read(request, who, OFFICE)
        if fields is None:
            return await self._show_office(who, error=PageStale(), status=400)
        plan, fault = self._staff.plan()
        if fault is not None:
            return await self._show_office(who, status=409)
        work = office_page.work_of(self._staff.dispatcher, plan, who, fields, self._staff.now())
        if work is None:
            raise errors.BadRequest
        try:
            said = await self._office.write(work)
        except errors.ServerTrouble:
            raise
        except AppError as refused:
            return await self._show_office(who, error=refused, status=409)
        note("desk_supervised", act=fields.get("act", ""), staff=who.member.id)
        return await self._show_office(who, said=said)

    def _today(self) -> date:
        return hall_day(self._staff.now())


def _number(text: str) -> int:
    """Raises BadRequest."""
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise errors.BadRequest
    return int(text)


def _day(text: str) -> date | None:
    """Raises BadRequest."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise errors.BadRequest from None
