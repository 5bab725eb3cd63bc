"""Answer what windows ask about scans: which are missing, take them, give them, resume them."""

from __future__ import annotations

from typing import TypeVar

import msgspec
from fastapi import FastAPI, Request, Response

from app.domain.decoding import decode
from app.storage.scan_kinds import is_sha
from sync import blobs as messages
from sync import errors, wire
from sync.backoffice import blobs
from sync.backoffice.blob_desk import BlobDesk
from sync.backoffice.office import Office, json_answer, read_body
from sync.blobs import (
    LackingAsked,
    MissingAsked,
    is_claim,
)

_Asked = TypeVar("_Asked", MissingAsked, LackingAsked)


def add_blobs(app: FastAPI, office: Office) -> BlobDesk:
    """Also for the reviewers' page, which gives scans by the desk's ``get``."""
    desk = BlobDesk(office)

    @app.post(messages.MISSING_PATH)
    async def missing(request: Request) -> Response:
        device = desk.admit(request)
        asked = await _asked(request, MissingAsked)
        if len(asked.blobs) > messages.MAX_BLOBS_ASKED:
            raise errors.TooLarge(limit=messages.MAX_BLOBS_ASKED)
        if not all(is_claim(claim) for claim in asked.blobs):
            raise errors.BadRequest
        return json_answer(await desk.missing(device, asked))

    @app.post(messages.LACKING_PATH)
    async def lacking(request: Request) -> Response:
        desk.admit(request)
        asked = await _asked(request, LackingAsked)
        if len(asked.cases) > messages.MAX_CASES_ASKED:
            raise errors.TooLarge(limit=messages.MAX_CASES_ASKED)
        if not all(wire.is_name(case_id) for case_id in asked.cases):
            raise errors.BadRequest
        answer = await office.read(
            lambda reader: blobs.lacking(reader, asked.cases, messages.MAX_LACKING)
        )
        return json_answer(answer)

    async def put(request: Request) -> Response:
        device = desk.admit(request)
        return await desk.put(device, _name(request), _plain(request))

    async def patch(request: Request) -> Response:
        device = desk.admit(request)
        return await desk.patch(device, _name(request), _plain(request))

    async def give(request: Request) -> Response:
        device = desk.admit(request)
        if request.method == "HEAD":
            return await desk.head(device, _name(request))
        return await desk.get(device, _name(request), request.headers.get("range", ""))

    # Straight to the router: what is said of parameters is in ``sync.endpoints``, and a scan is
    # not to wait for their analysis.
    app.add_route(messages.BLOB_PATH, put, ["PUT"])
    app.add_route(messages.BLOB_PATH, patch, ["PATCH"])
    app.add_route(messages.BLOB_PATH, give, ["GET"])
    return desk


# -- requests are hostile until read --------------------------------------------------------------


async def _asked(request: Request, kind: type[_Asked]) -> _Asked:
    try:
        return decode(await read_body(request, messages.MAX_ASKED_BYTES), kind)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise errors.BadRequest from None


def _name(request: Request) -> str:
    sha = str(request.path_params["sha"])
    if not is_sha(sha):
        raise errors.BadRequest
    return sha


def _plain(request: Request) -> Request:
    """Bytes count as they come: nothing is unpacked here."""
    if request.headers.get("content-encoding", "identity") != "identity":
        raise errors.BadRequest
    return request
