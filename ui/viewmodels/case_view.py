"""Turn the item, its questions and its list into what the clerk reads. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from app.domain.case import Case
from app.domain.catalogue import Item, MaterialForm, Question
from app.domain.checklist import Evaluation, Evidence, Outcome, Row, RowState, asked_questions
from app.domain.errors import AppError
from ui.kit.formats import kind_text, row_chip
from ui.kit.texts import say
from ui.kit.theme import Tone

if TYPE_CHECKING:
    from app.services.decision_desk import Preview
    from app.services.matter import Matter


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFacts:
    """What one visit to the database brings: the matter and all that follows from it.

    ``previews`` are what each outcome would say, one for each item; ``closed`` says why an outcome
    that the list allows is not open.
    """

    matter: Matter
    previews: Mapping[Outcome, tuple[Preview, ...]] = field(default_factory=dict)
    closed: Mapping[Outcome, AppError] = field(default_factory=dict)
    aside: int = 0  # facts about it that were refused and wait for an answer

    @property
    def case(self) -> Case:
        return self.matter.case


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemView:
    name: str
    code: str
    department: str
    kind: str
    version: str
    spared: str
    bundled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionView:
    """``options`` are (id, text, chosen)."""

    id: str
    text: str
    multiple: bool
    options: tuple[tuple[str, str, bool], ...]

    @property
    def answered(self) -> bool:
        return any(chosen for _, _, chosen in self.options)

    @property
    def answer(self) -> str:
        return "、".join(text for _, text, chosen in self.options if chosen)


@dataclass(frozen=True, slots=True, kw_only=True)
class RowView:
    """One line of the material table; ``hint`` mends, ``because`` explains."""

    id: str
    number: int  # its place in the published list
    name: str
    originals: str
    copies: str
    chip: str
    tone: Tone
    hint: str
    because: str
    quiet: bool  # not required: drawn grey
    required: bool  # asked for, or it depends on an answer
    open: bool  # may be ticked
    promisable: bool
    electronic: bool  # the list takes an electronic one
    standard: str
    faults: tuple[str, ...]
    told: bool = False  # an earlier notice named it


def item_view(matter: Matter, item: Item, evaluation: Evaluation) -> ItemView:
    kind = kind_text(item)
    if matter.bundle is not None:
        kind = say("一件事 · {n} 项", n=len(matter.parts))
    return ItemView(
        name=item.name,
        code=item.code,
        department=item.department.name,
        kind=kind,
        version=say("{year} 第 {n} 版", year=item.effective_from.year, n=item.version),
        spared=_saved(matter, evaluation),
        bundled=matter.bundle is not None,
    )


def _saved(matter: Matter, evaluation: Evaluation) -> str:
    """What the applicant is spared, counted from the lists."""
    parts = []
    if matter.saving is not None:
        saving = matter.saving
        parts = [
            say("材料 {n} → {m}", n=saving.materials_apart, m=saving.materials_together),
            say("表格 {n} → {m}", n=saving.forms_apart, m=saving.forms_together),
        ]
        if saving.fields_apart:
            fields = (saving.fields_apart, saving.fields_together)
            parts.append(say("填写 {n} → {m} 项", n=fields[0], m=fields[1]))
    elif evaluation.unneeded:
        parts.append(say("这些回答免去 {n} 份材料", n=evaluation.unneeded))
    if evaluation.spared:
        parts.append(say("免交 {n} 份", n=evaluation.spared))
    return " · ".join(parts)


def question_views(item: Item, case: Case) -> tuple[QuestionView, ...]:
    return tuple(_question(q, case) for q in asked_questions(item, case.answers))


def _question(question: Question, case: Case) -> QuestionView:
    chosen = case.answers.get(question.id, frozenset())
    return QuestionView(
        id=question.id,
        text=question.text,
        multiple=question.multiple,
        options=tuple((o.id, o.text, o.id in chosen) for o in question.options),
    )


def row_views(case: Case, evaluation: Evaluation) -> tuple[RowView, ...]:
    """In the list's order and with its numbers; what is not required stands below."""
    rows = [_row(number, row, case) for number, row in enumerate(evaluation.rows, 1)]
    return tuple(sorted(rows, key=lambda row: not row.required and row.quiet))


def _hint(row: Row) -> str:
    """How to mend it and why it is wanted; nothing where all is well."""
    match row.state:
        case RowState.RECEIVED | RowState.PROMISED | RowState.SPARED:
            return row.mend.removeprefix("免交：")
        case RowState.MISSING | RowState.DEFERRABLE:
            return f"{row.mend} · {row.because}"
        case _:
            return row.mend or row.because


def _scanned(evidence: Evidence | None, row: Row) -> str:
    """Scanned before it was ticked: it must not look as if nothing were there."""
    if evidence is None or not evidence.scans or row.state is RowState.RECEIVED:
        return ""
    return say("已扫描 {n} 页 · ", n=len(evidence.scans))


def _count(brought: int, wanted: int) -> str:
    return f"{brought}/{wanted}" if wanted or brought else "–"


def _row(number: int, row: Row, case: Case) -> RowView:
    chip, tone = row_chip(row.state)
    material = row.material
    evidence = case.evidence.get(material.id)
    if row.state is RowState.NOT_ACCEPTABLE and evidence:
        chip = say("不符：{fault}", fault=evidence.fault)
    if row.state is RowState.RECEIVED and evidence and evidence.form is MaterialForm.ELECTRONIC:
        chip = say("收到 · 电子件")
    if row.state is RowState.RECEIVED and evidence and evidence.scans:
        chip = say("收到 · 扫描 {n} 页", n=len(evidence.scans))
    if row.state is RowState.DEFERRABLE and material.defer_days:
        chip = say("可容缺 {n} 日", n=material.defer_days)
    quiet = row.state in {RowState.NOT_REQUIRED, RowState.UNDECIDED}
    return RowView(
        id=material.id,
        number=number,
        name=material.name,
        originals="–" if quiet else _count(row.originals, material.originals),
        copies="–" if quiet else _count(row.copies, material.copies),
        chip=chip,
        tone=tone,
        hint=_scanned(evidence, row) + _hint(row),
        because=row.because,
        quiet=quiet,
        required=row.state is not RowState.NOT_REQUIRED,
        open=not quiet,
        promisable=(material.promisable or bool(evidence and evidence.stored)) and not quiet,
        electronic=material.form is not MaterialForm.PAPER and not quiet,
        standard=material.standard,
        faults=material.faults,
        told=any(line.material == material.id for n in case.notices for line in n.lines),
    )


def counts_sentence(evaluation: Evaluation) -> str:
    """The footer: how many rows in each state, only those that occur."""
    parts = []
    for state in RowState:
        if state is RowState.NOT_REQUIRED:
            continue  # said beside the item: these answers spare n papers
        count = sum(row.state is state for row in evaluation.rows)
        if count:
            parts.append(f"{row_chip(state)[0]} {count}")
    return " · ".join(parts)
