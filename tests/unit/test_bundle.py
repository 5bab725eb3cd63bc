"""Bundles merge by identity, ask once, and lose nothing of any item's own list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.bundle import (
    JOINT_FORM,
    Bundle,
    QuestionRef,
    SameQuestion,
    bundle_faults,
    form_fields,
    material_key,
    materials_meant,
    question_key,
    questions_meant,
)
from app.domain.bundle_merge import (
    Part,
    merged_case,
    merged_evaluation,
    merged_item,
    own_outcome,
    saving,
)
from app.domain.case import Case
from app.domain.catalogue import (
    Department,
    FormField,
    Item,
    ItemKind,
    Limit,
    Material,
    MaterialForm,
    MaterialType,
    Necessity,
    Option,
    OptionRef,
    Question,
)
from app.domain.catalogue_check import check_items
from app.domain.checklist import Evidence, Outcome, RowState, evaluate
from app.domain.errors import UnknownAnswer, UnknownMaterial

TODAY = date(2026, 11, 22)
DEPARTMENT = Department(code="11370199MB00010010", name="示例局")
UNWANTED = {RowState.NOT_REQUIRED, RowState.UNDECIDED}
POOL = [f"m{n}" for n in range(7)]
Answers = dict[str, frozenset[str]]


@st.composite
def materials(draw: st.DrawFn, name: str) -> Material:
    copies = draw(st.integers(0, 2))
    necessity = draw(st.sampled_from(Necessity))
    return Material(
        id=name,
        name=f"材料{name}",
        type=MaterialType.APPLICATION_FORM if name in {"m0", "m1"} else MaterialType.OTHER,
        form=draw(st.sampled_from(MaterialForm)),
        originals=draw(st.integers(0 if copies else 1, 2)),
        copies=copies,
        necessity=necessity,
        defer_days=draw(st.integers(0, 3)) if necessity is Necessity.DEFERRABLE else 0,
        promisable=necessity is not Necessity.OPTIONAL and draw(st.booleans()),
    )


@st.composite
def items(draw: st.DrawFn, code: str) -> Item:
    ids = draw(st.lists(st.sampled_from(POOL), min_size=1, max_size=5, unique=True))
    called = st.lists(st.sampled_from(ids), max_size=2, unique=True).map(tuple)
    shared = Question(
        id=draw(st.sampled_from(["who", "agent"])),
        text="由谁来办理？",
        options=tuple(
            Option(id=name, text=name, materials=draw(called)) for name in ("self", "agent")
        ),
    )
    own = Question(
        id="own",
        text="自己的情形",
        options=tuple(Option(id=name, text=name, materials=draw(called)) for name in "abc"),
        multiple=draw(st.booleans()),
        asked_when=draw(st.sampled_from([(), (OptionRef(question=shared.id, option="agent"),)])),
    )
    fields = draw(st.lists(st.sampled_from(["name", "phone", "area"]), unique=True))
    item = Item(
        code=code,
        name=f"事项{code}",
        department=DEPARTMENT,
        level="4",
        type="01",
        kind=ItemKind.PROMISED,
        served=("1",),
        statutory_limit=Limit(count=20),
        promised_limit=Limit(count=draw(st.integers(0, 9))),
        promise_allowed=True,
        questions=(shared, own),
        fields=tuple(
            FormField(id=field, label=field, required=draw(st.booleans())) for field in fields
        ),
        materials=tuple(draw(materials(one)) for one in ids),
        effective_from=date(2026, 1, 1),
    )
    check_items((item,))
    return item


@st.composite
def bundles(draw: st.DrawFn) -> tuple[Bundle, list[Item]]:
    listed = [draw(items(f"item{n}")) for n in range(draw(st.integers(2, 4)))]
    together = draw(st.lists(st.sampled_from(listed), unique_by=lambda item: item.code, max_size=4))
    same = SameQuestion(
        members=tuple(
            QuestionRef(item=item.code, question=item.questions[0].id) for item in together
        )
    )
    bundle = Bundle(
        code="bundle",
        name="示例一件事",
        department=DEPARTMENT,
        items=tuple(item.code for item in listed),
        same_questions=(same,) if len(together) > 1 else (),
        joint_form=draw(st.sampled_from(["", "综合申请表"])),
        effective_from=date(2026, 1, 1),
    )
    assert list(bundle_faults(bundle, {item.code: item for item in listed})) == []
    return bundle, listed


@st.composite
def tried(draw: st.DrawFn) -> tuple[Bundle, list[Item], list[Answers], list[dict[str, Evidence]]]:
    """Some merged questions answered, some merged materials brought, each to all that mean it."""
    bundle, listed = draw(bundles())
    merged = merged_item(bundle, listed)
    answers: list[Answers] = [{} for _ in listed]
    for question in merged.questions:
        chosen = draw(st.sampled_from([None, *(option.id for option in question.options)]))
        if chosen is not None:
            for place, own in questions_meant(bundle, listed, question.id):
                answers[place][own] = frozenset({chosen})
    evidence: list[dict[str, Evidence]] = [{} for _ in listed]
    for material in merged.materials:
        if not draw(st.booleans()):
            continue
        brought = Evidence(
            originals=draw(st.integers(0, 2)),
            copies=draw(st.integers(0, 2)),
            form=draw(st.sampled_from(MaterialForm)),
            fault=draw(st.sampled_from(["", "", "没有签字"])),
            promised=draw(st.booleans()),
        )
        for place, own in materials_meant(bundle, listed, material.id):
            evidence[place][own] = brought
    return bundle, listed, answers, evidence


def parts_of(
    listed: Sequence[Item],
    answers: Sequence[Answers],
    evidence: Sequence[Mapping[str, Evidence]],
) -> tuple[Part, ...]:
    return tuple(
        Part(
            case=Case(id=f"c{n}", answers=own, evidence=held),
            item=item,
            evaluation=evaluate(item, own, held, on=TODAY),
        )
        for n, (item, own, held) in enumerate(zip(listed, answers, evidence, strict=True))
    )


Tried = tuple[Bundle, list[Item], list[Answers], list[dict[str, Evidence]]]


@given(bundles())
def test_every_material_of_every_item_is_in_one_merged_row(
    found: tuple[Bundle, list[Item]],
) -> None:
    bundle, listed = found
    parts = parts_of(listed, [{} for _ in listed], [{} for _ in listed])
    rows = [row.material.id for row in merged_evaluation(bundle, parts).rows]
    assert Counter(rows).most_common(1)[0][1] == 1
    meant = [(place, own) for key in rows for place, own in materials_meant(bundle, listed, key)]
    assert sorted(meant) == sorted(
        (place, material.id) for place, item in enumerate(listed) for material in item.materials
    )
    assert set(rows) == {material.id for material in merged_item(bundle, listed).materials}


@given(tried())
def test_merged_counts_are_enough_for_every_item(found: Tried) -> None:
    bundle, listed, answers, evidence = found
    parts = parts_of(listed, answers, evidence)
    merged = {row.material.id: row for row in merged_evaluation(bundle, parts).rows}
    for part in parts:
        for row in part.evaluation.rows:
            together = merged[material_key(bundle, row.material)]
            if row.state not in UNWANTED:
                assert together.material.originals >= row.material.originals
                assert together.material.copies >= row.material.copies
                assert together.state not in UNWANTED
            assert together.required or not row.required


@given(tried())
def test_a_merged_row_is_missing_where_some_items_row_is(found: Tried) -> None:
    bundle, listed, answers, evidence = found
    parts = parts_of(listed, answers, evidence)
    apart = {
        material_key(bundle, row.material) for part in parts for row in part.evaluation.missing
    }
    together = merged_evaluation(bundle, parts)
    assert {row.material.id for row in together.missing} == apart
    assert (Outcome.EACH in together.outcomes) == (
        not any(part.evaluation.unanswered for part in parts)
    )
    assert not {Outcome.ACCEPT, Outcome.NOTICE} & together.outcomes
    for part in parts:
        if not part.evaluation.unanswered:
            assert own_outcome(part.evaluation) in part.evaluation.outcomes


@given(bundles())
def test_a_shared_question_answered_is_answered_for_all(found: tuple[Bundle, list[Item]]) -> None:
    bundle, listed = found
    merged = merged_item(bundle, listed)
    answers: list[Answers] = [{} for _ in listed]
    for same in bundle.same_questions:
        keys = {question_key(bundle, ref.item, ref.question) for ref in same.members}
        assert len(keys) == 1
        (key,) = keys
        assert sum(question.id == key for question in merged.questions) == 1
        meant = questions_meant(bundle, listed, key)
        assert len(meant) == len(same.members)
        for place, own in meant:
            answers[place][own] = frozenset({"agent"})
    parts = parts_of(listed, answers, [{} for _ in listed])
    open_now = {question.id for question in merged_evaluation(bundle, parts).unanswered}
    shared = {
        question_key(bundle, ref.item, ref.question)
        for same in bundle.same_questions
        for ref in same.members
    }
    assert not open_now & shared
    asked_of_all = {question_key(bundle, item.code, item.questions[0].id) for item in listed}
    assert asked_of_all - shared <= open_now
    case = merged_case(bundle, parts)
    assert case.answers.keys() == shared


@given(tried())
def test_a_bundle_never_wants_more_than_its_items(found: Tried) -> None:
    bundle, listed, answers, evidence = found
    counted = saving(bundle, parts_of(listed, answers, evidence))
    assert counted.materials_together <= counted.materials_apart
    assert counted.forms_together <= counted.forms_apart
    assert counted.fields_together <= counted.fields_apart
    assert counted.fields_together == len({field.id for item in listed for field in item.fields})
    if bundle.joint_form and counted.forms_apart:
        assert counted.forms_together == 1


@given(tried(), st.randoms(use_true_random=False))
def test_the_order_of_items_does_not_change_what_is_wanted(found: Tried, chance: Random) -> None:
    bundle, listed, answers, evidence = found
    order = list(range(len(listed)))
    chance.shuffle(order)
    other = replace(bundle, items=tuple(listed[n].code for n in order))

    def wanted(of: Bundle, places: Sequence[int]) -> dict[str, tuple[object, ...]]:
        parts = parts_of(
            [listed[n] for n in places], [answers[n] for n in places], [evidence[n] for n in places]
        )
        return {
            row.material.id: (
                row.required, row.state, row.material.originals, row.material.copies,
                row.material.form, row.material.necessity, row.material.defer_days,
            )
            for row in merged_evaluation(of, parts).rows
        }  # fmt: skip

    assert wanted(bundle, range(len(listed))) == wanted(other, order)


@given(bundles())
def test_a_field_is_required_where_one_form_requires_it(found: tuple[Bundle, list[Item]]) -> None:
    _, listed = found
    for field in form_fields(listed):
        ones = [one for item in listed for one in item.fields if one.id == field.id]
        assert field.required == any(one.required for one in ones)


def test_what_is_not_there_is_refused() -> None:
    bundle, listed = _small()
    with pytest.raises(UnknownMaterial):
        materials_meant(bundle, listed, "gold-bars")
    with pytest.raises(UnknownAnswer):
        questions_meant(bundle, listed, "9.who")
    with pytest.raises(UnknownMaterial):  # a form that the joint form stands for is no key
        materials_meant(bundle, listed, "form-a")
    assert materials_meant(bundle, listed, JOINT_FORM) == ((0, "form-a"), (1, "form-b"))


def _small() -> tuple[Bundle, list[Item]]:
    def item(code: str, form: str) -> Item:
        who = Question(
            id="who", text="谁", options=(Option(id="self", text="本人"), Option(id="x", text="代"))
        )
        return Item(
            code=code, name=code, department=DEPARTMENT, level="4", type="01",
            kind=ItemKind.PROMISED, served=("1",), statutory_limit=Limit(count=1),
            promised_limit=Limit(count=1), questions=(who,), effective_from=date(2026, 1, 1),
            materials=(Material(id=form, name="申请表", type=MaterialType.APPLICATION_FORM),),
        )  # fmt: skip

    listed = [item("a", "form-a"), item("b", "form-b")]
    members = tuple(QuestionRef(item=code, question="who") for code in "ab")
    bundle = Bundle(
        code="bundle", name="示例", department=DEPARTMENT, items=("a", "b"), joint_form="综合表",
        same_questions=(SameQuestion(members=members),), effective_from=date(2026, 1, 1),
    )  # fmt: skip
    return bundle, listed


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"items": ("a", "c")}, "unknown item c"),
        ({"items": ("a", "b", "a")}, "fewer than two items, or one twice"),
        ({"items": ("a",)}, "fewer than two items"),
        ({"items": ()}, "fewer than two items"),
        ({"effective_to": date(2025, 1, 1)}, "ends before"),
        ({"same_questions": (SameQuestion(members=()),)}, "not the same"),
        (
            {"same_questions": (SameQuestion(members=(QuestionRef(item="a", question="who"),)),)},
            "not the same",
        ),
    ],
)
def test_a_bundle_that_cannot_be_used_says_why(change: dict[str, object], said: str) -> None:
    bundle, listed = _small()
    known = {item.code: item for item in listed}
    faults = list(bundle_faults(replace(bundle, **change), known))  # type: ignore[arg-type]  # one field each
    assert any(said in fault for fault in faults), faults


@pytest.mark.parametrize(
    "shape", ["options", "multiple", "order", "asked_when", "unknown", "twice"]
)
def test_questions_that_are_not_the_same_are_not_merged(shape: str) -> None:
    bundle, (first, second) = _small()
    (who,) = second.questions
    earlier = Question(id="first", text="先", options=who.options)
    questions = {
        "options": (replace(who, options=(*who.options, Option(id="y", text="丙"))),),
        "multiple": (replace(who, multiple=True),),
        "order": (replace(who, options=who.options[::-1]),),
        "asked_when": (
            earlier,
            replace(who, asked_when=(OptionRef(question="first", option="self"),)),
        ),
        "unknown": (replace(who, id="whom"),),
        "twice": (who,),
    }[shape]
    if shape == "twice":
        bundle = replace(bundle, same_questions=bundle.same_questions * 2)
    known = {"a": first, "b": replace(second, questions=questions)}
    check_items(tuple(known.values()))
    assert list(bundle_faults(bundle, known))
