"""Do what a reviewer does with a case: each act is checked against the case as it stands, recorded
in the back office's own chain, and done once.

A page that was drawn knows the place of the case's last fact (``seen``). Who acts on a page that is
older than the case, a second reviewer or a second click, is told so and nothing is recorded.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from app.domain import case as cases
from app.domain.case_events import (
    CaseFinished,
    CaseReviewed,
    ClockPaused,
    ClockResumed,
    LimitExtended,
    SupplementAsked,
)
from app.domain.clocks import EXTENSION_LIMIT, ExtensionRefused, WrongPauseDay
from app.domain.errors import ReasonNeeded
from app.domain.event import Event
from app.domain.hall import StaffMember
from sync.backoffice import own
from sync.backoffice.blobs import lacks_pages
from sync.backoffice.database import Transaction
from sync.backoffice.departments.errors import (
    ActedMeanwhile,
    BasisNeeded,
    NotYourCase,
    PagesLacking,
    UnknownProcedure,
)
from sync.backoffice.departments.facts import DeskCase, find_desk_case, hall_day
from sync.backoffice.departments.lists import FrozenLists, Lists, Procedure
from sync.backoffice.departments.supplement import supplement_lines

MOST_OPINION = 2000  # characters
MOST_REASON = 500
MOST_NAME = 200
_MOST_APPROVER = 60


class Desk:
    def __init__(self, lists: Lists) -> None:
        self.lists = lists
        self.frozen = FrozenLists(lists)

    def find(self, connection: Transaction, case_id: str) -> DeskCase | None:
        return find_desk_case(connection, case_id, self.frozen)

    def get_own(self, connection: Transaction, who: StaffMember, case_id: str) -> DeskCase:
        """Raises NotYourCase, the same for a case of others and for none."""
        found = self.find(connection, case_id)
        if found is None or found.assignment.reviewer != who.id:
            raise NotYourCase
        return found

    # -- acts ---------------------------------------------------------------------------------
    # Each raises NotYourCase, ActedMeanwhile, and what the fold raises.

    def ask_supplement(
        self, connection: Transaction, who: StaffMember, case_id: str, seen: int,
        wanted: Mapping[str, str], now: datetime,
    ) -> None:  # fmt: skip
        """``wanted`` is what is wrong by material. Raises what ``supplement_lines`` raises."""
        found = self._open(connection, who, case_id, seen)
        lines = supplement_lines(found, wanted, hall_day(now))
        self._record(connection, who, found, SupplementAsked(lines=lines, reviewer=who.id), now)

    def review(
        self, connection: Transaction, who: StaffMember, case_id: str, seen: int, *,
        granted: bool, opinion: str, basis: str, now: datetime,
    ) -> None:  # fmt: skip
        """Raises PagesLacking, ReasonNeeded without an opinion, BasisNeeded for a refusal."""
        found = self._open(connection, who, case_id, seen)
        said = opinion_with_basis(granted=granted, opinion=opinion, basis=basis)
        check_complete(connection, case_id)
        event = CaseReviewed(granted=granted, opinion=said, reviewer=who.id)
        self._record(connection, who, found, event, now)

    def finish(
        self, connection: Transaction, who: StaffMember, case_id: str, seen: int, *,
        name: str, number: str, now: datetime,
    ) -> None:  # fmt: skip
        """Raises PagesLacking, ReasonNeeded without a name and a number, NotReady."""
        found = self._open(connection, who, case_id, seen)
        if not name.strip() or not number.strip():
            raise ReasonNeeded
        check_complete(connection, case_id)
        event = CaseFinished(
            name=name.strip()[:MOST_NAME], number=number.strip()[:MOST_NAME], reviewer=who.id
        )
        self._record(connection, who, found, event, now)

    def pause(
        self, connection: Transaction, who: StaffMember, case_id: str, seen: int, *,
        procedure: str, reason: str, approver: str, on: date | None, now: datetime,
    ) -> None:  # fmt: skip
        """A special procedure begins ``on`` that day (today). Raises UnknownProcedure,
        ReasonNeeded, ClockStands, and WrongPauseDay for a day before acceptance, after the limit,
        or still to come."""
        found = self._open(connection, who, case_id, seen)
        chosen, today = self._procedure(procedure), hall_day(now)
        event = ClockPaused(
            code=chosen.code, name=chosen.name, reason=reason.strip()[:MOST_REASON],
            approver=approver.strip()[:_MOST_APPROVER], on=on or today,
        )  # fmt: skip
        cases.apply(found.case, case_id, event)  # the case decides first, then the day
        due = max(one.due for one in found.readings(self.lists, today))
        if not found.assignment.since <= event.on <= min(today, due):
            raise WrongPauseDay(day=event.on.isoformat())
        self._record(connection, who, found, event, now)

    def resume(
        self, connection: Transaction, who: StaffMember, case_id: str, seen: int, *,
        procedure: str, on: date | None, now: datetime,
    ) -> None:  # fmt: skip
        """Raises ClockStands, and WrongPauseDay before the pause began or still to come."""
        found = self._open(connection, who, case_id, seen)
        event = ClockResumed(code=procedure, on=on or hall_day(now))
        cases.apply(found.case, case_id, event)
        if event.on > hall_day(now):
            raise WrongPauseDay(day=event.on.isoformat())
        self._record(connection, who, found, event, now)

    def extend(
        self, connection: Transaction, who: StaffMember, case_id: str, seen: int, *,
        days: int, reason: str, approver: str, now: datetime,
    ) -> None:  # fmt: skip
        """Once, by at most ten working days (延长审批, 行政许可法 art. 42). Raises
        ExtensionRefused also where the limit has passed; ReasonNeeded."""
        found = self._open(connection, who, case_id, seen)
        today = hall_day(now)
        event = LimitExtended(
            days=days, reason=reason.strip()[:MOST_REASON],
            approver=approver.strip()[:_MOST_APPROVER], on=today,
        )  # fmt: skip
        cases.apply(found.case, case_id, event)
        if found.readings(self.lists, today)[0].overdue:
            raise ExtensionRefused(most=EXTENSION_LIMIT)
        self._record(connection, who, found, event, now)

    # -- how ----------------------------------------------------------------------------------

    def _open(self, connection: Transaction, who: StaffMember, case_id: str, seen: int) -> DeskCase:
        found = self.get_own(connection, who, case_id)
        if found.changed != seen:
            raise ActedMeanwhile
        return found

    def _record(
        self, connection: Transaction, who: StaffMember, found: DeskCase, event: Event,
        now: datetime,
    ) -> None:  # fmt: skip
        record(connection, event, found.case.id, who.id, now)

    def _procedure(self, code: str) -> Procedure:
        for procedure in self.lists.procedures():
            if procedure.code == code:
                return procedure
        raise UnknownProcedure(procedure=code[:40])


def record(connection: Transaction, event: Event, case_id: str, actor: str, now: datetime) -> None:
    """A department's fact. With its result a case leaves the desk. Raises what the fold raises."""
    own.record(connection, event, subject=f"case:{case_id}", actor=actor, now=now)
    if isinstance(event, CaseFinished):
        connection.execute(
            "UPDATE desk_cases SET finished_at = ? WHERE case_id = ?", (now.isoformat(), case_id)
        )


def check_complete(connection: Transaction, case_id: str) -> None:
    """Nobody decides on what has not arrived. Raises PagesLacking."""
    if lacks_pages(connection, case_id):
        raise PagesLacking


def opinion_with_basis(*, granted: bool, opinion: str, basis: str) -> str:
    """Raises ReasonNeeded, BasisNeeded."""
    opinion, basis = opinion.strip()[:MOST_OPINION], basis.strip()[:MOST_REASON]
    if not opinion:
        raise ReasonNeeded
    if not granted and not basis:
        raise BasisNeeded
    return f"{opinion}\n依据：{basis}" if basis else opinion
