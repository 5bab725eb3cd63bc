"""Turn a case, its frozen list and the checklist's verdict into what the clerk reads. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from app.domain.case import Case
from app.domain.catalogue import Item, MaterialForm, Necessity, Question
from app.domain.checklist import Evaluation, Outcome, Row, RowState, asked_questions
from app.domain.masking import mask_number, mask_phone
from app.domain.person import Applicant, ValueSource
from ui.kit.formats import (
    document_name,
    kind_text,
    paper_name,
    row_chip,
    sex_name,
    valid_text,
)
from ui.kit.texts import say
from ui.kit.theme import Tone
from ui.viewmodels.outcomes import PAPER_OF
from ui.viewmodels.services import Preview


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFacts:
    """What one visit to the database brings: the case and all that follows from it."""

    case: Case
    item: Item | None = None
    evaluation: Evaluation | None = None
    previews: Mapping[Outcome, Preview] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicantView:
    """``source`` is 读卡 or 手录; ``number`` and ``phone`` are masked unless asked for."""

    name: str
    source: str
    source_tone: Tone
    facts: str
    number: str
    document: str
    valid: tuple[str, Tone] | None
    phone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemView:
    name: str
    code: str
    department: str
    kind: str
    version: str
    spared: str


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Conclusion:
    """What may be decided now, and if not, why: the reason stands above what is grey."""

    headline: str
    tone: Tone
    lines: tuple[str, ...]
    open: frozenset[Outcome]
    best: Outcome | None
    known: frozenset[Outcome] = frozenset(Outcome)  # those that this item has at all


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperView:
    """What will be printed, or was."""

    title: str
    lines: tuple[str, ...]


def applicant_view(applicant: Applicant, on: date, unmasked: bool) -> ApplicantView:
    person = applicant.person
    card = applicant.source is ValueSource.CARD
    born = person.birth.isoformat() if person.birth else ""
    facts = " · ".join(part for part in (sex_name(person.sex), born, person.nationality) if part)
    phone = applicant.phone if unmasked else mask_phone(applicant.phone)
    return ApplicantView(
        name=person.name or person.name_latin,
        source=say("读卡") if card else say("手录：{why}", why=applicant.typed_reason),
        source_tone=Tone.GOOD if card else Tone.WARN,
        facts=facts,
        number=person.number if unmasked else mask_number(person.number),
        document=document_name(applicant.document),
        valid=valid_text(applicant.valid_to, applicant.valid_from, on),
        phone=phone,
    )


def item_view(item: Item, evaluation: Evaluation) -> ItemView:
    spared = say("这些回答免去 {n} 份材料", n=evaluation.spared) if evaluation.spared else ""
    return ItemView(
        name=item.name,
        code=item.code,
        department=item.department.name,
        kind=kind_text(item),
        version=say("{year} 第 {n} 版", year=item.effective_from.year, n=item.version),
        spared=spared,
    )


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
        case RowState.RECEIVED | RowState.PROMISED:
            return row.mend
        case RowState.MISSING | RowState.DEFERRABLE:
            return f"{row.mend} · {row.because}"
        case _:
            return row.mend or row.because


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
        hint=_hint(row),
        because=row.because,
        quiet=quiet,
        required=row.state is not RowState.NOT_REQUIRED,
        open=not quiet,
        promisable=material.promisable and not quiet,
        electronic=material.form is not MaterialForm.PAPER and not quiet,
        standard=material.standard,
        faults=material.faults,
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


_BEST = (Outcome.ACCEPT, Outcome.ACCEPT_ON_PROMISE, Outcome.ACCEPT_DEFERRED, Outcome.NOTICE)


_ALWAYS = frozenset(
    {Outcome.ACCEPT, Outcome.NOTICE, Outcome.RECEIVE_ONLY, Outcome.REJECT}
)  # every item


def known_outcomes(facts: CaseFacts) -> frozenset[Outcome]:
    """容缺 and 告知承诺 only where the item's list speaks of them."""
    known = set(_ALWAYS)
    if facts.item is not None:
        if facts.item.promise_allowed:
            known.add(Outcome.ACCEPT_ON_PROMISE)
        if any(m.necessity is Necessity.DEFERRABLE for m in facts.item.materials):
            known.add(Outcome.ACCEPT_DEFERRED)
    return frozenset(known)


def conclude(facts: CaseFacts) -> Conclusion:
    """The headline, and which outcome is the right one now.

    告知承诺 is offered as best only where promises were made; else it is one quiet choice more.
    """
    case, evaluation = facts.case, facts.evaluation
    if evaluation is None:
        headline = say("先找到要办的事项") if case.applicant else say("先读卡，再找事项")
        return Conclusion(
            headline=headline,
            tone=Tone.NEUTRAL,
            lines=(),
            open=frozenset(),
            best=None,
            known=_ALWAYS,
        )
    known = known_outcomes(facts)
    missing = evaluation.missing
    # The headline says 还差 already; each line only what.
    lines = tuple(f"{row.material.name}：{row.mend.removeprefix('还差')}" for row in missing)
    outcomes = evaluation.outcomes if case.applicant else frozenset()
    if evaluation.unanswered:
        n = len(evaluation.unanswered)
        return Conclusion(
            headline=say("先回答 {n} 个情形问题", n=n),
            tone=Tone.NEUTRAL,
            lines=(say("回答之后才知道要哪些材料，也才能一次告知全部。"),),
            open=outcomes,
            best=None,
            known=known,
        )
    promised = any(row.state is RowState.PROMISED for row in evaluation.rows)
    order = [o for o in _BEST if o is not Outcome.ACCEPT_ON_PROMISE or promised]
    best = next((o for o in order if o in outcomes), None)
    if not missing:
        headline, tone = say("材料齐全，可以受理"), Tone.GOOD
        if promised:
            headline = say("材料齐全（含承诺），可以受理")
    elif Outcome.ACCEPT_DEFERRED in evaluation.outcomes:
        headline, tone = say("只差可容缺的 {n} 份，可以容缺受理", n=len(missing)), Tone.WARN
    else:
        headline, tone = say("还差 {n} 份，现在不能受理", n=len(missing)), Tone.BAD
    if case.applicant is None:
        headline, tone = say("还不知道申请人是谁"), Tone.NEUTRAL
    return Conclusion(
        headline=headline, tone=tone, lines=lines, open=outcomes, best=best, known=known
    )


def paper_view(facts: CaseFacts, outcome: Outcome, reason: str, basis: str) -> PaperView:
    """A reading copy of what the printer will get, in the paper's own words."""
    item = facts.item.name if facts.item else ""
    preview = facts.previews.get(outcome)
    lines: list[str] = []
    match outcome:
        case Outcome.NOTICE:
            lines.append(say("您申请的“{item}”还需：", item=item))
            shown = preview.lines if preview else ()
            lines += [f"{n}. {line.name}  {line.problem}" for n, line in enumerate(shown, 1)]
        case Outcome.REJECT:
            lines.append(say("您申请的“{item}”不予受理。", item=item))
            lines.append(say("理由：{reason}", reason=reason or "…"))
            lines.append(say("依据：{basis}", basis=basis or "…"))
        case Outcome.RECEIVE_ONLY:
            lines.append(say("收到您申请“{item}”的材料。", item=item))
            lines.append(say("五个工作日内告知是否受理；逾期不告知，自收到之日起即为受理。"))
        case _:
            lines.append(say("您申请的“{item}”已受理。", item=item))
            if preview and preview.promise_due:
                day = preview.promise_due.day.isoformat()
                lines.append(say("承诺办结：{day} 前", day=day))
                if preview.promise_due.provisional:
                    lines.append(say("（跨年，节假日安排公布后以公布为准）"))
            if outcome is Outcome.ACCEPT_ON_PROMISE and facts.evaluation:
                named = [
                    r.material.name
                    for r in facts.evaluation.rows
                    if r.state is RowState.PROMISED or r in facts.evaluation.missing
                ]
                lines.append(say("以承诺代替：{names}", names="、".join(named)))
            for deferral in preview.deferrals if preview else ():
                until = deferral.until.isoformat()
                lines.append(say("{until} 前补交：{name}", until=until, name=deferral.name))
    return PaperView(title=paper_name(PAPER_OF[outcome]), lines=tuple(lines))


def decided_headline(outcome: Outcome) -> str:
    return {
        Outcome.ACCEPT: say("已受理"),
        Outcome.ACCEPT_DEFERRED: say("已容缺受理"),
        Outcome.ACCEPT_ON_PROMISE: say("已凭承诺受理"),
        Outcome.NOTICE: say("已一次性告知补正"),
        Outcome.REJECT: say("已决定不予受理"),
        Outcome.RECEIVE_ONLY: say("已收件"),
    }[outcome]
