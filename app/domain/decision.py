"""Decide a case at the counter: which outcome is open, and the fact that carries it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.domain.case import Case, CaseState
from app.domain.case_events import (
    CaseAccepted,
    CaseAcceptedDeferred,
    CaseReceived,
    CaseRejected,
    Deferral,
    NoticeIssued,
    Numbered,
)
from app.domain.catalogue import Item, ItemKind, Limit
from app.domain.checklist import ACCEPTANCES, Evaluation, Outcome, RowState, evaluate
from app.domain.deadline import NOTICE_LIMIT, Due, WorkCalendar, due_after
from app.domain.errors import (
    AppError,
    CaseClosed,
    NoticeTooLate,
    NotReady,
    OutcomeNotOpen,
    ReasonNeeded,
)
from app.domain.events import PaperKind
from app.domain.notice import check_later_notice, notice_lines
from app.domain.parties import lacking_party


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What the clerk wants: the outcome, and for a rejection why and by which rule."""

    outcome: Outcome
    reason: str = ""
    basis: str = ""
    proper_agency: str = ""


# The paper that carries each outcome; of a bundle, one receipt.
PAPER_OF: dict[Outcome, PaperKind] = {
    Outcome.ACCEPT: PaperKind.ACCEPTANCE,
    Outcome.ACCEPT_DEFERRED: PaperKind.ACCEPTANCE,
    Outcome.ACCEPT_ON_PROMISE: PaperKind.ACCEPTANCE,
    Outcome.NOTICE: PaperKind.NOTICE,
    Outcome.REJECT: PaperKind.REJECTION,
    Outcome.RECEIVE_ONLY: PaperKind.RECEIPT,
    Outcome.EACH: PaperKind.BUNDLE_RECEIPT,
}


def judge(case: Case, item: Item, on: date) -> Evaluation:
    """The checklist of this case on the hall's day ``on``."""
    return evaluate(item, case.answers, case.evidence, on=on, bars=case.bars)


def promise_due(item: Item, on: date, work: WorkCalendar) -> Due:
    """Last day of the promise clock; an instant item without days is due today."""
    if item.kind is ItemKind.INSTANT and item.promised_limit.count == 0:
        return Due(day=on, provisional=False)
    return due_after(on, item.promised_limit, work)


def deferral_until(item: Item, material_id: str, on: date, work: WorkCalendar) -> date:
    """Last day for a 容缺后补 material: its own limit, never later than the promised limit."""
    latest = promise_due(item, on, work).day
    days = item.get_material(material_id).defer_days
    return min(latest, due_after(on, Limit(count=days), work).day) if days else latest


def closed_by(case: Case, item: Item, evaluation: Evaluation, on: date) -> dict[Outcome, AppError]:
    """Outcomes that the list would allow now, and what else stands in their way."""
    closed: dict[Outcome, AppError] = {}
    for outcome in evaluation.outcomes:
        try:
            _check_open(case, item, evaluation, outcome, on)
        except AppError as error:
            closed[outcome] = error
    return closed


def _check_open(case: Case, item: Item, evaluation: Evaluation, outcome: Outcome, on: date) -> None:
    if case.accepted is not None:  # back with a supplement: it was decided once and for all
        raise CaseClosed(case=case.id)
    if outcome not in evaluation.outcomes or outcome is Outcome.EACH:
        raise OutcomeNotOpen(outcome=outcome.value)
    if outcome is Outcome.RECEIVE_ONLY and case.decision is not None:
        raise OutcomeNotOpen(outcome=outcome.value)  # taking in once starts the clock once
    if outcome in ACCEPTANCES and (lacking := lacking_party(case, item)):
        raise NotReady(need=lacking.value)
    if outcome is Outcome.NOTICE:
        if case.received is not None and on > case.received.notice_due:
            raise NoticeTooLate(due=case.received.notice_due.isoformat())
        check_later_notice(case, item, evaluation, on)


def decide(
    case: Case,
    item: Item,
    decision: Decision,
    *,
    number: str,
    check: str,
    on: date,
    work: WorkCalendar,
) -> Numbered:
    """The event that carries this decision. A case that has a number keeps it.

    Raises CaseClosed, NotReady (no applicant, item, or the party that an answer speaks of),
    OutcomeNotOpen where the checklist does not allow it, ReasonNeeded for a rejection without
    reason and basis, and for a notice SecondDemand, NothingNewToTell and NoticeTooLate.
    """
    if case.state is not CaseState.OPEN:
        raise CaseClosed(case=case.id)
    if case.applicant is None:
        raise NotReady(need="applicant")
    if not case.item:
        raise NotReady(need="item")
    evaluation = judge(case, item, on)
    _check_open(case, item, evaluation, decision.outcome, on)
    if case.decision is not None:
        number, check = case.decision.number, case.decision.check
    due = promise_due(item, on, work)
    match decision.outcome:
        case Outcome.EACH:  # the items of a bundle are decided one by one
            raise OutcomeNotOpen(outcome=decision.outcome.value)
        case Outcome.NOTICE:
            lines = notice_lines(case, evaluation)
            return NoticeIssued(number=number, check=check, lines=lines)
        case Outcome.REJECT:
            if not decision.reason.strip() or not decision.basis.strip():
                raise ReasonNeeded
            return CaseRejected(
                number=number, check=check, reason=decision.reason.strip(),
                basis=decision.basis.strip(), proper_agency=decision.proper_agency.strip(),
            )  # fmt: skip
        case Outcome.RECEIVE_ONLY:
            notice = due_after(on, NOTICE_LIMIT, work)
            return CaseReceived(
                number=number, check=check, notice_due=notice.day,
                due_provisional=notice.provisional,
            )  # fmt: skip
        case Outcome.ACCEPT_DEFERRED:
            deferrals = tuple(
                Deferral(
                    material=row.material.id, name=row.material.name,
                    until=deferral_until(item, row.material.id, on, work),
                )
                for row in evaluation.deferrable
            )  # fmt: skip
            return CaseAcceptedDeferred(
                number=number, check=check, promise_due=due.day, due_provisional=due.provisional,
                deferrals=deferrals, promised=tuple(r.material.id for r in evaluation.promised),
            )  # fmt: skip
        case Outcome.ACCEPT | Outcome.ACCEPT_ON_PROMISE:
            promised = tuple(
                row.material.id
                for row in evaluation.rows
                if row.state is RowState.PROMISED
                or (decision.outcome is Outcome.ACCEPT_ON_PROMISE and row in evaluation.missing)
            )
            return CaseAccepted(
                number=number, check=check, promise_due=due.day, due_provisional=due.provisional,
                promised=promised,
            )  # fmt: skip
