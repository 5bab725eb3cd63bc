"""Decide what a refused fact becomes when it is recorded again. Pure.

It must fit the case as it now stands and the list that the case froze: a second record is held to
the same rules as the first was.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from app.domain import case as cases
from app.domain.case import Case
from app.domain.case_events import (
    CaseAccepted,
    CaseAcceptedDeferred,
    CaseReceived,
    CaseRejected,
    FieldFilled,
    MaterialFaulted,
    MaterialPromised,
    MaterialReceived,
    MaterialReturned,
    MaterialSpared,
    NoticeIssued,
    Numbered,
    QuestionAnswered,
)
from app.domain.catalogue import Item
from app.domain.checklist import Outcome, check_answer, check_material
from app.domain.deadline import WorkCalendar
from app.domain.decision import PAPER_OF, Decision, decide
from app.domain.errors import AppError, BadEntry, NotReady, OutcomeNotOpen
from app.domain.event import Event
from app.domain.events import BundleDecided, PaperKind

# Codes that say that the number was not this device's to give, or is another case's.
_NUMBER_CODES = frozenset({"SYNC-NUMBER-USED", "SYNC-NUMBER-NOT-LEASED"})
# Only whether an outcome is open is asked here, not until when.
_NO_WORK = WorkCalendar(
    published_years=frozenset(), holidays=frozenset(), workdays=frozenset()
)  # fmt: skip
_ABOUT_MATERIAL = (
    MaterialReceived, MaterialSpared, MaterialFaulted, MaterialPromised, MaterialReturned,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """What is recorded, and the case after it. ``paper`` is what must be printed anew, because
    what it says has changed; then the fact wants a fresh number."""

    event: Event
    case: Case | None
    paper: PaperKind | None = None

    @property
    def renumbered(self) -> bool:
        return self.paper is not None


def again(
    event: Event,
    *,
    subject: str,
    code: str,
    case: Case | None,
    item: Item | None,
    on: date,
    fresh: Callable[[Event], Event] = lambda event: event,
) -> Again:
    """``code`` is why the fact about ``subject`` was refused; ``fresh`` gives a decision another
    number, where that was the reason.

    Raises NotReady for a fact about no case, and what the rules say against it.
    """
    about, _, key = subject.partition(":")
    wants_number = code in _NUMBER_CODES
    if about == "bundle" and isinstance(event, BundleDecided) and wants_number:
        return Again(event=fresh(event), case=case, paper=PaperKind.BUNDLE_RECEIPT)
    if about != "case":
        raise NotReady(need="case")
    if isinstance(event, Numbered):
        outcome = _check_outcome(case, item, event, on)
        if wants_number and case is not None and not case.number:
            made = fresh(event)
            return Again(event=made, case=cases.apply(case, key, made), paper=PAPER_OF[outcome])
    elif item is not None:
        _check_list(event, item)
    return Again(event=event, case=cases.apply(case, key, event))


def with_number(event: Event, number: str, check: str) -> Event:
    """The same decision under another number. Everything that it promised stands."""
    if not isinstance(event, Numbered | BundleDecided):
        raise BadEntry(kind=type(event).__name__)
    return replace(event, number=number, check=check)


def _check_outcome(case: Case | None, item: Item | None, event: Numbered, on: date) -> Outcome:
    """The outcome must still be open by the list. What was promised with it stands, and is not
    computed anew. Raises what ``decide`` raises."""
    if case is None or item is None:
        raise NotReady(need="item")
    refusal: AppError = OutcomeNotOpen(outcome=type(event).__name__)
    for decision in _decisions(event):
        try:
            decide(
                case, item, decision, number=event.number, check=event.check, on=on, work=_NO_WORK
            )
        except AppError as error:
            refusal = error
        else:
            return decision.outcome
    raise refusal


def _decisions(event: Numbered) -> tuple[Decision, ...]:
    """What the clerk may have chosen."""
    match event:
        case NoticeIssued():
            return (Decision(outcome=Outcome.NOTICE),)
        case CaseReceived():
            return (Decision(outcome=Outcome.RECEIVE_ONLY),)
        case CaseAcceptedDeferred():
            return (Decision(outcome=Outcome.ACCEPT_DEFERRED),)
        case CaseAccepted():
            plain = Decision(outcome=Outcome.ACCEPT)
            promised = Decision(outcome=Outcome.ACCEPT_ON_PROMISE)
            return (promised, plain) if event.promised else (plain,)
        case CaseRejected():
            return (
                Decision(
                    outcome=Outcome.REJECT, reason=event.reason, basis=event.basis,
                    proper_agency=event.proper_agency,
                ),
            )  # fmt: skip
    return ()


def _check_list(event: Event, item: Item) -> None:
    """Raises UnknownMaterial, UnknownAnswer, BadEntry."""
    if isinstance(event, _ABOUT_MATERIAL):
        check_material(item, event.material)
    elif isinstance(event, QuestionAnswered):
        check_answer(item, event.question, frozenset(event.options))
    elif isinstance(event, FieldFilled) and event.field not in {one.id for one in item.fields}:
        raise BadEntry(kind=type(event).__name__)
