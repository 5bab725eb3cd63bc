"""The line as one window works it: who waits here, who is called, taking a number at the window.

A window calls only tickets it holds: those leased to it by the back office and those taken here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from app.domain.errors import NoOneWaiting, TicketNotOpen
from app.domain.event import Event
from app.domain.events import (
    PaperKind,
    PaperQueued,
)
from app.domain.hall import HALL_ZONE, Business, Hall
from app.domain.ticket import Ticket, TicketState, next_to_call
from app.domain.ticket_events import (
    TicketCalled,
    TicketFinished,
    TicketPassed,
    TicketServed,
    TicketTaken,
)
from app.services.sign_in import Session
from app.storage.database import Statements
from app.storage.projections import ticket_of_row
from app.storage.store import Store, Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueSnapshot:
    """``waiting`` in calling order, ``current`` called or being served, ``passed`` 过号 today."""

    waiting: tuple[Ticket, ...]
    current: Ticket | None
    passed: tuple[Ticket, ...]


def tickets_in(connection: Statements, state: TicketState) -> list[Ticket]:
    rows = connection.exec_driver_sql(
        "SELECT id, number, business, priority, taken_at, state, calls, called_at, served_at "
        "FROM tickets WHERE state = ? ORDER BY taken_at",
        (state.value,),
    )
    return [ticket_of_row(tuple(row)) for row in rows]


def current_ticket(connection: Statements) -> Ticket | None:
    """The one ticket at this window; serving goes before merely called."""
    for state in (TicketState.SERVING, TicketState.CALLED):
        if found := tickets_in(connection, state):
            return found[-1]
    return None


def hall_day(at: datetime) -> str:
    return at.astimezone(HALL_ZONE).date().isoformat()


class QueueDesk:
    def __init__(
        self, store: Store, hall: Hall, slip_printer: str,
        check_room: Callable[[], object] = lambda: None,
    ) -> None:  # fmt: skip
        """``check_room`` raises RoomLow while nothing new may be begun."""
        self._store = store
        self._hall = hall
        self._slip_printer = slip_printer
        self._check_room = check_room

    def businesses(self) -> tuple[Business, ...]:
        return self._hall.businesses

    def snapshot(self) -> QueueSnapshot:
        """Tickets of other days no longer wait: a new day starts with an empty line."""
        today = hall_day(self._store.clock.now())
        with self._store.read() as connection:
            waiting = tickets_in(connection, TicketState.WAITING)
            current = current_ticket(connection)
            passed = tickets_in(connection, TicketState.PASSED)
        line = [ticket for ticket in waiting if hall_day(ticket.taken_at) == today]
        ordered = []
        while (ticket := next_to_call(line)) is not None:
            ordered.append(ticket)
            line.remove(ticket)
        return QueueSnapshot(
            waiting=tuple(ordered),
            current=current,
            passed=tuple(t for t in passed if hall_day(t.taken_at) == today),
        )

    def call_next(self, session: Session) -> Ticket:
        """Close the ticket before and call the next. Raises NoOneWaiting (the former stays)."""
        snapshot = self.snapshot()
        if not snapshot.waiting:
            raise NoOneWaiting
        ticket = snapshot.waiting[0]
        with self._store.begin() as unit:
            self._close_current(unit, session)
            self._append(unit, session, ticket.id, TicketCalled(window=session.window.id))
        return self._get(ticket.id)

    def call(self, session: Session, ticket_id: str) -> Ticket:
        """Call this one: a waiting or passed ticket."""
        with self._store.begin() as unit:
            self._close_current(unit, session)
            self._append(unit, session, ticket_id, TicketCalled(window=session.window.id))
        return self._get(ticket_id)

    def recall(self, session: Session, ticket_id: str) -> Ticket:
        """Raises TicketNotOpen after the fifth repetition."""
        return self._act(session, ticket_id, TicketCalled(window=session.window.id))

    def pass_over(self, session: Session, ticket_id: str) -> Ticket:
        return self._act(session, ticket_id, TicketPassed())

    def serve(self, session: Session, ticket_id: str) -> Ticket:
        return self._act(session, ticket_id, TicketServed())

    def finish(self, session: Session, ticket_id: str) -> Ticket:
        return self._act(session, ticket_id, TicketFinished())

    def take(self, session: Session, business_id: str, priority: str = "") -> Ticket:
        """Give out a number at this window and queue its slip.

        Numbers carry the window's own letter, so windows without a network never collide. Raises
        RoomLow.
        """
        self._check_room()
        business = next(b for b in self._hall.businesses if b.id == business_id)
        ticket_id = self._store.new_id()
        with self._store.begin() as unit:
            today = hall_day(self._store.clock.now())
            taken = unit.connection.exec_driver_sql(
                "SELECT taken_at FROM tickets WHERE local = 1 AND number LIKE ?",
                (f"{session.window.ticket_prefix}%",),
            )
            count = sum(hall_day(datetime.fromisoformat(row[0])) == today for row in taken)
            number = f"{session.window.ticket_prefix}{count + 1:03d}"
            self._append(
                unit, session, ticket_id,
                TicketTaken(number=number, business=business.id, priority=priority),
            )  # fmt: skip
            unit.append(
                PaperQueued(
                    paper=PaperKind.TICKET_SLIP, about=f"ticket:{ticket_id}",
                    printer=self._slip_printer,
                ),
                subject=f"job:{self._store.new_id()}",
                actor=session.actor,
            )  # fmt: skip
        return self._get(ticket_id)

    def _close_current(self, unit: Unit, session: Session) -> None:
        former = current_ticket(unit.connection)
        if former is not None:
            served = former.state is TicketState.SERVING
            event = TicketFinished() if served else TicketPassed()
            self._append(unit, session, former.id, event)

    def _append(self, unit: Unit, session: Session, ticket_id: str, event: Event) -> None:
        unit.append(event, subject=f"ticket:{ticket_id}", actor=session.actor)

    def _act(self, session: Session, ticket_id: str, event: Event) -> Ticket:
        with self._store.begin() as unit:
            self._append(unit, session, ticket_id, event)
        return self._get(ticket_id)

    def _get(self, ticket_id: str) -> Ticket:
        return get_ticket(self._store, ticket_id)


def get_ticket(store: Store, ticket_id: str) -> Ticket:
    """Raises TicketNotOpen where there is none."""
    with store.read() as connection:
        row = connection.exec_driver_sql(
            "SELECT id, number, business, priority, taken_at, state, calls, called_at, served_at "
            "FROM tickets WHERE id = ?",
            (ticket_id,),
        ).one_or_none()
    if row is None:
        raise TicketNotOpen(ticket=ticket_id)
    return ticket_of_row(tuple(row))
