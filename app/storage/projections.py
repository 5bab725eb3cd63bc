"""Keep the tables that screens read in step with the journal, event by event.

Each event touches rows by its subject; the same code runs when an event is saved and when all
projections are rebuilt, so rebuilt equals kept.
"""

from __future__ import annotations

from datetime import datetime

from app.domain import ticket as tickets
from app.domain.errors import BadEntry
from app.domain.event import Event
from app.domain.events import (
    CaseNumbersLeased,
    DeviceReenrolled,
    PaperAnswered,
    PaperDoubted,
    PaperFailed,
    PaperPrinted,
    PaperQueued,
    PaperRequeued,
    PaperSent,
    SetAsideAnswered,
)
from app.domain.journal import Entry
from app.domain.ticket import Ticket, TicketState
from app.domain.ticket_events import (
    TicketCalled,
    TicketFinished,
    TicketLeased,
    TicketPassed,
    TicketServed,
    TicketTaken,
)
from app.storage.case_table import project_bundle, project_case
from app.storage.database import Statements
from app.storage.page_table import project_pages
from app.storage.set_aside_table import project_answer

PROJECTIONS = ("cases", "case_materials", "bundles", "tickets", "jobs", "number_blocks")

_JOB_STATES: dict[type[Event], str] = {
    PaperSent: "sent",
    PaperPrinted: "printed",
    PaperFailed: "failed",
    PaperDoubted: "doubted",
}
_TICKET_EVENTS = (
    TicketTaken, TicketLeased, TicketCalled, TicketServed, TicketPassed, TicketFinished,
)  # fmt: skip


def subject_id(subject: str) -> str:
    return subject.partition(":")[2]


def project(
    connection: Statements, entry: Entry, event: Event, *, own: bool, saving: bool = True
) -> None:
    """Apply one event. Runs inside the transaction that saves it; or later again, when it uses
    up nothing (``saving`` False)."""
    key, at = subject_id(entry.subject), entry.at
    if isinstance(event, _TICKET_EVENTS):
        _project_ticket(connection, key, at, event)
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


_TICKET_COLUMNS = "id, number, business, priority, taken_at, state, calls, called_at, served_at"


def _project_ticket(connection: Statements, key: str, at: datetime, event: Event) -> None:
    row = connection.exec_driver_sql(
        f"SELECT {_TICKET_COLUMNS} FROM tickets WHERE id = ?",  # noqa: S608 - a constant
        (key,),
    ).one_or_none()
    former = ticket_of_row(tuple(row)) if row else None
    ticket = tickets.apply(former, key, event, at)
    if former is None:
        connection.exec_driver_sql(
            f"INSERT INTO tickets ({_TICKET_COLUMNS}, local) VALUES (?,?,?,?,?,?,?,?,?,?)",  # noqa: S608
            (*row_of_ticket(ticket), isinstance(event, TicketTaken)),
        )
        return
    connection.exec_driver_sql(
        "UPDATE tickets SET state = ?, calls = ?, called_at = ?, served_at = ? WHERE id = ?",
        (*row_of_ticket(ticket)[5:], key),
    )


def row_of_ticket(ticket: Ticket) -> tuple[str | int, ...]:
    return (
        ticket.id, ticket.number, ticket.business, ticket.priority, ticket.taken_at.isoformat(),
        ticket.state.value, ticket.calls,
        ticket.called_at.isoformat() if ticket.called_at else "",
        ticket.served_at.isoformat() if ticket.served_at else "",
    )  # fmt: skip


def ticket_of_row(row: tuple[str | int, ...]) -> Ticket:
    id_, number, business, priority, taken_at, state, calls, called_at, served_at = row[:9]
    return Ticket(
        id=str(id_), number=str(number), business=str(business), priority=str(priority),
        taken_at=datetime.fromisoformat(str(taken_at)),
        place=datetime.fromisoformat(str(taken_at)), state=TicketState(str(state)),
        calls=int(calls),
        called_at=datetime.fromisoformat(str(called_at)) if called_at else None,
        served_at=datetime.fromisoformat(str(served_at)) if served_at else None,
    )  # fmt: skip


def _project_job(connection: Statements, key: str, at: datetime, event: Event) -> None:
    match event:
        case PaperQueued():
            connection.exec_driver_sql(
                "INSERT INTO jobs (id, paper, about, printer, reprint, state, at) "
                "VALUES (?, ?, ?, ?, ?, 'queued', ?)",
                (key, event.paper.value, event.about, event.printer, event.reprint, at.isoformat()),
            )
        case PaperAnswered():
            state = "printed" if event.printed else "failed"
            connection.exec_driver_sql(
                "UPDATE jobs SET state = ?, code = '' WHERE id = ?", (state, key)
            )
        case PaperRequeued():
            connection.exec_driver_sql(
                "UPDATE jobs SET state = 'queued', code = '', printer = ? WHERE id = ?",
                (event.printer, key),
            )
        case PaperSent() | PaperPrinted() | PaperFailed() | PaperDoubted():
            connection.exec_driver_sql(
                "UPDATE jobs SET state = ?, code = ?, place = ? WHERE id = ?",
                (
                    _JOB_STATES[type(event)],
                    event.code if isinstance(event, PaperFailed) else "",
                    event.place if isinstance(event, PaperPrinted) else "",
                    key,
                ),
            )
        case _:
            raise BadEntry(kind=type(event).__name__)
