"""A queue ticket (排队号) is the fold of its events; which acts its state allows. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from app.domain.errors import TicketNotOpen
from app.domain.event import Event
from app.domain.events import (
    TicketCalled,
    TicketFinished,
    TicketLeased,
    TicketPassed,
    TicketServed,
    TicketTaken,
)

MAX_CALLS = 1 + 5  # the first call and at most five repeats


class TicketState(StrEnum):
    """等候, 呼叫, 办理, 完成, 过号."""

    WAITING = "waiting"
    CALLED = "called"
    SERVING = "serving"
    FINISHED = "finished"
    PASSED = "passed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    id: str
    number: str
    business: str
    taken_at: datetime
    priority: str = ""
    state: TicketState = TicketState.WAITING
    calls: int = 0
    called_at: datetime | None = None
    served_at: datetime | None = None


_ALLOWED: dict[type[Event], frozenset[TicketState]] = {
    TicketCalled: frozenset({TicketState.WAITING, TicketState.CALLED, TicketState.PASSED}),
    TicketServed: frozenset({TicketState.CALLED}),
    TicketPassed: frozenset({TicketState.CALLED}),
    TicketFinished: frozenset({TicketState.CALLED, TicketState.SERVING}),
}


def apply(ticket: Ticket | None, ticket_id: str, event: Event, at: datetime) -> Ticket:
    """The ticket after one more event. Raises TicketNotOpen."""
    if ticket is None:
        match event:
            case TicketTaken():
                taken_at = at
            case TicketLeased():
                taken_at = event.taken_at
            case _:
                raise TicketNotOpen(ticket=ticket_id)
        return Ticket(
            id=ticket_id, number=event.number, business=event.business, priority=event.priority,
            taken_at=taken_at,
        )  # fmt: skip
    if ticket.state not in _ALLOWED.get(type(event), frozenset()):
        raise TicketNotOpen(ticket=ticket.number)
    match event:
        case TicketCalled():
            if ticket.calls >= MAX_CALLS and ticket.state is TicketState.CALLED:
                raise TicketNotOpen(ticket=ticket.number)
            calls = 1 if ticket.state is TicketState.PASSED else ticket.calls + 1
            return replace(ticket, state=TicketState.CALLED, calls=calls, called_at=at)
        case TicketServed():
            return replace(ticket, state=TicketState.SERVING, served_at=at)
        case TicketPassed():
            return replace(ticket, state=TicketState.PASSED)
        case _:
            return replace(ticket, state=TicketState.FINISHED)


def next_to_call(waiting: Iterable[Ticket]) -> Ticket | None:
    """Priority first, then who took a number first."""
    return min(
        (ticket for ticket in waiting if ticket.state is TicketState.WAITING),
        key=lambda ticket: (not ticket.priority, ticket.taken_at, ticket.number),
        default=None,
    )
