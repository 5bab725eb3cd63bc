"""Decide which materials apply, what is missing and why, and which outcomes are open. Pure.

The list is the law (行政许可法 art. 32): every row comes from the frozen list, every missing row
appears in the notice, and an outcome is open only where the rows allow it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.domain.catalogue import Item, Material, MaterialForm, Necessity, Question, ReuseGrade
from app.domain.deadline import months_after
from app.domain.errors import UnknownAnswer, UnknownMaterial
from app.domain.masking import mask_number


class RowState(StrEnum):
    """收到, 免交, 缺, 不符, 可容缺, 已承诺, 非必要, 不需要, 待回答."""

    RECEIVED = "received"
    SPARED = "spared"
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
    EACH = "each"  # 一件事: each item by its own list


ACCEPTANCES = frozenset({Outcome.ACCEPT, Outcome.ACCEPT_DEFERRED, Outcome.ACCEPT_ON_PROMISE})


class Bar(StrEnum):
    """What somebody with unrepaired bad credit (失信未修复) is excluded from."""

    DEFERRAL = "deferral"  # 容缺受理
    PROMISE = "promise"  # 告知承诺


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A material that is kept already: an e-licence, or what an earlier case of the same person
    left. ``reference`` is the licence's or that case's number, ``seen`` the day it was issued (A)
    or looked at; ``valid_to`` None where it has no end."""

    grade: ReuseGrade
    name: str
    reference: str
    keeper: str
    seen: date
    valid_to: date | None = None
    licence: str = ""  # code of the e-licence, "" for an earlier case


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What was brought for one material; ``fault`` says why it is not acceptable.

    ``scans`` are the SHA-256 names of scanned pages: an electronic piece, where the list takes
    one. ``stored`` is what spares it.
    """

    originals: int = 0
    copies: int = 0
    form: MaterialForm = MaterialForm.PAPER
    fault: str = ""
    promised: bool = False
    scans: tuple[str, ...] = ()
    stored: Stored | None = None


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


_MISSING = frozenset({RowState.MISSING, RowState.NOT_ACCEPTABLE, RowState.DEFERRABLE})


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
    def promised(self) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if row.state is RowState.PROMISED)

    @property
    def unneeded(self) -> int:
        """Materials of the list that the answers make unnecessary."""
        return sum(row.state is RowState.NOT_REQUIRED for row in self.rows)

    @property
    def spared(self) -> int:
        """Materials that need not be brought because they are kept already (免交)."""
        return sum(row.state is RowState.SPARED for row in self.rows)


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


def stored_until(material: Material, stored: Stored) -> date | None:
    """The last day this stored piece may stand for the material, None where it has no end."""
    ends = [stored.valid_to] if stored.valid_to else []
    if material.reuse_months and stored.grade is not ReuseGrade.A:
        ends.append(months_after(stored.seen, material.reuse_months))
    return min(ends, default=None)


def unusable(material: Material, stored: Stored, on: date) -> str:
    """Why this stored piece cannot stand for the material, "" where it can."""
    if stored.grade not in material.reuse_grades:
        return f"清单不接受复用 {stored.grade.value} 级材料"
    if stored.grade is ReuseGrade.A and stored.licence != material.licence:
        return "不是清单所列的电子证照"
    if stored.seen > on:
        return f"{stored.seen.isoformat()} 起才有效"
    until = stored_until(material, stored)
    if until is not None and until < on:
        return f"已于 {until.isoformat()} 过期"
    return ""


def _lacking(material: Material, evidence: Evidence) -> str:
    """Counts and form of what was brought: what is still lacking in words, "" where nothing is."""
    short = []
    if evidence.originals < material.originals:
        short.append(f"原件 {material.originals - evidence.originals} 份")
    if evidence.copies < material.copies:
        short.append(f"复印件 {material.copies - evidence.copies} 份")
    if short:
        return "还差" + "、".join(short)
    if MaterialForm.EITHER not in {material.form, evidence.form} and material.form != evidence.form:
        return "需要纸质件" if material.form is MaterialForm.PAPER else "需要电子件"
    return ""


def _judge(
    material: Material, evidence: Evidence, required: bool, on: date, bars: Mapping[Bar, str]
) -> tuple[RowState, str]:
    lacking, stored = _lacking(material, evidence), evidence.stored
    if evidence.fault:
        standard = f"；要求：{material.standard}" if material.standard else ""
        lacking = f"不符：{evidence.fault}{standard}"
    elif not lacking:
        return RowState.RECEIVED, ""
    elif stored is not None:
        refused = unusable(material, stored, on) or _also(stored, evidence, bars)
        if not refused:
            return RowState.SPARED, f"免交：{stored.keeper} {_shown(stored)}（{stored.name}）"
        lacking = f"{lacking}；库存件{refused}"
    if not required:
        # An optional material never stands in the way, whatever was brought.
        return RowState.OPTIONAL, ""
    if material.promisable and evidence.promised:
        if Bar.PROMISE not in bars:
            return RowState.PROMISED, "以告知承诺代替"
        lacking = f"{lacking}；不适用告知承诺：{bars[Bar.PROMISE]}"
    if material.necessity is Necessity.DEFERRABLE:
        if Bar.DEFERRAL not in bars:
            return RowState.DEFERRABLE, lacking
        lacking = f"{lacking}；不适用容缺：{bars[Bar.DEFERRAL]}"
    return (RowState.NOT_ACCEPTABLE if evidence.fault else RowState.MISSING), lacking


def _shown(stored: Stored) -> str:
    """Its number, masked where it is a person's own."""
    number = stored.reference
    personal = len(number) == 18 and number[:17].isdigit()
    return mask_number(number) if personal else number


def _also(stored: Stored, evidence: Evidence, bars: Mapping[Bar, str]) -> str:
    """What a usable stored piece still needs by its grade, "" where it is enough."""
    if stored.grade is ReuseGrade.C and not evidence.originals:
        return "要当场核对原件"
    if stored.grade is ReuseGrade.D:
        if Bar.PROMISE in bars:
            return f"不适用告知承诺：{bars[Bar.PROMISE]}"
        if not evidence.promised:
            return "要申请人书面承诺"
    return ""


_NOTHING = Evidence()


def evaluate(
    item: Item,
    answers: Mapping[str, frozenset[str]],
    evidence: Mapping[str, Evidence],
    *,
    on: date,
    bars: Mapping[Bar, str] | None = None,
) -> Evaluation:
    """Check what was brought against the frozen list, as of the hall's day ``on``.

    ``bars`` say what the person is excluded from and why. Total: unknown answers and evidence
    are ignored here (they are refused where they are recorded). While an asked question is open,
    neither acceptance nor a notice is possible, because a notice must be complete the first time.
    """
    bars = bars or {}
    asked = asked_questions(item, answers)
    called, open_, ruled_out = _calls(item, answers, asked)
    rows = []
    for material in item.materials:
        brought = evidence.get(material.id, _NOTHING)
        conditional = material.id in called or material.id in open_ or material.id in ruled_out
        required = material.necessity is not Necessity.OPTIONAL
        if material.id in called or not conditional:
            lead = called.get(material.id, "本事项基本材料" if required else "非必要材料，可以不交")
            because = f"{lead}（{material.basis}）" if material.basis else lead
            state, mend = _judge(material, brought, required, on, bars)
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
        rows=tuple(rows), unanswered=unanswered, outcomes=_outcomes(item, rows, unanswered, bars)
    )


def _outcomes(
    item: Item, rows: list[Row], unanswered: tuple[Question, ...], bars: Mapping[Bar, str]
) -> frozenset[Outcome]:
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
    if all(row.state is RowState.DEFERRABLE for row in missing):
        outcomes.add(Outcome.ACCEPT_DEFERRED)
    may_promise = item.promise_allowed and Bar.PROMISE not in bars
    if may_promise and all(row.material.promisable for row in missing):
        outcomes.add(Outcome.ACCEPT_ON_PROMISE)
    return frozenset(outcomes)
