"""Say what is wrong with the line of a hall that has settled: nobody called twice at once, nobody
lost, nobody called before whose turn it was, nothing given while the hall was halted."""

from __future__ import annotations

from collections.abc import Iterator

from app.domain.journal import decode_event
from app.domain.ticket import OPEN_STATES, Ticket, TicketState
from app.domain.ticket_events import (
    HallHalted,
    HallResumed,
    Hold,
    TicketCalled,
    TicketHandedOver,
    TicketHeld,
    TicketReleased,
    TicketReplaced,
    TicketTaken,
)
from app.storage.ticket_table import tickets_in
from sync.backoffice.cases import OFFICE
from sync.backoffice.queue.rows import TicketRow, read_rows
from tests.simulation.world import KIOSK, World


def queue_complaints(world: World) -> Iterator[str]:
    yield from _called_once(world)
    yield from _nobody_lost(world)
    yield from _halted(world)
    yield from world.office.unfair


def _called_once(world: World) -> Iterator[str]:
    """In the order of arrival, a call by another window comes after the former gave it up."""
    holder: dict[str, str] = {}
    replaced = set()
    for subject, kind, version, body, device, outcome, code in world.office.rows(
        "SELECT e.subject, e.kind, e.version, e.body, c.device, e.outcome, e.code FROM entries e"
        " JOIN chains c ON c.id = e.chain WHERE e.subject LIKE 'ticket:%' AND e.first = 1"
        " ORDER BY e.arrival"
    ):
        event = decode_event(kind, version, body)
        if outcome != "applied":
            called = isinstance(event, TicketCalled) and not _has_copies(world)
            if called and subject not in replaced:
                yield f"{subject}: called at {device}, and that was refused: {code}"
            continue
        match event:
            case TicketReplaced():
                replaced.add(subject)
            case TicketCalled():
                former = holder.setdefault(subject, device)
                if former != device and device != "W09":  # a copy goes on with its model's tickets
                    yield f"{subject}: called at {device} while {former} had it"
            case TicketReleased() | TicketHandedOver() | TicketHeld(hold=Hold.WITHOUT_PAPERS):
                holder.pop(subject, None)


def _nobody_lost(world: World) -> Iterator[str]:
    """Whoever took a number is in the line, or at one window, which knows it as it stands."""
    with world.office.disk.read() as reader:
        rows = {one.ticket.id: one for one in read_rows(reader, "WHERE id <> ?", ("",))}
    for subject, kind, version, body in world.office.rows(
        "SELECT subject, kind, version, body FROM entries WHERE outcome = 'applied'"
        " AND kind IN ('TicketTaken', 'TicketReplaced')"
    ):
        event = decode_event(kind, version, body)
        name = event.by if isinstance(event, TicketReplaced) else subject.partition(":")[2]
        if name not in rows:
            yield f"ticket {name} is lost"
    devices = {one.program.store.identity(): one for one in world.staying}
    for row in rows.values():
        window = devices.get(row.owner)
        if window is None or row.ticket.state not in OPEN_STATES:
            continue
        if _has_copies(world) and (
            row.ticket.state is not TicketState.WAITING or not row.confirmed
        ):
            continue  # the other disk's facts count here
        with window.program.store.read() as connection:
            here = [one.id for one in tickets_in(connection, row.ticket.state)]
        if row.ticket.id not in here:
            yield f"{row.ticket.number} is {row.ticket.state} at {window.name}, which does not know"
        if row.wanted and row.ticket.state is TicketState.WAITING:
            yield f"{row.ticket.number} was asked of {window.name}, which keeps it"
    yield from _known_elsewhere(world, rows)


def _known_elsewhere(world: World, rows: dict[str, TicketRow]) -> Iterator[str]:
    if _has_copies(world):
        return
    for window in world.staying:
        if window.name == KIOSK:  # it holds nothing, and hears nothing of what it gave out
            continue
        with window.program.store.read() as connection:
            here = [one for state in OPEN_STATES for one in tickets_in(connection, state)]
        for ticket in here:
            row = rows.get(ticket.id)
            if row is None:
                yield f"{window.name} has {ticket.number}, which nobody else knows"
            elif row.owner != window.program.store.identity() and not _is_void(row.ticket):
                yield f"{window.name} has {ticket.number}, which is {row.owner[0] or 'in the line'}"


def _has_copies(world: World) -> bool:
    return any(one.copied or one.restored for one in world.windows)


def _is_void(ticket: Ticket) -> bool:
    return ticket.state is TicketState.DROPPED


def _halted(world: World) -> Iterator[str]:
    halted = False
    for kind, version, body, device in world.office.rows(
        "SELECT e.kind, e.version, e.body, c.device FROM entries e JOIN chains c ON c.id = e.chain"
        " WHERE e.outcome = 'applied' AND (e.subject = 'hall' OR e.kind = 'TicketTaken')"
        " ORDER BY e.arrival"
    ):
        match decode_event(kind, version, body):
            case HallHalted():
                halted = True
            case HallResumed():
                halted = False
            case TicketTaken(number=number) if halted and device == OFFICE:
                yield f"{number} was given while the hall was halted"
