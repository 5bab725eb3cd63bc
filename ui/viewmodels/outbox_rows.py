"""Turn what was refused, parked or answered into the rows of the page, with their acts. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.domain.case import CaseState
from app.domain.hall import HALL_ZONE
from app.services.refused_pages import PagesAside
from app.services.set_aside import Act, AsideMatter, GoOn, SetAside
from ui.kit.clock import clock_text
from ui.kit.texts import say
from ui.kit.theme import Tone
from ui.viewmodels.fact_detail import fact_detail
from ui.viewmodels.fact_words import fact_words
from ui.viewmodels.services import Sentence

Explain = Callable[[str, str], Sentence]  # (code, detail)
Place = Callable[[str], str]  # a window's id in words


class RowAct(StrEnum):
    """What may be done about a row; the page has a key for each."""

    AGAIN = "again"
    DROP = "drop"
    LOOK = "look"
    GO_ON = "go_on"


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRow:
    """One fact, or a case with all its facts (then its facts follow). ``keys`` are the facts that
    an act is about; ``acts`` says which are open, with their words."""

    id: str
    chip: str
    tone: Tone
    title: str
    under: str
    right: str
    head: str  # the case in words
    recorded: tuple[str, ...]
    why: str
    next_step: str
    stands: str  # how the case stands now
    keys: tuple[tuple[str, int], ...]
    acts: tuple[tuple[RowAct, str], ...] = ()
    case_id: str = ""
    number: str = ""
    resume: bool = False
    answered: bool = False


def rows_of(
    matters: tuple[AsideMatter, ...], explain: Explain, place: Place
) -> tuple[OutboxRow, ...]:
    """A case with several facts has a row of its own above theirs."""
    rows: list[OutboxRow] = []
    for matter in matters:
        if len(matter.facts) > 1:
            rows.append(_whole(matter, explain, place))
        rows += (_one(matter, fact, explain, place) for fact in matter.facts)
    return tuple(rows)


def page_rows(aside: tuple[PagesAside, ...], explain: Explain, place: Place) -> list[OutboxRow]:
    """A row for each case with pages that the back office will not get by itself. Nothing is to be
    answered here: once the page is scanned anew, or not wanted any more, the row is gone."""
    return [_pages(one, explain, place) for one in aside]


def _pages(aside: PagesAside, explain: Explain, place: Place) -> OutboxRow:
    matter, pages = aside.matter, aside.pages
    named = tuple(say("{name} 第 {n} 页", name=page.material, n=page.number) for page in pages)
    sentences = {page.code: explain(page.code, "") for page in pages}
    steps = tuple(dict.fromkeys(sentence.next_step for sentence in sentences.values()))
    if matter.go_on is GoOn.NO:
        steps = (say("这一件已经办过窗口：请承办部门要求补齐，补齐时重新扫描。"),)
    return OutboxRow(
        id=f"pages:{matter.case_id}", chip=say("缺 {n} 页", n=len(pages)), tone=Tone.WARN,
        title=case_words(matter), under="、".join(named), right="", head=case_words(matter),
        recorded=named, why="\n".join(sentence.message for sentence in sentences.values()),
        next_step="\n".join(steps), stands=_stands(matter, place), keys=(),
        acts=() if matter.go_on is GoOn.NO else ((RowAct.GO_ON, say("打开接着办")),),
        case_id=matter.case_id, number=matter.number, resume=matter.go_on is GoOn.RESUME,
    )  # fmt: skip


def case_words(matter: AsideMatter) -> str:
    about = matter.subject.partition(":")[0]
    if about == "ticket":
        return say("号票 {number}", number=matter.number)
    if about not in {"case", "bundle"}:
        return say("本机")
    number = matter.number or say("未编号")
    return " ".join(part for part in (number, matter.applicant, matter.item_name) if part)


def when_text(at: datetime) -> str:
    return f"{at.astimezone(HALL_ZONE):%m-%d} {clock_text(at)}"


def _whole(matter: AsideMatter, explain: Explain, place: Place) -> OutboxRow:
    facts = matter.facts
    whys = tuple(dict.fromkeys(explain(f.code, f.detail).message for f in facts))
    answers = (_answer(f) if f.answer else explain(f.code, f.detail).next_step for f in facts)
    steps = dict.fromkeys(answers)
    answered = bool(facts[0].answer)
    return OutboxRow(
        id=matter.subject, chip=say("{n} 条", n=len(facts)),
        tone=_tone(facts[0]), title=case_words(matter),
        under=say("一起处理：{what}", what="、".join(fact_words(f.kind) for f in facts))
        if not answered and not facts[0].parked else "、".join(fact_words(f.kind) for f in facts),
        right=when_text(facts[0].at), head=case_words(matter),
        recorded=tuple(_recorded(fact, place) for fact in facts), why="\n".join(whys),
        next_step="\n".join(steps), stands=_stands(matter, place),
        keys=tuple(fact.key for fact in facts), acts=_acts(matter, matter.acts),
        case_id=matter.case_id, number=matter.number, resume=matter.go_on is GoOn.RESUME,
        answered=answered,
    )  # fmt: skip


def _one(matter: AsideMatter, fact: SetAside, explain: Explain, place: Place) -> OutboxRow:
    sentence = explain(fact.code, fact.detail)
    lone = len(matter.facts) == 1
    title, detail = fact_words(fact.kind), fact_detail(fact.event, fact.item, place)
    return OutboxRow(
        id=f"{fact.install}:{fact.seq}", chip=_chip(fact), tone=_tone(fact),
        title=case_words(matter) if lone else "　" + (f"{title}：{detail}" if detail else title),
        under=f"{title}：{detail}" if lone and detail else title if lone
        else "　" + sentence.message,
        right=when_text(fact.answered_at or fact.at), head=case_words(matter),
        recorded=(_recorded(fact, place),),
        why=sentence.message, next_step=_answer(fact) if fact.answer else sentence.next_step,
        answered=bool(fact.answer), stands=_stands(matter, place),
        keys=(fact.key,), acts=_acts(matter, fact.acts), case_id=matter.case_id,
        number=matter.number, resume=matter.go_on is GoOn.RESUME,
    )  # fmt: skip


def _recorded(fact: SetAside, place: Place) -> str:
    what, detail = fact_words(fact.kind), fact_detail(fact.event, fact.item, place)
    words = f"{what}：{detail}" if detail else what
    return say("{words}（{at}，{actor}）", words=words, at=when_text(fact.recorded_at),
               actor=fact.actor)  # fmt: skip


def _chip(fact: SetAside) -> str:
    if fact.parked:
        return say("等升级")
    return {"": say("退回"), "again": say("已补记"), "dropped": say("已作废")}.get(
        fact.answer, fact.answer
    )


def _tone(fact: SetAside) -> Tone:
    if fact.parked:
        return Tone.NEUTRAL
    return {"": Tone.WARN, "again": Tone.GOOD}.get(fact.answer, Tone.NEUTRAL)


def _answer(fact: SetAside) -> str:
    said = {"again": say("已补记"), "dropped": say("已作废")}.get(fact.answer, fact.answer)
    at = when_text(fact.answered_at) if fact.answered_at else ""
    by = say("由程序") if fact.answered_by == "system" else fact.answered_by
    words = say("{said}（{at}，{by}）", said=said, at=at, by=by)
    return f"{words}\n{fact.note}" if fact.note else words


def _acts(matter: AsideMatter, acts: frozenset[Act]) -> tuple[tuple[RowAct, str], ...]:
    if not acts:
        return ()
    open_: list[tuple[RowAct, str]] = []
    if Act.RENUMBER in acts:
        open_.append((RowAct.AGAIN, say("换号重发")))
    elif Act.AGAIN in acts:
        open_.append((RowAct.AGAIN, say("补记")))
    if matter.go_on is not GoOn.NO:
        open_.append((RowAct.GO_ON, say("打开接着办")))
    if Act.LOOK in acts:
        open_.append((RowAct.LOOK, say("取后台现状")))
    if Act.DROP in acts:
        open_.append((RowAct.DROP, say("记录作废…")))
    return tuple(open_)


def _stands(matter: AsideMatter, place: Place) -> str:
    """How the case stands now, as far as this window knows."""
    if not matter.case_id:
        return ""
    if matter.state is None:
        return say("这件办件现在没有算数的记录。")
    state = {
        CaseState.OPEN: say("办理中"),
        CaseState.ACCEPTED: say("已受理"),
        CaseState.ACCEPTED_DEFERRED: say("已容缺受理"),
        CaseState.ACCEPTED_ON_PROMISE: say("已告知承诺受理"),
        CaseState.NOTICED: say("已告知补正"),
        CaseState.REJECTED: say("已不予受理"),
        CaseState.RECEIVED: say("已收件"),
        CaseState.DEEMED_ACCEPTED: say("视为受理"),
        CaseState.ABANDONED: say("未办离开"),
        CaseState.LEFT: say("留待续办"),
        CaseState.SUPPLEMENT: say("待补齐"),
        CaseState.FINISHED: say("已办结"),
        CaseState.HANDED_OUT: say("已出件"),
    }[matter.state]
    return say("这件办件现在：{state}，{window}。", state=state, window=place(matter.window))
