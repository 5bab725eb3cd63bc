"""Answer what windows ask about people and cases; the numbers asked for reach no address or log."""

from __future__ import annotations

from typing import TypeVar

import msgspec
from fastapi import FastAPI, Request, Response

from sync import wire
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
from sync.published import BARS, CALENDAR, PublishedKind

_Asked = TypeVar("_Asked", HolderAsked, NumberAsked)


async def _asked(request: Request, kind: type[_Asked]) -> _Asked:
    try:
        return msgspec.json.decode(await read_body(request, MAX_ASKED), type=kind)
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

    for kind in (BARS, CALENDAR):
        _add_published(app, office, kind)


def _add_published(app: FastAPI, office: Office, kind: PublishedKind) -> None:
    published = records.PublishedFile(kind, office.settings.data)

    @app.get(kind.path, name=kind.name)
    async def answer(request: Request) -> Response:
        office.admit(request)
        content, tag = await office.read(lambda _: published.get())
        headers = {
            wire.PROTOCOL_HEADER: str(wire.PROTOCOL), "ETag": tag, "Cache-Control": "no-cache"
        }  # fmt: skip
        if request.headers.get("if-none-match", "") == tag:
            return Response(status_code=304, headers=headers)
        return Response(content, media_type="application/json", headers=headers)
