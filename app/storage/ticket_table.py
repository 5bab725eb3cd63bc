"""Keep the tickets that this window holds or held: the fold of each, and the last number given out.

What this window did must fit. What others did to a ticket that is here counts as far as the ticket
allows it: this window may have gone on with it in the meantime.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

import msgspec

from app.domain import ticket as tickets
from app.domain.decoding import decode
from app.domain.errors import TicketNotOpen
from app.domain.event import Event
from app.domain.hall import HALL_ZONE
from app.domain.journal import Entry
from app.domain.ticket import Ticket, TicketState
from app.domain.ticket_events import (
    TicketAssigned,
    TicketLeased,
    TicketReplaced,
    TicketTaken,
)
from app.storage.database import Statements

_NUMBER = re.compile(r"(.*?)([0-9]+)", re.DOTALL)
_OTHERS_ACTS = (TicketAssigned, TicketReplaced)  # a supervisor's, also at her own device
_encode = msgspec.json.Encoder().encode


def _fold(text: str) -> Ticket:
    return decode(text, Ticket)


def _utc(at: datetime) -> str:
    """Sorts as the moments do."""
    return at.astimezone(UTC).isoformat()


def hall_day(at: datetime) -> str:
    return at.astimezone(HALL_ZONE).date().isoformat()


def day_start(at: datetime) -> datetime:
    """The midnight at the hall before this moment."""
    return at.astimezone(HALL_ZONE).replace(hour=0, minute=0, second=0, microsecond=0)


# -- keeping ------------------------------------------------------------------------------------


def project_ticket(connection: Statements, entry: Entry, event: Event, *, own: bool) -> None:
    """Raises TicketNotOpen where an own act does not fit."""
    key = entry.subject.partition(":")[2]
    if own and isinstance(event, TicketReplaced):
        _keep_replacement(connection, entry, event)
    former = find_ticket(connection, key)
    try:
        ticket = tickets.apply(former, key, event, entry.at)
    except TicketNotOpen:
        if isinstance(event, TicketLeased) and former is not None and former.away:
            # It was elsewhere meanwhile: the lease says all that counts.
            ticket = tickets.apply(None, key, event, entry.at)
        elif own and not isinstance(event, _OTHERS_ACTS):
            raise
        else:
            return
    if former is None:
        connection.exec_driver_sql(
            "INSERT INTO tickets (id, number, business, priority, taken_at, state, local) "
            "VALUES (?, ?, '', '', ?, '', ?)",
            (key, ticket.number, _utc(ticket.taken_at), isinstance(event, TicketTaken)),
        )
    if own and isinstance(event, TicketTaken):
        _count_number(connection, ticket.number, hall_day(entry.at))
    connection.exec_driver_sql(
        "UPDATE tickets SET business = ?, priority = ?, taken_at = ?, state = ?, called_at = ?, "
        "away = ?, undo = ?, fold = ? WHERE id = ?",
        (
            ticket.business, ticket.priority, _utc(ticket.taken_at), ticket.state.value,
            _utc(ticket.called_at) if ticket.called_at else "", ticket.away,
            entry.hlc if own and ticket.former is not None else "", _encode(ticket).decode(), key,
        ),
    )  # fmt: skip


def _keep_replacement(connection: Statements, entry: Entry, event: TicketReplaced) -> None:
    """The number that was given here, so that its slip can be printed; it waits in the hall's line,
    never here."""
    _count_number(connection, event.number, hall_day(entry.at))
    taken = event.taken_at or entry.at
    ticket = Ticket(
        id=event.by, number=event.number, business=event.business, priority=event.priority,
        taken_at=taken, place=taken, away=True,
    )  # fmt: skip
    connection.exec_driver_sql(
        "INSERT INTO tickets (id, number, business, priority, taken_at, state, local, away, fold) "
        "VALUES (?, ?, ?, ?, ?, ?, 0, 1, ?) ON CONFLICT DO NOTHING",
        (
            ticket.id, ticket.number, ticket.business, ticket.priority, taken.isoformat(),
            ticket.state.value, _encode(ticket).decode(),
        ),
    )  # fmt: skip


def _count_number(connection: Statements, number: str, day: str) -> None:
    match = _NUMBER.fullmatch(number)
    if match is not None:
        connection.exec_driver_sql(
            "INSERT INTO ticket_numbers (day, prefix, last) VALUES (?, ?, ?) "
            "ON CONFLICT (day, prefix) DO UPDATE SET last = max(last, excluded.last)",
            (day, match[1], int(match[2])),
        )


# -- reading ------------------------------------------------------------------------------------


def next_number(connection: Statements, prefix: str, day: str) -> str:
    """The next of this letter on this day of the hall; taken by the fact that names it."""
    row = connection.exec_driver_sql(
        "SELECT last FROM ticket_numbers WHERE day = ? AND prefix = ?", (day, prefix)
    ).one_or_none()
    return f"{prefix}{(row[0] if row else 0) + 1:03d}"


def find_ticket(connection: Statements, ticket_id: str) -> Ticket | None:
    row = connection.exec_driver_sql(
        "SELECT fold FROM tickets WHERE id = ?", (ticket_id,)
    ).one_or_none()
    return _fold(row[0]) if row else None


def get_ticket(connection: Statements, ticket_id: str) -> Ticket:
    """Raises TicketNotOpen where there is none."""
    ticket = find_ticket(connection, ticket_id)
    if ticket is None:
        raise TicketNotOpen(ticket=ticket_id)
    return ticket


def tickets_in(
    connection: Statements, state: TicketState, since: datetime | None = None
) -> list[Ticket]:
    """Those at this window, by when they were taken; ``since``: no earlier ones."""
    rows = connection.exec_driver_sql(
        "SELECT fold FROM tickets WHERE state = ? AND taken_at >= ? AND away = 0 ORDER BY taken_at",
        (state.value, _utc(since) if since else ""),
    )
    return [_fold(row[0]) for row in rows]


def held_away(connection: Statements, since: datetime) -> list[Ticket]:
    """On hold without papers: they wait in the hall, and any window may get them back."""
    rows = connection.exec_driver_sql(
        "SELECT fold FROM tickets WHERE state = 'held' AND taken_at >= ? AND away = 1 "
        "ORDER BY taken_at",
        (_utc(since),),
    )
    return [_fold(row[0]) for row in rows]


def current_ticket(connection: Statements) -> Ticket | None:
    """The one ticket at this window; serving goes before merely called."""
    for state in (TicketState.SERVING, TicketState.CALLED):
        if found := tickets_in(connection, state):
            return found[-1]
    return None


def recent_priorities(connection: Statements, day: str, count: int = 10) -> list[bool]:
    """Whether the last that were called here had priority, newest last."""
    rows = connection.exec_driver_sql(
        "SELECT priority, taken_at FROM tickets WHERE called_at <> '' "
        "ORDER BY called_at DESC LIMIT ?",
        (count,),
    ).all()
    today = [bool(row[0]) for row in rows if hall_day(datetime.fromisoformat(row[1])) == day]
    return today[::-1]


def undoable(connection: Statements) -> Ticket | None:
    """The ticket whose last act was the last at this window that can be taken back."""
    row = connection.exec_driver_sql(
        "SELECT fold FROM tickets WHERE undo <> '' ORDER BY undo DESC LIMIT 1"
    ).one_or_none()
    return _fold(row[0]) if row else None
