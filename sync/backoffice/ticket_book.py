"""Fold ticket events in their order of arrival, and keep the tickets' table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain import ticket as tickets
from app.domain.errors import BadEntry
from app.domain.event import Event
from app.domain.events import DeviceReenrolled
from app.domain.journal import Entry, decode_event
from app.domain.ticket import Ticket, TicketState
from app.domain.ticket_events import TicketLeased, TicketTaken
from sync.backoffice import lineage
from sync.backoffice.database import Transaction, Value
from sync.backoffice.line import hall_day
from sync.errors import TicketElsewhere


@dataclass(slots=True)
class _Held:
    """One ticket while a batch lasts; its row says whose it is."""

    ticket: Ticket | None
    origin: str
    owner: tuple[str, str]
    confirmed: bool
    new: bool = False  # has no row yet
    updated_at: str = ""  # "" where nothing changed


class TicketBook:
    """The tickets that one batch touches: folded once, followed in memory, written once."""

    def __init__(self, connection: Transaction) -> None:
        self._connection = connection
        self._held: dict[str, _Held] = {}  # by subject
        self._opened: dict[lineage.Chain, str] = {}  # when chains were, as far as it was asked

    def look_up(self, subjects: Iterable[str]) -> None:
        """Fold these tickets as far as they are stored."""
        rows = self._connection.among(
            "SELECT id, number, business, priority, taken_at, origin, device, install, confirmed"
            " FROM tickets WHERE id IN ({})",
            [subject.removeprefix("ticket:") for subject in subjects],
        )
        for ticket_id, number, business, priority, taken_at, origin, *owner, done in rows:
            ticket: Ticket | None = None
            if origin == "hall":
                ticket = Ticket(
                    id=ticket_id, number=number, business=business, priority=priority,
                    taken_at=datetime.fromisoformat(taken_at),
                    place=datetime.fromisoformat(taken_at),
                )  # fmt: skip
            self._held[f"ticket:{ticket_id}"] = _Held(
                ticket=ticket,
                origin=origin,
                owner=(owner[0], owner[1]),
                confirmed=bool(done),
            )
        past = self._connection.among(
            "SELECT subject, kind, version, body, at FROM entries"
            " WHERE subject IN ({}) AND outcome = 'applied' ORDER BY arrival",
            self._held,
        )
        for subject, kind, version, body, at in past:
            event = decode_event(kind, version, body)
            if not isinstance(event, TicketLeased):
                one = self._held[subject]
                ticket_id = subject.removeprefix("ticket:")
                one.ticket = tickets.apply(one.ticket, ticket_id, event, datetime.fromisoformat(at))

    def apply(self, entry: Entry, event: Event, at: str) -> None:
        """The ticket after this event. Raises AppError with the reason; then it is as before."""
        ticket_id = entry.subject.removeprefix("ticket:")
        if ticket_id in {"", entry.subject}:
            raise BadEntry(kind=entry.kind, version=entry.version)
        one = self._held.get(entry.subject)
        if one is None:
            if not isinstance(event, TicketTaken):  # the hall's own tickets all have a row
                raise TicketElsewhere(ticket=ticket_id)
            self._held[entry.subject] = _Held(
                ticket=tickets.apply(None, ticket_id, event, entry.at), origin="window",
                owner=(entry.device, entry.install), confirmed=True, new=True, updated_at=at,
            )  # fmt: skip
            return
        if one.owner != (entry.device, entry.install):
            raise TicketElsewhere(ticket=ticket_id)
        leased = isinstance(event, TicketLeased)
        expected = one.origin == "hall" and not one.confirmed and leased
        if one.ticket is None or not expected:
            one.ticket = tickets.apply(one.ticket, ticket_id, event, entry.at)
        if leased and not self._is_of_former(entry):
            one.confirmed = True
        one.updated_at = at

    def _is_of_former(self, entry: Entry) -> bool:
        """Whether it was sealed before its chain began. What was leased then left the window with
        the former chain: such a fact does not say that the ticket is there."""
        chain = (entry.device, entry.install)
        if chain not in self._opened:
            self._opened[chain] = lineage.opened_at(self._connection, chain)
        return entry.hlc < self._opened[chain]

    def succeed(self, entry: Entry, event: DeviceReenrolled) -> None:
        """What the former chain holds is this one's, here and in the table."""
        if entry.seq == 1:
            self._opened[entry.device, entry.install] = entry.hlc
        lineage.succeed(self._connection, entry, event)
        formers = lineage.forerunners(self._connection, entry.device, entry.install)
        for one in self._held.values():
            if one.owner in formers and one.owner[1] == event.former:
                one.owner = (entry.device, entry.install)
                if one.ticket is not None and one.ticket.state is TicketState.WAITING:
                    one.confirmed = False

    def keep(self) -> None:
        """Write the rows of the tickets that changed."""
        new: list[Sequence[Value]] = []
        known: list[Sequence[Value]] = []
        for one in self._held.values():
            ticket = one.ticket
            if not one.updated_at or ticket is None:
                continue
            if one.new:
                new.append(
                    (
                        ticket.id, ticket.number, ticket.business, ticket.priority,
                        ticket.taken_at.isoformat(), hall_day(ticket.taken_at), "window",
                        *one.owner, int(one.confirmed), ticket.state.value, one.updated_at,
                    )
                )  # fmt: skip
            else:
                known.append((ticket.state.value, int(one.confirmed), one.updated_at, ticket.id))
        if new:
            self._connection.insert("tickets", _COLUMNS, new)
        if known:
            self._connection.executemany(
                "UPDATE tickets SET state = ?, confirmed = ?, updated_at = ? WHERE id = ?",
                known,
            )


_COLUMNS = (
    "id", "number", "business", "priority", "taken_at", "day", "origin", "device", "install",
    "confirmed", "state", "updated_at",
)  # fmt: skip
