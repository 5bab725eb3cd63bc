"""A case is the fold of its events: order, ends and decisions."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.case import Case, CaseState, apply, fold
from app.domain.case_events import (
    ApplicantIdentified,
    CaseAbandoned,
    CaseAccepted,
    CaseAcceptedDeferred,
    CaseOpened,
    CaseReceived,
    CaseRejected,
    ItemChosen,
    MaterialFaulted,
    MaterialPromised,
    MaterialReceived,
    MaterialReturned,
    NoticeIssued,
    OrganisationIdentified,
    PhoneEntered,
    QuestionAnswered,
)
from app.domain.catalogue import Item, MaterialForm, Necessity, list_hash
from app.domain.checklist import Outcome
from app.domain.decision import Decision, decide, deferral_until, judge
from app.domain.errors import CaseClosed, NotReady, OutcomeNotOpen, ReasonNeeded
from app.domain.event import Event
from app.domain.person import Applicant, DocumentKind, Organisation, Person, ValueSource
from app.services.calendar import load_calendar
from app.services.catalogue import load_catalogue

RESOURCES = Path(__file__).parents[2] / "resources"
CATALOGUE = load_catalogue(RESOURCES / "demo_hall" / "items")
WORK = load_calendar(RESOURCES / "calendar" / "workdays.json")
MONDAY = date(2026, 11, 23)
ITEMS = CATALOGUE.items()

APPLICANT = Applicant(
    document=DocumentKind.RESIDENT,
    person=Person(name="张示例", number="11010519491231002X"),
    source=ValueSource.CARD,
)
ORGANISATION = OrganisationIdentified(
    organisation=Organisation(
        name="示例商贸有限公司", credit_code="91370199MB00010013", representative="张示例",
        source=ValueSource.TYPED,
    )
)  # fmt: skip
OPENED = CaseOpened(window="W01", ticket="t1")
IDENTIFIED = ApplicantIdentified(applicant=APPLICANT)
DECISIONS: tuple[Event, ...] = (
    CaseAccepted(number="1", check="ABCDEF", promise_due=MONDAY),
    CaseAcceptedDeferred(number="1", check="ABCDEF", promise_due=MONDAY, deferrals=()),
    NoticeIssued(number="1", check="ABCDEF", lines=()),
    CaseRejected(number="1", check="ABCDEF", reason="不归本厅", basis="行政许可法第三十二条"),
    CaseReceived(number="1", check="ABCDEF", notice_due=MONDAY),
    CaseAbandoned(reason="先走了"),
)


def item_named(name: str) -> Item:
    return next(item for item in ITEMS if name in item.name)


def chosen(item: Item) -> ItemChosen:
    return ItemChosen(
        item=item.code,
        name=item.name,
        department=item.department.name,
        version=item.version,
        list_hash=list_hash(item),
    )


def open_case(item: Item, *events: Event) -> Case:
    case = fold("c1", (OPENED, IDENTIFIED, ORGANISATION, chosen(item), *events))
    assert case is not None
    return case


def decided(case: Case, item: Item, decision: Decision, on: date = MONDAY) -> Event:
    return decide(case, item, decision, number="1", check="ABCDEF", on=on, work=WORK)


@st.composite
def acts(draw: st.DrawFn, item: Item) -> list[Event]:
    """At most one act for each question and material, so that any order must come to the same."""
    events: list[Event] = []
    for question in item.questions:
        if draw(st.booleans()):
            option = draw(st.sampled_from(question.options))
            events.append(QuestionAnswered(question=question.id, options=(option.id,)))
    for material in item.materials:
        act = draw(st.integers(0, 4))
        if act == 1:
            form = draw(st.sampled_from(MaterialForm))
            events.append(MaterialReceived(material=material.id, originals=1, copies=1, form=form))
        elif act == 2:
            events.append(MaterialFaulted(material=material.id, reason="不清晰"))
        elif act == 3:
            events.append(MaterialPromised(material=material.id))
        elif act == 4:
            events.append(MaterialReturned(material=material.id))
    return events


@given(st.data())
def test_the_order_of_ticking_does_not_matter(data: st.DataObject) -> None:
    item = data.draw(st.sampled_from(ITEMS))
    events = data.draw(acts(item))
    one = open_case(item, *events)
    other = open_case(item, *data.draw(st.permutations(events)))
    assert one == other
    assert judge(one, item, MONDAY) == judge(other, item, MONDAY)


@given(
    end=st.sampled_from(DECISIONS),
    after=st.sampled_from(
        (
            *DECISIONS,
            OPENED,
            IDENTIFIED,
            PhoneEntered(phone="053100000000"),
            chosen(ITEMS[0]),
            QuestionAnswered(question="who", options=("self",)),
            MaterialReceived(material="id-card", originals=1, copies=1),
            MaterialFaulted(material="id-card", reason="不清晰"),
            MaterialPromised(material="id-card"),
            MaterialReturned(material="id-card"),
        )
    ),
)
def test_a_decided_case_refuses_every_further_event(end: Event, after: Event) -> None:
    case = apply(open_case(ITEMS[0]), "c1", end)
    assert case.state is not CaseState.OPEN
    with pytest.raises(CaseClosed):
        apply(case, "c1", after)


@pytest.mark.parametrize(
    "events",
    [
        (IDENTIFIED,),
        (OPENED, PhoneEntered(phone="053100000000")),
        (OPENED, QuestionAnswered(question="who", options=("self",))),
        (OPENED, MaterialReceived(material="id-card", originals=1, copies=0)),
        (OPENED, IDENTIFIED, DECISIONS[0]),  # nothing chosen
        (OPENED, chosen(ITEMS[0]), DECISIONS[0]),  # nobody identified
    ],
)
def test_what_comes_too_early_is_refused(events: tuple[Event, ...]) -> None:
    with pytest.raises(NotReady):
        fold("c1", events)


def test_no_event_is_no_case() -> None:
    assert fold("c1", ()) is None


def test_a_new_item_drops_answers_and_materials() -> None:
    first, second = ITEMS[0], ITEMS[1]
    case = open_case(
        first,
        MaterialReceived(material="id-card", originals=1, copies=1),
        QuestionAnswered(question="who", options=("self",)),
        chosen(second),
    )
    assert (case.item, dict(case.answers), dict(case.evidence)) == (second.code, {}, {})


def test_a_fault_takes_a_promise_back_and_a_return_takes_all_back() -> None:
    received = MaterialReceived(material="m", originals=2, copies=1)
    faulted = open_case(ITEMS[0], received, MaterialFaulted(material="m", reason="过期"))
    assert (faulted.evidence["m"].originals, faulted.evidence["m"].fault) == (2, "过期")
    again = open_case(
        ITEMS[0], MaterialPromised(material="m"), MaterialFaulted(material="m", reason="过期")
    )
    assert not again.evidence["m"].promised
    returned = open_case(ITEMS[0], received, MaterialReturned(material="m"))
    assert returned.evidence["m"].originals == 0


def answer_all(item: Item) -> list[Event]:
    """The first option of every question."""
    return [QuestionAnswered(question=q.id, options=(q.options[0].id,)) for q in item.questions]


def bring(item: Item, *, without: frozenset[Necessity] = frozenset()) -> list[Event]:
    return [
        MaterialReceived(material=m.id, originals=m.originals, copies=m.copies, form=m.form)
        for m in item.materials
        if m.necessity not in without
    ]


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.name)
def test_every_demo_item_can_be_accepted_and_noticed(item: Item) -> None:
    complete = open_case(item, *answer_all(item), *bring(item))
    event = decided(complete, item, Decision(outcome=Outcome.ACCEPT))
    assert isinstance(event, CaseAccepted)
    assert apply(complete, "c1", event).state is CaseState.ACCEPTED
    empty = open_case(item, *answer_all(item))
    notice = decided(empty, item, Decision(outcome=Outcome.NOTICE))
    assert isinstance(notice, NoticeIssued)
    missing = judge(empty, item, MONDAY).missing
    assert [line.material for line in notice.lines] == [row.material.id for row in missing]
    assert all(line.problem and line.because for line in notice.lines)


def test_deferral_names_each_material_with_a_day_within_the_promise() -> None:
    item = item_named("食品经营")
    case = open_case(
        item, *answer_all(item), *bring(item, without=frozenset({Necessity.DEFERRABLE}))
    )
    event = decided(case, item, Decision(outcome=Outcome.ACCEPT_DEFERRED))
    assert isinstance(event, CaseAcceptedDeferred)
    assert event.promise_due == date(2026, 11, 30)
    assert {d.material: d.until for d in event.deferrals} == {
        "food-safety-rules": date(2026, 11, 26),
        "health-certificates": date(2026, 11, 30),
    }
    for deferral in event.deferrals:
        until = deferral_until(item, deferral.material, MONDAY, WORK)
        assert until == deferral.until <= event.promise_due


def test_promises_are_named_in_the_decision() -> None:
    item = item_named("消防安全检查")
    events = [
        MaterialPromised(material=m.id)
        if m.promisable
        else MaterialReceived(material=m.id, originals=m.originals, copies=m.copies, form=m.form)
        for m in item.materials
    ]
    case = open_case(item, *answer_all(item), *events)
    event = decided(case, item, Decision(outcome=Outcome.ACCEPT_ON_PROMISE))
    assert isinstance(event, CaseAccepted)
    assert set(event.promised) >= {"fire-rules", "premises-plan"}
    assert apply(case, "c1", event).state is CaseState.ACCEPTED_ON_PROMISE


@given(st.data())
def test_only_open_outcomes_can_be_decided(data: st.DataObject) -> None:
    item = data.draw(st.sampled_from(ITEMS))
    case = open_case(item, *data.draw(acts(item)))
    outcome = data.draw(st.sampled_from(Outcome))
    decision = Decision(outcome=outcome, reason="不归本厅", basis="行政许可法第三十二条")
    if outcome in judge(case, item, MONDAY).outcomes:
        after = apply(case, "c1", decided(case, item, decision))
        assert after.state is not CaseState.OPEN
        assert after.number == "1"
    else:
        with pytest.raises(OutcomeNotOpen):
            decided(case, item, decision)


@pytest.mark.parametrize(("reason", "basis"), [("", "依据"), ("理由", ""), (" ", " ")])
def test_a_rejection_needs_reason_and_basis(reason: str, basis: str) -> None:
    decision = Decision(outcome=Outcome.REJECT, reason=reason, basis=basis)
    with pytest.raises(ReasonNeeded):
        decided(open_case(ITEMS[0]), ITEMS[0], decision)


def test_papers_taken_in_start_the_notice_clock() -> None:
    event = decided(open_case(ITEMS[0]), ITEMS[0], Decision(outcome=Outcome.RECEIVE_ONLY))
    assert isinstance(event, CaseReceived)
    assert (event.notice_due, event.due_provisional) == (date(2026, 11, 30), False)


def test_nobody_and_nothing_cannot_be_decided() -> None:
    nobody = fold("c1", (OPENED, chosen(ITEMS[0])))
    nothing = fold("c1", (OPENED, IDENTIFIED))
    assert nobody is not None
    assert nothing is not None
    for case in (nobody, nothing):
        with pytest.raises(NotReady):
            decided(case, ITEMS[0], Decision(outcome=Outcome.RECEIVE_ONLY))
    closed = apply(open_case(ITEMS[0]), "c1", DECISIONS[0])
    with pytest.raises(CaseClosed):
        decided(closed, ITEMS[0], Decision(outcome=Outcome.RECEIVE_ONLY))
