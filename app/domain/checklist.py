"""Decide which materials apply, what is missing and why, and which outcomes are open. Pure.

The list is the law (行政许可法 art. 32): every row comes from the frozen list, every missing row
appears in the notice, and an outcome is open only where the rows allow it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.domain.catalogue import Item, Material, MaterialForm, Necessity, Question
from app.domain.errors import UnknownAnswer, UnknownMaterial


class RowState(StrEnum):
    """收到, 缺, 不符, 可容缺, 已承诺, 非必要, 不需要, 待回答."""

    RECEIVED = "received"
    MISSING = "missing"
    NOT_ACCEPTABLE = "not_acceptable"
    DEFERRABLE = "deferrable"
    PROMISED = "promised"
    OPTIONAL = "optional"
    NOT_REQUIRED = "not_required"
    UNDECIDED = "undecided"


class Outcome(StrEnum):
    """What may be decided at the counter."""

    ACCEPT = "accept"  # 受理
    ACCEPT_DEFERRED = "accept_deferred"  # 容缺受理
    ACCEPT_ON_PROMISE = "accept_on_promise"  # 告知承诺受理
    NOTICE = "notice"  # 补正一次性告知
    REJECT = "reject"  # 不予受理
    RECEIVE_ONLY = "receive_only"  # 只收件


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What was brought for one material; ``fault`` says why it is not acceptable."""

    originals: int = 0
    copies: int = 0
    form: MaterialForm = MaterialForm.PAPER
    fault: str = ""
    promised: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One material, explained. ``because`` says why it is (not) required, ``mend`` what to do."""

    material: Material
    required: bool
    because: str
    state: RowState
    mend: str = ""
    originals: int = 0  # brought
    copies: int = 0  # brought


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """The whole list for one set of answers and evidence."""

    rows: tuple[Row, ...]
    unanswered: tuple[Question, ...]
    outcomes: frozenset[Outcome]

    @property
    def missing(self) -> tuple[Row, ...]:
        """Rows the notice must list: required, and neither received nor promised."""
        return tuple(row for row in self.rows if row.state in _MISSING)

    @property
    def deferrable(self) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if row.state is RowState.DEFERRABLE)

    @property
    def spared(self) -> int:
        """Materials of the list that the answers make unnecessary."""
        return sum(row.state is RowState.NOT_REQUIRED for row in self.rows)


_MISSING = frozenset({RowState.MISSING, RowState.NOT_ACCEPTABLE, RowState.DEFERRABLE})


def asked_questions(item: Item, answers: Mapping[str, frozenset[str]]) -> tuple[Question, ...]:
    """Questions that apply now; one that depends on an answer appears only with it."""
    asked: list[Question] = []
    shown: set[str] = set()
    for question in item.questions:
        applies = not question.asked_when or any(
            ref.question in shown and ref.option in answers.get(ref.question, frozenset())
            for ref in question.asked_when
        )
        if applies:
            asked.append(question)
            shown.add(question.id)
    return tuple(asked)


def check_answer(item: Item, question_id: str, options: frozenset[str]) -> None:
    """Raises UnknownAnswer where the list has no such question or option, or too many chosen."""
    for question in item.questions:
        if question.id == question_id:
            known = {option.id for option in question.options}
            if not options <= known or (len(options) > 1 and not question.multiple):
                raise UnknownAnswer(question=question_id)
            return
    raise UnknownAnswer(question=question_id)


def check_material(item: Item, material_id: str) -> Material:
    """Raises UnknownMaterial where the list has no such row."""
    try:
        return item.get_material(material_id)
    except KeyError:
        raise UnknownMaterial(material=material_id) from None


def _calls(
    item: Item, answers: Mapping[str, frozenset[str]], asked: tuple[Question, ...]
) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """Sort conditional materials into called-for, open and ruled-out, each with its reason."""
    called: dict[str, str] = {}
    open_: dict[str, str] = {}
    ruled_out: dict[str, str] = {}
    asked_ids = {question.id for question in asked}
    for question in item.questions:
        chosen = answers.get(question.id, frozenset()) if question.id in asked_ids else frozenset()
        for option in question.options:
            for material in option.materials:
                if option.id in chosen:
                    called.setdefault(material, f"情形“{question.text}”选“{option.text}”")
                elif question.id in asked_ids and not chosen:
                    open_.setdefault(material, f"先回答“{question.text}”")
                else:
                    ruled_out.setdefault(
                        material, f"情形“{question.text}”未选“{option.text}”，不需要"
                    )
    return called, open_, ruled_out


def _short(material: Material, evidence: Evidence) -> str:
    """What is still lacking in words, "" where nothing is."""
    if evidence.fault:
        standard = f"；要求：{material.standard}" if material.standard else ""
        return f"不符：{evidence.fault}{standard}"
    lacking = []
    if evidence.originals < material.originals:
        lacking.append(f"原件 {material.originals - evidence.originals} 份")
    if evidence.copies < material.copies:
        lacking.append(f"复印件 {material.copies - evidence.copies} 份")
    if lacking:
        return "还差" + "、".join(lacking)
    if MaterialForm.EITHER not in {material.form, evidence.form} and material.form != evidence.form:
        return "需要纸质件" if material.form is MaterialForm.PAPER else "需要电子件"
    return ""


def _judge(material: Material, evidence: Evidence, required: bool) -> tuple[RowState, str]:
    lacking = _short(material, evidence)
    if not lacking:
        return RowState.RECEIVED, ""
    if not required:
        # An optional material never stands in the way, whatever was brought.
        return RowState.OPTIONAL, ""
    if evidence.promised and material.promisable:
        return RowState.PROMISED, "以告知承诺代替"
    if material.necessity is Necessity.DEFERRABLE:
        return RowState.DEFERRABLE, lacking
    return (RowState.NOT_ACCEPTABLE if evidence.fault else RowState.MISSING), lacking


_NOTHING = Evidence()


def evaluate(
    item: Item, answers: Mapping[str, frozenset[str]], evidence: Mapping[str, Evidence]
) -> Evaluation:
    """Check what was brought against the frozen list.

    Total: unknown answers and evidence are ignored here (they are refused where they are
    recorded). While an asked question is open, neither acceptance nor a notice is possible,
    because a notice must be complete the first time.
    """
    asked = asked_questions(item, answers)
    called, open_, ruled_out = _calls(item, answers, asked)
    rows = []
    for material in item.materials:
        brought = evidence.get(material.id, _NOTHING)
        basis = f"（{material.basis}）" if material.basis else ""
        conditional = material.id in called or material.id in open_ or material.id in ruled_out
        required = material.necessity is not Necessity.OPTIONAL
        if material.id in called or not conditional:
            lead = called.get(material.id, "本事项基本材料" if required else "非必要材料，可以不交")
            because = lead + basis
            state, mend = _judge(material, brought, required)
        elif material.id in open_:
            required, because = False, open_[material.id]
            state, mend = RowState.UNDECIDED, ""
        else:
            required, because = False, ruled_out[material.id]
            state, mend = RowState.NOT_REQUIRED, ""
        rows.append(
            Row(
                material=material,
                required=required,
                because=because,
                state=state,
                mend=mend,
                originals=brought.originals,
                copies=brought.copies,
            )
        )
    unanswered = tuple(q for q in asked if not answers.get(q.id))
    return Evaluation(
        rows=tuple(rows), unanswered=unanswered, outcomes=_outcomes(item, rows, unanswered)
    )


def _outcomes(item: Item, rows: list[Row], unanswered: tuple[Question, ...]) -> frozenset[Outcome]:
    # Refusing for want of competence and taking the papers in are possible at any time.
    outcomes = {Outcome.REJECT, Outcome.RECEIVE_ONLY}
    if unanswered:
        return frozenset(outcomes)
    missing = [row for row in rows if row.state in _MISSING]
    promised = any(row.state is RowState.PROMISED for row in rows)
    if not missing:
        outcomes.add(Outcome.ACCEPT_ON_PROMISE if promised else Outcome.ACCEPT)
        return frozenset(outcomes)
    outcomes.add(Outcome.NOTICE)
    if not promised and all(row.state is RowState.DEFERRABLE for row in missing):
        outcomes.add(Outcome.ACCEPT_DEFERRED)
    if item.promise_allowed and all(row.material.promisable for row in missing):
        outcomes.add(Outcome.ACCEPT_ON_PROMISE)
    return frozenset(outcomes)
