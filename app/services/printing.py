"""What a clerk may do with the papers of this window: order, retry, move, cancel, print again.

Every act is saved in one transaction that looks first at the job's state: the lane that prints
works beside it, and a job that has just left is neither moved nor cancelled behind its back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from app.domain.errors import AppError, NotSent, ReasonNeeded
from app.domain.events import (
    PaperAnswered,
    PaperCancelled,
    PaperDoubted,
    PaperKind,
    PaperPrinted,
    PaperQueued,
    PaperRequeued,
)
from app.print_ports import Fate, PaperMaker, Printer, PrinterState, PrinterStatus
from app.services.print_jobs import (
    NUMBERLESS,
    JobMoved,
    NoSuchPrinter,
    NotWithdrawn,
    PrintAct,
    PrintJob,
    audit,
    get_job,
    next_reprint,
    select_jobs,
)
from app.services.print_lane import PrintLane
from app.services.print_run import PrintRun
from app.services.print_setup import MOST_COPIES, PrintRoutes

if TYPE_CHECKING:
    from app.services.papers import PaperContents
    from app.services.sign_in import Session
    from app.storage.store import Store, Unit

_LONGEST_REASON = 200


class PrintDesk:
    """The print jobs of this window and the printers that serve them."""

    def __init__(
        self,
        store: Store,
        contents: PaperContents,
        press: PaperMaker,
        printers: Mapping[str, Printer],
        routes: PrintRoutes | None = None,
    ) -> None:
        self._store = store
        self._printers = printers
        self._routes = routes or PrintRoutes.single(next(iter(printers), ""))
        self.run = PrintRun(store, contents, press, printers, self._routes)

    # -- looking --------------------------------------------------------------------------------

    def jobs(self, limit: int = 50) -> tuple[PrintJob, ...]:
        """Newest first."""
        with self._store.read() as connection:
            return select_jobs(connection, "ORDER BY j.id DESC LIMIT ?", limit)

    def job(self, job_id: str) -> PrintJob:
        with self._store.read() as connection:
            return get_job(connection, job_id)

    def audit(self, job_id: str) -> tuple[PrintAct, ...]:
        """Who printed this paper, when, where and how often; with all its jobs."""
        with self._store.read() as connection:
            job = get_job(connection, job_id)
            return audit(connection, job.paper, job.about)

    def status(self) -> dict[str, PrinterStatus]:
        """Asks each printer, all at the same time; blocking, for the printers' lane."""
        names = tuple(self._printers)
        with ThreadPoolExecutor(max(len(names), 1), "printer-status") as asking:
            return dict(zip(names, asking.map(self._status, names), strict=True))

    def _status(self, name: str) -> PrinterStatus:
        try:
            return self._printers[name].status()
        except NotSent as error:
            state, code, details = PrinterState.MISSING, error.code, error.details
        except AppError as error:
            state, code, details = PrinterState.FAULTY, error.code, error.details
        return PrinterStatus(state=state, code=code, details=details)

    def choices(self) -> dict[str, str]:
        """The printers that a job can be moved to: what they are called, by specification."""
        setup = self._routes.setup()
        return {spec: setup.label(spec) for spec in self._printers}

    # -- acting ---------------------------------------------------------------------------------

    def order(
        self, session: Session, paper: PaperKind, about: str, *, reason: str = "",
        copies: int = 0, apart: bool | None = None, half: bool | None = None,
    ) -> str:  # fmt: skip
        """Print a paper at its own printer. Returns the job's id.

        Where one failed, that is tried again; where one may have come out, this is 补打 and needs
        a reason. Raises ReasonNeeded.
        """
        queued = self._routes.queued(paper, about)
        with self._store.begin() as unit:
            again = 0 if paper in NUMBERLESS else next_reprint(unit.connection, paper, about)
            failed = select_jobs(
                unit.connection,
                "WHERE j.about = ? AND j.paper = ? AND j.state = 'failed' "
                "ORDER BY j.id DESC LIMIT 1", about, paper.value,
            )  # fmt: skip
            if failed:
                event = PaperRequeued(printer=queued.printer)
                unit.append(event, subject=f"job:{failed[0].id}", actor=session.actor)
                return failed[0].id
            if again and not reason.strip():
                raise ReasonNeeded
            return self._queue(
                unit, session, paper, about, printer=queued.printer, reprint=again,
                reason=reason, copies=copies or queued.copies,
                apart=queued.apart if apart is None else apart,
                half=queued.half if half is None else half,
            )  # fmt: skip

    def test(self, session: Session, printer: str) -> str:
        """A test page, or a slip where that is what it prints. Returns the job's id. Raises
        NoSuchPrinter."""
        if printer not in self._printers:
            raise NoSuchPrinter(printer=printer)
        documents = self._printers[printer].accepts("application/pdf")
        paper = PaperKind.TEST_PAGE if documents else PaperKind.TEST_SLIP
        with self._store.begin() as unit:
            return self._queue(
                unit, session, paper, f"printer:{printer}", printer=printer, reprint=0, reason="",
                copies=1, apart=False, half=False,
            )  # fmt: skip

    def retry(self, session: Session, job_id: str) -> None:
        """Queue a failed job again. Raises JobMoved in any other state."""
        with self._store.begin() as unit:
            job = _expect(unit, job_id, "failed")
            event = PaperRequeued(printer=job.printer)
            unit.append(event, subject=f"job:{job_id}", actor=session.actor)

    def move(self, session: Session, job_id: str, printer: str) -> None:
        """Print a job that surely did not come out at another printer. One that waits inside its
        printer is taken back there first: blocking then. Raises JobMoved, NoSuchPrinter,
        NotWithdrawn."""
        if printer not in self._printers:
            raise NoSuchPrinter(printer=printer)
        self._take_back(session, job_id, PaperRequeued(printer=printer))

    def cancel(self, session: Session, job_id: str, reason: str = "") -> None:
        """A job that surely did not come out is not wanted any more; else like ``move``."""
        reason = reason.strip()[:_LONGEST_REASON]
        self._take_back(session, job_id, PaperCancelled(reason=reason))

    def answer(self, session: Session, job_id: str, printed: bool) -> None:
        """A person says whether a doubted paper came out; if not, it may be tried again."""
        with self._store.begin() as unit:
            _expect(unit, job_id, "doubted")
            event = PaperAnswered(printed=printed)
            unit.append(event, subject=f"job:{job_id}", actor=session.actor)

    def reprint(self, session: Session, job_id: str, reason: str, copies: int = 1) -> str:
        """补打: a new job of the same paper, counted. Raises ReasonNeeded, JobMoved while the job
        itself may still come out. Returns its id."""
        if not reason.strip():
            raise ReasonNeeded
        with self._store.begin() as unit:
            job = _expect(unit, job_id, "printed", "doubted")
            again = next_reprint(unit.connection, job.paper, job.about)
            return self._queue(
                unit, session, job.paper, job.about, printer=job.printer, reprint=again,
                reason=reason, copies=copies, apart=job.apart, half=job.half,
            )  # fmt: skip

    def _queue(
        self, unit: Unit, session: Session, paper: PaperKind, about: str, *, printer: str,
        reprint: int, reason: str, copies: int, apart: bool, half: bool,
    ) -> str:  # fmt: skip
        job = self._store.new_id()
        event = PaperQueued(
            paper=paper, about=about, printer=printer, reprint=reprint,
            reason=reason.strip()[:_LONGEST_REASON], copies=min(max(copies, 1), MOST_COPIES),
            apart=apart, half=half,
        )  # fmt: skip
        unit.append(event, subject=f"job:{job}", actor=session.actor)
        return job

    def _take_back(
        self, session: Session, job_id: str, after: PaperRequeued | PaperCancelled
    ) -> None:
        job = self.job(job_id)
        states: tuple[str, ...] = ("queued", "failed")
        if job.state == "sent" and job.place:
            self._withdraw(job)
            states = ("sent",)
        with self._store.begin() as unit:
            now = _expect(unit, job_id, *states)
            if now.place != job.place:
                raise JobMoved
            unit.append(after, subject=f"job:{job_id}", actor=session.actor)

    def _withdraw(self, job: PrintJob) -> None:
        """Out of its printer; no transaction is open meanwhile. Raises NotWithdrawn."""
        printer = self._printers.get(job.printer)
        if printer is None:
            raise NotWithdrawn(printer=job.printer)
        fate = printer.withdraw(job.id, job.place)
        if fate is Fate.NOTHING:
            return
        if fate is not Fate.WAITING:
            event = PaperPrinted(place=job.place) if fate is Fate.OUT else PaperDoubted()
            self.run.settle(job, event)
        raise NotWithdrawn(printer=job.printer)

    # -- the lane's side ------------------------------------------------------------------------

    def recover(self) -> None:
        self.run.recover()

    def run_pending(self) -> int:
        """Print everything queued at every printer, oldest first. Returns how many were tried."""
        return sum(self.run.run_pending(name) for name in self.run.wanted())

    def lane(self, on_change: Callable[[], None]) -> PrintLane:
        return PrintLane(self.run, self._store, on_change)


def _expect(unit: Unit, job_id: str, *states: str) -> PrintJob:
    """The job, in one of these states. Raises JobMoved."""
    job = get_job(unit.connection, job_id)
    if job.state not in states:
        raise JobMoved
    return job
