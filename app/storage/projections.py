"""Keep the tables that screens read in step with the journal, event by event.

Each event touches rows by its subject; the same code runs when an event is saved and when all
projections are rebuilt, so rebuilt equals kept.
"""

from __future__ import annotations

from datetime import datetime

from app.domain.errors import BadEntry
from app.domain.event import Event
from app.domain.events import (
    CaseNumbersLeased,
    DeviceReenrolled,
    PaperAnswered,
    PaperCancelled,
    PaperDoubted,
    PaperFailed,
    PaperPrinted,
    PaperQueued,
    PaperRequeued,
    PaperSent,
    PaperTaken,
    SetAsideAnswered,
)
from app.domain.journal import Entry
from app.domain.ticket_events import TICKET_EVENTS, TicketLeased, TicketWanted
from app.storage.case_table import project_bundle, project_case
from app.storage.database import Statements
from app.storage.line_facts import LINE_EVENTS, keep_latest
from app.storage.page_table import project_pages
from app.storage.set_aside_table import project_answer
from app.storage.ticket_table import project_ticket

PROJECTIONS = (
    "cases", "case_materials", "results", "bundles", "tickets", "ticket_numbers", "line_latest",
    "jobs", "number_blocks",
)  # fmt: skip

_JOB_STATES: dict[type[Event], str] = {
    PaperTaken: "sent",
    PaperPrinted: "printed",
    PaperFailed: "failed",
    PaperDoubted: "doubted",
    PaperCancelled: "cancelled",
}


def subject_id(subject: str) -> str:
    return subject.partition(":")[2]


def project(
    connection: Statements, entry: Entry, event: Event, *, own: bool, saving: bool = True
) -> None:
    """Apply one event. Runs inside the transaction that saves it; or later again, when it uses
    up nothing (``saving`` False)."""
    key, at = subject_id(entry.subject), entry.at
    if isinstance(event, TicketWanted):
        pass  # answered when it is heard
    elif isinstance(event, TICKET_EVENTS):
        project_ticket(connection, entry, event, own=own)
    elif isinstance(event, LINE_EVENTS):
        keep_latest(connection, entry, event)
    elif entry.subject.startswith("case:"):
        project_case(connection, key, at, event, own=own, saving=saving)
        project_pages(connection, key, event)
    elif entry.subject.startswith("bundle:"):
        project_bundle(connection, key, at, entry.actor, event, saving=own and saving)
    elif entry.subject.startswith("job:"):
        _project_job(connection, key, at, event)
    elif isinstance(event, CaseNumbersLeased):
        connection.exec_driver_sql(
            "INSERT INTO number_blocks (first, last, next) VALUES (?, ?, ?) "
            "ON CONFLICT (first) DO UPDATE SET last = max(last, excluded.last)",
            (event.first, event.last, event.first),
        )
    elif isinstance(event, DeviceReenrolled):
        # They may be another's now; what it still holds the back office gives it again.
        connection.exec_driver_sql("DELETE FROM tickets WHERE state = 'waiting' AND local = 0")
    elif isinstance(event, SetAsideAnswered):
        project_answer(connection, entry, event)
        # A ticket whose lease was refused is another window's: it is not called here.
        connection.exec_driver_sql(
            "DELETE FROM tickets WHERE state = 'waiting' AND id = (SELECT substr(subject, 8) "
            "FROM journal WHERE install = ? AND seq = ? AND kind = ?)",
            (event.install, event.seq, TicketLeased.__name__),
        )


def _project_job(connection: Statements, key: str, at: datetime, event: Event) -> None:
    match event:
        case PaperQueued():
            connection.exec_driver_sql(
                "INSERT INTO jobs "
                "(id, paper, about, printer, reprint, copies, apart, half, state, at) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'queued', ?)",
                (
                    key, event.paper.value, event.about, event.printer, event.reprint,
                    event.copies, event.apart, event.half, at.isoformat(),
                ),
            )  # fmt: skip
        case PaperAnswered():
            state = "printed" if event.printed else "failed"
            connection.exec_driver_sql(
                "UPDATE jobs SET state = ?, code = '' WHERE id = ?", (state, key)
            )
        case PaperRequeued():
            connection.exec_driver_sql(
                "UPDATE jobs SET state = 'queued', code = '', place = '', printer = ? WHERE id = ?",
                (event.printer, key),
            )
        case PaperSent():
            connection.exec_driver_sql(
                "UPDATE jobs SET state = 'sent', code = '', place = '', pages = ? WHERE id = ?",
                (event.pages, key),
            )
        case (
            PaperTaken() | PaperPrinted() | PaperFailed() | PaperDoubted()
            | PaperCancelled()
        ):  # fmt: skip
            connection.exec_driver_sql(
                "UPDATE jobs SET state = ?, code = ?, place = ? WHERE id = ?",
                (
                    _JOB_STATES[type(event)],
                    event.code if isinstance(event, PaperFailed | PaperDoubted) else "",
                    event.place if isinstance(event, PaperPrinted | PaperTaken) else "",
                    key,
                ),
            )
        case _:
            raise BadEntry(kind=type(event).__name__)
