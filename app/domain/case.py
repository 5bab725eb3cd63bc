"""A case (办件) is the fold of its events; what may happen next is decided here. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from app.domain import clocks
from app.domain.catalogue import Item, ItemKind, Limit
from app.domain.checklist import Evaluation, Evidence, Outcome, RowState, evaluate
from app.domain.clocks import Pause
from app.domain.deadline import NOTICE_LIMIT, Due, WorkCalendar, due_after
from app.domain.errors import CaseClosed, NotReady, OutcomeNotOpen, ReasonNeeded
from app.domain.events import (
    ApplicantIdentified,
    CaseAbandoned,
    CaseAccepted,
    CaseAcceptedDeferred,
    CaseDeemedAccepted,
    CaseOpened,
    CaseReceived,
    CaseRejected,
    ClockPaused,
    ClockResumed,
    Deferral,
    Event,
    ItemChosen,
    LimitExtended,
    MaterialFaulted,
    MaterialPromised,
    MaterialReceived,
    MaterialReturned,
    NoticeIssued,
    NoticeLine,
    Numbered,
    PhoneEntered,
    QuestionAnswered,
)
from app.domain.person import Applicant


class CaseState(StrEnum):
    """办件状态 at the counter."""

    OPEN = "open"
    ACCEPTED = "accepted"  # 受理
    ACCEPTED_DEFERRED = "accepted_deferred"  # 容缺受理
    ACCEPTED_ON_PROMISE = "accepted_on_promise"  # 告知承诺受理
    NOTICED = "noticed"  # 已告知补正
    REJECTED = "rejected"  # 不予受理
    RECEIVED = "received"  # 收件
    DEEMED_ACCEPTED = "deemed_accepted"  # 视为受理
    ABANDONED = "abandoned"  # 未办


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    id: str
    state: CaseState = CaseState.OPEN
    window: str = ""
    ticket: str = ""
    applicant: Applicant | None = None
    item: str = ""  # code
    item_name: str = ""
    department: str = ""
    version: int = 0
    list_hash: str = ""
    answers: Mapping[str, frozenset[str]] = field(default_factory=dict)
    evidence: Mapping[str, Evidence] = field(default_factory=dict)
    decision: Numbered | None = None
    deemed: CaseDeemedAccepted | None = None
    pauses: tuple[Pause, ...] = ()
    extension: int = 0  # working days

    @property
    def number(self) -> str:
        return self.decision.number if self.decision else ""


_DECIDED: dict[type[Event], CaseState] = {
    CaseAccepted: CaseState.ACCEPTED,
    CaseAcceptedDeferred: CaseState.ACCEPTED_DEFERRED,
    NoticeIssued: CaseState.NOTICED,
    CaseRejected: CaseState.REJECTED,
    CaseReceived: CaseState.RECEIVED,
}


# The promise clock runs from these; nothing but a clock's own facts may follow them.
ACCEPTED_STATES = frozenset(
    {
        CaseState.ACCEPTED, CaseState.ACCEPTED_DEFERRED, CaseState.ACCEPTED_ON_PROMISE,
        CaseState.DEEMED_ACCEPTED,
    }
)  # fmt: skip
_ClockEvent = CaseDeemedAccepted | ClockPaused | ClockResumed | LimitExtended
_CLOCK_EVENTS = (CaseDeemedAccepted, ClockPaused, ClockResumed, LimitExtended)


def apply(case: Case | None, case_id: str, event: Event) -> Case:
    """The case after one more event.

    Raises NotReady where it was never opened or an act comes too early, CaseClosed where it is
    decided or opened twice. The back office uses the same rule on its own order of arrival.
    """
    if isinstance(event, CaseOpened):
        if case is not None:
            raise CaseClosed(case=case_id)
        return Case(id=case_id, window=event.window, ticket=event.ticket)
    if case is None:
        raise NotReady(need="case")
    if isinstance(event, _CLOCK_EVENTS):
        return _turn_clock(case, event)
    if case.state is not CaseState.OPEN:
        raise CaseClosed(case=case_id)
    match event:
        case ApplicantIdentified():
            return replace(case, applicant=event.applicant)
        case PhoneEntered():
            if case.applicant is None:
                raise NotReady(need="applicant")
            return replace(case, applicant=replace(case.applicant, phone=event.phone))
        case ItemChosen():
            return replace(
                case, item=event.item, item_name=event.name, department=event.department,
                version=event.version, list_hash=event.list_hash, answers={}, evidence={},
            )  # fmt: skip
        case CaseAbandoned():
            return replace(case, state=CaseState.ABANDONED)
    if not case.item:
        raise NotReady(need="item")
    match event:
        case QuestionAnswered():
            answers = {**case.answers, event.question: frozenset(event.options)}
            return replace(case, answers=answers)
        case MaterialReceived():
            brought = Evidence(originals=event.originals, copies=event.copies, form=event.form)
        case MaterialFaulted():
            former = case.evidence.get(event.material, Evidence())
            brought = replace(former, fault=event.reason, promised=False)
        case MaterialPromised():
            brought = Evidence(promised=True)
        case MaterialReturned():
            brought = Evidence()
        case Numbered():
            if case.applicant is None:
                raise NotReady(need="applicant")
            state = _DECIDED[type(event)]
            if isinstance(event, CaseAccepted) and event.promised:
                state = CaseState.ACCEPTED_ON_PROMISE
            return replace(case, state=state, decision=event)
        case _:
            raise NotReady(need=type(event).__name__)
    return replace(case, evidence={**case.evidence, event.material: brought})


def _turn_clock(case: Case, event: _ClockEvent) -> Case:
    """Raises CaseClosed where no such clock runs, ReasonNeeded, ClockStands, WrongPauseDay,
    ExtensionRefused."""
    if isinstance(event, CaseDeemedAccepted):
        if case.state is not CaseState.RECEIVED:
            raise CaseClosed(case=case.id)
        return replace(case, state=CaseState.DEEMED_ACCEPTED, deemed=event)
    if case.state not in ACCEPTED_STATES:
        raise CaseClosed(case=case.id)
    if isinstance(event, ClockResumed):
        return replace(case, pauses=clocks.resume(case.pauses, event.code, event.on))
    if not event.reason.strip() or not event.approver.strip():
        raise ReasonNeeded
    if isinstance(event, ClockPaused):
        pauses = clocks.pause(
            case.pauses, event.code, event.name, event.reason, event.approver, event.on
        )
        return replace(case, pauses=pauses)
    clocks.check_extension(case.extension, event.days)
    return replace(case, extension=event.days)


def fold(case_id: str, events: Iterable[Event]) -> Case | None:
    """The case after all its events, None where there are none."""
    case: Case | None = None
    for event in events:
        case = apply(case, case_id, event)
    return case


# -- deciding -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What the clerk wants: the outcome, and for a rejection why and by which rule."""

    outcome: Outcome
    reason: str = ""
    basis: str = ""
    proper_agency: str = ""


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


def notice_lines(evaluation: Evaluation) -> tuple[NoticeLine, ...]:
    """Everything that is missing, in the list's order (行政许可法 art. 32: once, all of it)."""
    return tuple(
        NoticeLine(
            material=row.material.id, name=row.material.name, problem=row.mend, because=row.because
        )
        for row in evaluation.missing
    )


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
    """The event that carries this decision.

    Raises CaseClosed, NotReady (no applicant or item), OutcomeNotOpen where the checklist does
    not allow it, ReasonNeeded for a rejection without reason and basis.
    """
    if case.state is not CaseState.OPEN:
        raise CaseClosed(case=case.id)
    if case.applicant is None:
        raise NotReady(need="applicant")
    if not case.item:
        raise NotReady(need="item")
    evaluation = evaluate(item, case.answers, case.evidence)
    if decision.outcome not in evaluation.outcomes:
        raise OutcomeNotOpen(outcome=decision.outcome.value)
    match decision.outcome:
        case Outcome.NOTICE:
            return NoticeIssued(number=number, check=check, lines=notice_lines(evaluation))
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
            due = promise_due(item, on, work)
            deferrals = tuple(
                Deferral(
                    material=row.material.id, name=row.material.name,
                    until=deferral_until(item, row.material.id, on, work),
                )
                for row in evaluation.deferrable
            )  # fmt: skip
            return CaseAcceptedDeferred(
                number=number, check=check, promise_due=due.day,
                due_provisional=due.provisional, deferrals=deferrals,
            )  # fmt: skip
        case Outcome.ACCEPT | Outcome.ACCEPT_ON_PROMISE:
            due = promise_due(item, on, work)
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
