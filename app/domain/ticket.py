"""A queue ticket (排队号) is the fold of its events; which acts its state allows. Pure.

The same fold runs at windows and at the back office. Whose a waiting ticket is, only the back
office knows; a window knows whether it may call it: ``away`` is True once it gave it up.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from app.domain.errors import TicketNotOpen
from app.domain.event import Event
from app.domain.queue_policy import MAX_REPEATS
from app.domain.ticket_events import (
    NO_PRIORITY,
    Hold,
    TicketActUndone,
    TicketAssigned,
    TicketCalled,
    TicketDropped,
    TicketFinished,
    TicketHandedOver,
    TicketHeld,
    TicketLeased,
    TicketPassed,
    TicketReleased,
    TicketReplaced,
    TicketReturned,
    TicketServed,
    TicketSource,
    TicketTaken,
    TicketWanted,
)

MAX_CALLS = 1 + MAX_REPEATS  # the first call and at most five repeats


class TicketState(StrEnum):
    """等候, 呼叫, 办理, 挂起, 过号, 完成, 弃号."""

    WAITING = "waiting"
    CALLED = "called"
    SERVING = "serving"
    HELD = "held"
    PASSED = "passed"
    FINISHED = "finished"
    DROPPED = "dropped"


OPEN_STATES = frozenset(TicketState) - {TicketState.FINISHED, TicketState.DROPPED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """``place`` orders the line. ``window`` alone may call it, where one is named. ``held_for`` is
    left out of the handling time. ``former`` is the ticket before its last act, where a window may
    still undo that."""

    id: str
    number: str
    business: str
    taken_at: datetime
    place: datetime
    priority: str = ""
    source: TicketSource = TicketSource.WINDOW
    item: str = ""
    booking: str = ""
    window: str = ""
    state: TicketState = TicketState.WAITING
    away: bool = False
    calls: int = 0
    returns: int = 0
    called_at: datetime | None = None
    served_at: datetime | None = None  # first
    ended_at: datetime | None = None
    hold: Hold | None = None
    held_at: datetime | None = None
    held_for: timedelta = timedelta()
    replaced_by: str = ""
    last_act: str = ""
    former: Ticket | None = field(default=None, compare=False, repr=False)

    @property
    def handling(self) -> timedelta | None:
        """From welcome to end, without the time on hold."""
        if self.served_at is None or self.ended_at is None:
            return None
        return max(timedelta(), self.ended_at - self.served_at - self.held_for)


_W, _C, _S, _H, _P, _F, _D = TicketState
_ALLOWED: dict[type[Event], frozenset[TicketState]] = {
    TicketLeased: frozenset({_W}),
    TicketReleased: frozenset({_W, _P}),
    TicketCalled: frozenset({_W, _C, _P, _H}),
    TicketServed: frozenset({_C}),
    TicketPassed: frozenset({_C}),
    TicketReturned: frozenset({_P, _H}),
    TicketHeld: frozenset({_C, _S}),
    TicketHandedOver: frozenset({_W, _C, _S, _P, _H}),
    TicketFinished: frozenset({_C, _S, _H}),
    TicketDropped: frozenset({_W, _C, _P, _H}),
    TicketAssigned: frozenset({_W, _P, _H}),
    TicketReplaced: frozenset({_W, _P, _H}),
    TicketWanted: frozenset({_W}),
}
# Acts of a window on a ticket that it gave up: none. What others do to it is theirs to know.
_AT_WINDOW = frozenset(
    {TicketReleased, TicketCalled, TicketServed, TicketPassed, TicketHeld, TicketHandedOver,
     TicketFinished, TicketDropped}
)  # fmt: skip
# What can be undone, while the ticket is still at the window.
_UNDOABLE = frozenset({TicketCalled, TicketServed, TicketPassed, TicketHeld, TicketFinished,
                       TicketDropped})  # fmt: skip


def apply(ticket: Ticket | None, ticket_id: str, event: Event, at: datetime) -> Ticket:
    """The ticket after one more event. Raises TicketNotOpen."""
    if ticket is None:
        return _begun(ticket_id, event, at)
    if isinstance(event, TicketActUndone):
        return _undone(ticket, event)
    if ticket.state not in _ALLOWED.get(type(event), frozenset()):
        raise TicketNotOpen(ticket=ticket.number)
    if ticket.away and type(event) in _AT_WINDOW:
        raise TicketNotOpen(ticket=ticket.number)
    if isinstance(event, TicketAssigned | TicketReturned) and _papers_stay(ticket):
        raise TicketNotOpen(ticket=ticket.number)
    after = _after(ticket, event, at)
    undoable = type(event) in _UNDOABLE and not after.away
    former = replace(ticket, former=None) if undoable else None
    return replace(after, last_act=type(event).__name__ if undoable else "", former=former)


def _papers_stay(ticket: Ticket) -> bool:
    """Whether only the window that keeps it on hold can go on with it."""
    return ticket.state is TicketState.HELD and ticket.hold is not Hold.WITHOUT_PAPERS


def _begun(ticket_id: str, event: Event, at: datetime) -> Ticket:
    match event:
        case TicketTaken():
            return Ticket(
                id=ticket_id, number=event.number, business=event.business,
                priority=event.priority, taken_at=at, place=event.place or at,
                source=event.source, item=event.item, booking=event.booking,
            )  # fmt: skip
        case TicketLeased():
            return Ticket(
                id=ticket_id, number=event.number, business=event.business,
                priority=event.priority, taken_at=event.taken_at,
                place=event.place or event.taken_at, window=event.window, item=event.item,
            )  # fmt: skip
        case _:
            raise TicketNotOpen(ticket=ticket_id)


def _after(ticket: Ticket, event: Event, at: datetime) -> Ticket:
    match event:
        case TicketLeased():
            after = replace(
                ticket, business=event.business, priority=event.priority,
                place=event.place or ticket.place, window=event.window, away=False,
            )  # fmt: skip
        case TicketReleased():
            # Passed over here, and moved elsewhere before the window had heard of it.
            after = replace(ticket, state=TicketState.WAITING, away=True, calls=0)
        case TicketCalled():
            if ticket.calls >= MAX_CALLS and ticket.state is TicketState.CALLED:
                raise TicketNotOpen(ticket=ticket.number)
            again = ticket.state in {TicketState.PASSED, TicketState.HELD}
            calls = 1 if again else ticket.calls + 1
            after = replace(ticket, state=TicketState.CALLED, calls=calls, called_at=at)
        case TicketServed():
            held = at - ticket.held_at if ticket.held_at else timedelta()
            after = replace(
                ticket, state=TicketState.SERVING, served_at=ticket.served_at or at, hold=None,
                held_at=None, held_for=ticket.held_for + max(timedelta(), held),
            )  # fmt: skip
        case TicketPassed():
            after = replace(ticket, state=TicketState.PASSED)
        case TicketReturned():
            back = 1 if ticket.state is TicketState.PASSED else 0
            after = replace(
                ticket, state=TicketState.WAITING, place=event.place, calls=0,
                returns=ticket.returns + back,
            )  # fmt: skip
        case TicketHeld():
            after = replace(
                ticket, state=TicketState.HELD, hold=event.hold, held_at=at,
                away=event.hold is Hold.WITHOUT_PAPERS,
            )  # fmt: skip
        case TicketHandedOver():
            after = replace(
                ticket, state=TicketState.WAITING, away=True, calls=0, window=event.window,
                business=event.business or ticket.business,
            )  # fmt: skip
        case TicketAssigned():
            after = replace(
                ticket, state=TicketState.WAITING, window=event.window, calls=0,
                business=event.business or ticket.business,
                priority=(
                    "" if event.priority == NO_PRIORITY else event.priority or ticket.priority
                ),
            )  # fmt: skip
        case TicketReplaced():
            after = replace(
                ticket, state=TicketState.DROPPED, ended_at=at, replaced_by=event.number
            )
        case TicketFinished():
            held = at - ticket.held_at if ticket.held_at else timedelta()
            after = replace(
                ticket, state=TicketState.FINISHED, ended_at=at, hold=None, held_at=None,
                held_for=ticket.held_for + max(timedelta(), held),
            )  # fmt: skip
        case TicketDropped():
            after = replace(ticket, state=TicketState.DROPPED, ended_at=at)
        case _:
            after = ticket
    return after


def _undone(ticket: Ticket, event: TicketActUndone) -> Ticket:
    if ticket.former is None or ticket.last_act != event.act:
        raise TicketNotOpen(ticket=ticket.number)
    return ticket.former


def next_to_call(waiting: Iterable[Ticket]) -> Ticket | None:
    """Priority first, then who waits longest."""
    return min(
        (one for one in waiting if one.state is TicketState.WAITING and not one.away),
        key=lambda ticket: (not ticket.priority, ticket.place, ticket.number),
        default=None,
    )
