"""Try a list: what an item or bundle asks for under some answers, and what is missing. No case."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from app.domain.bundle import (
    Bundle,
    form_fields,
    material_key,
    materials_meant,
    question_key,
    questions_meant,
)
from app.domain.bundle_merge import Part, merged_evaluation, merged_item, own_outcome, saving
from app.domain.case import Case
from app.domain.catalogue import Item, MaterialForm, Question
from app.domain.checklist import (
    Evaluation,
    Evidence,
    Outcome,
    RowState,
    asked_questions,
    check_answer,
    check_material,
    evaluate,
)
from app.domain.errors import AppError, Blame


class BadTrial(AppError):
    """An answer or material not written as asked."""

    code = "CAT-05"
    blame = Blame.PERSON


_MOST = 9999
_Answers = dict[str, frozenset[str]]
_STATES = {
    RowState.RECEIVED: "收到",
    RowState.SPARED: "免交",
    RowState.MISSING: "缺",
    RowState.NOT_ACCEPTABLE: "不符",
    RowState.DEFERRABLE: "可容缺",
    RowState.PROMISED: "已承诺",
    RowState.OPTIONAL: "非必要",
    RowState.NOT_REQUIRED: "不需要",
    RowState.UNDECIDED: "待回答",
}
_OUTCOMES = {
    Outcome.ACCEPT: "受理",
    Outcome.ACCEPT_DEFERRED: "容缺受理",
    Outcome.ACCEPT_ON_PROMISE: "告知承诺受理",
    Outcome.NOTICE: "补正一次性告知",
    Outcome.REJECT: "不予受理",
    Outcome.RECEIVE_ONLY: "只收件",
    Outcome.EACH: "各事项分别决定",
}
_UNWANTED = frozenset({RowState.NOT_REQUIRED, RowState.UNDECIDED})


def try_list(item: Item, answers: Iterable[str], have: Iterable[str], on: date) -> dict[str, Any]:
    """``answers`` as ``QUESTION=OPTION`` (repeat for several options), ``have`` as
    ``MATERIAL[:originals[:copies]]`` (without counts: all that the list asks for).

    Raises BadTrial, UnknownAnswer, UnknownMaterial.
    """
    chosen = read_answers(answers)
    for question, options in chosen.items():
        check_answer(item, question, options)
    evaluation = evaluate(item, chosen, dict(_evidence(item, text) for text in have), on=on)
    return {
        "item": item.code,
        "version": item.version,
        "on": on.isoformat(),
        "questions": _questions(item.questions, asked_questions(item, chosen), chosen),
        **_result(evaluation),
    }


def try_bundle(
    bundle: Bundle, items: Sequence[Item], answers: Iterable[str], have: Iterable[str], on: date
) -> dict[str, Any]:
    """The same for a bundle, with the keys of its merged questions and materials; each row says
    which items want it, ``parts`` what each item comes to by its own list.

    Raises BadTrial, UnknownAnswer, UnknownMaterial.
    """
    merged = merged_item(bundle, items)
    chosen = read_answers(answers)
    of_part: list[_Answers] = [{} for _ in items]
    for key, options in chosen.items():
        for place, question in questions_meant(bundle, items, key):
            check_answer(items[place], question, options)
            of_part[place][question] = options
    brought: list[dict[str, Evidence]] = [{} for _ in items]
    for text in have:
        key, evidence = _evidence(merged, text)
        for place, material in materials_meant(bundle, items, key):
            brought[place][material] = evidence
    parts = tuple(
        Part(case=Case(id=f"trial-{n}"), item=item, evaluation=evaluate(item, own, held, on=on))
        for n, (item, own, held) in enumerate(zip(items, of_part, brought, strict=True))
    )
    asked = {
        question_key(bundle, part.item.code, question.id)
        for part, own in zip(parts, of_part, strict=True)
        for question in asked_questions(part.item, own)
    }
    result = _result(merged_evaluation(bundle, parts))
    for row in result["rows"]:
        row["items"] = list(_wanting(bundle, parts, row["material"]))
    return {
        "bundle": bundle.code,
        "version": bundle.version,
        "on": on.isoformat(),
        "questions": _questions(
            merged.questions, tuple(q for q in merged.questions if q.id in asked), chosen
        ),
        **result,
        "fields": [field.id for field in form_fields(items)],
        "saving": {
            name: getattr(saving(bundle, parts), name)
            for name in (
                "materials_apart", "materials_together", "forms_apart", "forms_together",
                "fields_apart", "fields_together",
            )
        },
        "parts": [
            {
                "item": part.item.code,
                "name": part.item.name,
                "missing": [row.material.id for row in part.evaluation.missing],
                "unanswered": [question.id for question in part.evaluation.unanswered],
                "outcomes": _outcomes(part.evaluation),
                "outcome": "" if part.evaluation.unanswered else own_outcome(part.evaluation).value,
            }
            for part in parts
        ],
    }  # fmt: skip


def saving_in_words(counts: Mapping[str, int]) -> str:
    """``材料 45 → 7 · 表格 5 → 1 · 填写 38 → 12``."""
    return " · ".join(
        f"{word} {counts[f'{name}_apart']} → {counts[f'{name}_together']}"
        for word, name in (("材料", "materials"), ("表格", "forms"), ("填写", "fields"))
    )


def in_words(result: Mapping[str, Any]) -> str:
    """The result of a trial as lines for a person; the keys are those that the command takes."""
    lines = []
    for question in result["questions"]:
        lines.append(f"{' ' if question['asked'] else '×'} {question['text']}")
        for option in question["options"]:
            chosen = "●" if option["id"] in question["chosen"] else "○"
            lines.append(f"    {chosen} {question['id']}={option['id']}  {option['text']}")
    lines.append("")
    for row in result["rows"]:
        count = "、".join(
            f"{word} {row['wanted'][name]}"
            for word, name in (("原件", "originals"), ("复印件", "copies"))
            if row["wanted"][name]
        )
        state = _STATES[RowState(row["state"])]
        state += "　" * (3 - len(state))
        lines.append(f"{state}  {row['material']}  {row['name']}（{count}）  {row['because']}")
    open_now = "、".join(_OUTCOMES[Outcome(one)] for one in result["outcomes"])
    lines += ["", f"现在可以：{open_now}"]
    for part in result.get("parts", ()):
        outcome = _OUTCOMES[Outcome(part["outcome"])] if part["outcome"] else "还有情形没有回答"
        missing = f"，缺 {'、'.join(part['missing'])}" if part["missing"] else ""
        lines.append(f"  {part['name']}：{outcome}{missing}")
    if "saving" in result:
        lines += ["", saving_in_words(result["saving"])]
    return "\n".join(lines)


def read_answers(answers: Iterable[str]) -> dict[str, frozenset[str]]:
    """From ``QUESTION=OPTION``, repeated for several options. Raises BadTrial."""
    chosen: _Answers = {}
    for text in answers:
        question, equals, option = text.partition("=")
        if not equals:
            raise BadTrial(text=text[:60])
        chosen[question] = chosen.get(question, frozenset()) | {option}
    return chosen


def _questions(
    questions: Iterable[Question], asked: Iterable[Question], chosen: _Answers
) -> list[dict[str, Any]]:
    now = {question.id for question in asked}
    return [
        {
            "id": question.id,
            "text": question.text,
            "multiple": question.multiple,
            "asked": question.id in now,
            "chosen": sorted(chosen.get(question.id, ())),
            "options": [{"id": option.id, "text": option.text} for option in question.options],
        }
        for question in questions
    ]


def _result(evaluation: Evaluation) -> dict[str, Any]:
    rows = [
        {
            "material": row.material.id,
            "name": row.material.name,
            "required": row.required,
            "because": row.because,
            "wanted": {
                "originals": row.material.originals,
                "copies": row.material.copies,
                "form": row.material.form.value,
            },
            "state": row.state.value,
        }
        for row in evaluation.rows
    ]
    return {
        "rows": rows,
        "missing": [row.material.id for row in evaluation.missing],
        "outcomes": _outcomes(evaluation),
    }


def _outcomes(evaluation: Evaluation) -> list[str]:
    return [outcome.value for outcome in Outcome if outcome in evaluation.outcomes]


def _wanting(bundle: Bundle, parts: Iterable[Part], key: str) -> Iterator[str]:
    """Codes of the items of which the list wants this material now."""
    for part in parts:
        states = {
            row.state for row in part.evaluation.rows if material_key(bundle, row.material) == key
        }
        if states - _UNWANTED:
            yield part.item.code


def _evidence(item: Item, text: str) -> tuple[str, Evidence]:
    name, *counts = text.split(":")
    material = check_material(item, name)
    if len(counts) > 2 or not all(c.isascii() and c.isdigit() and int(c) <= _MOST for c in counts):
        raise BadTrial(text=text[:60])
    originals = int(counts[0]) if counts else material.originals
    copies = int(counts[1]) if len(counts) > 1 else (0 if counts else material.copies)
    # Typed counts say nothing of the form; the form asked for is meant.
    form = MaterialForm.PAPER if material.form is MaterialForm.EITHER else material.form
    return name, Evidence(originals=originals, copies=copies, form=form)
