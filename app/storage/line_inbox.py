"""Take in what the feed tells of the line: what others did to tickets that are here, orders to this
window, rules of the hall. A ticket that is asked back is given back at once, unless it was called.
"""

from __future__ import annotations

from collections.abc import Sequence

from app.domain.errors import BadEntry
from app.domain.event import Event
from app.domain.journal import Entry, check_body, decode_event
from app.domain.ticket import Ticket, TicketState
from app.domain.ticket_events import (
    HallHalted,
    HallResumed,
    QueuePolicyChanged,
    TicketAssigned,
    TicketReleased,
    TicketReplaced,
    TicketReturned,
    TicketWanted,
    WindowOrdered,
)
from app.storage.line_facts import keep_heard
from app.storage.projections import project
from app.storage.store import Unit
from app.storage.ticket_table import find_ticket

SYSTEM = "system"
_OF_TICKETS = (TicketAssigned, TicketReplaced, TicketReturned, TicketWanted)
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
    ticket: Ticket | None = None
    if isinstance(event, _OF_TICKETS):
        if isinstance(event, TicketWanted) and event.window != device:
            return
        ticket = find_ticket(unit.connection, entry.subject.partition(":")[2])
        if ticket is None and not isinstance(event, TicketWanted | TicketReplaced):
            return
    # A ticket that is not here may be on its way: its lease and this word come on two ways.
    kept = keep_heard(unit.connection, entry, open=isinstance(event, _OF_TICKETS) and not ticket)
    if kept is None:
        return
    if isinstance(event, TicketWanted):
        if ticket is not None and ticket.state is TicketState.WAITING and not ticket.away:
            released = TicketReleased(reason=event.reason)
            unit.append(released, subject=entry.subject, actor=SYSTEM)
    else:
        project(unit.connection, kept, event, own=False)
