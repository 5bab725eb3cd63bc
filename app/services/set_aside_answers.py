"""Let a person answer what the back office refused: the answer and what follows from it together.

The answer is a fact of its own, and what is recorded again is a new fact with a new id: one
transaction holds them all, so after a kill the fact is either answered or waits as before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.domain.case import Case
from app.domain.catalogue import Item
from app.domain.errors import AppError, BadEntry, Blame, ReasonNeeded
from app.domain.event import Event
from app.domain.events import BundleDecided, PaperKind, SetAsideAnswered
from app.domain.hall import Hall
from app.domain.journal import Entry
from app.services.case_numbers import CaseNumbers
from app.services.matter import Matters
from app.services.print_jobs import next_reprint
from app.services.print_setup import PrintRoutes
from app.services.second_record import Again, again, with_number
from app.services.set_aside import event_of
from app.services.sign_in import Session
from app.storage.set_aside_table import Refused, open_refusals_of
from app.storage.store import Unit

Key = tuple[str, int]  # install and seq of a refused fact

_LONGEST_NOTE = 200
# Of a bundle, only what the applicant must act on has its own paper beside the one receipt.
_OWN_PAPERS = frozenset({PaperKind.NOTICE, PaperKind.REJECTION})


class AnsweredAlready(AppError):
    """Somebody else was quicker: the fact no longer waits for an answer."""

    code = "OUT-ANSWERED"
    blame = Blame.PERSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What an answer came to: how many facts were recorded again, the fresh numbers given, and the
    print jobs saved with them."""

    facts: int
    numbers: tuple[str, ...] = ()
    jobs: tuple[str, ...] = ()


class SetAsideAnswers:
    def __init__(self, matters: Matters, hall: Hall, routes: PrintRoutes) -> None:
        self._matters = matters
        self._store = matters.store
        self._numbers = CaseNumbers(hall)
        self._routes = routes

    def drop(self, session: Session, keys: Sequence[Key], note: str) -> None:
        """记录作废: it happened, and does not count. Raises ReasonNeeded, AnsweredAlready."""
        if not note.strip():
            raise ReasonNeeded
        with self._store.begin() as unit:
            for one in _found(unit, keys):
                _answer(unit, session, one, "dropped", note)

    def again(self, session: Session, keys: Sequence[Key], note: str = "") -> Recorded:
        """补记: recorded anew to the case as it now stands, each in its order or none at all. A
        decision whose number was not to be had gets a fresh one, and its paper is printed anew.

        Raises AnsweredAlready, NumbersExhausted, and what the rules say against a second record.
        """
        with self._store.begin() as unit:
            found = _found(unit, keys)
            serials = self._numbers.serials(unit)
            cases: dict[str, Case | None] = {}
            papers: dict[tuple[PaperKind, str], None] = {}
            numbers: list[str] = []
            for one in found:
                subject = one.entry.subject
                if subject not in cases:
                    cases[subject] = _case(unit, subject)
                made = self._made(one, cases[subject], serials)
                _answer(unit, session, one, "again", note)
                unit.append(made.event, subject=subject, actor=session.actor)
                cases[subject] = made.case
                if made.renumbered:
                    numbers.append(str(getattr(made.event, "number", "")))
                    papers |= dict.fromkeys(_papers(unit, subject, made))
            jobs = tuple(self._print(unit, session, kind, about) for kind, about in papers)
        return Recorded(facts=len(found), numbers=tuple(numbers), jobs=jobs)

    def take_in(self, history: Sequence[Entry]) -> None:
        """What the back office has of the case. Raises what ``Store.take_in`` raises."""
        self._store.take_in(history)

    # -- one fact -------------------------------------------------------------------------------

    def _made(self, one: Refused, case: Case | None, serials: Iterator[int]) -> Again:
        event = event_of(one.entry)
        if event is None:
            raise BadEntry(kind=one.entry.kind, version=one.entry.version)

        def fresh(event: Event) -> Event:
            today, serial = self._matters.today(), next(serials)
            bundle = isinstance(event, BundleDecided)
            make = self._numbers.of_bundle if bundle else self._numbers.of_case
            return with_number(event, make(serial, today), self._store.check_code())

        return again(
            event, subject=one.entry.subject, code=one.code, case=case, item=self._item(case),
            on=self._matters.today(), fresh=fresh,
        )  # fmt: skip

    def _item(self, case: Case | None) -> Item | None:
        return self._matters.item(case) if case is not None and case.item else None

    def _print(self, unit: Unit, session: Session, paper: PaperKind, about: str) -> str:
        """Marked 补打 where it was printed before; that it replaces another it says itself."""
        job = self._store.new_id()
        again = next_reprint(unit.connection, paper, about)
        queued = self._routes.queued(paper, about, reprint=again, reason="换号重印")
        unit.append(queued, subject=f"job:{job}", actor=session.actor)
        return job


def _found(unit: Unit, keys: Sequence[Key]) -> list[Refused]:
    """Raises AnsweredAlready."""
    found = open_refusals_of(unit.connection, keys)
    if not found or len(found) < len(set(keys)):
        raise AnsweredAlready
    return found


def _answer(unit: Unit, session: Session, one: Refused, answer: str, note: str) -> None:
    fact = SetAsideAnswered(
        install=one.entry.install, seq=one.entry.seq, answer=answer,
        note=note.strip()[:_LONGEST_NOTE],
    )  # fmt: skip
    unit.append(fact, subject="device", actor=session.actor)


def _case(unit: Unit, subject: str) -> Case | None:
    about, _, key = subject.partition(":")
    return unit.find_case(key) if about == "case" else None


def _papers(unit: Unit, subject: str, made: Again) -> list[tuple[PaperKind, str]]:
    """What bears the number that was replaced: of a bundle, also the receipt of the whole."""
    if made.paper is None:
        return []
    bundle = made.case.bundle if made.case else ""
    if not bundle:
        return [(made.paper, subject)]
    papers = [(made.paper, subject)] if made.paper in _OWN_PAPERS else []
    decided = unit.connection.exec_driver_sql(
        "SELECT 1 FROM bundles WHERE id = ? AND number <> ''", (bundle,)
    ).one_or_none()
    return [*papers, (PaperKind.BUNDLE_RECEIPT, f"bundle:{bundle}")] if decided else papers
