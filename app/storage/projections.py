"""Keep the tables that screens read in step with the journal, event by event.

Each event touches rows by its subject; the same code runs when an event is saved and when all
projections are rebuilt, so rebuilt equals kept.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from app.domain import clocks
from app.domain import ticket as tickets
from app.domain.case import CaseState
from app.domain.clocks import Pause
from app.domain.errors import BadEntry
from app.domain.events import (
    ApplicantIdentified,
    CaseAbandoned,
    CaseAccepted,
    CaseAcceptedDeferred,
    CaseDeemedAccepted,
    CaseNumbersLeased,
    CaseOpened,
    CaseReceived,
    CaseRejected,
    ClockPaused,
    ClockResumed,
    Event,
    ItemChosen,
    LimitExtended,
    NoticeIssued,
    Numbered,
    PaperAnswered,
    PaperDoubted,
    PaperFailed,
    PaperPrinted,
    PaperQueued,
    PaperRequeued,
    PaperSent,
    TicketCalled,
    TicketFinished,
    TicketLeased,
    TicketPassed,
    TicketServed,
    TicketTaken,
)
from app.domain.hall import HALL_ZONE
from app.domain.masking import mask_name
from app.domain.ticket import Ticket, TicketState
from app.storage.database import Statements

PROJECTIONS = ("cases", "tickets", "jobs", "number_blocks")

_CASE_STATES: dict[type[Event], CaseState] = {
    CaseAccepted: CaseState.ACCEPTED,
    CaseAcceptedDeferred: CaseState.ACCEPTED_DEFERRED,
    NoticeIssued: CaseState.NOTICED,
    CaseRejected: CaseState.REJECTED,
    CaseReceived: CaseState.RECEIVED,
}
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


def project(connection: Statements, subject: str, at: datetime, event: Event) -> None:
    """Apply one saved event. Runs inside the transaction that saves it."""
    key = subject_id(subject)
    if isinstance(event, _TICKET_EVENTS):
        _project_ticket(connection, key, at, event)
    elif subject.startswith("case:"):
        _project_case(connection, key, at, event)
    elif subject.startswith("job:"):
        _project_job(connection, key, at, event)
    elif isinstance(event, CaseNumbersLeased):
        connection.exec_driver_sql(
            "INSERT INTO number_blocks (first, last, next) VALUES (?, ?, ?)",
            (event.first, event.last, event.first),
        )


def _project_case(connection: Statements, key: str, at: datetime, event: Event) -> None:
    match event:
        case CaseOpened():
            connection.exec_driver_sql(
                "INSERT INTO cases (id, state, window, ticket, opened_at) VALUES (?, ?, ?, ?, ?)",
                (key, CaseState.OPEN.value, event.window, event.ticket, at.isoformat()),
            )
        case ApplicantIdentified():
            connection.exec_driver_sql(
                "UPDATE cases SET applicant = ? WHERE id = ?",
                (mask_name(event.applicant.person.name), key),
            )
        case ItemChosen():
            connection.exec_driver_sql(
                "UPDATE cases SET item = ?, item_name = ?, version = ? WHERE id = ?",
                (event.item, event.name, event.version, key),
            )
        case CaseAbandoned():
            connection.exec_driver_sql(
                "UPDATE cases SET state = ?, decided_at = ? WHERE id = ?",
                (CaseState.ABANDONED.value, at.isoformat(), key),
            )
        case Numbered():
            state = _CASE_STATES[type(event)]
            if isinstance(event, CaseAccepted) and event.promised:
                state = CaseState.ACCEPTED_ON_PROMISE
            since = at.astimezone(HALL_ZONE).date().isoformat()
            due = getattr(event, "notice_due", None) or getattr(event, "promise_due", "")
            connection.exec_driver_sql(
                "UPDATE cases SET state = ?, number = ?, decided_at = ?, since = ?, due = ? "
                "WHERE id = ?",
                (state.value, event.number, at.isoformat(), since, str(due), key),
            )
            connection.exec_driver_sql(
                "UPDATE number_blocks SET next = next + 1 "
                "WHERE first = (SELECT min(first) FROM number_blocks WHERE next <= last)"
            )
        case _:
            _project_clock(connection, key, event)


def _project_clock(connection: Statements, key: str, event: Event) -> None:
    match event:
        case CaseDeemedAccepted():
            connection.exec_driver_sql(
                "UPDATE cases SET state = ?, since = ?, due = ? WHERE id = ?",
                (CaseState.DEEMED_ACCEPTED.value, event.since.isoformat(),
                 event.promise_due.isoformat(), key),
            )  # fmt: skip
        case LimitExtended():
            connection.exec_driver_sql(
                "UPDATE cases SET extension = ? WHERE id = ?", (event.days, key)
            )
        case ClockPaused() | ClockResumed():
            row = connection.exec_driver_sql(
                "SELECT pauses FROM cases WHERE id = ?", (key,)
            ).one_or_none()
            pauses = pauses_of(row[0] if row else "")
            if isinstance(event, ClockPaused):
                pauses = clocks.pause(
                    pauses, event.code, event.name, event.reason, event.approver, event.on
                )
            else:
                pauses = clocks.resume(pauses, event.code, event.on)
            connection.exec_driver_sql(
                "UPDATE cases SET pauses = ? WHERE id = ?",
                (msgspec.json.encode(pauses).decode(), key),
            )


def pauses_of(text: str) -> tuple[Pause, ...]:
    """The pauses as the table of cases keeps them."""
    return msgspec.json.decode(text, type=tuple[Pause, ...]) if text else ()


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
        taken_at=datetime.fromisoformat(str(taken_at)), state=TicketState(str(state)),
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
