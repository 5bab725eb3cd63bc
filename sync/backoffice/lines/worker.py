"""Bring cases to the lines and fetch their answers, beside the requests that are served.

Any number of processes may do this over one database: a job and a question are claimed before the
wire is used, and no transaction is open meanwhile. A process that dies leaves a claim that runs
out; the line may then be told once more, under the same key.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import TypeVar

from app.domain.case import ACCEPTED_STATES
from app.domain.errors import AppError
from sync.backoffice.blobs import lacks_pages
from sync.backoffice.database import Transaction
from sync.backoffice.departments.desk import Desk
from sync.backoffice.departments.plan import Line, Plan
from sync.backoffice.departments.staff import Staff
from sync.backoffice.lines import answers, outbox, standing
from sync.backoffice.lines.errors import LineTrouble
from sync.backoffice.lines.http import HttpLine
from sync.backoffice.lines.outbox import Job
from sync.backoffice.lines.snapshot import snapshot
from sync.backoffice.lines.system import MAX_POLLED, CaseSnapshot, Polled
from sync.backoffice.logs import note
from sync.backoffice.office import Office

_T = TypeVar("_T")

_AT_ONCE = 4  # lines that are spoken with at the same time
_LACKING_SECONDS = 20.0  # until it is looked again whether the scans are there
_LOOK_SECONDS = 1.0


class LineWorker:
    """``jitter`` gives numbers from 0 to 1."""

    def __init__(self, office: Office, desk: Desk, jitter: Callable[[], float]) -> None:
        self._office = office
        self._desk = desk
        self._jitter = jitter
        self._wires = asyncio.Semaphore(_AT_ONCE)

    async def step(self, plan: Plan) -> int:
        """Everything that is due now. Returns how many cases and answers it moved."""
        return sum(await asyncio.gather(*(self._serve(line) for line in plan.lines)))

    async def _serve(self, line: Line) -> int:
        """A line that hangs holds up no other."""
        moved = 0
        async with self._wires:
            now = self._now()
            if not await self._office.read(lambda reader: standing.may_speak(reader, line, now)):
                return 0
            while await self._office.read(lambda reader: outbox.is_due(reader, line, self._now())):
                job = await self._office.write(
                    lambda writer: outbox.claim(writer, line, self._now())
                )
                if job is None:
                    break
                moved += await self._send(line, job)
            return moved + await self._poll(line)

    # -- what goes ------------------------------------------------------------------------------

    async def _send(self, line: Line, job: Job) -> int:
        case = await self._office.read(lambda reader: self._prepare(reader, job))
        if case is None:
            await self._office.write(
                lambda writer: outbox.put_off(writer, job, self._now(), _LACKING_SECONDS)
            )
            return 0
        try:
            ticket = await _apart(lambda: _ask(line, lambda system: system.submit(case)))
        except AppError as error:
            code = error.code
            await self._office.write(lambda writer: self._note_failed(writer, line, job, code))
            note("line_failed", line=line.name, case=job.case_id, code=code, tries=job.tries)
            return 0
        await self._office.write(lambda writer: self._note_sent(writer, line, job, ticket))
        note("line_sent", line=line.name, case=job.case_id, tries=job.tries)
        return 1

    def _prepare(self, reader: Transaction, job: Job) -> CaseSnapshot | None:
        """None where the case cannot go now: a window has it, or scans have not arrived."""
        try:
            found = self._desk.find(reader, job.case_id)
        except AppError:  # it cannot be read any more
            return None
        if found is None or found.case.state not in ACCEPTED_STATES:
            return None
        return None if lacks_pages(reader, job.case_id) else snapshot(job, found)

    def _note_sent(self, writer: Transaction, line: Line, job: Job, ticket: str) -> None:
        now = self._now()
        outbox.note_sent(writer, job.key, ticket, now)
        standing.note_answering(writer, line, now)

    def _note_failed(self, writer: Transaction, line: Line, job: Job, code: str) -> None:
        now = self._now()
        outbox.note_failed(writer, job, code, now, self._jitter())
        if code == LineTrouble.code:
            standing.note_failing(writer, line, code, now, self._jitter())
        else:  # it answers, it only does not want this one
            standing.note_answering(writer, line, now)

    # -- what comes -----------------------------------------------------------------------------

    async def _poll(self, line: Line) -> int:
        after = await self._office.write(
            lambda writer: standing.claim_poll(writer, line, self._now())
        )
        taken = 0
        while after is not None:
            count, after = await self._page(line, after)
            taken += count
        if taken:
            note("line_answers", line=line.name, answers=taken)
        return taken

    async def _page(self, line: Line, after: str) -> tuple[int, str | None]:
        """How many answers it had, and the place of the next page if there may be one."""
        try:
            polled = await _apart(lambda: _ask(line, lambda system: system.poll(after)))
        except AppError as error:
            code = error.code
            await self._office.write(
                lambda writer: standing.note_failing(
                    writer, line, code, self._now(), self._jitter()
                )
            )
            note("line_failed", line=line.name, code=code)
            return 0, None
        await self._office.write(lambda writer: self._take(writer, line, polled))
        count = len(polled.answers)
        more = count == MAX_POLLED and polled.cursor != after
        return count, polled.cursor if more else None

    def _take(self, writer: Transaction, line: Line, polled: Polled) -> None:
        """The answers and the place after them, together or not at all."""
        now = self._now()
        for raw in polled.answers:
            answers.take(writer, self._desk, line, bytes(raw), now)
        standing.note_polled(writer, line, polled.cursor)
        standing.note_answering(writer, line, now)

    def _now(self) -> datetime:
        return self._office.settings.now()


class LineLoop:
    """The worker beside a server's requests. ``start`` and ``stop`` belong to the event loop."""

    def __init__(self, staff: Staff) -> None:
        self._staff = staff
        self._running: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._running = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """What is on the wire is left to its claim: the line knows the key when it comes again."""
        if self._running is not None:
            self._running.cancel()
            with suppress(asyncio.CancelledError):
                await self._running

    async def _run(self) -> None:
        office = self._staff.office
        worker = LineWorker(office, self._staff.desk, lambda: office.settings.random(1)[0] / 255)
        while not office.changed.ending:
            plan, _ = self._staff.plan()
            try:
                if plan.lines:
                    await worker.step(plan)
            except Exception as error:  # noqa: BLE001 - whatever it was, the lines are asked on
                code = error.code if isinstance(error, AppError) else type(error).__name__
                note("lines_failed", code=code)
            await asyncio.sleep(_LOOK_SECONDS)


def _ask(line: Line, ask: Callable[[HttpLine], _T]) -> _T:
    system = HttpLine(line)
    try:
        return ask(system)
    finally:
        system.close()


async def _apart(work: Callable[[], _T]) -> _T:
    """In a thread of its own that a stop does not wait for: a line may hang."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[_T] = loop.create_future()

    def settle(result: _T | None, error: BaseException | None) -> None:
        if done.cancelled():
            return
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(result)  # type: ignore[arg-type]

    def run() -> None:
        result: _T | None = None
        error: BaseException | None = None
        try:
            result = work()
        except BaseException as raised:  # noqa: BLE001 - theirs who asked
            error = raised
        with suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(settle, result, error)

    threading.Thread(target=run, name="line", daemon=True).start()
    return await done
