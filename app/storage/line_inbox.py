"""Take in what the feed tells of the line: what others did to tickets that are here, orders to this
window, rules of the hall. A ticket that is asked back is given back at once, unless it was called.
"""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.errors import BadEntry
from app.domain.event import Event
from app.domain.journal import Entry, check_body, decode_event
from app.domain.ticket import TicketState
from app.domain.ticket_events import (
    HallHalted,
    HallResumed,
    QueuePolicyChanged,
    TicketReleased,
    TicketReplaced,
    TicketWanted,
    WindowOrdered,
)
from app.storage.journal_table import IS_OWN
from app.storage.line_facts import keep_heard
from app.storage.projections import project
from app.storage.store import Unit
from app.storage.ticket_table import find_ticket

SYSTEM = "system"
# Where a ticket of this window is moved to is for the line to know, once it is given back.
_OF_TICKETS = (TicketReplaced, TicketWanted)
_FREE = frozenset({TicketState.WAITING, TicketState.PASSED})  # papers that stay hold theirs
_OF_THE_HALL = (QueuePolicyChanged, HallHalted, HallResumed)


def concerns_line(subject: str, device: str) -> bool:
    return subject in {"hall", f"window:{device}"} or subject.startswith("ticket:")


def take_line(unit: Unit, entries: Sequence[Entry], device: str) -> None:
    """In order; facts that cannot be read, or that are others' to hear, are left out."""
    for entry in entries:
        try:
            check_body(entry)
            event = decode_event(entry.kind, entry.version, entry.body)
        except BadEntry:
            continue
        if _fits(entry, event, device):
            _take(unit, entry, event, device)


def _fits(entry: Entry, event: Event, device: str) -> bool:
    if entry.subject == "hall":
        return isinstance(event, _OF_THE_HALL)
    if entry.subject == f"window:{device}":
        return isinstance(event, WindowOrdered)
    return isinstance(event, _OF_TICKETS) and entry.subject.startswith("ticket:")


def _take(unit: Unit, entry: Entry, event: Event, device: str) -> None:
    key = entry.subject.partition(":")[2]
    if isinstance(event, TicketWanted):
        ticket = find_ticket(unit.connection, key) if event.window == device else None
        if ticket is None or ticket.away or event.after != _last_act(unit, entry.subject):
            return  # what was done here since counts: the back office asks again if it must
        if ticket.state in _FREE:
            released = TicketReleased(reason=event.reason)
            unit.append(released, subject=entry.subject, actor=SYSTEM)
        return
    if isinstance(event, TicketReplaced) and find_ticket(unit.connection, key) is None:
        return
    kept = keep_heard(unit.connection, entry)
    if kept is not None:
        project(unit.connection, kept, event, own=False)


def _last_act(unit: Unit, subject: str) -> str:
    """What this window did last with it; not what its supervisor did to the line."""
    row = unit.connection.exec_driver_sql(
        f"SELECT id FROM journal WHERE subject = ? AND {IS_OWN}"  # noqa: S608 - constants
        " AND kind NOT IN ('TicketAssigned', 'TicketReplaced') ORDER BY hlc DESC LIMIT 1",
        (subject,),
    ).one_or_none()
    return str(row[0]) if row else ""
