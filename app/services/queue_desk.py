"""The line as one window works it: who waits here, who is called, held, handed over, dropped.

A window calls only tickets it holds: those leased to it by the back office and those taken here.
Every act is one transaction; what it did last can be taken back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.domain import queueing
from app.domain.errors import NoOneWaiting, TicketNotOpen
from app.domain.event import Event
from app.domain.events import PaperKind
from app.domain.hall import Business, Hall, Window
from app.domain.queue_errors import HallIsHalted, NothingToUndo, UnknownPriority
from app.domain.queue_policy import QueuePolicy
from app.domain.ticket import Ticket, TicketState
from app.domain.ticket_events import (
    Hold,
    TicketActUndone,
    TicketCalled,
    TicketDropped,
    TicketFinished,
    TicketHandedOver,
    TicketHeld,
    TicketPassed,
    TicketReleased,
    TicketReturned,
    TicketServed,
    TicketTaken,
)
from app.services.line_standing import LineStanding, Service, read_standing
from app.services.print_setup import PrintRoutes
from app.services.sign_in import Session
from app.services.window_service import LONGEST_REASON, WindowService, said
from app.storage.database import Statements
from app.storage.store import Store, Unit
from app.storage.ticket_table import (
    current_ticket,
    day_start,
    get_ticket,
    hall_day,
    held_away,
    next_number,
    recent_priorities,
    tickets_in,
    undoable,
)

_CURRENT = frozenset({TicketState.CALLED, TicketState.SERVING})


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueSnapshot:
    """``waiting`` in calling order; ``leased`` of them came from the hall. ``current`` is called or
    being served, ``passed`` 过号 today. ``held``: kept here, and ``away`` those without papers.
    ``undo`` is the ticket whose last act can be taken back."""

    waiting: tuple[Ticket, ...]
    current: Ticket | None
    passed: tuple[Ticket, ...]
    standing: LineStanding
    held: tuple[Ticket, ...] = ()
    away: tuple[Ticket, ...] = ()
    undo: Ticket | None = None


class QueueDesk(WindowService):
    def __init__(
        self, store: Store, hall: Hall, routes: PrintRoutes,
        check_room: Callable[[], object] = lambda: None,
        draw: Callable[[int], int] = lambda _count: 0,
    ) -> None:  # fmt: skip
        """``check_room`` raises RoomLow while nothing new may be begun. ``draw(n)`` gives 0..n-1 by
        chance, for halls that call by chance."""
        super().__init__(store, hall)
        self._routes = routes
        self._check_room = check_room
        self._draw = draw

    def businesses(self) -> tuple[Business, ...]:
        return self._hall.businesses

    def windows(self) -> tuple[Window, ...]:
        return self._hall.windows

    def snapshot(self, session: Session | None = None) -> QueueSnapshot:
        """Tickets of other days no longer wait: a new day starts with an empty line."""
        now = self._store.clock.now()
        with self._store.read() as connection:
            standing = read_standing(connection, self._hall, now)
            line = self._today(connection, TicketState.WAITING)
            recent = recent_priorities(connection, hall_day(now))
            return QueueSnapshot(
                waiting=tuple(_in_order(standing.policy, session, line, recent)),
                current=current_ticket(connection),
                passed=tuple(self._today(connection, TicketState.PASSED)),
                standing=standing,
                held=tuple(tickets_in(connection, TicketState.HELD)),
                away=tuple(held_away(connection, day_start(now))),
                undo=self._undoable(connection),
            )

    # -- calling --------------------------------------------------------------------------------

    def call_next(self, session: Session, hold: Hold | None = None) -> Ticket:
        """Close the ticket before, or keep it on ``hold``, and call the next by the hall's policy.
        Raises NoOneWaiting (the former stays), HallIsHalted."""
        with self._store.begin() as unit:
            standing = self._ready(unit, session)
            now = self._store.clock.now()
            ticket = queueing.choose(
                standing.policy, session.window.id, self._today(unit.connection),
                recent_priorities(unit.connection, hall_day(now)), self._draw,
            )  # fmt: skip
            if ticket is None:
                raise NoOneWaiting
            self._leave_current(unit, session, hold)
            return self._append(unit, session, ticket.id, TicketCalled(window=session.window.id))

    def call(self, session: Session, ticket_id: str, hold: Hold | None = None) -> Ticket:
        """Call this one: waiting, or kept on hold here. Raises HallIsHalted, TicketNotOpen."""
        with self._store.begin() as unit:
            self._ready(unit, session)
            if (current := current_ticket(unit.connection)) and current.id == ticket_id:
                raise TicketNotOpen(ticket=current.number)
            self._leave_current(unit, session, hold)
            return self._append(unit, session, ticket_id, TicketCalled(window=session.window.id))

    def recall(self, session: Session, ticket_id: str) -> Ticket:
        """Raises TicketNotOpen after as many repeats as the hall's policy allows."""
        with self._store.begin() as unit:
            standing = self._ready(unit, session)
            ticket = get_ticket(unit.connection, ticket_id)
            if ticket.state is not TicketState.CALLED or ticket.calls > standing.policy.repeats:
                raise TicketNotOpen(ticket=ticket.number)
            return self._append(unit, session, ticket_id, TicketCalled(window=session.window.id))

    def back(self, session: Session, ticket_id: str) -> Ticket:
        """回呼: who was on hold here is called; who was passed over goes back into the line by the
        hall's rule, and is called at once where nobody is before them. Raises ReturnTooLate."""
        with self._store.begin() as unit:
            standing = self._ready(unit, session)
            ticket = get_ticket(unit.connection, ticket_id)
            call = TicketCalled(window=session.window.id)
            busy = current_ticket(unit.connection) is not None
            if ticket.state is TicketState.HELD and not busy:
                return self._append(unit, session, ticket_id, call)
            line = self._today(unit.connection)
            now = self._store.clock.now()
            place = queueing.place_on_return(standing.policy, ticket, line, now)
            ticket = self._append(unit, session, ticket_id, TicketReturned(place=place))
            first = _in_order(
                standing.policy, session, [*line, ticket],
                recent_priorities(unit.connection, hall_day(now)),
            )[:1]  # fmt: skip
            if busy or first != [ticket]:
                return ticket
            return self._append(unit, session, ticket_id, call)

    # -- who is called or served ----------------------------------------------------------------

    def serve(self, session: Session, ticket_id: str) -> Ticket:
        return self._act(session, ticket_id, TicketServed())

    def finish(self, session: Session, ticket_id: str) -> Ticket:
        return self._act(session, ticket_id, TicketFinished())

    def pass_over(self, session: Session, ticket_id: str) -> Ticket:
        return self._act(session, ticket_id, TicketPassed())

    def hold(self, session: Session, ticket_id: str, hold: Hold, reason: str = "") -> Ticket:
        """挂起."""
        return self._act(
            session, ticket_id, TicketHeld(hold=hold, reason=reason.strip()[:LONGEST_REASON])
        )

    def hand_over(
        self, session: Session, ticket_id: str, reason: str, *, business: str = "", window: str = ""
    ) -> Ticket:
        """转移 to another window or line, keeping the place. Raises ReasonNeeded."""
        to_self = window == session.window.id
        known = {one.id for one in self._hall.windows} | {one.id for one in self._hall.businesses}
        if to_self or not {business, window} - {""} <= known or not (business or window):
            raise TicketNotOpen(ticket=ticket_id)
        event = TicketHandedOver(reason=said(reason), business=business, window=window)
        return self._act(session, ticket_id, event)

    def drop(self, session: Session, ticket_id: str, reason: str) -> Ticket:
        """弃号. Raises ReasonNeeded."""
        return self._act(session, ticket_id, TicketDropped(reason=said(reason)))

    def undo(self, session: Session) -> Ticket:
        """Take back the last act at this window. Raises NothingToUndo."""
        with self._store.begin() as unit:
            ticket = self._undoable(unit.connection)
            if ticket is None:
                raise NothingToUndo
            return self._append(unit, session, ticket.id, TicketActUndone(act=ticket.last_act))

    # -- numbers --------------------------------------------------------------------------------

    def take(self, session: Session, business_id: str, priority: str = "") -> Ticket:
        """Give out a number at this window and queue its slip.

        Numbers carry the window's own letter, so windows without a network never collide. Where
        the window does not serve now, it waits in the hall. Raises RoomLow, HallIsHalted,
        UnknownPriority.
        """
        self._check_room()
        business = next(b for b in self._hall.businesses if b.id == business_id)
        ticket_id = self._store.new_id()
        with self._store.begin() as unit:
            now = self._store.clock.now()
            standing = self._standing(unit)
            if standing.halted:
                raise HallIsHalted(reason=standing.halted)
            if priority and standing.policy.priority(priority) is None:
                raise UnknownPriority(priority=priority)
            number = next_number(unit.connection, session.window.ticket_prefix, hall_day(now))
            taken = TicketTaken(number=number, business=business.id, priority=priority)
            ticket = self._append(unit, session, ticket_id, taken)
            unit.append(
                self._routes.queued(PaperKind.TICKET_SLIP, f"ticket:{ticket_id}"),
                subject=f"job:{self._store.new_id()}",
                actor=session.actor,
            )
            if standing.since is not None and standing.service is not Service.OPEN:
                released = TicketReleased(reason=standing.reason or "closed")
                ticket = self._append(unit, session, ticket_id, released)
        return ticket

    # -- the rest -------------------------------------------------------------------------------

    def _leave_current(self, unit: Unit, session: Session, hold: Hold | None) -> None:
        former = current_ticket(unit.connection)
        if former is None:
            return
        served = former.state is TicketState.SERVING
        event: Event = TicketFinished() if served else TicketPassed()
        if served and hold is not None:
            event = TicketHeld(hold=hold)
        self._append(unit, session, former.id, event)

    def _undoable(self, connection: Statements) -> Ticket | None:
        """Not what was done on another day, nor what would bring two to the window at once."""
        ticket = undoable(connection)
        if ticket is None or ticket.former is None or not self._is_today(ticket):
            return None
        current = current_ticket(connection)
        twice = current is not None and current.id != ticket.id
        return None if twice and ticket.former.state in _CURRENT else ticket


def _in_order(
    policy: QueuePolicy, session: Session | None, line: list[Ticket], recent: list[bool]
) -> list[Ticket]:
    if session is None:
        return queueing.line_order(policy, line, recent)
    return queueing.in_order(policy, session.window.id, line, recent)
