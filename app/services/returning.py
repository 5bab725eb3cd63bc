"""Serve somebody who comes back: their case opens at what was missing, at any window."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from app.domain import case as cases
from app.domain.case import CaseState
from app.domain.case_events import (
    CaseAbandoned,
    CaseLeft,
    CasePutBack,
    CaseResumed,
    NoticeHanded,
)
from app.domain.errors import NotReady, ReasonNeeded
from app.domain.event import Event
from app.domain.hall import HALL_ZONE
from app.domain.journal import Entry
from app.ports import WaitingCase
from app.services.matter import Fact, Matter, Matters
from app.services.sign_in import Session
from app.storage.store import Unit

# A case that was left has neither number nor decision yet.
_COLUMNS = "id, number, item_name, state, window, coalesce(nullif(decided_at, ''), opened_at)"
_WAITS = f"state IN ({', '.join(repr(state.value) for state in sorted(cases.WAITING_STATES))})"


class ReturnDesk:
    def __init__(self, matters: Matters) -> None:
        self._matters = matters
        self._store = matters.store

    def waiting(self, *holders: str) -> tuple[WaitingCase, ...]:
        """Cases of these people and organisations that wait here, the newest first."""
        found = {}
        with self._store.read() as connection:
            for holder in holders:
                rows = connection.exec_driver_sql(
                    f"SELECT {_COLUMNS} FROM cases WHERE (person = ? OR organisation = ?) "  # noqa: S608 - a constant
                    f"AND {_WAITS} ORDER BY id DESC LIMIT 20",
                    (holder, holder),
                ).all()
                found.update({row[0]: _waiting(row) for row in rows})
        return tuple(sorted(found.values(), key=lambda one: one.decided_at, reverse=True))

    def find(self, number: str) -> WaitingCase | None:
        """By the number on the notice or receipt, or by the case's id."""
        with self._store.read() as connection:
            row = connection.exec_driver_sql(
                f"SELECT {_COLUMNS} FROM cases WHERE id IN (SELECT id FROM cases "  # noqa: S608 - constants
                f"WHERE number = ? AND number <> '' UNION SELECT ?) AND {_WAITS}",
                (number.strip(), number.strip()),
            ).one_or_none()
        return _waiting(row) if row else None

    def take_in(self, history: tuple[Entry, ...]) -> None:
        """What other windows recorded of a case. Raises what ``Store.take_in`` raises."""
        self._store.take_in(history)

    def resume(self, session: Session, case_id: str, instead_of: str = "") -> Matter:
        """Open the case again at what was missing.

        ``instead_of`` is the case opened when the person was called: it is left without a
        decision, and its ticket goes on with this one. Raises CaseClosed, NotReady.
        """
        with self._store.begin() as unit:
            ticket = ""
            if instead_of:
                for fresh in self._matters.load_in(unit.connection, instead_of).cases:
                    ticket = fresh.ticket
                    left = CaseAbandoned(reason="接着办以前的办件")
                    cases.apply(fresh, fresh.id, left)
                    unit.append(left, subject=f"case:{fresh.id}", actor=session.actor)
            case = self._matters.load_in(unit.connection, case_id).case
            resumed = CaseResumed(window=session.window.id, ticket=ticket)
            cases.apply(case, case_id, resumed)
            unit.append(resumed, subject=f"case:{case_id}", actor=session.actor)
            return self._matters.load_in(unit.connection, case_id)

    def put_back(self, session: Session, case_id: str) -> Matter:
        """It waits again as before. Raises NotReady where it never waited."""
        return self._record(session, case_id, CasePutBack())

    def leave(self, session: Session, case_id: str, reason: str = "") -> Matter:
        """留待续办: not decided, and any window may go on with it (of a bundle with each case).

        Raises NotReady where nobody is identified, for then nobody would find it again, and where
        it has its number, for then it is put back.
        """

        def make(_: Unit, matter: Matter) -> Iterator[Fact]:
            if matter.case.applicant is None:
                raise NotReady(need="applicant")
            for case in matter.cases:
                yield case.id, CaseLeft(reason=reason.strip()[:200])

        return self._matters.record(session, case_id, make)

    def hand_notice(
        self, session: Session, case_id: str, to: str, way: str, *, signed: bool
    ) -> Matter:
        """Who handed the notice to whom, when and how. Raises ReasonNeeded, CaseClosed."""
        if not to.strip() or not way.strip():
            raise ReasonNeeded
        at: datetime = self._store.clock.now().astimezone(HALL_ZONE)
        handed = NoticeHanded(
            by=session.staff_id, to=to.strip()[:100], way=way.strip()[:20], at=at, signed=signed
        )
        return self._record(session, case_id, handed)

    def _record(self, session: Session, case_id: str, event: Event) -> Matter:
        def make(_: Unit, matter: Matter) -> Iterator[Fact]:
            yield matter.case.id, event

        return self._matters.record(session, case_id, make)


def _waiting(row: tuple[str, ...]) -> WaitingCase:
    id_, number, item_name, state, window, decided_at = row
    return WaitingCase(
        id=id_, number=number, item_name=item_name, state=CaseState(state), window=window,
        decided_at=datetime.fromisoformat(decided_at),
    )  # fmt: skip
