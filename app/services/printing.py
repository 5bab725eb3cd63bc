"""Bring every queued paper out once: saved before a byte leaves, never repeated blindly."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from app.domain.errors import AppError, NotReady, NotSent, ReasonNeeded
from app.domain.event import Event
from app.domain.events import (
    PaperAnswered,
    PaperDoubted,
    PaperFailed,
    PaperKind,
    PaperPrinted,
    PaperQueued,
    PaperRequeued,
    PaperSent,
)
from app.ports import PaperMaker, Printer, PrinterStatus
from app.services.papers import PaperContents
from app.services.sign_in import Session
from app.storage.store import Saved, Store

log = logging.getLogger(__name__)
SYSTEM = "system"
_LOOK_AGAIN = 5.0  # seconds after the store failed


class NoSuchPrinter(NotSent):
    """The job names a printer that is not set up here."""

    code = "PRN-NO-PRINTER"


class PaperBug(AppError):
    """The paper could not be made because of an error in the program."""

    code = "PRN-BUG"


TITLES = {
    PaperKind.RECEIPT: "收件凭证",
    PaperKind.ACCEPTANCE: "受理通知书",
    PaperKind.NOTICE: "补正材料一次性告知书",
    PaperKind.REJECTION: "不予受理通知书",
    PaperKind.TICKET_SLIP: "排队号票",
    PaperKind.BUNDLE_RECEIPT: "一件事综合收件凭证",
    PaperKind.APPLICATION_FORM: "申请表",
    PaperKind.PROMISE: "告知承诺书",
    PaperKind.DEFERRAL_PROMISE: "容缺受理承诺书",
    PaperKind.TRANSFER: "材料转移单",
    PaperKind.LIMIT_NOTICE: "办理期限变更告知书",
    PaperKind.DELIVERY_RETURN: "送达回证",
    PaperKind.COLLECTION: "领取凭证",
    PaperKind.GUIDE: "办事指南",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintJob:
    """``state`` is queued, sent, printed, failed or doubted; ``number`` that of the case, bundle or
    ticket, "" for a form filled before any decision."""

    id: str
    paper: PaperKind
    about: str
    number: str
    printer: str
    reprint: int
    state: str
    code: str
    place: str
    at: datetime

    @property
    def title(self) -> str:
        again = f"（补打 {self.reprint}）" if self.reprint else ""
        return f"{TITLES[self.paper]} {self.number}".rstrip() + again


_JOBS = (
    "SELECT j.id, j.paper, j.about, coalesce(c.number, b.number, t.number, ''), j.printer, "
    "j.reprint, j.state, j.code, j.place, j.at FROM jobs j "
    "LEFT JOIN cases c ON j.about = 'case:' || c.id "
    "LEFT JOIN bundles b ON j.about = 'bundle:' || b.id "
    "LEFT JOIN tickets t ON j.about = 'ticket:' || t.id "
)


class PrintDesk:
    """The print jobs of this window and the printers that serve them."""

    def __init__(
        self,
        store: Store,
        contents: PaperContents,
        press: PaperMaker,
        printers: Mapping[str, Printer],
    ) -> None:
        self._store = store
        self._contents = contents
        self._press = press
        self._printers = printers

    def jobs(self, limit: int = 50) -> tuple[PrintJob, ...]:
        """Newest first."""
        return self._select("ORDER BY j.id DESC LIMIT ?", limit)

    def status(self) -> dict[str, PrinterStatus]:
        """Asks each printer; blocking, for the printers' lane."""
        return {name: printer.status() for name, printer in self._printers.items()}

    def retry(self, session: Session, job_id: str) -> None:
        """Queue a failed job again. Raises NotReady in any other state."""
        self._expect(job_id, "failed")
        event = PaperRequeued(printer=self._get(job_id).printer)
        self._append(job_id, event, session.actor)

    def answer(self, session: Session, job_id: str, printed: bool) -> None:
        """A person says whether a doubted paper came out; if not, it may be tried again."""
        self._expect(job_id, "doubted")
        self._append(job_id, PaperAnswered(printed=printed), session.actor)

    def reprint(self, session: Session, job_id: str, reason: str) -> str:
        """补打: a new job of the same paper, counted. Raises ReasonNeeded. Returns its id."""
        if not reason.strip():
            raise ReasonNeeded
        job = self._get(job_id)
        new = self._store.new_id()
        with self._store.begin() as unit:
            count = unit.connection.exec_driver_sql(
                "SELECT max(reprint) FROM jobs WHERE about = ? AND paper = ?",
                (job.about, job.paper.value),
            ).scalar_one()
            event = PaperQueued(
                paper=job.paper, about=job.about, printer=job.printer, reprint=int(count) + 1,
                reason=reason.strip()[:200],
            )  # fmt: skip
            unit.append(event, subject=f"job:{new}", actor=session.actor)
        return new

    # -- the lane's side ------------------------------------------------------------------------

    def recover(self) -> None:
        """After a start: a job that was under way when the program ended is found, queued again
        where it surely never left, and otherwise doubted."""
        for job in self._select("WHERE j.state = 'sent' ORDER BY j.id LIMIT ?", -1):
            printer = self._printers.get(job.printer)
            place = printer.find(job.id) if printer else None
            event: Event
            if place is None:
                event = PaperDoubted()
            elif place:
                event = PaperPrinted(place=place)
            else:
                event = PaperRequeued(printer=job.printer)
            self._append(job.id, event, SYSTEM)

    def run_pending(self) -> int:
        """Print everything queued, oldest first. Returns how many were tried."""
        tried = 0
        while queued := self._select("WHERE j.state = 'queued' ORDER BY j.id LIMIT ?", 1):
            self._print(queued[0])
            tried += 1
        return tried

    def _print(self, job: PrintJob) -> None:
        outcome: Event
        sent = False
        try:
            paper = self._contents.content(job.paper, job.about)
            media_type, data = self._press.make(paper, job.reprint)
            printer = self._printers.get(job.printer)
            if printer is None or not printer.accepts(media_type):
                raise NoSuchPrinter(printer=job.printer)
            self._append(job.id, PaperSent(), SYSTEM)
            sent = True
            outcome = PaperPrinted(place=printer.send(job.id, job.title, media_type, data))
        except NotSent as error:
            outcome = PaperFailed(code=error.code)
        except AppError as error:
            outcome = PaperDoubted() if sent else PaperFailed(code=error.code)
        except Exception:
            log.exception("job %s: the paper could not be made or sent", job.id)
            outcome = PaperDoubted() if sent else PaperFailed(code=PaperBug.code)
        self._append(job.id, outcome, SYSTEM)

    def _append(self, job_id: str, event: Event, actor: str) -> None:
        with self._store.begin() as unit:
            unit.append(event, subject=f"job:{job_id}", actor=actor)

    def _select(self, tail: str, *params: int | str) -> tuple[PrintJob, ...]:
        with self._store.read() as connection:
            rows = connection.exec_driver_sql(_JOBS + tail, params).all()
        return tuple(
            PrintJob(
                id=r[0], paper=PaperKind(r[1]), about=r[2], number=r[3], printer=r[4],
                reprint=r[5], state=r[6], code=r[7], place=r[8],
                at=datetime.fromisoformat(r[9]),
            )
            for r in rows
        )  # fmt: skip

    def _get(self, job_id: str) -> PrintJob:
        found = self._select("WHERE j.id = ? LIMIT 1", job_id)
        if not found:
            raise NotReady(need="job")
        return found[0]

    def _expect(self, job_id: str, state: str) -> None:
        if self._get(job_id).state != state:
            raise NotReady(need=state)


class PrintLane:
    """One thread for all printers: no printer ever stops the screen."""

    def __init__(self, desk: PrintDesk, store: Store, on_change: Callable[[], None]) -> None:
        self._desk = desk
        self._on_change = on_change
        self._wanted = threading.Event()
        self._ending = False
        self._stranded = False  # the store failed while a job was under way
        self._thread = threading.Thread(target=self._run, name="print-lane", daemon=True)
        store.subscribe(self._heard)

    def start(self) -> None:
        self._thread.start()

    def stop(self, patience: float = 5.0) -> None:
        """Ends after the job under way; a job not begun stays queued for the next start."""
        self._ending = True
        self._wanted.set()
        self._thread.join(patience)

    def _heard(self, saved: Saved) -> None:
        wanted = any(isinstance(event, PaperQueued | PaperRequeued) for _, event in saved)
        if wanted or self._stranded:  # what was saved shows that the store is well again
            self._wanted.set()

    def _run(self) -> None:
        self._attempt(self._desk.recover)
        self._wanted.set()
        while not self._ending:
            self._wanted.wait(_LOOK_AGAIN if self._stranded else None)
            self._wanted.clear()
            if self._stranded and not self._ending:
                self._attempt(self._desk.recover)
            if not self._stranded and not self._ending:
                self._attempt(self._desk.run_pending)

    def _attempt(self, work: Callable[[], object]) -> None:
        try:
            work()
            self._stranded = False
        except AppError as error:
            # The store is busy or full: the job under way is looked for once it is well again.
            self._stranded = True
            log.warning("print lane: %s", error.code)
        self._on_change()
