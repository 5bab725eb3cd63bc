"""Whether a window serves: opened, paused and closed, by its clerk or as a supervisor ordered.

What is common to all acts on its line stands here too: each is one transaction, and an act that
calls somebody ends a pause.
"""

from __future__ import annotations

from app.domain.errors import ReasonNeeded
from app.domain.event import Event
from app.domain.hall import Hall
from app.domain.queue_errors import HallIsHalted
from app.domain.ticket import Ticket, TicketState
from app.domain.ticket_events import (
    TicketReleased,
    WindowClosed,
    WindowOpened,
    WindowOrder,
    WindowPaused,
)
from app.services.line_standing import LineStanding, Service, read_standing
from app.services.sign_in import Session
from app.storage.database import Statements
from app.storage.store import Store, Unit
from app.storage.ticket_table import day_start, get_ticket, hall_day, tickets_in

LONGEST_REASON = 200


class WindowService:
    def __init__(self, store: Store, hall: Hall) -> None:
        self._store = store
        self._hall = hall

    def open(self, session: Session) -> None:
        """Serves from now on, also after a pause; nothing where it does already."""
        with self._store.begin() as unit:
            self._open(unit, session, self._standing(unit))

    def pause(self, session: Session, reason: str) -> None:
        """暂停服务: who waits here goes back to the hall's line. Raises ReasonNeeded."""
        event = WindowPaused(clerk=session.staff_id, reason=said(reason))
        with self._store.begin() as unit:
            self._stop(unit, session, event, event.reason)

    def close(self, session: Session, reason: str = "") -> None:
        """Nobody is called here, until it is opened; also where nothing was said of it before."""
        with self._store.begin() as unit:
            standing = self._standing(unit)
            if standing.service is not Service.CLOSED or standing.since is None:
                self._stop(unit, session, _closed(session, reason), reason or "closed")

    def follow(self, session: Session) -> bool:
        """Carry out what a supervisor ordered this window, if anything."""
        with self._store.begin() as unit:
            order = self._standing(unit).order
            match order.order if order else None:
                case WindowOrder.OPEN:
                    event: Event = WindowOpened(clerk=session.staff_id)
                    unit.append(event, subject=_window(session), actor=session.actor)
                case WindowOrder.PAUSE if order:
                    event = WindowPaused(clerk=session.staff_id, reason=order.text)
                    self._stop(unit, session, event, order.text)
                case WindowOrder.CLOSE if order:
                    self._stop(unit, session, _closed(session, order.text), order.text)
        return order is not None

    # -- common to all acts --------------------------------------------------------------------

    def _standing(self, unit: Unit) -> LineStanding:
        return read_standing(unit.connection, self._hall, self._store.clock.now())

    def _ready(self, unit: Unit, session: Session) -> LineStanding:
        """To call somebody: any such act ends a pause. Raises HallIsHalted."""
        standing = self._standing(unit)
        if standing.halted:
            raise HallIsHalted(reason=standing.halted)
        self._open(unit, session, standing)
        return standing

    def _open(self, unit: Unit, session: Session, standing: LineStanding) -> None:
        today = standing.since is not None and standing.since >= day_start(self._store.clock.now())
        same = standing.service is Service.OPEN and standing.clerk == session.staff_id
        if not (today and same):
            opened = WindowOpened(clerk=session.staff_id)
            unit.append(opened, subject=_window(session), actor=session.actor)

    def _stop(self, unit: Unit, session: Session, event: Event, reason: str) -> None:
        unit.append(event, subject=_window(session), actor=session.actor)
        for ticket in self._today(unit.connection):
            self._append(unit, session, ticket.id, TicketReleased(reason=reason))

    def _today(
        self, connection: Statements, state: TicketState = TicketState.WAITING
    ) -> list[Ticket]:
        return tickets_in(connection, state, day_start(self._store.clock.now()))

    def _is_today(self, ticket: Ticket) -> bool:
        return hall_day(ticket.taken_at) == hall_day(self._store.clock.now())

    def _append(self, unit: Unit, session: Session, ticket_id: str, event: Event) -> Ticket:
        unit.append(event, subject=f"ticket:{ticket_id}", actor=session.actor)
        return get_ticket(unit.connection, ticket_id)

    def _act(self, session: Session, ticket_id: str, event: Event) -> Ticket:
        with self._store.begin() as unit:
            return self._append(unit, session, ticket_id, event)


def said(reason: str) -> str:
    if not reason.strip():
        raise ReasonNeeded
    return reason.strip()[:LONGEST_REASON]


def _window(session: Session) -> str:
    return f"window:{session.window.id}"


def _closed(session: Session, reason: str) -> WindowClosed:
    return WindowClosed(clerk=session.staff_id, reason=reason.strip()[:LONGEST_REASON])
