"""The checklist holds for every list, every set of answers and everything that may be brought."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import checklist
from app.domain.catalogue import (
    Department,
    Item,
    ItemKind,
    Limit,
    Material,
    MaterialForm,
    Necessity,
    Option,
    OptionRef,
    Question,
    ReuseGrade,
    linked_materials,
)
from app.domain.catalogue_check import check_items
from app.domain.checklist import (
    Bar,
    Evidence,
    Outcome,
    RowState,
    Stored,
    asked_questions,
    check_answer,
    check_material,
)
from app.domain.errors import UnknownAnswer, UnknownMaterial
from app.services.catalogue import load_catalogue

DEMO = load_catalogue(Path(__file__).parents[2] / "resources" / "demo_hall" / "items").items()
MONDAY = date(2026, 11, 23)
evaluate = partial(checklist.evaluate, on=MONDAY)
ACCEPTANCES = {Outcome.ACCEPT, Outcome.ACCEPT_DEFERRED, Outcome.ACCEPT_ON_PROMISE}
Answers = dict[str, frozenset[str]]


@st.composite
def items(draw: st.DrawFn) -> Item:
    promise_allowed = draw(st.booleans())
    ids = [f"m{n}" for n in range(draw(st.integers(1, 6)))]
    materials = tuple(
        Material(
            id=name,
            name=f"材料{name}",
            form=draw(st.sampled_from(MaterialForm)),
            originals=draw(st.integers(0, 2)),
            copies=draw(st.integers(1, 2)),
            necessity=(necessity := draw(st.sampled_from(Necessity))),
            promisable=promise_allowed
            and necessity is not Necessity.OPTIONAL
            and draw(st.booleans()),
            reuse_grades=(grades := tuple(sorted(draw(st.sets(st.sampled_from(ReuseGrade)))))),
            reuse_months=draw(st.integers(1, 60)) if set(grades) - {ReuseGrade.A} else 0,
            licence="licence.example" if ReuseGrade.A in grades else "",
            standard=draw(st.sampled_from(["", "每页签字"])),
        )
        for name in ids
    )
    questions: list[Question] = []
    for number in range(draw(st.integers(0, 4))):
        earlier = [(q.id, option.id) for q in questions for option in q.options]
        refs = draw(st.lists(st.sampled_from(earlier), max_size=2)) if earlier else []
        questions.append(
            Question(
                id=f"q{number}",
                text=f"情形{number}",
                options=tuple(
                    Option(id=f"o{n}", text=f"选项{n}", materials=tuple(called))
                    for n, called in enumerate(
                        draw(
                            st.lists(
                                st.lists(st.sampled_from(ids), max_size=2, unique=True),
                                min_size=2,
                                max_size=3,
                            )
                        )
                    )
                ),
                multiple=draw(st.booleans()),
                asked_when=tuple(OptionRef(question=q, option=o) for q, o in refs),
            )
        )
    item = Item(
        code="test",
        name="测试事项",
        department=Department(code="11370199MB00010010", name="示例局"),
        level="4",
        type="01",
        kind=ItemKind.PROMISED,
        served=("1",),
        statutory_limit=Limit(count=20),
        promised_limit=Limit(count=5),
        promise_allowed=promise_allowed,
        questions=tuple(questions),
        materials=materials,
        effective_from=date(2026, 1, 1),
    )
    check_items((item,))
    return item


def draw_answers(draw: st.DrawFn, item: Item, *, all_asked: bool) -> Answers:
    answers: Answers = {}
    for question in item.questions:
        asked = question in asked_questions(item, answers)
        if (asked and all_asked) or draw(st.booleans()):
            chosen = draw(
                st.lists(
                    st.sampled_from([option.id for option in question.options]),
                    min_size=1,
                    max_size=3 if question.multiple else 1,
                )
            )
            answers[question.id] = frozenset(chosen)
    return answers


stored_pieces = st.builds(
    Stored,
    grade=st.sampled_from(ReuseGrade),
    name=st.just("示例件"),
    reference=st.just("示例0001"),
    keeper=st.just("示例局"),
    seen=st.dates(date(2020, 1, 1), date(2027, 12, 31)),
    valid_to=st.none() | st.dates(date(2020, 1, 1), date(2030, 12, 31)),
    licence=st.sampled_from(["", "licence.example"]),
)
bar_sets = st.dictionaries(st.sampled_from(Bar), st.just("失信未修复"))
evidences = st.builds(
    Evidence,
    stored=st.none() | stored_pieces,
    originals=st.integers(0, 3),
    copies=st.integers(0, 3),
    form=st.sampled_from(MaterialForm),
    fault=st.sampled_from(["", "", "", "不清晰"]),
    promised=st.booleans(),
)


@st.composite
def situations(
    draw: st.DrawFn, *, all_asked: bool = False
) -> tuple[Item, Answers, dict[str, Evidence]]:
    item = draw(items() | st.sampled_from(DEMO))
    answers = draw_answers(draw, item, all_asked=all_asked)
    brought = {material.id: draw(evidences) for material in item.materials if draw(st.booleans())}
    return item, answers, brought


@given(situations())
def test_rows_are_exactly_the_list_each_with_its_reason(
    situation: tuple[Item, Answers, dict[str, Evidence]],
) -> None:
    item, answers, brought = situation
    stranger = {"not-on-the-list": Evidence(originals=9)}
    evaluation = evaluate(item, answers, brought | stranger)
    assert tuple(row.material for row in evaluation.rows) == item.materials
    assert all(row.because for row in evaluation.rows)
    for row in evaluation.missing:
        assert row.required
        assert row.mend
        assert row.material.necessity is not Necessity.OPTIONAL
    assert evaluation == evaluate(item, answers, brought)


@given(situations())
def test_nothing_is_demanded_that_no_answer_calls_for(
    situation: tuple[Item, Answers, dict[str, Evidence]],
) -> None:
    item, answers, brought = situation
    evaluation = evaluate(item, answers, brought)
    asked = asked_questions(item, answers)
    called = {
        material
        for question in asked
        for option in question.options
        if option.id in answers.get(question.id, frozenset())
        for material in option.materials
    }
    allowed = called | {m.id for m in item.materials} - linked_materials(item)
    demanded = {row.material.id for row in evaluation.rows if row.required}
    assert demanded == {
        m.id for m in item.materials if m.id in allowed and m.necessity is not Necessity.OPTIONAL
    }


@given(situations())
def test_an_open_question_closes_acceptance_and_notice(
    situation: tuple[Item, Answers, dict[str, Evidence]],
) -> None:
    evaluation = evaluate(*situation)
    assert evaluation.outcomes >= {Outcome.REJECT, Outcome.RECEIVE_ONLY}
    if evaluation.unanswered:
        assert not evaluation.outcomes & (ACCEPTANCES | {Outcome.NOTICE})


@given(situations(all_asked=True))
def test_with_all_answered_something_is_missing_or_it_is_accepted(
    situation: tuple[Item, Answers, dict[str, Evidence]],
) -> None:
    evaluation = evaluate(*situation)
    assert not evaluation.unanswered
    complete = {Outcome.ACCEPT, Outcome.ACCEPT_ON_PROMISE} & evaluation.outcomes
    if evaluation.missing:
        assert Outcome.NOTICE in evaluation.outcomes
        assert Outcome.ACCEPT not in evaluation.outcomes
        # With something missing only promises for all of it, or deferral of all of it, will do.
        if Outcome.ACCEPT_ON_PROMISE in evaluation.outcomes:
            assert all(row.material.promisable for row in evaluation.missing)
        if Outcome.ACCEPT_DEFERRED in evaluation.outcomes:
            assert set(evaluation.missing) == set(evaluation.deferrable)
    else:
        assert len(complete) == 1
        assert Outcome.NOTICE not in evaluation.outcomes
        assert Outcome.ACCEPT_DEFERRED not in evaluation.outcomes


@given(st.data())
def test_more_paper_never_closes_acceptance(data: st.DataObject) -> None:
    item, answers, brought = data.draw(situations(all_asked=True))
    before = evaluate(item, answers, brought)
    material = data.draw(st.sampled_from(item.materials))
    former = brought.get(material.id, Evidence(form=material.form))
    more = replace(
        former,
        originals=former.originals + data.draw(st.integers(0, 2)),
        copies=former.copies + data.draw(st.integers(0, 2)),
        fault="",
    )
    after = evaluate(item, answers, brought | {material.id: more})
    assert {row.material.id for row in after.missing} <= {r.material.id for r in before.missing}
    if before.outcomes & ACCEPTANCES:
        assert after.outcomes & ACCEPTANCES
    if Outcome.ACCEPT in before.outcomes:
        assert Outcome.ACCEPT in after.outcomes


@given(situations(all_asked=True))
def test_bringing_all_of_it_is_always_enough(
    situation: tuple[Item, Answers, dict[str, Evidence]],
) -> None:
    item, answers, _ = situation
    everything = {
        m.id: Evidence(originals=m.originals, copies=m.copies, form=m.form) for m in item.materials
    }
    evaluation = evaluate(item, answers, everything)
    assert Outcome.ACCEPT in evaluation.outcomes
    assert not evaluation.missing


@given(situations(all_asked=True))
def test_only_necessary_materials_are_enough(
    situation: tuple[Item, Answers, dict[str, Evidence]],
) -> None:
    item, answers, _ = situation
    needed = {
        row.material.id: Evidence(
            originals=row.material.originals, copies=row.material.copies, form=row.material.form
        )
        for row in evaluate(item, answers, {}).rows
        if row.required
    }
    assert Outcome.ACCEPT in evaluate(item, answers, needed).outcomes


@given(situations(all_asked=True), bar_sets)
def test_who_is_barred_may_not(
    situation: tuple[Item, Answers, dict[str, Evidence]], bars: dict[Bar, str]
) -> None:
    free, barred = evaluate(*situation), evaluate(*situation, bars=bars)
    states = {row.state for row in barred.rows}
    if Bar.DEFERRAL in bars:
        assert RowState.DEFERRABLE not in states
        assert Outcome.ACCEPT_DEFERRED not in barred.outcomes
    if Bar.PROMISE in bars:
        assert RowState.PROMISED not in states
        assert Outcome.ACCEPT_ON_PROMISE not in barred.outcomes
        for row in barred.rows:
            stored = situation[2].get(row.material.id, Evidence()).stored
            if row.state is RowState.SPARED:
                assert stored is not None
                assert stored.grade is not ReuseGrade.D
    # A bar closes and never opens; what it closed is asked for, with the reason.
    assert barred.outcomes & ACCEPTANCES <= free.outcomes & ACCEPTANCES
    assert {r.material.id for r in free.missing} <= {r.material.id for r in barred.missing}
    for row in barred.missing:
        if row.material.id not in {r.material.id for r in free.missing}:
            assert "失信未修复" in row.mend


@given(st.data())
def test_what_is_kept_spares_and_never_asks_for_more(data: st.DataObject) -> None:
    item, answers, brought = data.draw(situations(all_asked=True))
    before = evaluate(item, answers, brought)
    material = data.draw(st.sampled_from(item.materials))
    former = brought.get(material.id, Evidence(form=material.form))
    stored = data.draw(stored_pieces)
    kept = brought | {material.id: replace(former, stored=stored, fault="")}
    after = evaluate(item, answers, kept)
    bare = evaluate(item, answers, brought | {material.id: replace(former, fault="", stored=None)})
    assert {r.material.id for r in after.missing} <= {r.material.id for r in bare.missing}
    if Outcome.ACCEPT in bare.outcomes:
        assert Outcome.ACCEPT in after.outcomes
    row = next(r for r in after.rows if r.material.id == material.id)
    if row.state is RowState.SPARED:
        assert stored.grade in material.reuse_grades
        assert stored.seen <= MONDAY
        assert stored.valid_to is None or stored.valid_to >= MONDAY
        assert stored.keeper in row.mend
        assert stored.reference in row.mend
        if stored.grade is ReuseGrade.A:
            assert stored.licence == material.licence
        if stored.grade is ReuseGrade.C:
            assert former.originals
        if stored.grade is ReuseGrade.D:
            assert former.promised
    assert before.unanswered == after.unanswered


@given(situations(all_asked=True), bar_sets)
def test_the_notice_is_empty_exactly_when_nothing_stands_in_the_way(
    situation: tuple[Item, Answers, dict[str, Evidence]], bars: dict[Bar, str]
) -> None:
    evaluation = evaluate(*situation, bars=bars)
    whole = {Outcome.ACCEPT, Outcome.ACCEPT_ON_PROMISE} & evaluation.outcomes
    assert (Outcome.NOTICE in evaluation.outcomes) == bool(evaluation.missing)
    if not evaluation.missing:
        assert len(whole) == 1
    # What is accepted with something missing names every piece of it: deferred or promised.
    for outcome in evaluation.outcomes & ACCEPTANCES:
        for row in evaluation.missing:
            deferred = outcome is Outcome.ACCEPT_DEFERRED and row.state is RowState.DEFERRABLE
            promised = outcome is Outcome.ACCEPT_ON_PROMISE and row.material.promisable
            assert deferred or promised


@given(situations(all_asked=True), st.dates(date(2019, 1, 1), date(2031, 1, 1)))
def test_a_kept_piece_counts_only_in_its_days(
    situation: tuple[Item, Answers, dict[str, Evidence]], day: date
) -> None:
    for row in checklist.evaluate(*situation, on=day).rows:
        stored = situation[2].get(row.material.id, Evidence()).stored
        if row.state is RowState.SPARED:
            assert stored is not None
            until = checklist.stored_until(row.material, stored)
            assert stored.seen <= day
            assert until is None or day <= until


def demo_item(name: str) -> Item:
    return next(item for item in DEMO if name in item.name)


def test_a_dependent_question_appears_and_takes_its_answer_with_it() -> None:
    item = demo_item("居住证")
    dwelling = {"ground": frozenset({"dwelling"}), "who": frozenset({"self"})}
    assert [q.id for q in evaluate(item, dwelling, {}).unanswered] == ["dwelling"]
    renting = dwelling | {"dwelling": frozenset({"rented"})}
    assert "lease-contract" in {row.material.id for row in evaluate(item, renting, {}).missing}
    # Working instead: the answer about the dwelling no longer counts.
    working = renting | {"ground": frozenset({"work"})}
    missing = {row.material.id for row in evaluate(item, working, {}).missing}
    assert "employment-proof" in missing
    assert "lease-contract" not in missing


def test_a_row_says_why_and_how_to_mend() -> None:
    item = demo_item("食品经营")
    answers = {
        "applicant": frozenset({"company"}),
        "premises": frozenset({"rented"}),
        "activities": frozenset({"cold", "drinks"}),
        "who": frozenset({"self"}),
    }
    brought = {
        "food-licence-form": Evidence(originals=1, fault="有一页没有签字"),
        "lease-contract": Evidence(originals=1),
    }
    rows = {row.material.id: row for row in evaluate(item, answers, brought).rows}
    assert rows["food-licence-form"].state is RowState.NOT_ACCEPTABLE
    assert "每页需法定代表人" in rows["food-licence-form"].mend
    assert rows["lease-contract"].mend == "还差复印件 1 份"
    assert "租赁房屋" in rows["lease-contract"].because
    assert rows["cold-room-layout"].state is RowState.MISSING
    assert rows["health-certificates"].state is RowState.DEFERRABLE
    assert rows["operator-id-card"].state is RowState.NOT_REQUIRED


def test_paper_is_not_electronic() -> None:
    item = demo_item("食品经营")
    answers = {"premises": frozenset({"rented"})}
    electronic = Evidence(originals=1, copies=1, form=MaterialForm.ELECTRONIC)
    rows = evaluate(item, answers, {"lease-contract": electronic}).rows
    row = next(row for row in rows if row.material.id == "lease-contract")
    assert (row.state, row.mend) == (RowState.MISSING, "需要纸质件")


@given(st.text(max_size=12), st.text(max_size=12))
def test_strange_answers_and_materials_are_refused(question: str, option: str) -> None:
    item = demo_item("食品经营")
    with pytest.raises(UnknownAnswer):
        check_answer(item, question, frozenset({option}))
    with pytest.raises(UnknownMaterial):
        check_material(item, question + "?")


def test_several_options_only_where_the_question_allows() -> None:
    item = demo_item("食品经营")
    check_answer(item, "activities", frozenset({"cold", "drinks"}))
    with pytest.raises(UnknownAnswer):
        check_answer(item, "premises", frozenset({"owned", "rented"}))
    with pytest.raises(UnknownAnswer):
        check_answer(item, "premises", frozenset({"stolen"}))
