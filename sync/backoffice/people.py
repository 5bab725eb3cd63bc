"""Answer what windows ask about people and cases; the numbers asked for reach no address or log."""

from __future__ import annotations

from typing import TypeVar

import msgspec
from fastapi import FastAPI, Request, Response

from app.domain.decoding import decode
from sync.backoffice import records
from sync.backoffice.logs import note
from sync.backoffice.office import Office, json_answer, read_body
from sync.errors import BadRequest
from sync.people import (
    HISTORY_PATH,
    LICENCES_PATH,
    MAX_ASKED,
    WAITING_PATH,
    HolderAsked,
    NumberAsked,
)

_Asked = TypeVar("_Asked", HolderAsked, NumberAsked)


async def _asked(request: Request, kind: type[_Asked]) -> _Asked:
    try:
        return decode(await read_body(request, MAX_ASKED), kind)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise BadRequest from None


def add_people(app: FastAPI, office: Office) -> None:
    licence_book = records.LicenceBook(office.settings.data)

    @app.post(LICENCES_PATH)
    async def licences(request: Request) -> Response:
        office.admit(request)
        asked = await _asked(request, HolderAsked)
        answer = await office.read(lambda _: licence_book.of(asked.holder))
        note("licences", found=len(answer.licences))
        return json_answer(answer)

    @app.post(WAITING_PATH)
    async def waiting(request: Request) -> Response:
        office.admit(request)
        asked = await _asked(request, HolderAsked)
        answer = await office.read(lambda reader: records.waiting(reader, asked.holder))
        note("waiting", found=len(answer.cases))
        return json_answer(answer)

    @app.post(HISTORY_PATH)
    async def history(request: Request) -> Response:
        office.admit(request)
        asked = await _asked(request, NumberAsked)
        answer = await office.read(lambda reader: records.history(reader, asked.number))
        note("history", entries=len(answer.entries))
        return json_answer(answer)
