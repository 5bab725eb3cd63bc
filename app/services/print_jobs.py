"""Read the print jobs of this window, and who printed what, when and how often."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from app.domain.errors import AppError, DomainError, NotReady, NotSent
from app.domain.events import PaperKind, PaperQueued
from app.services.set_aside import event_of
from app.storage.database import Statements
from app.storage.journal_table import SELECT, entry_of


class NoSuchPrinter(NotSent):
    """The job names a printer that is not set up here."""

    code = "PRN-NO-PRINTER"


class PaperBug(AppError):
    """The paper could not be made because of an error in the program."""

    code = "PRN-BUG"


class JobMoved(DomainError):
    """The job is not in the state any more in which this could be done with it."""

    code = "PRN-JOB-STATE"


class NotWithdrawn(AppError):
    """The printer did not give the job back: it may still come out there."""

    code = "PRN-NOT-WITHDRAWN"


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
    PaperKind.SHIFT_REPORT: "交接班表",
    PaperKind.DAY_PAPERS: "当日文书清单",
    PaperKind.SPARED_REPORT: "免交材料清单",
    PaperKind.BALANCE_REPORT: "进出对账表",
    PaperKind.TEST_PAGE: "测试页",
    PaperKind.TEST_SLIP: "测试小票",
}


# Sheets that bear no case's number: anybody may have any number of them, and none is 补打.
NUMBERLESS = frozenset({
    PaperKind.GUIDE, PaperKind.SHIFT_REPORT, PaperKind.DAY_PAPERS, PaperKind.SPARED_REPORT,
    PaperKind.BALANCE_REPORT, PaperKind.TEST_PAGE, PaperKind.TEST_SLIP,
})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintJob:
    """``state`` is queued, sent, printed, failed, doubted or cancelled; ``place`` of a sent one is
    its number in the printer, which has it whole; ``number`` is that of the case, bundle or ticket,
    "" for a form filled before any decision."""

    id: str
    paper: PaperKind
    about: str
    number: str
    printer: str
    reprint: int
    state: str
    code: str
    place: str
    copies: int
    pages: int
    apart: bool
    half: bool
    at: datetime

    @property
    def title(self) -> str:
        again = f"（补打 {self.reprint}）" if self.reprint else ""
        return f"{TITLES[self.paper]} {self.number}".rstrip() + again


_JOBS = (
    "SELECT j.id, j.paper, j.about, coalesce(c.number, b.number, t.number, ''), j.printer, "
    "j.reprint, j.state, j.code, j.place, j.copies, j.pages, j.apart, j.half, j.at FROM jobs j "
    "LEFT JOIN cases c ON j.about = 'case:' || c.id "
    "LEFT JOIN bundles b ON j.about = 'bundle:' || b.id "
    "LEFT JOIN tickets t ON j.about = 'ticket:' || t.id "
)


def select_jobs(connection: Statements, tail: str, *params: int | str) -> tuple[PrintJob, ...]:
    rows = connection.exec_driver_sql(_JOBS + tail, params).all()
    return tuple(
        PrintJob(
            id=r[0], paper=PaperKind(r[1]), about=r[2], number=r[3], printer=r[4],
            reprint=r[5], state=r[6], code=r[7], place=r[8], copies=r[9], pages=r[10],
            apart=bool(r[11]), half=bool(r[12]), at=datetime.fromisoformat(r[13]),
        )
        for r in rows
    )  # fmt: skip


def get_job(connection: Statements, job_id: str) -> PrintJob:
    """Raises NotReady where there is no such job."""
    found = select_jobs(connection, "WHERE j.id = ? LIMIT 1", job_id)
    if not found:
        raise NotReady(need="job")
    return found[0]


def next_reprint(connection: Statements, paper: PaperKind, about: str) -> int:
    """How often this paper is printed again with the next job. A cancelled job never had a sheet;
    a failed one counts, because it may still be tried again."""
    highest = connection.exec_driver_sql(
        "SELECT max(reprint) FROM jobs WHERE about = ? AND paper = ? AND state <> 'cancelled'",
        (about, paper.value),
    ).scalar_one()
    return 0 if highest is None else int(highest) + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintAct:
    """What was done with a paper: ``actor`` is a staff number or "system"; ``kind`` the fact's
    name; ``reason`` why it was printed again."""

    at: datetime
    actor: str
    kind: str
    job: str
    reprint: int
    copies: int
    printer: str
    reason: str = ""


def audit(connection: Statements, paper: PaperKind, about: str) -> tuple[PrintAct, ...]:
    """Everything that was done with this paper, in order: who printed what, when, how often."""
    acts = []
    jobs = [
        str(row[0])
        for row in connection.exec_driver_sql(
            "SELECT id FROM jobs WHERE about = ? AND paper = ?", (about, paper.value)
        )
    ]
    marks = ", ".join("?" * len(jobs))
    found = connection.exec_driver_sql(
        f"{SELECT} WHERE subject IN ({marks}) ORDER BY hlc, seq",  # marks alone
        tuple(f"job:{job}" for job in jobs),
    ).all()
    asked: dict[str, PaperQueued] = {}
    for entry in map(entry_of, found):
        event = event_of(entry)
        if isinstance(event, PaperQueued):
            asked[entry.subject] = event
        queued = asked[entry.subject]
        acts.append(
            PrintAct(
                at=entry.at, actor=entry.actor, kind=entry.kind,
                job=entry.subject.removeprefix("job:"), reprint=queued.reprint,
                copies=queued.copies, printer=str(getattr(event, "printer", "")),
                reason=str(getattr(event, "reason", "")),
            )
        )  # fmt: skip
    return tuple(acts)
