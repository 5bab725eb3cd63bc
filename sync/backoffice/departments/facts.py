"""Read a case as its department sees it: folded, with its facts, its list and what is lacking."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from app.domain import case as cases
from app.domain import clocks
from app.domain.case import Case
from app.domain.case_events import CaseAccepted, CaseAcceptedDeferred, CaseDeemedAccepted
from app.domain.catalogue import Item, Limit
from app.domain.clocks import ClockName, ClockReading, read_clock
from app.domain.errors import AppError
from app.domain.event import Event
from app.domain.hall import HALL_ZONE
from app.domain.journal import decode_event
from sync.backoffice.database import Transaction
from sync.backoffice.departments.lists import FrozenLists, Lists


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """``device`` is the window, or the back office itself; ``at`` its own time."""

    arrival: int
    at: datetime
    device: str
    actor: str
    event: Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """Who has the case; ``reviewer`` as dispatched, "" while nobody may have it."""

    department: str
    reviewer: str
    since: date  # hall day of acceptance
    due: date  # as printed then
    dispatched_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskCase:
    """``item`` is the list that the case froze, None where it is not at hand."""

    case: Case
    facts: tuple[Fact, ...]
    assignment: Assignment
    item: Item | None

    @property
    def changed(self) -> int:
        """The place of its last fact: who acts says which he has seen."""
        return self.facts[-1].arrival

    def readings(self, lists: Lists, today: date) -> tuple[ClockReading, ClockReading]:
        """Promise and statutory clock, as windows read them."""
        promised = self.item.promised_limit if self.item else clocks.GENERAL_LIMIT
        statutory = self.item.statutory_limit if self.item else clocks.GENERAL_LIMIT
        work, thresholds = lists.work(), lists.thresholds()

        def read(name: ClockName, limit: Limit) -> ClockReading:
            return read_clock(
                name, self.assignment.since, limit, today=today, work=work,
                thresholds=thresholds[name], pauses=self.case.pauses,
                extension=self.case.extension,
            )  # fmt: skip

        return read(ClockName.PROMISE, promised), read(ClockName.STATUTORY, statutory)


def hall_day(now: datetime) -> date:
    return now.astimezone(HALL_ZONE).date()


def facts_about(connection: Transaction, case_id: str) -> tuple[Fact, ...]:
    """The applied facts in order of arrival. Raises BadEntry where one cannot be read (erased
    after its time)."""
    rows = connection.execute(
        "SELECT e.arrival, e.at, c.device, e.actor, e.kind, e.version, e.body FROM entries e"
        " JOIN chains c ON c.id = e.chain"
        " WHERE e.subject = ? AND e.outcome = 'applied' ORDER BY e.arrival",
        (f"case:{case_id}",),
    )
    return tuple(
        Fact(
            arrival=row[0], at=datetime.fromisoformat(row[1]), device=row[2], actor=row[3],
            event=decode_event(row[4], row[5], row[6]),
        )
        for row in rows
    )  # fmt: skip


def find_assignment(connection: Transaction, case_id: str) -> Assignment | None:
    row = connection.execute(
        "SELECT department, reviewer, since, due, dispatched_at FROM desk_cases WHERE case_id = ?",
        (case_id,),
    ).fetchone()
    return None if row is None else as_assignment(row)


def as_assignment(row: Sequence[str]) -> Assignment:
    return Assignment(
        department=row[0], reviewer=row[1], since=date.fromisoformat(row[2]),
        due=date.fromisoformat(row[3]), dispatched_at=row[4],
    )  # fmt: skip


def find_desk_case(connection: Transaction, case_id: str, frozen: FrozenLists) -> DeskCase | None:
    """None where the department has no such case. Raises BadEntry."""
    assignment = find_assignment(connection, case_id)
    if assignment is None:
        return None
    facts = facts_about(connection, case_id)
    case = cases.fold(case_id, (fact.event for fact in facts))
    if case is None:
        return None
    return DeskCase(case=case, facts=facts, assignment=assignment, item=frozen.find(case))


def accepted_when(
    connection: Transaction, case_ids: Iterable[str]
) -> dict[str, tuple[date, date] | AppError]:
    """(hall day of acceptance, day it is due) of those that were accepted; the error where that
    fact cannot be read."""
    rows = connection.among(
        "SELECT subject, kind, version, body, at FROM entries WHERE subject IN ({})"
        " AND outcome = 'applied'"
        " AND kind IN ('CaseAccepted', 'CaseAcceptedDeferred', 'CaseDeemedAccepted')"
        " ORDER BY arrival",
        [f"case:{one}" for one in case_ids],
    )
    found: dict[str, tuple[date, date] | AppError] = {}
    for subject, kind, version, body, at in rows:
        case_id = subject.removeprefix("case:")
        try:
            event = decode_event(kind, version, body)
        except AppError as error:
            found[case_id] = error
            continue
        match event:
            case CaseDeemedAccepted():
                found[case_id] = event.since, event.promise_due
            case CaseAccepted() | CaseAcceptedDeferred():
                found[case_id] = hall_day(datetime.fromisoformat(at)), event.promise_due
    return found
