"""Answer what administrators and devices ask about who may speak here."""

from __future__ import annotations

import asyncio
from typing import TypeVar

import msgspec
from fastapi import FastAPI, Request, Response

from sync import errors
from sync.backoffice import enrolment
from sync.backoffice.logs import note
from sync.backoffice.office import Office, check_spoken, json_answer, read_body
from sync.backoffice.turnstile import Turnstile
from sync.devices import (
    CODES_PATH,
    ENROL_PATH,
    MAX_ENROL,
    CodeAnswer,
    CodeAsked,
    EnrolRequest,
    show_code,
)

_Asked = TypeVar("_Asked", CodeAsked, EnrolRequest)


async def _asked(request: Request, kind: type[_Asked]) -> _Asked:
    try:
        return msgspec.json.decode(await read_body(request, MAX_ENROL), type=kind)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise errors.BadRequest from None


def add_devices(app: FastAPI, office: Office) -> None:
    _add_codes(app, office)
    _add_enrolment(app, office)


async def give_code(office: Office, asked: CodeAsked) -> CodeAnswer:
    """A new one-time code, to be shown once. Raises BadRequest."""
    code = await asyncio.to_thread(enrolment.make_code, office.settings.random)
    ends_at = await office.write(
        lambda connection: enrolment.keep_code(connection, asked, code, office.settings.now())
    )
    note("code_made", device=asked.device, minutes=asked.minutes)
    return CodeAnswer(device=asked.device, code=show_code(code.text), ends_at=ends_at)


def _add_codes(app: FastAPI, office: Office) -> None:
    @app.post(CODES_PATH)
    async def codes(request: Request) -> Response:
        office.check_token(request)
        return json_answer(await give_code(office, await _asked(request, CodeAsked)))


def _add_enrolment(app: FastAPI, office: Office) -> None:
    settings = office.settings
    wrong = Turnstile(settings.wrong_codes_per_minute)

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
            token = enrolment.new_token()
            answer = await office.write(
                lambda connection: enrolment.grant(connection, asked, code, token, settings.now())
            )
        except errors.BadCode:
            wrong.passes(address)
            raise
        office.tokens.forget()
        note("enrolled", device=answer.device, install=asked.install, version=asked.version)
        return json_answer(msgspec.structs.replace(answer, hall=settings.hall.head.name))
