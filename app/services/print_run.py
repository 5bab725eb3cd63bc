"""Bring every queued paper out once: saved before a byte leaves, never repeated blindly.

A printer may take a job and print it later, or never: such a job stays ``sent`` with its number in
the printer, and the printer is asked until it says what became of it.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping

from app.domain.errors import AppError, NotSent
from app.domain.event import Event
from app.domain.events import (
    PaperDoubted,
    PaperFailed,
    PaperPrinted,
    PaperRequeued,
    PaperSent,
    PaperTaken,
)
from app.print_ports import Fate, PaperMaker, Printer, Sending
from app.services.papers import PaperContents
from app.services.print_jobs import NoSuchPrinter, PaperBug, PrintJob, get_job, select_jobs
from app.services.print_setup import SLIPS, PrintRoutes
from app.storage.errors import StoreError
from app.storage.store import Store

log = logging.getLogger(__name__)
SYSTEM = "system"
_BOX = re.compile(rb"/MediaBox \[\s*0\s+0\s+([0-9.]+)\s+([0-9.]+)\s*\]")
_PAGES = re.compile(rb"/Type\s*/Page\b")


class GivenUpAtPrinter(NotSent):
    """The printer gave the job up, or somebody cancelled it there, before the first sheet."""

    code = "PRN-GIVEN-UP"


class HalfPrinted(AppError):
    """The printer ended the job after a part of it, or counts fewer sheets than it has pages."""

    code = "PRN-HALF"


class PrintRun:
    def __init__(
        self,
        store: Store,
        contents: PaperContents,
        press: PaperMaker,
        printers: Mapping[str, Printer],
        routes: PrintRoutes,
    ) -> None:
        self._store = store
        self._contents = contents
        self._press = press
        self._printers = printers
        self._routes = routes
        self._under_way: set[str] = set()  # jobs that a thread of this program works at now

    def wanted(self) -> tuple[str, ...]:
        """The printers that jobs wait for, at the desk or inside them."""
        with self._store.read() as connection:
            rows = connection.exec_driver_sql(
                "SELECT DISTINCT printer FROM jobs "
                "WHERE state <> 'printed' AND (state = 'queued' OR state = 'sent' AND place <> '')"
            ).all()
        return tuple(str(row[0]) for row in rows)

    def recover(self) -> None:
        """After a start: a job that was under way when the program ended is found, queued again
        where it surely never left, and otherwise doubted."""
        for job in self._select("WHERE j.state = 'sent' AND j.place = '' ORDER BY j.id"):
            if job.id not in self._under_way:
                self._recover(job)

    def _recover(self, job: PrintJob) -> None:
        printer = self._find(job.printer)
        place = printer.find(job.id) if printer else None
        if place is None:
            event: Event = PaperDoubted()
        elif not place:
            event = PaperRequeued(printer=job.printer)
        else:
            event = self._became(job, printer, place) or PaperTaken(place=place)
        self.settle(job, event)

    def run_pending(self, printer: str) -> int:
        """Print everything queued at one printer, oldest first. Returns how many were tried."""
        tried = 0
        queued = "WHERE j.state = 'queued' AND j.printer = ? ORDER BY j.id LIMIT 1"
        while found := self._select(queued, printer):
            self._under_way.add(found[0].id)
            try:
                self._print(found[0])
            finally:
                self._under_way.discard(found[0].id)
            tried += 1
        return tried

    def follow(self, printer: str) -> bool:
        """Ask for the jobs that wait inside one printer. Whether some still do."""
        inside = "WHERE j.state = 'sent' AND j.place <> '' AND j.printer = ? ORDER BY j.id"
        waiting = False
        for job in self._select(inside, printer):
            event = self._became(job, self._find(printer), job.place)
            if event is None:
                waiting = True
            else:
                self.settle(job, event)
        return waiting

    def _became(
        self, job: PrintJob, printer: Printer | None, place: str, how: Sending | None = None
    ) -> Event | None:
        """None while it waits in the printer, or that cannot be asked now."""
        if printer is None:
            return PaperDoubted()
        try:
            fate = printer.follow(job.id, place, how or Sending(copies=job.copies, pages=job.pages))
        except AppError:
            return None
        match fate:
            case Fate.OUT:
                return PaperPrinted(place=place)
            case Fate.NOTHING:
                return PaperFailed(code=GivenUpAtPrinter.code)
            case Fate.UNKNOWN:
                return PaperDoubted(code=HalfPrinted.code)
        return None

    def _print(self, job: PrintJob) -> None:
        outcome: Event
        sent = False
        try:
            paper = self._contents.content(job.paper, job.about)
            media_type, data = self._press.make(paper, job.reprint, apart=job.apart, half=job.half)
            printer = self._printers.get(job.printer)
            if printer is None or not printer.accepts(media_type):
                raise NoSuchPrinter(printer=job.printer)
            how = Sending(
                copies=job.copies, tray=self._routes.tray(job.paper, job.printer), half=job.half,
                pages=len(_PAGES.findall(data)) if data.startswith(b"%PDF") else 0,
                size=_size(data) if job.paper in SLIPS and data.startswith(b"%PDF") else (0, 0),
            )  # fmt: skip
            if not self.settle(job, PaperSent(pages=how.pages)):
                return  # cancelled or moved while it was laid out
            sent = True
            place = printer.send(job.id, job.title, media_type, data, how)
            outcome = self._became(job, printer, place, how) or PaperTaken(place=place)
        except NotSent as error:
            outcome = PaperFailed(code=error.code)
        except StoreError:
            raise  # the lane waits until the store is well, and then looks for the job
        except AppError as error:
            outcome = PaperDoubted(code=error.code) if sent else PaperFailed(code=error.code)
        except Exception:
            log.exception("job %s: the paper could not be made or sent", job.id)
            code = PaperBug.code
            outcome = PaperDoubted(code=code) if sent else PaperFailed(code=code)
        with self._store.begin() as unit:
            unit.append(outcome, subject=f"job:{job.id}", actor=SYSTEM)

    def settle(self, job: PrintJob, event: Event) -> bool:
        """Save what became of a job, where nobody has done anything else with it meanwhile."""
        with self._store.begin() as unit:
            now = get_job(unit.connection, job.id)
            if (now.state, now.place, now.printer) != (job.state, job.place, job.printer):
                return False
            unit.append(event, subject=f"job:{job.id}", actor=SYSTEM)
        return True

    def _find(self, name: str) -> Printer | None:
        try:
            return self._printers.get(name)
        except AppError:  # set up, and not usable
            return None

    def _select(self, tail: str, *params: str) -> tuple[PrintJob, ...]:
        with self._store.read() as connection:
            return select_jobs(connection, tail, *params)


def _size(pdf: bytes) -> tuple[int, int]:
    """Of the first page, in hundredths of a millimetre."""
    found = _BOX.search(pdf)
    if found is None:
        return 0, 0
    wide, high = (round(float(one) / 72 * 2540) for one in found.groups())
    return wide, high
