"""Read and write the tickets' table: the fold of each ticket, and what only the back office knows
of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from app.domain.hall import HALL_ZONE
from app.domain.ticket import OPEN_STATES, Ticket, TicketState
from app.domain.ticket_events import Hold, TicketSource
from sync.backoffice.database import Transaction, Value

FOLD = (
    "number", "business", "priority", "taken_at", "place", "source", "item", "only_window", "state",
    "calls", "returns", "called_at", "served_at", "ended_at", "hold", "replaced_by",
    "at_window", "handled",
)  # fmt: skip
_KNOWN = (
    "device", "install", "confirmed", "wanted", "waited", "wait_least", "wait_most", "reprints",
    "check_code", "origin", "asked_for", "updated_at",
)  # fmt: skip
_COLUMNS = ", ".join(("id", *FOLD, *_KNOWN))

_OPEN = ", ".join(f"'{one.value}'" for one in sorted(OPEN_STATES))
TODAY = "WHERE day = ?"
OPEN_TODAY = f"WHERE day = ? AND state IN ({_OPEN})"
# The hall's line: whom nobody holds.
IN_LINE = "WHERE day = ? AND state = 'waiting' AND device = ''"


def hall_day(at: datetime) -> str:
    return at.astimezone(HALL_ZONE).date().isoformat()


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketRow:
    """``owner``: device and install of the chain that holds it, two "" in the hall's line;
    ``confirmed`` once the holder said so. ``waited`` and ``handled`` in seconds, -1 before."""

    ticket: Ticket
    owner: tuple[str, str]
    confirmed: bool
    wanted: bool
    at_window: str
    handled: int
    waited: int
    said: tuple[int, int]  # minutes of wait, -1 where nothing was said
    reprints: int
    check: str
    origin: str
    asked_for: str  # window that had nobody to call, and was to get it
    updated_at: datetime


def read_rows(reader: Transaction, where: str, values: Sequence[Value]) -> list[TicketRow]:
    """``where`` is one of this module's or made of their columns."""
    sql = f"SELECT {_COLUMNS} FROM tickets {where}"  # noqa: S608 - constants of ours
    return [_row(row) for row in reader.execute(sql, values)]


def read_waiting(
    reader: Transaction, day: str, where: str = "", values: Sequence[Value] = ()
) -> list[Ticket]:
    """Who waits this day, with as much of each ticket as decides whose turn it is: hundreds are
    looked through for each number and each call."""
    sql = "SELECT id, number, business, priority, only_window, place FROM tickets"
    rows = reader.execute(f"{sql} WHERE day = ? AND state = 'waiting' {where}", (day, *values))
    found = []
    for ticket_id, number, business, priority, window, text in rows:
        place = datetime.fromisoformat(text)
        found.append(
            Ticket(
                id=ticket_id, number=number, business=business, priority=priority, window=window,
                place=place, taken_at=place,
            )
        )  # fmt: skip
    return found


def find_row(reader: Transaction, ticket_id: str) -> TicketRow | None:
    return next(iter(read_rows(reader, "WHERE id = ?", (ticket_id,))), None)


def find_number(reader: Transaction, number: str, day: str) -> TicketRow | None:
    """The latest of this day with that number."""
    where = "WHERE day = ? AND number = ? ORDER BY taken_at DESC, id DESC LIMIT 1"
    return next(iter(read_rows(reader, where, (day, number))), None)


def fold_values(ticket: Ticket, at_window: str) -> tuple[Value, ...]:
    """In the order of FOLD."""
    handled = ticket.handling
    return (
        ticket.number, ticket.business, ticket.priority, ticket.taken_at.isoformat(),
        ticket.place.isoformat(), ticket.source.value, ticket.item, ticket.window,
        ticket.state.value, ticket.calls, ticket.returns, _text(ticket.called_at),
        _text(ticket.served_at), _text(ticket.ended_at), ticket.hold.value if ticket.hold else "",
        ticket.replaced_by, at_window, -1 if handled is None else int(handled.total_seconds()),
    )  # fmt: skip


def _text(at: datetime | None) -> str:
    return "" if at is None else at.astimezone(UTC).isoformat()


def _time(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _row(row: Sequence[Any]) -> TicketRow:
    (
        ticket_id, number, business, priority, taken_at, place, source, item, only_window, state,
        calls, returns, called_at, served_at, ended_at, hold, replaced_by, at_window, handled,
        device, install, confirmed, wanted, waited, least, most, reprints, check, origin, asked_for,
        updated_at,
    ) = row  # fmt: skip
    ticket = Ticket(
        id=ticket_id, number=number, business=business, priority=priority,
        taken_at=datetime.fromisoformat(taken_at),
        place=datetime.fromisoformat(place or taken_at), source=TicketSource(source), item=item,
        window=only_window, state=TicketState(state), calls=calls, returns=returns,
        called_at=_time(called_at), served_at=_time(served_at), ended_at=_time(ended_at),
        hold=Hold(hold) if hold else None, replaced_by=replaced_by,
    )  # fmt: skip
    return TicketRow(
        ticket=ticket, owner=(device, install), confirmed=bool(confirmed), wanted=bool(wanted),
        at_window=at_window, handled=handled, waited=waited, said=(least, most),
        reprints=reprints, check=check, origin=origin, asked_for=asked_for,
        updated_at=datetime.fromisoformat(updated_at),
    )  # fmt: skip
