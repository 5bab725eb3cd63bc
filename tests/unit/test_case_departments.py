"""After acceptance a case is its department's: what may follow what, and what the table says."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.bootstrap import SystemClock
from app.domain.case import ACCEPTED_STATES, Case, CaseState, apply, fold
from app.domain.case_events import (
    CaseAbandoned,
    CaseAccepted,
    CaseDispatched,
    CaseFinished,
    CaseLeft,
    CasePutBack,
    CaseReceived,
    CaseResumed,
    CaseReviewed,
    CaseSupplemented,
    ClockPaused,
    ClockResumed,
    ConflictRecorded,
    DemandKind,
    DemandRefused,
    DocumentSigned,
    MaterialReceived,
    NoticeIssued,
    NoticeLine,
    Numbered,
    ResultHanded,
    ResultReturned,
    SignatureRefused,
    SupplementAsked,
)
from app.domain.delivery import ReturnKind
from app.domain.errors import AppError, BadEntry, CaseClosed, NotReady, ReasonNeeded
from app.domain.event import Event
from app.domain.hall import HALL_ZONE
from app.domain.signature import Pen
from app.storage.store import Store
from tests.unit.test_case import IDENTIFIED, ITEMS, MONDAY, OPENED, chosen

LINE = NoticeLine(material="m1", name="申请表", problem="未签字", because="受理标准")
ACCEPTED = CaseAccepted(number="1", check="ABCDEF", promise_due=MONDAY)
ASKED = SupplementAsked(lines=(LINE,), reviewer="7001")
GRANTED = CaseReviewed(granted=True, opinion="符合条件", reviewer="7001")
FINISHED = CaseFinished(name="示例许可证", number="示许〔2026〕1号", reviewer="7001")
HANDED = ResultHanded(
    by="1001", to="张示例", way="直接", at=datetime(2026, 11, 24, 9, tzinfo=HALL_ZONE), signed=True
)
RESUMED = CaseResumed(window="W07", ticket="")
BEGUN: list[Event] = [OPENED, IDENTIFIED, chosen(ITEMS[0])]
PAUSED = ClockPaused(code="jc", name="检测", reason="送检", approver="7009", on=MONDAY)


def after(*events: Event) -> Case:
    case = fold("c", [*BEGUN, *events])
    assert case is not None
    return case


def test_a_case_goes_through_its_department_and_comes_back_to_be_handed_out() -> None:
    case = after(ACCEPTED, CaseDispatched(department="示例局", reviewer="7001"), GRANTED, FINISHED)
    assert case.state is CaseState.FINISHED
    assert case.reviewer == "7001"
    assert case.result == FINISHED
    handed = apply(case, "c", HANDED)
    assert handed.state is CaseState.HANDED_OUT
    with pytest.raises(CaseClosed):
        apply(handed, "c", HANDED)


def test_a_supplement_comes_in_at_another_window_and_the_review_goes_on() -> None:
    asked = after(ACCEPTED, ASKED)
    assert asked.state is CaseState.SUPPLEMENT
    back = apply(asked, "c", RESUMED)
    brought = apply(back, "c", MaterialReceived(material="m1", originals=1, copies=0))
    with pytest.raises(CaseClosed):  # accepted once: never decided a second time
        apply(brought, "c", ACCEPTED)
    with pytest.raises(CaseClosed):  # the department waits while the window has it
        apply(brought, "c", GRANTED)
    done = apply(brought, "c", CaseSupplemented())
    assert done.state is CaseState.ACCEPTED
    assert done.asked == ()
    assert done.number == "1"
    assert apply(brought, "c", CasePutBack()).state is CaseState.SUPPLEMENT


def test_what_the_department_may_not_do() -> None:
    with pytest.raises(NotReady):
        apply(after(ACCEPTED), "c", FINISHED)
    with pytest.raises(ReasonNeeded):
        apply(after(ACCEPTED), "c", CaseReviewed(granted=False, opinion=" ", reviewer="7001"))
    with pytest.raises(ReasonNeeded):
        apply(after(ACCEPTED), "c", SupplementAsked(lines=(), reviewer="7001"))
    with pytest.raises(CaseClosed):  # a second reviewer
        apply(after(ACCEPTED, GRANTED), "c", GRANTED)
    with pytest.raises(CaseClosed):  # not accepted yet
        apply(after(CaseReceived(number="1", check="ABCDEF", notice_due=MONDAY)), "c", GRANTED)
    with pytest.raises(NotReady):  # the clock stands: the procedure is not over
        apply(after(ACCEPTED, PAUSED, GRANTED), "c", FINISHED)


def test_a_case_left_at_one_window_goes_on_at_another() -> None:
    left = after(CaseLeft(reason="申请人去取材料"))
    assert left.state is CaseState.LEFT
    on = apply(left, "c", RESUMED)
    assert (on.state, on.window) == (CaseState.OPEN, "W07")
    assert apply(on, "c", ACCEPTED).state is CaseState.ACCEPTED
    assert apply(on, "c", CaseLeft(reason="再等")).state is CaseState.LEFT
    assert apply(on, "c", CaseAbandoned()).state is CaseState.ABANDONED
    noticed = apply(on, "c", NoticeIssued(number="1", check="ABCDEF", lines=(LINE,)))
    with pytest.raises(NotReady):  # it has its number: it is put back, not left
        apply(apply(noticed, "c", RESUMED), "c", CaseLeft(reason="再等"))


def test_what_is_only_on_record_changes_nothing() -> None:
    conflict = ConflictRecorded(window="W03", kinds=("MaterialReceived",), code="SYNC-X")
    for case in (after(), after(ACCEPTED), after(ACCEPTED, GRANTED, FINISHED, HANDED)):
        assert apply(case, "c", conflict) == case


_ANY: tuple[Event, ...] = (
    ACCEPTED, ASKED, GRANTED, FINISHED, HANDED, RESUMED, PAUSED,
    ClockResumed(code="jc", on=date(2026, 11, 25)), CaseLeft(reason="等"), CasePutBack(),
    CaseSupplemented(), CaseAbandoned(), CaseDispatched(department="示例局", reviewer="7002"),
    CaseReceived(number="1", check="ABCDEF", notice_due=MONDAY),
    NoticeIssued(number="1", check="ABCDEF", lines=(LINE,)),
    MaterialReceived(material="m1", originals=1, copies=0),
    DemandRefused(kind=DemandKind.BEYOND_LIST, materials=("x",)),
    ResultReturned(kind=ReturnKind.MISTAKE, reason="录错", by="1001", at=HANDED.at),
    DocumentSigned(
        paper="collection", number="1", document="ab" * 32, wording="collection 1", signer="张示例",
        image="AAAA", strokes=3, lasted=900, pen=Pen.TOUCH, by="1001", at=HANDED.at,
    ),
)  # fmt: skip


def _folded(events: list[Event]) -> tuple[Case, list[Event]]:
    """The case after all that may follow, and what did."""
    case, taken = after(), []
    for event in events:
        try:
            case = apply(case, "c", event)
        except AppError:
            continue
        taken.append(event)
    return case, taken


@given(st.lists(st.sampled_from(_ANY), max_size=25))
def test_whatever_comes_a_case_stays_sound(events: list[Event]) -> None:
    case, taken = _folded(events)
    kinds = [type(event) for event in taken]
    assert kinds.count(CaseAccepted) <= 1
    assert kinds.count(CaseReviewed) <= 1
    out = kinds.count(ResultHanded) - kinds.count(ResultReturned)
    assert out == (case.state is CaseState.HANDED_OUT)
    if case.state in {CaseState.FINISHED, CaseState.HANDED_OUT}:
        assert case.review is not None
        assert all(pause.end for pause in case.pauses)
    if case.state in {CaseState.SUPPLEMENT, CaseState.FINISHED, CaseState.HANDED_OUT}:
        assert case.accepted in ACCEPTED_STATES
        assert case.number == "1"
    assert bool(case.asked) == (
        CaseState.SUPPLEMENT in {case.state, case.resumed} and case.review is None
    )


@pytest.fixture(scope="module")
def departments_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    home = tmp_path_factory.mktemp("departments")
    store = Store.open(home, bytes(32), device="W01", clock=SystemClock(), random=os.urandom)
    yield store
    store.close()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(_ANY), max_size=12))
def test_the_table_of_cases_says_what_the_fold_says(
    departments_store: Store, events: list[Event]
) -> None:
    case, taken = _folded(events)
    case_id = departments_store.new_id()
    with departments_store.begin() as unit:
        for event in (*BEGUN, *taken):
            fact = replace(event, number=case_id) if isinstance(event, Numbered) else event
            unit.append(fact, subject=f"case:{case_id}", actor="1001")
    query = ("SELECT state FROM cases WHERE id = ?", (case_id,))
    with departments_store.read() as connection:
        assert connection.exec_driver_sql(*query).scalar_one() == case.state.value


def test_a_paper_is_signed_once_there_is_one_and_again_only_with_a_reason() -> None:
    signed = next(event for event in _ANY if isinstance(event, DocumentSigned))
    with pytest.raises(NotReady):
        apply(after(), "c", signed)
    once = apply(after(ACCEPTED), "c", signed)
    assert once.signed == {"collection": "ab" * 32}
    with pytest.raises(ReasonNeeded):
        apply(once, "c", signed)
    assert apply(once, "c", replace(signed, reason="写错了字")).signed == once.signed
    assert apply(once, "c", replace(signed, document="cd" * 32)).signed["collection"] == "cd" * 32
    for hostile in (replace(signed, document="AB" * 32), replace(signed, image="A" * 99_999)):
        with pytest.raises(BadEntry):
            apply(after(ACCEPTED), "c", hostile)
    refused = SignatureRefused(
        paper="collection", number="1", signer="张示例", reason="不认可", witness=" ", by="1001",
        at=HANDED.at,
    )  # fmt: skip
    with pytest.raises(ReasonNeeded):
        apply(once, "c", refused)
    assert apply(once, "c", replace(refused, witness="样例见证人")) == once
