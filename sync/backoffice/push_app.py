"""Answer pushes and leases: what every window asks, all day long.

A short push is decoded at once and shares its commit with the others that wait. A long one takes a
place in the room first, and is decoded in the lane of writes.
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
from sync.backoffice.lane import Unopened
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


_Taken = tuple[int, intake.Answer]  # how many entries, and what became of them


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
            return await self._decide(request, admitted, body, encoding, is_long=False)
        with self._room.place(size) as place:
            with place.reading():
                body = await read_body(request, _MAX_BODY)
            try:
                async with self._room.turn(len(body)):
                    if await request.is_disconnected():
                        raise _Gone
                    return await self._decide(request, admitted, body, encoding, is_long=True)
            except _Gone:
                note("push_dropped", device=admitted.device)
                return Response(status_code=_GONE)

    def _opened(self, request: Request, admitted: Admitted, entries: list[Entry]) -> _Push:
        admitted.check(entries[0].device)
        return _Push(prepare(entries), self._sightings.due(admitted, request, entries))

    async def _decide(
        self, request: Request, admitted: Admitted, body: bytes, encoding: str, *, is_long: bool
    ) -> Response:
        def opened() -> _Push:
            return self._opened(request, admitted, wire.decode_batch(body, encoding))

        if admitted.revoked:
            return self._told(admitted.device, *await self._keep_apart(opened()))
        push: _Push | Unopened[_Push] = Unopened(opened)
        if not is_long:
            push = opened()
            is_long = len(push.batch.entries) > _SHORT
        taken = await self._office.write_together(self._receive, push, is_long=is_long)
        return self._told(admitted.device, *taken)

    def _told(self, device: str, count: int, answer: intake.Answer) -> Response:
        self._office.meters.pushed(count, answer)
        if isinstance(answer, wire.ErrorAnswer):
            note("push_declined", device=device, events=count, code=answer.code)
            return json_answer(answer, _STATUS[answer.code])
        exceptions = len(answer.exceptions)
        note(
            "push", device=device, events=count, through=answer.acknowledged, not_applied=exceptions
        )
        return json_answer(answer)

    async def _keep_apart(self, push: _Push) -> _Taken:
        def keep(connection: Transaction) -> wire.ErrorAnswer:
            keep_sighting(connection, push.seen)
            now = self._office.settings.now()
            return quarantine.keep(connection, push.batch.entries, now)

        return len(push.batch.entries), await self._office.write(keep)

    def _receive(self, connection: Transaction, pushes: Sequence[_Push]) -> list[_Taken]:
        for push in pushes:
            keep_sighting(connection, push.seen)
        office, batches = self._office, [push.batch for push in pushes]
        answers = intake.receive_all(connection, batches, office.settings.now(), office.numbers)
        return [(len(one.entries), answer) for one, answer in zip(batches, answers, strict=True)]

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
