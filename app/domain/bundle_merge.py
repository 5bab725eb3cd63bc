"""Show a bundle as one: one list, one set of answers, one verdict, and what it spares. Pure.

Only shown: each item keeps its own case and is decided by its own list.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import msgspec

from app.domain.bundle import JOINT_FORM, Bundle, form_fields, material_key, question_key
from app.domain.case import Case
from app.domain.catalogue import (
    Item,
    ItemKind,
    Limit,
    LimitUnit,
    Material,
    MaterialForm,
    MaterialType,
    Necessity,
    Option,
    OptionRef,
    Question,
)
from app.domain.checklist import Evaluation, Evidence, Outcome, Row, RowState


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One item of a bundle: its case, its frozen list and what the checklist says of them."""

    case: Case
    item: Item
    evaluation: Evaluation


@dataclass(frozen=True, slots=True, kw_only=True)
class Saving:
    """Counted from the lists under the present answers: each item alone, and together.

    ``materials`` are those that must be brought; what is kept already (免交) counts apart only.
    """

    materials_apart: int
    materials_together: int
    forms_apart: int
    forms_together: int
    fields_apart: int
    fields_together: int


def merged_item(bundle: Bundle, items: Sequence[Item]) -> Item:
    """The bundle as one item: its questions once, its materials once. Only to be shown; the
    rows come from ``merged_evaluation``, because a material may be basic in one list and
    conditional in another."""
    questions: dict[str, Question] = {}
    materials: dict[str, list[Material]] = {}
    for item in items:
        for question in item.questions:
            key = question_key(bundle, item.code, question.id)
            asked = _renamed(bundle, item, key, question)
            questions[key] = _joined(questions.get(key, asked), asked)
        for material in item.materials:
            materials.setdefault(material_key(bundle, material), []).append(material)
    first = items[0]
    return Item(
        code=bundle.code, name=bundle.name, aliases=bundle.aliases, department=bundle.department,
        level=first.level, type=first.type, kind=ItemKind.PROMISED,
        served=tuple(sorted({s for item in items for s in item.served})),
        statutory_limit=_longest(item.statutory_limit for item in items),
        promised_limit=_longest(item.promised_limit for item in items),
        fees=tuple(fee for item in items for fee in item.fees),
        channels=tuple(dict.fromkeys(channel for item in items for channel in item.channels)),
        visits=max(item.visits for item in items),
        delivery=tuple(dict.fromkeys(way for item in items for way in item.delivery)),
        guide=bundle.guide,
        promise_allowed=any(item.promise_allowed for item in items),
        questions=tuple(questions.values()),
        fields=form_fields(items),
        materials=tuple(_merged_material(bundle, k, same) for k, same in materials.items()),
        version=bundle.version, effective_from=bundle.effective_from,
        effective_to=bundle.effective_to,
    )  # fmt: skip


_DAYS = {LimitUnit.WORKING_DAY: 1.4, LimitUnit.DAY: 1.0, LimitUnit.MONTH: 30.4}


def _longest(limits: Iterable[Limit]) -> Limit:
    return max(limits, key=lambda limit: limit.count * _DAYS[limit.unit])


def _joined(first: Question, other: Question) -> Question:
    """One question of two items: each option calls for what either list asks for."""
    options = tuple(
        replace(one, materials=tuple(dict.fromkeys((*one.materials, *same.materials))))
        for one, same in zip(first.options, other.options, strict=True)
    )
    return replace(first, options=options)


def _renamed(bundle: Bundle, item: Item, key: str, question: Question) -> Question:
    by_id = {material.id: material for material in item.materials}
    return replace(
        question,
        id=key,
        options=tuple(
            Option(
                id=option.id, text=option.text, fact=option.fact,
                materials=tuple(material_key(bundle, by_id[m]) for m in option.materials),
            )
            for option in question.options
        ),
        asked_when=tuple(
            OptionRef(question=question_key(bundle, item.code, ref.question), option=ref.option)
            for ref in question.asked_when
        ),
    )  # fmt: skip


_STRICTEST = (Necessity.OPTIONAL, Necessity.DEFERRABLE, Necessity.REQUIRED)


def _merged_material(bundle: Bundle, key: str, same: Sequence[Material]) -> Material:
    """One piece for all: the most that any of them wants, as strict as the strictest."""
    first = same[0]
    forms = {material.form for material in same} - {MaterialForm.EITHER}
    days = [material.defer_days for material in same if material.defer_days]
    return replace(
        first,
        id=key,
        name=bundle.joint_form if key == JOINT_FORM else first.name,
        form=MaterialForm.EITHER if not forms else min(forms, key=lambda form: form != "paper"),
        originals=max(material.originals for material in same),
        copies=max(material.copies for material in same),
        reuse_grades=tuple(g for g in first.reuse_grades if all(g in m.reuse_grades for m in same)),
        necessity=max((material.necessity for material in same), key=_STRICTEST.index),
        defer_days=min(days, default=0),
        promisable=all(material.promisable for material in same),
        standard="；".join(dict.fromkeys(m.standard for m in same if m.standard)),
        basis="；".join(dict.fromkeys(m.basis for m in same if m.basis)),
        faults=tuple(dict.fromkeys(fault for m in same for fault in m.faults)),
    )


def merged_case(bundle: Bundle, parts: Sequence[Part]) -> Case:
    """The first item's case, with the answers and the papers of all under their merged names."""
    answers: dict[str, frozenset[str]] = {}
    evidence: dict[str, Evidence] = {}
    fields: dict[str, str] = {}
    for part in parts:
        for question, chosen in part.case.answers.items():
            answers.setdefault(question_key(bundle, part.item.code, question), chosen)
        for material in part.item.materials:
            if (brought := part.case.evidence.get(material.id)) is not None:
                evidence.setdefault(material_key(bundle, material), brought)
        fields.update(part.case.fields)
    return msgspec.structs.replace(
        parts[0].case, item=bundle.code, item_name=bundle.name, version=bundle.version,
        department=bundle.department.name, answers=answers, evidence=evidence, fields=fields,
    )  # fmt: skip


_NOT_WANTED = frozenset({RowState.NOT_REQUIRED, RowState.UNDECIDED})
# The first of these that any list says is what the merged row says.
_WORST = (
    RowState.NOT_ACCEPTABLE, RowState.MISSING, RowState.DEFERRABLE, RowState.PROMISED,
    RowState.SPARED, RowState.RECEIVED, RowState.OPTIONAL, RowState.UNDECIDED,
    RowState.NOT_REQUIRED,
)  # fmt: skip


def merged_evaluation(bundle: Bundle, parts: Sequence[Part]) -> Evaluation:
    """The rows of all lists, each material once; what may be decided is ``EACH`` by its list."""
    rows: dict[str, list[tuple[Item, Row]]] = {}
    for part in parts:
        for row in part.evaluation.rows:
            key = material_key(bundle, row.material)
            rows.setdefault(key, []).append((part.item, row))
    unanswered: dict[str, Question] = {}
    for part in parts:
        for question in part.evaluation.unanswered:
            key = question_key(bundle, part.item.code, question.id)
            unanswered.setdefault(key, _renamed(bundle, part.item, key, question))
    outcomes = {Outcome.REJECT, Outcome.RECEIVE_ONLY}
    if not unanswered:
        outcomes.add(Outcome.EACH)
    return Evaluation(
        rows=tuple(_merged_row(bundle, key, same) for key, same in rows.items()),
        unanswered=tuple(unanswered.values()),
        outcomes=frozenset(outcomes),
    )


def _merged_row(bundle: Bundle, key: str, same: Sequence[tuple[Item, Row]]) -> Row:
    wanted = [(item, row) for item, row in same if row.state not in _NOT_WANTED] or list(same)
    # Two forms of one item are still one joint form.
    names = list(dict.fromkeys(item.name for item, _ in wanted))
    state = min((row.state for _, row in wanted), key=_WORST.index)
    because = wanted[0][1].because
    if state not in _NOT_WANTED:
        shared = f"{len(names)} 个事项共用一份：" if len(names) > 1 else "用于："
        because = shared + "、".join(names)
    mends = dict.fromkeys(row.mend for _, row in wanted if row.state is state and row.mend)
    return Row(
        material=_merged_material(bundle, key, [row.material for _, row in wanted]),
        required=any(row.required for _, row in wanted),
        because=because,
        state=state,
        mend="；".join(mends),
        originals=max(row.originals for _, row in wanted),
        copies=max(row.copies for _, row in wanted),
    )


def own_outcome(evaluation: Evaluation) -> Outcome:
    """What a bundle's item comes to by its own list: accepted as far as it can be, else told."""
    if Outcome.ACCEPT in evaluation.outcomes:
        return Outcome.ACCEPT
    if not evaluation.missing and Outcome.ACCEPT_ON_PROMISE in evaluation.outcomes:
        return Outcome.ACCEPT_ON_PROMISE
    if Outcome.ACCEPT_DEFERRED in evaluation.outcomes:
        return Outcome.ACCEPT_DEFERRED
    return Outcome.NOTICE


def saving(bundle: Bundle, parts: Sequence[Part]) -> Saving:
    """What the bundle spares, counted from the lists."""
    apart = [row for part in parts for row in part.evaluation.rows if row.required]
    together = [row for row in merged_evaluation(bundle, parts).rows if row.required]
    brought = [row for row in together if row.state is not RowState.SPARED]
    form = MaterialType.APPLICATION_FORM
    return Saving(
        materials_apart=len(apart),
        materials_together=len(brought),
        forms_apart=sum(row.material.type is form for row in apart),
        forms_together=sum(row.material.type is form for row in together),
        fields_apart=sum(len(part.item.fields) for part in parts),
        fields_together=len(form_fields(part.item for part in parts)),
    )
