"""Bring cases to the lines and fetch their answers, beside the requests that are served.

Any number of processes may do this over one database: a job and a question are claimed before the
wire is used, and no transaction is open meanwhile. A process that dies leaves a claim that runs
out; the line may then be told once more, under the same key.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import TypeVar

from app.domain.case import ACCEPTED_STATES
from app.domain.errors import AppError
from sync.backoffice.blobs import lacks_pages
from sync.backoffice.database import Transaction
from sync.backoffice.departments.desk import Desk
from sync.backoffice.departments.plan import Line, Plan
from sync.backoffice.lines import answers, outbox
from sync.backoffice.lines.http import HttpLine
from sync.backoffice.lines.outbox import Job
from sync.backoffice.lines.snapshot import snapshot
from sync.backoffice.lines.system import CaseSnapshot, Polled
from sync.backoffice.logs import note
from sync.backoffice.office import Office

_T = TypeVar("_T")

_AT_ONCE = 4  # lines that are spoken with at the same time
_LACKING_SECONDS = 20.0  # until it is looked again whether the scans are there
POLL = timedelta(seconds=5)


class LineWorker:
    """``jitter`` gives numbers from 0 to 1."""

    def __init__(self, office: Office, desk: Desk, jitter: Callable[[], float]) -> None:
        self._office = office
        self._desk = desk
        self._jitter = jitter
        self._threads = ThreadPoolExecutor(_AT_ONCE, "lines")

    async def step(self, plan: Plan) -> int:
        """Everything that is due now. Returns how many cases and answers it moved."""
        moved = 0
        while (job := await self._office.write(self._claim)) is not None:
            moved += await self._send(plan, job)
        asked = await asyncio.gather(*(self._poll(line) for line in plan.lines))
        return moved + sum(asked)

    def close(self) -> None:
        self._threads.shutdown(wait=True, cancel_futures=True)

    def _claim(self, connection: Transaction) -> Job | None:
        return outbox.claim(connection, self._office.settings.now())

    # -- what goes ------------------------------------------------------------------------------

    async def _send(self, plan: Plan, job: Job) -> int:
        line = plan.find_named(job.line)
        case = await self._office.read(lambda reader: self._prepare(reader, job))
        if line is None or case is None:
            await self._office.write(
                lambda writer: outbox.put_off(writer, job, self._now(), _LACKING_SECONDS)
            )
            return 0
        try:
            ticket = await self._run(line, lambda system: system.submit(case))
        except AppError as error:
            code, jitter = error.code, self._jitter()
            await self._office.write(
                lambda writer: outbox.note_failed(writer, job, code, self._now(), jitter)
            )
            note("line_failed", line=job.line, case=job.case_id, code=code, tries=job.tries)
            return 0
        await self._office.write(
            lambda writer: outbox.note_sent(writer, job.key, ticket, self._now())
        )
        note("line_sent", line=job.line, case=job.case_id, tries=job.tries)
        return 1

    def _prepare(self, reader: Transaction, job: Job) -> CaseSnapshot | None:
        """None where the case cannot go now: a window has it, or scans have not arrived."""
        found = self._desk.find(reader, job.case_id)
        if found is None or found.case.state not in ACCEPTED_STATES:
            return None
        return None if lacks_pages(reader, job.case_id) else snapshot(job, found)

    # -- what comes -----------------------------------------------------------------------------

    async def _poll(self, line: Line) -> int:
        after = await self._office.write(lambda writer: _claim_poll(writer, line, self._now()))
        if after is None:
            return 0
        try:
            polled = await self._run(line, lambda system: system.poll(after))
        except AppError as error:
            code = error.code
            await self._office.write(lambda writer: _note_polled(writer, line, None, code))
            return 0
        taken = await self._office.write(lambda writer: self._take(writer, line, polled))
        if taken:
            note("line_answers", line=line.name, answers=taken)
        return taken

    def _take(self, writer: Transaction, line: Line, polled: Polled) -> int:
        """The answers and the place after them, together or not at all."""
        for raw in polled.answers:
            answers.take(writer, self._desk, line, bytes(raw), self._now())
        _note_polled(writer, line, polled.cursor, "")
        return len(polled.answers)

    async def _run(self, line: Line, ask: Callable[[HttpLine], _T]) -> _T:
        def run() -> _T:
            system = HttpLine(line)
            try:
                return ask(system)
            finally:
                system.close()

        return await asyncio.get_running_loop().run_in_executor(self._threads, run)

    def _now(self) -> datetime:
        return self._office.settings.now()


def _claim_poll(connection: Transaction, line: Line, now: datetime) -> str | None:
    """The place to ask after; None where it was asked a moment ago, by whomever."""
    connection.execute(
        "INSERT INTO line_places (line, cursor, asked_at) VALUES (?,'','')"
        " ON CONFLICT (line) DO NOTHING",
        (line.name,),
    )
    claimed = connection.execute(
        "UPDATE line_places SET asked_at = ? WHERE line = ? AND asked_at <= ?",
        (now.isoformat(), line.name, (now - POLL).isoformat()),
    ).rowcount
    if not claimed:
        return None
    row = connection.execute(
        "SELECT cursor FROM line_places WHERE line = ?", (line.name,)
    ).fetchone()
    return str(row[0])


def _note_polled(connection: Transaction, line: Line, cursor: str | None, code: str) -> None:
    if cursor is None:
        connection.execute("UPDATE line_places SET code = ? WHERE line = ?", (code, line.name))
    else:
        connection.execute(
            "UPDATE line_places SET cursor = ?, code = '' WHERE line = ?", (cursor, line.name)
        )
