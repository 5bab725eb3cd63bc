"""Decide at the counter: the decision, its number and its papers are saved together.

A bundle's items are each decided by their own list, under one bundle number, with one receipt.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from app.domain import case as cases
from app.domain import decision as decisions
from app.domain.bundle_merge import Part, merged_case, own_outcome
from app.domain.case import CaseState
from app.domain.case_events import Deferral, DemandKind, DemandRefused, NoticeLine, Numbered
from app.domain.checklist import Outcome
from app.domain.deadline import Due, WorkCalendar
from app.domain.decision import PAPER_OF, Decision, closed_by
from app.domain.errors import AppError, CaseClosed, NotReady, SecondDemand
from app.domain.events import BundleDecided, PaperKind
from app.domain.hall import Hall
from app.domain.notice import too_late_to_name
from app.services.case_numbers import CaseNumbers
from app.services.matter import Fact, Matter, Matters
from app.services.print_setup import PrintRoutes
from app.services.sign_in import Session
from app.storage.store import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a decision would say, before it is made. ``item`` and ``outcome`` name the part of a
    bundle."""

    item: str = ""
    outcome: Outcome = Outcome.ACCEPT
    promise_due: Due | None = None
    deferrals: tuple[Deferral, ...] = ()
    lines: tuple[NoticeLine, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """``number`` is the bundle's where there is one; ``jobs`` are the print jobs saved with it."""

    matter: Matter
    number: str
    jobs: tuple[str, ...]


# Of a bundle, only what the applicant must act on has its own paper beside the one receipt.
_OWN_PAPERS = frozenset({Outcome.NOTICE, Outcome.REJECT})


class DecisionDesk:
    def __init__(
        self, matters: Matters, hall: Hall, work: Callable[[], WorkCalendar], routes: PrintRoutes
    ) -> None:
        self._matters = matters
        self._store = matters.store
        self._numbers = CaseNumbers(hall)
        self._work = work
        self._routes = routes

    # -- before ---------------------------------------------------------------------------------

    def closed(self, matter: Matter) -> dict[Outcome, AppError]:
        """What the list would allow and something else does not, with the reason."""
        today = self._matters.today()
        if matter.bundle is None:
            parts = [closed_by(p.case, p.item, p.evaluation, today) for p in matter.parts]
            return parts[0] if parts else {}
        for part in matter.parts:
            wanted = own_outcome(part.evaluation)
            if error := closed_by(part.case, part.item, part.evaluation, today).get(wanted):
                return {Outcome.EACH: error}
        return {}

    def previews(self, matter: Matter, outcome: Outcome) -> tuple[Preview, ...]:
        """What the decision would say today, for each item. Raises what ``decide`` would raise."""
        return tuple(self._preview(part, outcome) for part in matter.parts)

    def _preview(self, part: Part, outcome: Outcome) -> Preview:
        own = own_outcome(part.evaluation) if outcome is Outcome.EACH else outcome
        event = self._decide_part(part, Decision(outcome=own), "-", "-")
        due = getattr(event, "promise_due", None)
        return Preview(
            item=part.item.name,
            outcome=own,
            promise_due=Due(day=due, provisional=getattr(event, "due_provisional", False))
            if due
            else None,
            deferrals=getattr(event, "deferrals", ()),
            lines=getattr(event, "lines", ()),
        )

    # -- deciding -------------------------------------------------------------------------------

    def decide(self, session: Session, case_id: str, decision: Decision) -> Decided:
        """Decide, number and queue the papers: one transaction.

        Raises OutcomeNotOpen, NotReady, CaseClosed, ReasonNeeded, NumbersExhausted,
        NothingNewToTell, NoticeTooLate, SecondDemand; then nothing is saved, but for the attempt
        at a second demand, which goes on record.
        """
        try:
            with self._store.begin() as unit:
                matter = self._matters.load_in(unit.connection, case_id)
                return self._decide(unit, session, matter, decision)
        except SecondDemand:
            self._record_attempt(session, case_id)
            raise

    def _decide(self, unit: Unit, session: Session, matter: Matter, decision: Decision) -> Decided:
        if not matter.parts:
            if matter.case.state is not CaseState.OPEN:
                raise CaseClosed(case=matter.case.id)
            raise NotReady(need="item")
        numbers, today = self._numbers.serials(unit), self._matters.today()
        about: list[tuple[PaperKind, str]] = []
        after: list[Part] = []
        for part in matter.parts:
            outcome = decision.outcome
            if matter.bundle is not None and outcome is Outcome.EACH:
                outcome = own_outcome(part.evaluation)
            number = part.case.number or self._numbers.of_case(next(numbers), today)
            own = replace(decision, outcome=outcome)
            event = self._decide_part(part, own, number, self._store.check_code())
            subject = f"case:{part.case.id}"
            unit.append(event, subject=subject, actor=session.actor)
            after.append(replace(part, case=cases.apply(part.case, part.case.id, event)))
            if matter.bundle is None or outcome in _OWN_PAPERS:
                about.append((PAPER_OF[outcome], subject))
        if matter.bundle is not None:
            number = self._numbers.of_bundle(next(numbers), today)
            subject = f"bundle:{matter.parts[0].case.bundle}"
            whole = BundleDecided(number=number, check=self._store.check_code())
            unit.append(whole, subject=subject, actor=session.actor)
            about.insert(0, (PAPER_OF[Outcome.EACH], subject))
        jobs = tuple(self._queue(unit, session, paper, subject) for paper, subject in about)
        return Decided(matter=_after(matter, tuple(after)), number=number, jobs=jobs)

    def _decide_part(self, part: Part, decision: Decision, number: str, check: str) -> Numbered:
        return decisions.decide(
            part.case, part.item, decision, number=number, check=check,
            on=self._matters.today(), work=self._work(),
        )  # fmt: skip

    def _queue(self, unit: Unit, session: Session, paper: PaperKind, about: str) -> str:
        job = self._store.new_id()
        unit.append(self._routes.queued(paper, about), subject=f"job:{job}", actor=session.actor)
        return job

    def _record_attempt(self, session: Session, case_id: str) -> None:
        def make(_: Unit, matter: Matter) -> Iterator[Fact]:
            part = matter.parts[0]
            late = too_late_to_name(part.case, part.item, part.evaluation, self._matters.today())
            materials = tuple(row.material.id for row in late)
            yield case_id, DemandRefused(kind=DemandKind.TOLD_AGAIN, materials=materials)

        self._matters.record(session, case_id, make)

    # -- papers on the way ----------------------------------------------------------------------

    def print_form(self, session: Session, case_id: str) -> str:
        """Queue the application form, filled as far as it is known (一卡填表). Returns the job."""
        with self._store.begin() as unit:
            matter = self._matters.load_in(unit.connection, case_id)
            about = f"case:{case_id}"
            if matter.bundle is not None:
                about = f"bundle:{matter.parts[0].case.bundle}"
            return self._queue(unit, session, PaperKind.APPLICATION_FORM, about)


def _after(matter: Matter, parts: tuple[Part, ...]) -> Matter:
    """The matter with its cases decided; nothing else of it has changed."""
    case = merged_case(matter.bundle, parts) if matter.bundle else parts[0].case
    return replace(matter, case=case, parts=parts)
