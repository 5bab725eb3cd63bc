"""Fill the slip of a queue number: of one taken at this window from its line, of one taken at a
kiosk from what the back office answered."""

from __future__ import annotations

from app.domain.errors import NotReady
from app.domain.events import SlipPrepared
from app.domain.hall import HALL_ZONE, Hall
from app.domain.journal import decode_event
from app.domain.papers import TicketSlipContent
from app.domain.ticket import TicketState
from app.services.line_standing import read_standing
from app.storage.database import Statements
from app.storage.projections import subject_id
from app.storage.store import Store
from app.storage.ticket_table import get_ticket, tickets_in

SLIP = "slip:"


def slip_content(store: Store, hall: Hall, about: str) -> TicketSlipContent:
    """``about`` a ``ticket:`` of this window or a ``slip:``. Raises TicketNotOpen, NotReady."""
    with store.read() as connection:
        if about.startswith(SLIP):
            return _prepared(connection, hall, about)
        ticket = get_ticket(connection, subject_id(about))
        waiting = tickets_in(connection, TicketState.WAITING)
        policy = read_standing(connection, hall, store.clock.now()).policy
    priority = policy.priority(ticket.priority)
    names = {b.id: b.name for b in hall.businesses}
    return TicketSlipContent(
        hall=hall.head,
        number=ticket.number,
        business=names.get(ticket.business, ticket.business),
        ahead=-1
        if ticket.away  # in the hall's line: how many wait there is not known here
        else sum(other.taken_at < ticket.taken_at for other in waiting),
        taken_at=ticket.taken_at.astimezone(HALL_ZONE),
        priority=priority.name if priority else ticket.priority,
    )


def find_slip(connection: Statements, about: str) -> SlipPrepared | None:
    row = connection.exec_driver_sql(
        "SELECT kind, version, body FROM journal WHERE subject = ? AND kind = ?"
        " ORDER BY hlc DESC LIMIT 1",
        (about, SlipPrepared.__name__),
    ).one_or_none()
    event = decode_event(*row) if row else None
    return event if isinstance(event, SlipPrepared) else None


def _prepared(connection: Statements, hall: Hall, about: str) -> TicketSlipContent:
    slip = find_slip(connection, about)
    if slip is None:
        raise NotReady(need="number")
    return TicketSlipContent(
        hall=hall.head, number=slip.number, business=slip.business, ahead=slip.ahead,
        taken_at=slip.taken_at.astimezone(HALL_ZONE), priority=slip.priority,
        wait_minutes=slip.wait, booked=slip.booked, follow_url=slip.follow, alone=slip.ahead < 0,
    )  # fmt: skip
