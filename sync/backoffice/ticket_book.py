"""Fold ticket events in their order of arrival, and keep the tickets' table.

Who may act: the window that holds a ticket; supervisors and the back office itself, whose acts move
what nobody holds at once, and ask for what somebody holds. Where such an act and one of the holder
cross, what the holder did happened: it is folded on what the holder knew.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from app.domain import ticket as tickets
from app.domain.errors import BadEntry, TicketNotOpen
from app.domain.event import Event
from app.domain.events import DeviceReenrolled
from app.domain.hall import Hall
from app.domain.journal import Entry, decode_event
from app.domain.queue_errors import SupervisorNeeded
from app.domain.ticket import Ticket, TicketState
from app.domain.ticket_events import (
    TicketActUndone,
    TicketAssigned,
    TicketCalled,
    TicketHandedOver,
    TicketHeld,
    TicketLeased,
    TicketReleased,
    TicketReplaced,
    TicketReturned,
    TicketSource,
    TicketTaken,
    TicketWanted,
)
from sync.backoffice import lineage
from sync.backoffice.cases import OFFICE
from sync.backoffice.database import Transaction, Value
from sync.backoffice.queue.rows import FOLD, fold_values, hall_day
from sync.errors import TicketElsewhere

_NOBODY = ("", "")
_SUPERVISORS = (TicketAssigned, TicketReplaced)
ASKED, MOVED = 1, 2  # of ``wanted``: it was asked back; it is to be


@dataclass(slots=True)
class _Held:
    """One ticket while a batch lasts. ``known`` is the ticket as its holder knows it: without what
    others did since."""

    ticket: Ticket | None
    known: Ticket | None
    origin: str
    owner: tuple[str, str]
    confirmed: bool
    wanted: int = 0
    waited: int = -1
    at_window: str = ""
    series: str = ""
    gripped: bool = False  # somebody holds it, by its facts alone: folding again gives the same
    new: bool = False  # has no row yet
    updated_at: str = ""  # "" where nothing changed

    @property
    def held(self) -> bool:
        return self.owner != _NOBODY


class TicketBook:
    """The tickets that one batch touches: folded once, followed in memory, written once."""

    def __init__(self, connection: Transaction, hall: Hall | None) -> None:
        """``hall``: None where the back office records its own facts alone."""
        self._connection = connection
        self._hall = hall
        self._held: dict[str, _Held] = {}  # by subject
        self._opened: dict[lineage.Chain, str] = {}  # when chains were, as far as it was asked

    def look_up(self, subjects: Iterable[str]) -> None:
        """Fold these tickets as far as they are stored."""
        rows = self._connection.among(
            "SELECT id, number, business, priority, taken_at, place, source, item, only_window,"
            " origin, device, install, confirmed, wanted, waited, at_window, series"
            " FROM tickets WHERE id IN ({})",
            [subject.removeprefix("ticket:") for subject in subjects],
        )
        for row in rows:
            ticket_id, number, business, priority, taken_at, place, source, item, window = row[:9]
            origin, device, install, confirmed, wanted, waited, at_window, series = row[9:]
            ticket: Ticket | None = None
            if origin == "hall":  # some were given without a fact of their own
                ticket = Ticket(
                    id=ticket_id, number=number, business=business, priority=priority,
                    taken_at=datetime.fromisoformat(taken_at),
                    place=datetime.fromisoformat(place or taken_at),
                    source=TicketSource(source), item=item, window=window,
                )  # fmt: skip
            self._held[f"ticket:{ticket_id}"] = _Held(
                ticket=ticket, known=ticket, origin=origin, owner=(device, install),
                confirmed=bool(confirmed), wanted=wanted, waited=waited, at_window=at_window,
                series=series,
            )  # fmt: skip
        past = self._connection.among(
            "SELECT e.subject, e.kind, e.version, e.body, e.at, c.device FROM entries e"
            " JOIN chains c ON c.id = e.chain"
            " WHERE e.subject IN ({}) AND e.outcome = 'applied' ORDER BY e.arrival",
            self._held,
        )
        for subject, kind, version, body, at, device in past:
            event = decode_event(kind, version, body)
            one = self._held[subject]
            if isinstance(event, TicketTaken):
                one.ticket = one.known = None
            with suppress(TicketNotOpen):  # decided by an earlier program's rules
                _fold(one, subject, event, datetime.fromisoformat(at), own=device == OFFICE)

    # -- one fact ---------------------------------------------------------------------------------

    def apply(self, entry: Entry, event: Event, at: str) -> None:
        """The ticket after this event. Raises AppError with the reason; then it is as before."""
        ticket_id = entry.subject.removeprefix("ticket:")
        if ticket_id in {"", entry.subject}:
            raise BadEntry(kind=entry.kind, version=entry.version)
        one = self._held.get(entry.subject)
        if one is None:
            if not isinstance(event, TicketTaken):  # all others have a row
                raise TicketElsewhere(ticket=ticket_id)
            self._held[entry.subject] = self._taken(entry, event, at)
            return
        own = entry.device == OFFICE
        if isinstance(event, _SUPERVISORS) and not own:
            self._check_supervisor(entry)
        elif not own and one.owner != (entry.device, entry.install):
            raise TicketElsewhere(ticket=ticket_id)
        self._check_places(entry, event)
        if isinstance(event, TicketLeased):
            self._confirm(one, entry)
        else:
            new = self._replacement(one, event) if isinstance(event, TicketReplaced) else None
            _fold(one, entry.subject, event, entry.at, own=own)
            if new is not None:
                new.updated_at = at
                self._held[f"ticket:{event.by}"] = new  # type: ignore[attr-defined]
            _settle(one, event, own=own)
            self._left_with_former(one, entry, event)
        one.updated_at = at

    def get(self, subject: str) -> Ticket:
        """One that has a fact. Raises KeyError."""
        ticket = self._held[subject].ticket
        if ticket is None:
            raise KeyError(subject)
        return ticket

    def _taken(self, entry: Entry, event: TicketTaken, at: str) -> _Held:
        ticket_id = entry.subject.removeprefix("ticket:")
        kiosks = self._hall.kiosks if self._hall else ()
        kiosk = next((one for one in kiosks if one.id == entry.device), None)
        if kiosk is not None and not event.number.startswith(kiosk.ticket_prefix):
            raise BadEntry(kind=entry.kind, version=entry.version)
        # A kiosk holds nothing: what it gave out alone joins the line as soon as it is known.
        free = kiosk is not None or entry.device == OFFICE
        ticket = tickets.apply(None, ticket_id, event, entry.at)
        return _Held(
            ticket=ticket, known=ticket, origin="hall" if entry.device == OFFICE else "window",
            owner=_NOBODY if free else (entry.device, entry.install), confirmed=True, new=True,
            updated_at=at, gripped=True,
        )  # fmt: skip

    def _confirm(self, one: _Held, entry: Entry) -> None:
        """The holder has it now. What the fact says of the ticket, the back office knows better."""
        if one.ticket is None or (one.confirmed and one.ticket.state is not TicketState.WAITING):
            raise TicketNotOpen(ticket=entry.subject)
        _fold(one, entry.subject, None, entry.at, own=False)
        if not self._is_of_former(entry):
            one.confirmed = True
            if one.wanted:  # it had not heard of it
                one.wanted = MOVED

    def _check_supervisor(self, entry: Entry) -> None:
        if self._hall is None or not self._hall.is_supervisor(entry.actor):
            raise SupervisorNeeded

    def _check_places(self, entry: Entry, event: Event) -> None:
        """Nobody is moved to where nobody is ever called."""
        if self._hall is None or not isinstance(event, TicketAssigned | TicketHandedOver):
            return
        windows = {one.id for one in self._hall.windows} | {""}
        lines = {one.id for one in self._hall.businesses} | {""}
        if event.window not in windows or event.business not in lines:
            raise BadEntry(kind=entry.kind, version=entry.version)

    def _replacement(self, one: _Held, event: TicketReplaced) -> _Held:
        """The ticket under which the person goes on, in the same place of the line."""
        old, subject = one.ticket, f"ticket:{event.by}"
        if old is None or not event.by or not event.number or subject in self._held:
            raise BadEntry(kind=type(event).__name__, number=event.number)
        day = hall_day(old.taken_at)
        there = self._connection.execute(
            "SELECT 1 FROM tickets WHERE id = ? OR (day = ? AND number = ?)",
            (event.by, day, event.number),
        ).fetchone()
        here = [held.ticket for held in self._held.values() if held.new and held.ticket]
        same = [one for one in here if one.number == event.number]
        if there is not None or any(hall_day(one.taken_at) == day for one in same):
            raise BadEntry(kind=type(event).__name__, number=event.number)
        ticket = Ticket(
            id=event.by, number=event.number, business=old.business, priority=old.priority,
            taken_at=old.taken_at, place=old.place, source=old.source, item=old.item,
            window="",
        )  # fmt: skip
        return _Held(
            ticket=ticket, known=ticket, origin="hall", owner=_NOBODY, confirmed=True, new=True
        )

    def _is_of_former(self, entry: Entry) -> bool:
        """Whether it was sealed before its chain began. What was leased then left the window with
        the former chain: such a fact does not say that the ticket is there."""
        chain = (entry.device, entry.install)
        if chain not in self._opened:
            self._opened[chain] = lineage.opened_at(self._connection, chain)
        return entry.hlc < self._opened[chain]

    def _left_with_former(self, one: _Held, entry: Entry, event: Event) -> None:
        """A window that is enrolled anew drops what waits at it: what its former chain says only
        now to be waiting there is given to it again."""
        waits = one.held and one.ticket is not None and one.ticket.state is TicketState.WAITING
        act = entry.device != OFFICE and not isinstance(event, _SUPERVISORS)
        if waits and act and self._is_of_former(entry):
            one.confirmed = False

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

    # -- keep -------------------------------------------------------------------------------------

    def keep(self) -> None:
        """Write the rows of the tickets that changed."""
        new: list[Sequence[Value]] = []
        known: list[Sequence[Value]] = []
        for one in self._held.values():
            ticket = one.ticket
            if not one.updated_at or ticket is None:
                continue
            fold = fold_values(ticket, one.at_window)
            more = (*one.owner, int(one.confirmed), one.wanted, one.waited, one.updated_at)
            if one.new:
                new.append((ticket.id, hall_day(ticket.taken_at), one.origin, *fold, *more))
            else:
                known.append((*fold, *more, ticket.id))
        if new:
            self._connection.insert("tickets", _NEW, new)
        if known:
            self._connection.executemany(_UPDATE, known)


def _fold(one: _Held, subject: str, event: Event | None, at: datetime, *, own: bool) -> None:
    """After an act of the holder, or of somebody else. None: a lease was confirmed."""
    if event is None or isinstance(event, TicketLeased):
        one.ticket = one.known = replace(one.ticket, away=False) if one.ticket else None
        one.gripped = True
        return
    ticket_id = subject.removeprefix("ticket:")
    if own or isinstance(event, _SUPERVISORS) or one.ticket is None:
        one.ticket = tickets.apply(one.ticket, ticket_id, event, at)
        if one.known is None or not one.gripped:
            one.known = one.ticket
        one.gripped = one.gripped or isinstance(event, TicketTaken)
        return
    try:
        one.ticket = one.known = tickets.apply(one.ticket, ticket_id, event, at)
    except TicketNotOpen:
        if one.ticket.state not in tickets.OPEN_STATES:
            raise
        overtaken = tickets.apply(one.known, ticket_id, event, at)
        if not isinstance(event, TicketHandedOver):  # what was said of it counts when it is free
            said = one.ticket
            overtaken = replace(
                overtaken, business=said.business, window=said.window, priority=said.priority
            )
        one.ticket = one.known = overtaken
    one.gripped = not one.ticket.away


def _settle(one: _Held, event: Event, *, own: bool) -> None:
    """Whose it is after this, and what else the row says of it."""
    ticket = one.ticket
    if ticket is None:
        return
    if isinstance(event, TicketWanted):
        one.wanted = ASKED
    elif isinstance(event, TicketAssigned | TicketReturned) and one.held:
        one.wanted = MOVED if ticket.state is TicketState.WAITING else 0
    elif one.wanted and not own:  # the holder did something before it heard: it is asked anew
        one.wanted = MOVED
    if isinstance(event, TicketCalled):
        one.at_window = event.window
        if one.waited < 0:
            waited = (ticket.called_at or ticket.taken_at) - ticket.taken_at
            one.waited = int(max(timedelta(), waited).total_seconds())
    if isinstance(event, TicketActUndone) and event.act == TicketCalled.__name__:
        one.waited = one.waited if ticket.calls else -1
    # It stays away until the next lease is confirmed: only what sends it there takes it from one.
    if ticket.away and isinstance(event, TicketReleased | TicketHandedOver | TicketHeld):
        one.owner, one.confirmed = _NOBODY, True
    if not one.held or ticket.state is not TicketState.WAITING:
        one.wanted = 0


_MORE = ("device", "install", "confirmed", "wanted", "waited", "updated_at")
_NEW = ("id", "day", "origin", *FOLD, *_MORE)
_UPDATE = f"UPDATE tickets SET {', '.join(f'{one} = ?' for one in (*FOLD, *_MORE))} WHERE id = ?"  # noqa: S608 - constants
