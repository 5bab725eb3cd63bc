"""A case (办件) is the fold of its events: what is known of it, and what may follow. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from dataclasses import replace as with_fields
from enum import StrEnum

import msgspec
from msgspec.structs import replace

from app.domain import clocks
from app.domain.case_events import (
    AgentIdentified,
    AgentWithdrawn,
    ApplicantChecked,
    ApplicantIdentified,
    CaseAbandoned,
    CaseAccepted,
    CaseAcceptedDeferred,
    CaseDeemedAccepted,
    CaseDispatched,
    CaseFinished,
    CaseLeft,
    CaseOpened,
    CasePutBack,
    CaseReceived,
    CaseRejected,
    CaseResumed,
    CaseReviewed,
    CaseSupplemented,
    ClockPaused,
    ClockResumed,
    ConflictRecorded,
    DeliveryChosen,
    DemandRefused,
    DocumentSigned,
    FieldFilled,
    ItemChosen,
    LimitExtended,
    MaterialFaulted,
    MaterialPromised,
    MaterialReceived,
    MaterialReturned,
    MaterialSpared,
    NoticeHanded,
    NoticeIssued,
    NoticeLine,
    Numbered,
    OrganisationIdentified,
    OrganisationWithdrawn,
    PhoneEntered,
    QuestionAnswered,
    ResultHanded,
    ResultReturned,
    SignatureRefused,
    SupplementAsked,
)
from app.domain.checklist import Bar, Evidence
from app.domain.clocks import Pause
from app.domain.delivery import check_handed, check_returned
from app.domain.errors import BadEntry, CaseClosed, NotReady, ReasonNeeded
from app.domain.event import Event
from app.domain.events import CaseBundled
from app.domain.person import Applicant, Delivery, Organisation
from app.domain.signature import MOST_IMAGE

Answers = Mapping[str, frozenset[str]]
_DIGEST = re.compile(r"[0-9a-f]{64}")


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
    LEFT = "left"  # 留待续办
    SUPPLEMENT = "supplement"  # 待补齐, asked by the department
    FINISHED = "finished"  # 办结, the result waits at the hall
    HANDED_OUT = "handed_out"  # 已出件


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What a notice told, and under which answers and papers: a later one is held against it."""

    lines: tuple[NoticeLine, ...]
    answers: Answers
    evidence: Mapping[str, Evidence]


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """``resumed`` is the state to which a resumed case goes back when it is put back.
    ``brought_back`` are the materials received since then. ``accepted`` is the state in which it
    was accepted, to which it returns once supplemented.

    A struct and not a dataclass: every fact makes a new one, and this one is made ten times faster.
    """

    id: str
    state: CaseState = CaseState.OPEN
    window: str = ""
    ticket: str = ""
    bundle: str = ""
    applicant: Applicant | None = None
    organisation: Organisation | None = None
    agent: Applicant | None = None
    authority: str = ""
    bars: Mapping[Bar, str] = msgspec.field(default_factory=dict)
    delivery: Delivery | None = None
    fields: Mapping[str, str] = msgspec.field(default_factory=dict)
    item: str = ""  # code
    item_name: str = ""
    department: str = ""
    version: int = 0
    list_hash: str = ""
    answers: Answers = msgspec.field(default_factory=dict)
    evidence: Mapping[str, Evidence] = msgspec.field(default_factory=dict)
    decision: Numbered | None = None
    notices: tuple[Notice, ...] = ()
    handed: NoticeHanded | None = None
    received: CaseReceived | None = None
    resumed: CaseState | None = None
    brought_back: frozenset[str] = frozenset()
    deemed: CaseDeemedAccepted | None = None
    pauses: tuple[Pause, ...] = ()
    extension: int = 0  # working days
    accepted: CaseState | None = None
    reviewer: str = ""
    asked: tuple[NoticeLine, ...] = ()  # by the department, not yet supplemented
    review: CaseReviewed | None = None
    result: CaseFinished | None = None
    handed_out: ResultHanded | None = None
    returned: ResultReturned | None = None  # the last, where the result waits again
    # The document that was signed on the screen, by its paper.
    signed: Mapping[str, str] = msgspec.field(default_factory=dict)

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


def state_after(event: Numbered) -> CaseState:
    """The state that a decision brings about."""
    if isinstance(event, CaseAccepted) and event.promised:
        return CaseState.ACCEPTED_ON_PROMISE
    return _DECIDED[type(event)]


# From these an applicant may come back with what was missing.
WAITING_STATES = frozenset(
    {CaseState.NOTICED, CaseState.RECEIVED, CaseState.LEFT, CaseState.SUPPLEMENT}
)
# The promise clock runs from these; the clock's own facts and the department's follow them.
ACCEPTED_STATES = frozenset(
    {
        CaseState.ACCEPTED, CaseState.ACCEPTED_DEFERRED, CaseState.ACCEPTED_ON_PROMISE,
        CaseState.DEEMED_ACCEPTED,
    }
)  # fmt: skip
_ClockEvent = CaseDeemedAccepted | ClockPaused | ClockResumed | LimitExtended
_CLOCK_EVENTS = (CaseDeemedAccepted, ClockPaused, ClockResumed, LimitExtended)
_DepartmentEvent = (
    CaseDispatched | SupplementAsked | CaseReviewed | CaseFinished | ResultHanded | ResultReturned
)
_DEPARTMENT_EVENTS = (
    CaseDispatched, SupplementAsked, CaseReviewed, CaseFinished, ResultHanded, ResultReturned,
)  # fmt: skip


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
    if isinstance(event, _DEPARTMENT_EVENTS):
        return _review(case, event)
    match event:
        case DemandRefused() | ConflictRecorded() | DocumentSigned() | SignatureRefused():
            return _on_record(case, event)
        case CaseResumed():
            return _resume(case, event)
        case NoticeHanded():
            if case.state is not CaseState.NOTICED:
                raise CaseClosed(case=case_id)
            return replace(case, handed=event)
    if case.state is not CaseState.OPEN:
        raise CaseClosed(case=case_id)
    match event:
        case CasePutBack() | CaseLeft() | CaseSupplemented():
            return _let_go(case, event)
        case CaseAbandoned():
            if case.decision is not None:  # a numbered case is put back, never dropped
                raise CaseClosed(case=case_id)
            return replace(case, state=CaseState.ABANDONED)
        case ItemChosen():
            if case.decision is not None:
                raise CaseClosed(case=case_id)
            return replace(
                case, item=event.item, item_name=event.name, department=event.department,
                version=event.version, list_hash=event.list_hash, answers={}, evidence={},
                bundle="", fields={}, delivery=None,
            )  # fmt: skip
    party = _party(case, event)
    return party if party is not None else _about_item(case, event)


def _on_record(
    case: Case, event: DemandRefused | ConflictRecorded | DocumentSigned | SignatureRefused
) -> Case:
    """Whatever the state; a paper is signed once there is one. Raises NotReady, BadEntry, and
    ReasonNeeded where the same document is signed once more, or a refusal lacks its reason or
    witness."""
    if isinstance(event, DemandRefused | ConflictRecorded):
        return case
    if case.decision is None:
        raise NotReady(need="decision")
    if isinstance(event, SignatureRefused):
        if not event.reason.strip() or not event.witness.strip():
            raise ReasonNeeded
        return case
    if not _DIGEST.fullmatch(event.document) or len(event.image) > 2 * MOST_IMAGE:
        raise BadEntry(kind=type(event).__name__)
    if case.signed.get(event.paper) == event.document and not event.reason.strip():
        raise ReasonNeeded
    return replace(case, signed={**case.signed, event.paper: event.document})


def _resume(case: Case, event: CaseResumed) -> Case:
    if case.state not in WAITING_STATES:
        raise CaseClosed(case=case.id)
    return replace(
        case, state=CaseState.OPEN, resumed=case.state, window=event.window, ticket=event.ticket,
        brought_back=frozenset(),
    )  # fmt: skip


def _let_go(case: Case, event: CasePutBack | CaseLeft | CaseSupplemented) -> Case:
    """The window is done with the case, and decided nothing. Raises NotReady."""
    match event:
        case CaseLeft():
            if case.resumed not in {None, CaseState.LEFT}:  # it is put back instead
                raise NotReady(need="notice")
            return replace(case, state=CaseState.LEFT, resumed=None)
        case CaseSupplemented():
            if case.resumed is not CaseState.SUPPLEMENT or case.accepted is None:
                raise NotReady(need="supplement")
            return replace(case, state=case.accepted, resumed=None, asked=())
        case CasePutBack():
            if case.resumed is None:
                raise NotReady(need="notice")
            return replace(case, state=case.resumed, resumed=None)


def _party(case: Case, event: Event) -> Case | None:
    """Who applies and how the result reaches them; None where the event is about the item."""
    match event:
        case ApplicantIdentified():
            return replace(case, applicant=event.applicant)
        case ApplicantChecked():
            return replace(case, bars={one.bar: one.reason for one in event.bars})
        case OrganisationIdentified():
            return replace(case, organisation=event.organisation)
        case OrganisationWithdrawn():
            return replace(case, organisation=None)
        case AgentIdentified():
            return replace(case, agent=event.agent, authority=event.authority)
        case AgentWithdrawn():
            return replace(case, agent=None, authority="")
        case PhoneEntered():
            if case.applicant is None:
                raise NotReady(need="applicant")
            return replace(case, applicant=with_fields(case.applicant, phone=event.phone))
    return None


def _about_item(case: Case, event: Event) -> Case:
    if not case.item:
        raise NotReady(need="item")
    match event:
        case CaseBundled():
            return replace(case, bundle=event.bundle)
        case DeliveryChosen():
            return replace(case, delivery=event.delivery)
        case FieldFilled():
            return replace(case, fields={**case.fields, event.field: event.value})
        case QuestionAnswered():
            answers = {**case.answers, event.question: frozenset(event.options)}
            return replace(case, answers=answers)
        case Numbered():
            return _decided(case, event)
    match event:
        case MaterialReceived():
            former = case.evidence.get(event.material, Evidence())
            brought = Evidence(
                originals=event.originals, copies=event.copies, form=event.form,
                scans=event.scans, stored=former.stored,
            )  # fmt: skip
            case = replace(case, brought_back=case.brought_back | {event.material})
        case MaterialSpared():
            former = case.evidence.get(event.material, Evidence())
            brought = with_fields(former, stored=event.stored, fault="")
        case MaterialFaulted():
            former = case.evidence.get(event.material, Evidence())
            brought = with_fields(former, fault=event.reason, promised=False)
        case MaterialPromised():
            former = case.evidence.get(event.material, Evidence())
            brought = Evidence(promised=True, stored=former.stored)
        case MaterialReturned():
            brought = Evidence()
        case _:
            raise NotReady(need=type(event).__name__)
    return replace(case, evidence={**case.evidence, event.material: brought})


def _decided(case: Case, event: Numbered) -> Case:
    if case.applicant is None:
        raise NotReady(need="applicant")
    if case.number and event.number != case.number:
        raise BadEntry(kind=type(event).__name__)  # a case has one number for life
    if case.accepted is not None:  # it is supplemented or put back, never decided a second time
        raise CaseClosed(case=case.id)
    state = state_after(event)
    accepted = state if state in ACCEPTED_STATES else None
    case = replace(case, state=state, decision=event, resumed=None, accepted=accepted)
    if isinstance(event, NoticeIssued):
        notice = Notice(lines=event.lines, answers=case.answers, evidence=case.evidence)
        return replace(case, notices=(*case.notices, notice), handed=None)
    return replace(case, received=event) if isinstance(event, CaseReceived) else case


def _turn_clock(case: Case, event: _ClockEvent) -> Case:
    """Raises CaseClosed where no such clock runs, ReasonNeeded, ClockStands, WrongPauseDay,
    ExtensionRefused."""
    if isinstance(event, CaseDeemedAccepted):
        if case.state is not CaseState.RECEIVED:
            raise CaseClosed(case=case.id)
        deemed = CaseState.DEEMED_ACCEPTED
        return replace(case, state=deemed, accepted=deemed, deemed=event)
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


def _returned(case: Case, event: ResultReturned) -> Case:
    """What was handed out waits again. The facts of both stay.

    Raises CaseClosed where it is not out, ReasonNeeded, DeliveryStands.
    """
    handed = case.handed_out
    if case.state is not CaseState.HANDED_OUT or handed is None:
        raise CaseClosed(case=case.id)
    check_returned(handed, event)
    return replace(case, state=CaseState.FINISHED, handed_out=None, returned=event)


def _review(case: Case, event: _DepartmentEvent) -> Case:
    """Raises CaseClosed where the case is not the department's, NotReady where it was not reviewed
    before, ReasonNeeded where nothing is said."""
    if isinstance(event, ResultHanded):
        if case.state is not CaseState.FINISHED:
            raise CaseClosed(case=case.id)
        check_handed(event)
        return replace(case, state=CaseState.HANDED_OUT, handed_out=event)
    if isinstance(event, ResultReturned):
        return _returned(case, event)
    if case.state not in ACCEPTED_STATES and case.state is not CaseState.SUPPLEMENT:
        raise CaseClosed(case=case.id)
    match event:
        case CaseDispatched():
            return replace(case, reviewer=event.reviewer)
        case SupplementAsked():
            if not event.lines:
                raise ReasonNeeded
            if case.review is not None:
                raise CaseClosed(case=case.id)
            return replace(case, state=CaseState.SUPPLEMENT, asked=event.lines)
        case CaseReviewed():
            if not event.opinion.strip():
                raise ReasonNeeded
            if case.review is not None:
                raise CaseClosed(case=case.id)
            # What was still asked for no longer matters once it is decided.
            return replace(case, state=case.accepted or case.state, review=event, asked=())
        case CaseFinished():
            if case.review is None:
                raise NotReady(need="review")
            if any(pause.end is None for pause in case.pauses):
                raise NotReady(need="clock")
            return replace(case, state=CaseState.FINISHED, result=event)


def fold(case_id: str, events: Iterable[Event]) -> Case | None:
    """The case after all its events, None where there are none."""
    case: Case | None = None
    for event in events:
        case = apply(case, case_id, event)
    return case
