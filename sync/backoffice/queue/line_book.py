"""Decide what windows say of themselves, what supervisors lay down for the hall, and ratings; keep
the calls that boards show."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from app.domain.errors import BadEntry
from app.domain.event import Event
from app.domain.hall import Hall
from app.domain.journal import Entry
from app.domain.queue_errors import AlreadyRated, BadPolicy, SupervisorNeeded
from app.domain.queue_policy import faults
from app.domain.ticket import Ticket
from app.domain.ticket_events import (
    HallHalted,
    HallResumed,
    QueuePolicyChanged,
    ServiceRated,
    TicketActUndone,
    TicketCalled,
    WindowClosed,
    WindowOpened,
    WindowOrdered,
    WindowPaused,
)
from sync.backoffice.cases import OFFICE
from sync.backoffice.database import Transaction, Value

_SHOWN = timedelta(days=1)
_STATES: dict[type[Event], str] = {
    WindowOpened: "open", WindowPaused: "paused", WindowClosed: "closed",
}  # fmt: skip
_SUPERVISORS = (WindowOrdered, QueuePolicyChanged, HallHalted, HallResumed)


class LineBook:
    """Of one batch: nothing is written before ``keep``."""

    def __init__(self, connection: Transaction, hall: Hall | None, now: datetime) -> None:
        self._connection = connection
        self._hall = hall
        self._now = now
        self._version = 0
        self._windows: dict[str, Sequence[Value] | None] = {}  # None where nobody is now
        self._stands: dict[str, str] = {}  # at which window a device is
        self._hall_state: dict[str, Value] = {}
        self._calls: list[Sequence[Value]] = []
        self._uncalled: list[str] = []  # tickets whose last kept call was undone
        self._ratings: dict[str, tuple[str, ServiceRated]] = {}

    def note(self, ticket: Ticket, entry: Entry, event: Event, arrival: int) -> None:
        """An applied fact about a ticket, and the ticket after it."""
        self._version = arrival
        if isinstance(event, TicketCalled):
            self._calls.append(
                (
                    arrival, entry.id, ticket.id, ticket.number, event.window, ticket.business,
                    ticket.priority, ticket.calls, self._moment(entry),
                )
            )  # fmt: skip
        elif isinstance(event, TicketActUndone) and event.act == TicketCalled.__name__:
            mine = [row for row in self._calls if row[2] == ticket.id]
            if mine:
                self._calls.remove(mine[-1])
            else:
                self._uncalled.append(ticket.id)

    def _moment(self, entry: Entry) -> str:
        """No clock that is ahead keeps a call on the board."""
        return min(entry.at, self._now).astimezone(UTC).isoformat()

    def apply(self, entry: Entry, event: Event, arrival: int) -> None:
        """Raises SupervisorNeeded, BadPolicy, AlreadyRated, BadEntry."""
        about, _, name = entry.subject.partition(":")
        if isinstance(event, _SUPERVISORS) and entry.device != OFFICE:
            self._check_supervisor(entry)
        windows = {one.id for one in self._hall.windows} if self._hall else {name}
        if about == "window" and name not in windows:
            raise BadEntry(kind=entry.kind, version=entry.version)
        match event:
            case WindowOpened() | WindowPaused() | WindowClosed():
                # A device stands at one window: where it stood before nobody is now.
                for other, row in self._windows.items():
                    if row is not None and row[1] == entry.device:
                        self._windows[other] = None
                self._stands[entry.device] = name
                self._windows[name] = (
                    name, entry.device, _STATES[type(event)], event.clerk,
                    "" if isinstance(event, WindowOpened) else event.reason,
                    self._moment(entry), int(not isinstance(event, WindowOpened)),
                )  # fmt: skip
            case QueuePolicyChanged():
                self._check_policy(event)
                laid = msgspec.json.encode(event.policy).decode()
                if event.until is None:
                    self._hall_state["policy"] = laid
                # One for good ends one for now; one for now leaves the other as it is.
                self._hall_state["policy_for_now"] = laid if event.until else ""
                self._hall_state["policy_until"] = event.until.isoformat() if event.until else ""
            case HallHalted():
                self._hall_state["halted"] = event.reason or event.act
            case HallResumed():
                self._hall_state["halted"] = ""
            case ServiceRated():
                self._rate(name, event, entry)
            case _:
                pass  # an order is the window's to hear
        self._version = arrival

    def _check_supervisor(self, entry: Entry) -> None:
        if self._hall is None or not self._hall.is_supervisor(entry.actor):
            raise SupervisorNeeded

    def _check_policy(self, event: QueuePolicyChanged) -> None:
        if self._hall is None:
            return
        businesses = frozenset(one.id for one in self._hall.businesses)
        windows = frozenset(one.id for one in self._hall.windows)
        if found := faults(event.policy, businesses, windows):
            raise BadPolicy(place=found[0])

    def _rate(self, rating: str, event: ServiceRated, entry: Entry) -> None:
        """一次一评: of a service occasion, by its ticket, and of each case served in it."""
        if not rating or not 1 <= event.score <= 5:
            raise BadEntry(kind=entry.kind, version=entry.version)
        there = self._connection.execute(
            "SELECT 1 FROM queue_ratings WHERE id = ? OR (ticket <> '' AND ticket = ?)",
            (rating, event.ticket),
        ).fetchone()
        cases = self._connection.among(
            "SELECT case_id FROM queue_rated_cases WHERE case_id IN ({})", event.cases
        )
        for _, other in self._ratings.values():
            same_ticket = event.ticket and event.ticket == other.ticket
            if same_ticket or set(event.cases) & set(other.cases):
                raise AlreadyRated
        if there is not None or cases or rating in self._ratings:
            raise AlreadyRated
        self._ratings[rating] = (entry.at.astimezone(UTC).isoformat(), event)

    def keep(self) -> None:
        connection = self._connection
        connection.executemany(_LEFT, list(self._stands.items()))
        connection.executemany(_EMPTY, [(id_,) for id_, row in self._windows.items() if not row])
        connection.executemany(_WINDOW, [row for row in self._windows.values() if row])
        for name, value in self._hall_state.items():
            connection.execute(f"UPDATE queue_state SET {name} = ?", (value,))  # noqa: S608 - ours
        for ticket_id in self._uncalled:
            connection.execute(
                "DELETE FROM queue_calls WHERE arrival ="
                " (SELECT max(arrival) FROM queue_calls WHERE ticket = ?)",
                (ticket_id,),
            )
        if self._calls:
            connection.insert("queue_calls", _CALL, self._calls)
            old = (self._now - _SHOWN).astimezone(UTC).isoformat()
            connection.execute("DELETE FROM queue_calls WHERE at < ?", (old,))
        for rating, (at, event) in self._ratings.items():
            connection.execute(
                "INSERT INTO queue_ratings (id, ticket, at) VALUES (?,?,?)",
                (rating, event.ticket, at),
            )
            connection.executemany(
                "INSERT INTO queue_rated_cases (case_id, rating) VALUES (?,?)",
                [(case, rating) for case in dict.fromkeys(event.cases)],
            )
        if self._version:
            connection.execute("UPDATE queue_state SET version = ?", (self._version,))


_LEFT = "DELETE FROM queue_windows WHERE device = ? AND window_id <> ?"
_EMPTY = "DELETE FROM queue_windows WHERE window_id = ?"
_WINDOW = (
    "INSERT INTO queue_windows (window_id, device, state, clerk, reason, since, left_waiting)"
    " VALUES (?,?,?,?,?,?,?) ON CONFLICT (window_id) DO UPDATE SET device = excluded.device,"
    " state = excluded.state, clerk = excluded.clerk, reason = excluded.reason,"
    " since = excluded.since, left_waiting = excluded.left_waiting"
)
_CALL = (
    "arrival", "id", "ticket", "number", "window_id", "business", "priority", "place", "at",
)  # fmt: skip
