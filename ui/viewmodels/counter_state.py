"""What the counter shows of itself: the open form, the one loudest act, what is possible. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from ui.viewmodels.case import CaseScreen
from ui.viewmodels.line_state import (
    AtTheWindow,
    LineAct,
    LineStage,
    LineState,
    refusals,
)
from ui.viewmodels.viewmodel import Note


class Form(StrEnum):
    """The one inline form that is open."""

    NONE = "none"
    TYPING = "typing"
    PHONE = "phone"
    SEARCH = "search"
    FAULT = "fault"
    PAGES = "pages"
    REJECT = "reject"
    TAKE = "take"
    LEAVE = "leave"
    HOLD = "hold"
    MOVE = "move"
    DROP = "drop"
    PAUSE = "pause"
    ORGANISATION = "organisation"
    AGENT = "agent"
    DELIVERY = "delivery"
    FIELDS = "fields"
    HANDED = "handed"
    DIFFERENCE = "difference"


# Forms that stay open beside a decided case.
_BESIDE_DECIDED = frozenset(
    {Form.TAKE, Form.HANDED, Form.NONE, Form.HOLD, Form.MOVE, Form.DROP, Form.PAUSE}
)


class Primary(StrEnum):
    """The one filled button of the page."""

    CALL_NEXT = "call_next"
    GO_ON = "go_on"  # after a pause
    WAIT = "wait"  # the hall is halted: nothing can be done now
    BEGIN = "begin"
    READ_CARD = "read_card"
    STOP_READING = "stop_reading"
    FIND_ITEM = "find_item"
    ANSWER = "answer"
    COUNT = "count"
    PARTY = "party"
    DECIDE = "decide"
    PUT_BACK = "put_back"
    SUPPLEMENT = "supplement"
    NEXT = "next"
    FORM = "form"  # the open form's own button


class Place(StrEnum):
    """Where the keyboard should be next."""

    ANSWERED = "answered"  # stay with a question of several options, else go on
    QUESTIONS = "questions"
    MATERIALS = "materials"
    MISSING = "missing"  # the first row that is still wanting


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterState:
    form: Form = Form.NONE
    primary: Primary = Primary.CALL_NEXT
    material: str = ""  # the row a FAULT or PAGES form is about
    ticket: str = ""  # the one a DROP form is about
    note: Note | None = None  # inside the open form
    refused: Mapping[LineAct, str] = field(default_factory=dict)  # acts of the line, and why
    may_call: bool = True
    may_pass: bool = False
    may_leave: bool = False
    may_walk_in: bool = True
    may_serve: bool = False  # read, type or find: someone is or can be at the window


def weigh(state: CounterState, case: CaseScreen, line: LineState, *, reading: bool) -> CounterState:
    """The state with what follows from the others decided anew."""
    idle = line.stage is LineStage.IDLE
    stranded = line.stage is LineStage.SERVING and not case.case_id
    form = state.form
    if case.decided is not None and form not in _BESIDE_DECIDED:
        form = Form.NONE
    at = AtTheWindow(
        open=case.open, decided=case.decided is not None, known=case.applicant is not None
    )
    refused = refusals(line, at)
    return replace(
        state,
        form=form,
        refused=refused,
        primary=_loudest(form, case, line, reading=reading),
        may_call=LineAct.NEXT not in refused,
        may_pass=line.stage is LineStage.CALLED and not case.open,
        may_leave=case.open or stranded,
        may_walk_in=(idle and not case.open) or case.decided is not None,
        may_serve=case.open or (not idle and case.decided is None),
    )


def _loudest(form: Form, case: CaseScreen, line: LineState, *, reading: bool) -> Primary:
    if form is not Form.NONE:
        return Primary.FORM
    if case.decided is not None:
        return Primary.NEXT
    if not case.open:
        return _next_of_line(line)
    if reading:
        return Primary.STOP_READING
    return _next_of_case(case)


def _next_of_line(line: LineState) -> Primary:
    if line.stage is not LineStage.IDLE:
        return Primary.BEGIN
    if line.halted:
        return Primary.WAIT
    return Primary.GO_ON if line.paused else Primary.CALL_NEXT


def _next_of_case(case: CaseScreen) -> Primary:
    if case.selected is not None:
        return Primary.DECIDE
    if case.applicant is None:
        return Primary.READ_CARD
    if case.item is None:
        return Primary.FIND_ITEM
    if case.unanswered:
        return Primary.ANSWER
    if case.conclusion is not None and case.conclusion.missing and not case.counted:
        return Primary.COUNT
    if case.conclusion is not None and case.conclusion.supplement:
        return Primary.PUT_BACK if case.conclusion.missing else Primary.SUPPLEMENT
    if case.conclusion is not None and case.conclusion.lacking and not case.conclusion.best:
        return Primary.PARTY
    if case.numbered and case.outcome is None:
        return Primary.PUT_BACK  # the first notice says it all
    return Primary.DECIDE
