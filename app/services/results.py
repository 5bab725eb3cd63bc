"""Hand results out (出件), and hand a case with what its department asked for back to it.

Any window does both, for any case of the hall: the case's own facts decide.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from app.domain import case as cases
from app.domain.case import Case
from app.domain.case_events import CaseFinished, CaseSupplemented, ResultHanded
from app.domain.errors import AppError, NotReady, ReasonNeeded
from app.domain.hall import HALL_ZONE
from app.domain.masking import mask_name
from app.domain.notice import still_asked
from app.domain.person import DeliveryWay
from app.services.matter import Fact, Matter, Matters
from app.services.sign_in import Session
from app.storage.database import Statements
from app.storage.folding import facts_about
from app.storage.store import Unit

MOST_SHOWN = 200
_MOST_LOOKED_AT = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingResult:
    """A finished case whose result waits at the hall. ``applicant`` is masked, ``delivery`` the
    address that it is posted to ("" where it is picked up), ``finished_at`` the back office's
    time."""

    case_id: str
    number: str
    item_name: str
    applicant: str
    granted: bool
    result_name: str
    result_number: str
    delivery: str
    finished_at: datetime


class Results:
    def __init__(self, matters: Matters) -> None:
        self._matters = matters
        self._store = matters.store

    def waiting(self, text: str = "") -> tuple[WaitingResult, ...]:
        """The oldest first, at most 200; ``text`` is part of a number, name or item.

        Raises StoreError.
        """
        text = text.strip()
        found: list[WaitingResult] = []
        with self._store.read() as connection:
            for case_id in _candidates(connection, text):
                try:
                    one = _waiting(connection, case_id, text)
                except AppError:
                    continue  # a case that cannot be read here must not hide the others
                if one is not None:
                    found.append(one)
        found.sort(key=lambda one: (one.finished_at, one.case_id))
        return tuple(found[:MOST_SHOWN])

    def hand_out(self, session: Session, case_id: str, to: str, way: str, *, signed: bool) -> Case:
        """Who gave the result to whom, when and how. Raises ReasonNeeded, and CaseClosed where
        there is no result, or it was handed out before."""
        if not to.strip() or not way.strip():
            raise ReasonNeeded
        handed = ResultHanded(
            by=session.staff_id, to=to.strip()[:100], way=way.strip()[:20],
            at=self._store.clock.now().astimezone(HALL_ZONE), signed=signed,
        )  # fmt: skip
        with self._store.begin() as unit:
            case = unit.find_case(case_id)
            if case is None:
                raise NotReady(need="case")
            after = cases.apply(case, case_id, handed)
            unit.append(handed, subject=f"case:{case_id}", actor=session.actor)
        return after

    def supplemented(self, session: Session, case_id: str) -> Matter:
        """What the department asked for was brought: it goes on with the case.

        Raises NotReady while something of it is missing or faulty still, or where nothing was
        asked for; CaseClosed.
        """

        def make(_: Unit, matter: Matter) -> Iterator[Fact]:
            if still_asked(matter.case):
                raise NotReady(need="supplement")
            yield matter.case.id, CaseSupplemented()

        return self._matters.record(session, case_id, make)


def _candidates(connection: Statements, text: str) -> list[str]:
    """Cases in which the text may be found. The table knows no whole names: a name is looked for
    by its first character here."""
    like = "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    rows = connection.exec_driver_sql(
        "SELECT id FROM cases WHERE state = 'finished' AND (? = '' OR number LIKE ? ESCAPE '\\' "
        "OR item_name LIKE ? ESCAPE '\\' OR substr(applicant, 1, 1) = ? OR organisation <> '') "
        "ORDER BY decided_at LIMIT ?",
        (text, like, like, text[:1], _MOST_LOOKED_AT),
    )
    return [row[0] for row in rows]


def _waiting(connection: Statements, case_id: str, text: str) -> WaitingResult | None:
    facts = facts_about(connection, case_id)
    case = cases.fold(case_id, (event for _, event in facts))
    if case is None or case.result is None or case.review is None or case.applicant is None:
        return None
    person = case.applicant.person
    name = person.name or person.name_latin
    organisation = case.organisation.name if case.organisation else ""
    searched = (case.number, case.item_name, name, organisation, case.result.number)
    if text and not any(text.casefold() in one.casefold() for one in searched):
        return None
    posted = case.delivery if case.delivery and case.delivery.way is DeliveryWay.POST else None
    finished = [entry.at for entry, event in facts if isinstance(event, CaseFinished)]
    return WaitingResult(
        case_id=case_id, number=case.number, item_name=case.item_name,
        applicant=organisation or mask_name(name), granted=case.review.granted,
        result_name=case.result.name, result_number=case.result.number,
        delivery=posted.address if posted else "", finished_at=finished[-1],
    )  # fmt: skip
