"""Answer what administrators and devices ask about who may speak here."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

import msgspec
from fastapi import FastAPI, Request, Response

from app.domain.decoding import decode
from sync import errors
from sync.backoffice import device_page, enrolment, quarantine
from sync.backoffice.cases import NumberPattern
from sync.backoffice.database import Transaction
from sync.backoffice.forms import ask_password, form_token, html_answer, read_form, who_acts
from sync.backoffice.logs import note
from sync.backoffice.office import Office, check_spoken, json_answer, read_body
from sync.backoffice.turnstile import Turnstile
from sync.devices import (
    CODES_PATH,
    DEVICES_PATH,
    ENROL_PATH,
    MAX_ENROL,
    CodeAnswer,
    CodeAsked,
    EnrolAnswer,
    EnrolRequest,
    show_code,
)
from sync.wire import is_name

_Asked = TypeVar("_Asked", CodeAsked, EnrolRequest)


async def _asked(request: Request, kind: type[_Asked]) -> _Asked:
    try:
        return decode(await read_body(request, MAX_ENROL), kind)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise errors.BadRequest from None


def add_devices(app: FastAPI, office: Office) -> None:
    _add_codes(app, office)
    _add_enrolment(app, office)
    _add_page(app, office)


async def _give_code(office: Office, asked: CodeAsked, actor: str) -> CodeAnswer:
    """A new one-time code, to be shown once. Raises BadRequest."""
    code = await asyncio.to_thread(enrolment.make_code, office.settings.random)
    now = office.settings.now()

    def keep(connection: Transaction) -> str:
        ends_at = enrolment.keep_code(connection, asked, code, now)
        enrolment.note_act(connection, "code", asked.device, actor, now)
        return ends_at

    ends_at = await office.write(keep)
    note("code_made", device=asked.device, minutes=asked.minutes)
    return CodeAnswer(
        device=asked.device, code=show_code(code.text), ends_at=ends_at,
        fingerprint=office.settings.fingerprint,
    )  # fmt: skip


def _add_codes(app: FastAPI, office: Office) -> None:
    @app.post(CODES_PATH)
    async def codes(request: Request) -> Response:
        office.check_token(request)
        return json_answer(await _give_code(office, await _asked(request, CodeAsked), ""))

    @app.get(DEVICES_PATH)
    async def devices(request: Request) -> Response:
        office.check_token(request)
        rows = await office.read(
            lambda reader: reader.execute(
                "SELECT device, install, revoked_at, seen_at, version, skew FROM devices"
                " ORDER BY device LIMIT 10000"
            ).fetchall()
        )
        names = ("device", "install", "revoked_at", "seen_at", "version", "skew")
        return json_answer({"devices": [dict(zip(names, row, strict=True)) for row in rows]})


def _add_enrolment(app: FastAPI, office: Office) -> None:
    settings = office.settings
    wrong = Turnstile(settings.wrong_codes_per_minute, settings.processes)

    def granted(asked: EnrolRequest, code: str, token: str) -> Callable[[Transaction], EnrolAnswer]:
        now = settings.now()

        def grant(connection: Transaction) -> EnrolAnswer:
            answer = enrolment.grant(connection, asked, code, token, now)
            enrolment.note_act(connection, "enrolled", answer.device, "", now)
            return answer

        return grant

    @app.post(ENROL_PATH)
    async def enrol(request: Request) -> Response:
        check_spoken(request)
        address = request.client.host if request.client else ""
        if wrong.is_shut(address):
            raise errors.TooMany
        asked = await _asked(request, EnrolRequest)
        try:
            code = enrolment.check_enrol(asked)
            tried = await office.write(
                lambda connection: enrolment.count_try(connection, code, settings.now())
            )
            if tried is None or not await asyncio.to_thread(tried.fits, code):
                raise errors.BadCode
            answer = await office.write(granted(asked, code, enrolment.new_token()))
        except errors.BadCode:
            wrong.passes(address)
            raise
        office.tokens.forget()
        note("enrolled", device=answer.device, install=asked.install, version=asked.version)
        return json_answer(
            msgspec.structs.replace(
                answer, hall=settings.hall.head.name, fingerprint=settings.fingerprint
            )
        )


def _add_page(app: FastAPI, office: Office) -> None:
    settings = office.settings

    async def page(said: str = "", code: CodeAnswer | None = None) -> Response:
        now = settings.now()
        token = form_token(office, device_page.PAGE, now)
        text = await office.read(
            lambda reader: device_page.devices(
                reader, settings.hall, now, token, said=said, code=code
            )
        )
        return html_answer(text)

    @app.get(device_page.PAGE)
    async def devices(request: Request) -> Response:
        return await page() if office.is_supervisor(request) else ask_password(settings.hall)

    @app.post(device_page.PAGE)
    async def act(request: Request) -> Response:
        if not office.is_supervisor(request):
            return ask_password(settings.hall)
        fields = await read_form(request, office, device_page.PAGE)
        act, device, actor = fields.get("act", ""), fields.get("device", ""), who_acts(request)
        if act == "code":
            minutes = fields.get("minutes", "")
            if not (minutes.isascii() and minutes.isdigit() and len(minutes) < 6):
                raise errors.BadRequest
            asked = CodeAsked(device=device, minutes=int(minutes))
            return await page(code=await _give_code(office, asked, actor))
        work = _ACTS.get(act)
        if work is None or not is_name(device):
            raise errors.BadRequest
        install, now = fields.get("install", ""), settings.now()

        def run(connection: Transaction) -> str:
            said = work(connection, device, install, now, office.numbers)
            enrolment.note_act(connection, act, device, actor, now)
            return said

        said = await office.write(run)
        office.tokens.forget()
        note("device_act", act=act, device=device, install=install)
        return await page(said)


Act = Callable[[Transaction, str, str, datetime, NumberPattern], str]


def _revoke(
    connection: Transaction, device: str, _install: str, now: datetime, _numbers: NumberPattern
) -> str:
    done = enrolment.revoke(connection, device, now)
    return f"{device} 已停用。" if done else f"{device} 没有登记，或早已停用。"


def _release(
    connection: Transaction, device: str, install: str, _now: datetime, _numbers: NumberPattern
) -> str:
    done = enrolment.release(connection, device, install)
    return f"{device} 的数据链恢复收数。" if done else "这条链没有停收。"


def _take_up(
    connection: Transaction, device: str, install: str, now: datetime, numbers: NumberPattern
) -> str:
    stopped = quarantine.take_up(connection, device, install, now, numbers)
    return f"没有全部收录：{stopped}。" if stopped else f"{device} 的隔离数据已收录。"


def _dismiss(
    connection: Transaction, device: str, install: str, _now: datetime, _numbers: NumberPattern
) -> str:
    return f"{quarantine.dismiss(connection, device, install)} 条不予收录。"


_ACTS: dict[str, Act] = {
    "revoke": _revoke, "release": _release, "take-up": _take_up, "dismiss": _dismiss,
}  # fmt: skip
