"""Turn the verdict of the checklist into what may be decided, and what is printed. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.domain.bundle_merge import own_outcome
from app.domain.case import Case, CaseState
from app.domain.case_events import NoticeIssued
from app.domain.catalogue import Necessity
from app.domain.checklist import ACCEPTANCES, Outcome, RowState
from app.domain.decision import PAPER_OF
from app.domain.errors import AppError, NotReady
from app.domain.notice import still_asked
from app.domain.parties import Party
from ui.kit.formats import outcome_name, paper_name
from ui.kit.texts import say
from ui.kit.theme import Tone
from ui.viewmodels.case_view import CaseFacts
from ui.viewmodels.outcomes import OUTCOME_OF
from ui.viewmodels.viewmodel import Note

if TYPE_CHECKING:
    from app.services.decision_desk import Decided, Preview
    from app.services.matter import Matter


@dataclass(frozen=True, slots=True, kw_only=True)
class Conclusion:
    """What may be decided now, and if not, why: the reason stands above what is grey."""

    headline: str
    tone: Tone
    lines: tuple[str, ...]
    open: frozenset[Outcome]
    best: Outcome | None
    known: frozenset[Outcome] = frozenset(Outcome)  # those that this item has at all
    missing: int = 0  # rows that are still wanting
    why: str = ""  # in the way of what the list would allow
    lacking: Party | None = None  # whose identity comes first
    supplement: bool = False  # the department waits for what it asked; nothing is decided here


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperView:
    """What will be printed, or was."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedView:
    """``notices`` are the ids of cases whose notice can now be handed ``to`` the person here;
    ``handed`` says that it was."""

    headline: str
    number: str
    item: str
    jobs: tuple[str, ...]
    paper: PaperView
    notices: tuple[str, ...] = ()
    to: str = ""
    handed: str = ""


_BEST = (
    Outcome.EACH, Outcome.ACCEPT, Outcome.ACCEPT_ON_PROMISE, Outcome.ACCEPT_DEFERRED,
    Outcome.NOTICE,
)  # fmt: skip
_ALWAYS = frozenset(
    {Outcome.ACCEPT, Outcome.NOTICE, Outcome.RECEIVE_ONLY, Outcome.REJECT}
)  # every item
_OF_BUNDLES = frozenset({Outcome.EACH, Outcome.RECEIVE_ONLY, Outcome.REJECT})


def known_outcomes(facts: CaseFacts) -> frozenset[Outcome]:
    """容缺 and 告知承诺 only where the item's list speaks of them."""
    if facts.matter.bundle is not None:
        return _OF_BUNDLES
    known, item = set(_ALWAYS), facts.matter.item
    if item is not None:
        if item.promise_allowed:
            known.add(Outcome.ACCEPT_ON_PROMISE)
        if any(m.necessity is Necessity.DEFERRABLE for m in item.materials):
            known.add(Outcome.ACCEPT_DEFERRED)
    return frozenset(known)


def conclude(facts: CaseFacts, explain: Callable[[AppError], Note]) -> Conclusion:
    """The headline, and which outcome is the right one now.

    告知承诺 is offered as best only where promises were made; else it is one quiet choice more.
    """
    case, evaluation = facts.case, facts.matter.evaluation
    known = known_outcomes(facts)
    if evaluation is None:
        headline = say("先找到要办的事项") if case.applicant else say("先读卡，再找事项")
        return Conclusion(
            headline=headline, tone=Tone.NEUTRAL, lines=(), open=frozenset(), best=None,
            known=known,
        )  # fmt: skip
    if case.accepted is not None:
        return _of_supplement(case)
    allowed = evaluation.outcomes if case.applicant else frozenset[Outcome]()
    outcomes = allowed - facts.closed.keys()
    if evaluation.unanswered:
        n = len(evaluation.unanswered)
        return Conclusion(
            headline=say("先回答 {n} 个情形问题", n=n),
            tone=Tone.NEUTRAL,
            lines=(),
            why=say("回答之后才知道要哪些材料，也才能一次告知全部。"),
            open=outcomes,
            best=None,
            known=known,
        )
    promised = bool(evaluation.promised)
    order = [o for o in _BEST if o is not Outcome.ACCEPT_ON_PROMISE or promised]
    best = next((o for o in order if o in outcomes), None)
    wished = next((o for o in order if o in allowed), None)
    if facts.matter.bundle is not None:
        headline, tone, lines = _of_bundle(facts)
    else:
        headline, tone = _of_item(facts)
        # The headline says 还差 already; each line only what.
        lines = tuple(
            f"{row.material.name}：{row.mend.removeprefix('还差')}" for row in evaluation.missing
        )
    if case.applicant is None:
        headline, tone = say("还不知道申请人是谁"), Tone.NEUTRAL
    elif wished is not None and wished in facts.closed and wished is not best:
        # The list would allow it; what stands in the way is said first.
        error = facts.closed[wished]
        lacking = _lacking(error)
        note = _party_note(lacking) if lacking else explain(error)
        return Conclusion(
            headline=note.message, tone=Tone.WARN, lines=lines, open=outcomes, best=best,
            known=known, missing=len(evaluation.missing), why=note.next_step, lacking=lacking,
        )  # fmt: skip
    return Conclusion(
        headline=headline, tone=tone, lines=lines, open=outcomes, best=best, known=known,
        missing=len(evaluation.missing),
    )  # fmt: skip


def _of_supplement(case: Case) -> Conclusion:
    """Accepted long ago: only what its department asked for is brought."""
    left = still_asked(case)
    headline = (
        say("部门要补的还差 {n} 份", n=len(left)) if left else say("部门要补的都齐了，可以交回部门")
    )
    return Conclusion(
        headline=headline, tone=Tone.WARN if left else Tone.GOOD,
        lines=tuple(f"{line.name}：{line.problem}" for line in left), open=frozenset(), best=None,
        known=frozenset(), missing=len(left), supplement=True,
    )  # fmt: skip


def _lacking(error: AppError) -> Party | None:
    need = error.details.get("need")
    return Party(need) if isinstance(error, NotReady) and need in set(Party) else None


def _party_note(party: Party) -> Note:
    """Who must be on the case first, and how that is done."""
    message, step = {
        Party.ORGANISATION: (
            say("先登记单位"),
            say("这个事项以单位名义申请：按营业执照登记名称、代码和法定代表人。"),
        ),
        Party.AGENT: (
            say("先登记代理人"),
            say("情形选了代办：登记代理人的证件和委托书。"),
        ),
        Party.APPLICANT: (
            say("先登记申请人本人"),
            say("现在读的是代理人：请读或者手录申请人本人的证件。"),
        ),
    }[party]
    return Note(tone=Tone.WARN, message=message, next_step=step)


def _of_item(facts: CaseFacts) -> tuple[str, Tone]:
    evaluation = facts.matter.evaluation
    missing = evaluation.missing if evaluation else ()
    if not missing:
        if evaluation and evaluation.promised:
            return say("材料齐全（含承诺），可以受理"), Tone.GOOD
        return say("材料齐全，可以受理"), Tone.GOOD
    if evaluation and Outcome.ACCEPT_DEFERRED in evaluation.outcomes:
        return say("只差可容缺的 {n} 份，可以容缺受理", n=len(missing)), Tone.WARN
    return say("还差 {n} 份，现在不能受理", n=len(missing)), Tone.BAD


def _of_bundle(facts: CaseFacts) -> tuple[str, Tone, tuple[str, ...]]:
    """How many items are accepted and how many noticed, each by its own list."""
    own = [(part.item.name, own_outcome(part.evaluation)) for part in facts.matter.parts]
    accepted = sum(outcome in ACCEPTANCES for _, outcome in own)
    lines = tuple(f"{name}：{outcome_name(outcome)}" for name, outcome in own)
    if accepted == len(own):
        return say("{n} 项都可以受理", n=accepted), Tone.GOOD, lines
    missing = len(facts.matter.evaluation.missing) if facts.matter.evaluation else 0
    if not accepted:
        return say("{n} 项都还差材料（共 {k} 份）", n=len(own), k=missing), Tone.BAD, lines
    headline = say(
        "{n} 项可以受理，{m} 项还差材料（共 {k} 份）", n=accepted, m=len(own) - accepted, k=missing
    )
    return headline, Tone.WARN, lines


def paper_view(facts: CaseFacts, outcome: Outcome, reason: str, basis: str) -> PaperView:
    """A reading copy of what the printer will get, in the paper's own words."""
    item = facts.matter.item.name if facts.matter.item else ""
    previews = facts.previews.get(outcome, ())
    lines: list[str] = []
    match outcome:
        case Outcome.NOTICE:
            lines.append(say("您申请的“{item}”还需：", item=item))
            lines += _notice_lines(previews)
        case Outcome.REJECT:
            lines.append(say("您申请的“{item}”不予受理。", item=item))
            lines.append(say("理由：{reason}", reason=reason or "…"))
            lines.append(say("依据：{basis}", basis=basis or "…"))
        case Outcome.RECEIVE_ONLY:
            lines.append(say("收到您申请“{item}”的材料。", item=item))
            lines.append(say("五个工作日内告知是否受理；逾期不告知，自收到之日起即为受理。"))
        case Outcome.EACH:
            lines.append(say("您申请的“{item}”，各事项办理结果：", item=item))
            lines += [f"{n}. {_part_line(p)}" for n, p in enumerate(previews, 1)]
            noticed = [p.item for p in previews if p.outcome is Outcome.NOTICE]
            if noticed:
                names = "、".join(noticed)
                lines.append(say("另打印补正材料一次性告知书：{names}", names=names))
        case _:
            lines.append(say("您申请的“{item}”已受理。", item=item))
            for preview in previews:
                lines += _accepted_lines(preview)
            if outcome is Outcome.ACCEPT_ON_PROMISE and facts.matter.evaluation:
                named = [
                    r.material.name
                    for r in facts.matter.evaluation.rows
                    if r.state is RowState.PROMISED or r in facts.matter.evaluation.missing
                ]
                lines.append(say("以承诺代替：{names}", names="、".join(named)))
    return PaperView(title=paper_name(PAPER_OF[outcome]), lines=tuple(lines))


def _notice_lines(previews: tuple[Preview, ...]) -> list[str]:
    lines = [line for preview in previews for line in preview.lines]
    again = say("（首次已告知）")
    return [
        f"{n}. {line.name}  {line.problem}{again if line.told_before else ''}"
        for n, line in enumerate(lines, 1)
    ]


def _part_line(preview: Preview) -> str:
    words = f"{preview.item}：{outcome_name(preview.outcome)}"
    if preview.promise_due:
        until = say("{day} 前办结", day=preview.promise_due.day.isoformat())
        return f"{words}，{until}"
    return words


def _accepted_lines(preview: Preview) -> list[str]:
    lines = []
    if preview.promise_due:
        day = preview.promise_due.day.isoformat()
        lines.append(say("承诺办结：{day} 前", day=day))
        if preview.promise_due.provisional:
            lines.append(say("（跨年，放假安排未发布，公布后以公布为准）"))
    for deferral in preview.deferrals:
        until = deferral.until.isoformat()
        lines.append(say("{until} 前补交：{name}", until=until, name=deferral.name))
    return lines


def decided_view(decided: Decided, paper: PaperView | None) -> DecidedView:
    matter = decided.matter
    noticed = [case for case in matter.cases if case.state is CaseState.NOTICED]
    return DecidedView(
        headline=_headline(matter.cases),
        number=decided.number,
        item=_decided_item(matter),
        jobs=decided.jobs,
        paper=paper or PaperView(title="", lines=()),
        notices=tuple(case.id for case in noticed if isinstance(case.decision, NoticeIssued)),
        to=_receiver(matter.case),
    )


def _headline(cases: tuple[Case, ...]) -> str:
    if len(cases) == 1:
        return {
            Outcome.ACCEPT: say("已受理"),
            Outcome.ACCEPT_DEFERRED: say("已容缺受理"),
            Outcome.ACCEPT_ON_PROMISE: say("已凭承诺受理"),
            Outcome.NOTICE: say("已一次性告知补正"),
            Outcome.REJECT: say("已决定不予受理"),
            Outcome.RECEIVE_ONLY: say("已收件"),
        }[OUTCOME_OF[cases[0].state]]
    return say("已逐项办理")


def _decided_item(matter: Matter) -> str:
    if matter.bundle is None:
        return matter.case.item_name
    outcomes = [OUTCOME_OF[case.state] for case in matter.cases]
    counted = [f"{outcome_name(one)} {outcomes.count(one)}" for one in dict.fromkeys(outcomes)]
    return "\n".join((matter.case.item_name, " · ".join(counted)))


def _receiver(case: Case) -> str:
    person = case.agent or case.applicant
    return person.person.name if person else ""


def handed_sentence(way: str, to: str, *, signed: bool) -> str:
    if signed:
        return say("已{way}送达，{name} 签收", way=way, name=to)
    return say("已{way}送达", way=way)
