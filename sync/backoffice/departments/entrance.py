"""Let staff in at the departments' pages and out again.

Forms are taken only from who they were drawn for; after a sign-in has ended they come to nothing,
but what was typed is shown once more.
"""

from __future__ import annotations

import asyncio
import hmac

from fastapi import FastAPI, Request, Response

from app.domain.errors import AppError, SignInRefused
from sync import errors
from sync.backoffice import forms
from sync.backoffice.departments.errors import PageStale, SignInTooOften
from sync.backoffice.departments.list_page import lost_page, sign_in_page
from sync.backoffice.departments.page import LIST, SIGN_IN, SIGN_OUT, go_to, html_answer
from sync.backoffice.departments.sessions import COOKIE, SignedIn
from sync.backoffice.departments.staff import Staff
from sync.backoffice.logs import note

_LARGEST = 512 * 1024
_FIELDS = 1000
_NOT_TYPED = frozenset({"act", "seen", "granted", "procedure", "on", "days"})


class Entrance:
    def __init__(self, app: FastAPI, staff: Staff) -> None:
        self._staff = staff
        self._office = staff.office
        self._hall = staff.office.settings.hall
        app.get(SIGN_IN)(self.ask_to_sign_in)
        app.post(SIGN_IN)(self.sign_in)
        app.post(SIGN_OUT)(self.sign_out)

    async def ask_to_sign_in(self) -> Response:
        return html_answer(sign_in_page(self._hall, self._sign_in_token()))

    def _sign_in_token(self) -> str:
        return forms.form_token(self._office, SIGN_IN, self._staff.now())

    async def sign_in(self, request: Request) -> Response:
        sessions, now = self._staff.sessions, self._staff.now()
        address = request.client.host if request.client else ""
        try:
            fields = await forms.read_form(request, self._office, SIGN_IN)
            typed = fields.get("staff", "")[:64]
            await self._office.write(lambda tables: sessions.count_try(tables, typed, address, now))
            member = await asyncio.to_thread(sessions.check, typed, fields.get("password", ""))
        except errors.BadRequest:
            return self._refused_sign_in(PageStale(), 400)
        except SignInTooOften as error:
            return self._refused_sign_in(error, 429)
        except SignInRefused as error:
            note("desk_sign_in_refused")
            return self._refused_sign_in(error, 401)
        cookie = await self._office.write(
            lambda tables: sessions.open(tables, member, address, now)
        )
        note("desk_signed_in", staff=member.id)
        answer = go_to(LIST)
        answer.set_cookie(
            COOKIE, cookie, path=LIST, httponly=True, samesite="strict",
            secure=request.url.scheme == "https",
        )  # fmt: skip
        return answer

    def _refused_sign_in(self, error: AppError, status: int) -> Response:
        return html_answer(sign_in_page(self._hall, self._sign_in_token(), error=error), status)

    async def sign_out(self, request: Request) -> Response:
        who = await self.who(request)
        if who is not None:
            if await self.read(request, who, SIGN_OUT) is None:
                return go_to(LIST)
            known = who
            await self._office.write(lambda tables: self._staff.sessions.close(tables, known))
        answer = go_to(SIGN_IN)
        answer.delete_cookie(COOKIE, path=LIST)
        return answer

    async def who(self, request: Request) -> SignedIn | None:
        cookie, now = request.cookies.get(COOKIE, ""), self._staff.now()
        if not cookie or len(cookie) > 256:
            return None
        sessions = self._staff.sessions
        found = await self._office.read(lambda reader: sessions.find(reader, cookie, now))
        if found is None:
            return None
        who, due = found
        if due:
            await self._office.write(lambda tables: sessions.touch(tables, who, now))
        return who

    async def read(self, request: Request, who: SignedIn, page: str) -> dict[str, str] | None:
        """The fields of a form that was drawn for this sign-in, None for any other."""
        return await self._read(request, who.form_token(page))

    async def turn_away(self, request: Request, page: str) -> Response:
        """A form after the sign-in has ended: nothing is done, and what was typed is shown once
        more, to who typed it alone."""
        token = self._staff.sessions.former_token(request.cookies.get(COOKIE, ""), page)
        fields = await self._read(request, token) if token else None
        if fields is None:
            return go_to(SIGN_IN)
        said = [one for name, one in fields.items() if name not in _NOT_TYPED and one.strip()]
        return html_answer(lost_page(self._hall, said), 401)

    async def _read(self, request: Request, token: str) -> dict[str, str] | None:
        try:
            fields = await forms.read_fields(request, _LARGEST, _FIELDS)
        except (errors.BadRequest, errors.TooLarge):
            return None
        given = fields.pop("form", "").encode()
        return fields if hmac.compare_digest(given, token.encode()) else None
