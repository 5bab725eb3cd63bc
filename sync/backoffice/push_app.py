"""Answer pushes and leases: what every window asks, all day long.

A short push is decoded at once and shares its commit with the others that wait. A long one takes a
place in the room first, and is decoded when the one before it is being written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from fastapi import FastAPI, Request, Response
from starlette.routing import Route

from app.domain.decoding import decode
from app.domain.journal import Entry
from sync import errors, wire
from sync.backoffice import intake, line, quarantine
from sync.backoffice.batch import Batch, prepare
from sync.backoffice.database import Transaction
from sync.backoffice.enrolment import Admitted
from sync.backoffice.logs import note
from sync.backoffice.office import Office, declared_length, json_answer, read_body
from sync.backoffice.room import Room
from sync.backoffice.sightings import Sighting, Sightings, keep_sighting

_MAX_BODY = wire.MAX_LONE_EVENT + 64 * 1024
_SHORT_BODY = 16 * 1024  # packed: a case or two
_SHORT = 32  # entries
_GONE = 499  # as nginx counts who did not wait for the answer

_STATUS: dict[str, int] = {
    kind.code: kind.status
    for kind in (errors.Gap, errors.Fork, errors.BrokenChain, errors.Quarantined)
}


class _Gone(Exception):
    """Nobody waits for the answer any longer."""


@dataclass(frozen=True, slots=True)
class _Push:
    batch: Batch
    seen: Sighting | None


class _Pushes:
    def __init__(self, office: Office, sightings: Sightings) -> None:
        self._office = office
        self._sightings = sightings
        self._room = Room()

    async def push(self, request: Request) -> Response:
        admitted = self._office.admit(request, also_revoked=True)
        encoding = request.headers.get("content-encoding", "identity")
        if encoding not in {"zstd", "identity"}:
            raise errors.BadRequest
        size = declared_length(request)
        if size is not None and size <= _SHORT_BODY:
            body = await read_body(request, _SHORT_BODY)
            return await self._decide(request, admitted, wire.decode_batch(body, encoding))
        with self._room.place(size) as place:
            with place.reading():
                body = await read_body(request, _MAX_BODY)
            try:
                async with self._room.turn(len(body)):
                    if await request.is_disconnected():
                        raise _Gone
                    entries = wire.decode_batch(body, encoding)
                    del body
                    return await self._decide(request, admitted, entries)
            except _Gone:
                note("push_dropped", device=admitted.device)
                return Response(status_code=_GONE)

    async def _decide(self, request: Request, admitted: Admitted, entries: list[Entry]) -> Response:
        device, count = entries[0].device, len(entries)
        admitted.check(device)
        seen = self._sightings.due(admitted, request, entries)
        answer = await self._take(admitted, _Push(prepare(entries), seen))
        self._office.meters.pushed(count, answer)
        if isinstance(answer, wire.ErrorAnswer):
            note("push_declined", device=device, events=count, code=answer.code)
            return json_answer(answer, _STATUS[answer.code])
        exceptions = len(answer.exceptions)
        note(
            "push", device=device, events=count, through=answer.acknowledged, not_applied=exceptions
        )
        return json_answer(answer)

    async def _take(self, admitted: Admitted, push: _Push) -> intake.Answer:
        now = self._office.settings.now

        def keep_apart(connection: Transaction) -> wire.ErrorAnswer:
            keep_sighting(connection, push.seen)
            return quarantine.keep(connection, push.batch.entries, now())

        if admitted.revoked:
            return await self._office.write(keep_apart)
        return await self._office.write_together(
            self._receive, push, is_long=len(push.batch.entries) > _SHORT
        )

    def _receive(self, connection: Transaction, pushes: Sequence[_Push]) -> list[intake.Answer]:
        for push in pushes:
            keep_sighting(connection, push.seen)
        office = self._office
        return intake.receive_all(
            connection, [push.batch for push in pushes], office.settings.now(), office.numbers
        )

    async def lease(self, request: Request) -> Response:
        settings = self._office.settings
        admitted = self._office.admit(request)
        try:
            asked = decode(await read_body(request, 64 * 1024), wire.LeaseRequest)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            raise errors.BadRequest from None
        admitted.check(asked.device)
        seen = self._sightings.due(admitted, request)

        def give(connection: Transaction) -> wire.LeaseAnswer | wire.ErrorAnswer:
            keep_sighting(connection, seen)
            return line.lease(
                connection, settings.hall, asked, settings.now(), settings.block_size,
                settings.random,
            )  # fmt: skip

        answer = await self._office.write(give)
        if isinstance(answer, wire.ErrorAnswer):
            note("lease_declined", device=asked.device, code=answer.code)
            return json_answer(answer, _STATUS[answer.code])
        if answer.block or answer.tickets:
            first = answer.block.first if answer.block else 0
            note("lease", device=asked.device, first=first, tickets=len(answer.tickets))
        return json_answer(answer)


def add_pushes(app: FastAPI, office: Office) -> None:
    pushes = _Pushes(office, Sightings(office.settings.now))
    app.router.routes.append(Route(wire.PUSH_PATH, pushes.push, methods=["POST"]))
    app.router.routes.append(Route(wire.LEASE_PATH, pushes.lease, methods=["POST"]))
