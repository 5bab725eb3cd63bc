"""Put a row of the worklist into words: light, clocks, what is left, and what to do next. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.case import CaseState
from app.domain.catalogue import LimitUnit
from app.domain.clocks import ClockName, ClockReading, Light
from app.services.worklist import NextStep, WorklistRow
from ui.kit.texts import say
from ui.kit.theme import Tone


@dataclass(frozen=True, slots=True, kw_only=True)
class WorklistLine:
    """``about``, ``remark``, ``due_remark`` and ``statutory_remark`` stand small under the word
    before them. ``why_no_…`` is "" where the act is open. ``lasting`` are (code, name)."""

    id: str
    number: str
    about: str
    item: str
    step: str
    light: str
    dot: Tone
    tone: Tone
    clock: str
    remark: str
    due: str
    due_remark: str
    left: str
    statutory: str
    statutory_remark: str
    lasting: tuple[tuple[str, str], ...]
    why_no_pause: str
    why_no_resume: str
    why_no_extension: str


_DOTS = {Light.GREEN: Tone.GOOD, Light.YELLOW: Tone.WARN, Light.RED: Tone.BAD}


def line_of(row: WorklistRow) -> WorklistLine:
    clock = row.clock
    statutory = next((one for one in row.readings if one.name is ClockName.STATUTORY), None)
    dot = _DOTS[row.light]
    received = say("收件后没有受理，没有可以暂停或延长的时限。")
    not_accepted = received if row.state is CaseState.RECEIVED else ""
    no_extension = say("已经延长过一次。") if row.extension else ""
    if clock.overdue:
        no_extension = say("已经超期，不能再延长。")
    return WorklistLine(
        id=row.case_id, number=row.number, about=_about(row), item=row.item_name,
        step=_step(row), light=_light(row), dot=dot,
        tone=Tone.NEUTRAL if clock.paused and not clock.overdue else dot,
        clock=clock_name(clock.name), remark=_remark(row),
        due=clock.due.isoformat(), due_remark=_provisional(clock) or _on_paper(row),
        left=left_text(clock),
        statutory=statutory.due.isoformat() if statutory else "",
        statutory_remark=_provisional(statutory) if statutory else "",
        lasting=tuple((one.code, one.name) for one in row.lasting),
        why_no_pause=not_accepted,
        why_no_resume=not_accepted or ("" if row.lasting else say("这一件的时限没有暂停。")),
        why_no_extension=not_accepted or no_extension,
    )  # fmt: skip


def clock_name(name: ClockName) -> str:
    return {
        ClockName.NOTICE: say("告知时限"),
        ClockName.PROMISE: say("承诺时限"),
        ClockName.STATUTORY: say("法定时限"),
    }[name]


def left_text(clock: ClockReading) -> str:
    if clock.left == 0 and not clock.paused:
        return say("今天到期")
    working, n = clock.unit is LimitUnit.WORKING_DAY, abs(clock.left)
    if clock.overdue:
        return say("超期 {n} 个工作日", n=n) if working else say("超期 {n} 天", n=n)
    return say("还剩 {n} 个工作日", n=n) if working else say("还剩 {n} 天", n=n)


def _light(row: WorklistRow) -> str:
    """Colour and word: neither speaks alone."""
    colour = {Light.GREEN: say("绿"), Light.YELLOW: say("黄"), Light.RED: say("红")}[row.light]
    if row.clock.overdue:
        word = say("已超期")
    elif row.clock.paused:
        word = say("暂停")
    elif row.light is not Light.GREEN:
        word = say("将到期")
    elif row.state is CaseState.DEEMED_ACCEPTED:
        word = say("视为受理")
    else:
        word = say("正常")
    return f"{colour} {word}"


def _about(row: WorklistRow) -> str:
    day = row.since.isoformat()
    if row.state is CaseState.RECEIVED:
        began = say("{day} 收件", day=day)
    elif row.state is CaseState.DEEMED_ACCEPTED:
        began = say("{day} 起视为受理", day=day)
    else:
        began = say("{day} 受理", day=day)
    return f"{row.applicant} · {began}" if row.applicant else began


def _remark(row: WorklistRow) -> str:
    remarks = []
    if row.state is CaseState.DEEMED_ACCEPTED:
        remarks.append(say("视为受理"))
    if row.lasting:
        remarks.append(say("暂停：{names}", names="、".join(one.name for one in row.lasting)))
    if row.extension:
        remarks.append(say("已延长 {n} 个工作日", n=row.extension))
    if not row.list_found:
        remarks.append(say("无清单，按法定"))
    return " · ".join(remarks)


def _provisional(clock: ClockReading) -> str:
    return say("放假安排未发布") if clock.provisional else ""


def _on_paper(row: WorklistRow) -> str:
    """The applicant holds a paper with another day on it: the calendar came later."""
    moved = row.printed_due != row.clock.due
    put_off = row.clock.paused or row.extension or row.was_paused
    return say("纸上写 {day}", day=f"{row.printed_due:%m-%d}") if moved and not put_off else ""


def _step(row: WorklistRow) -> str:
    due = row.clock.due.isoformat()
    match row.step:
        case NextStep.DECIDE:
            return say("{due} 前受理、一次告知补正或者不予受理", due=due)
        case NextStep.DECIDE_NOW:
            return say("马上受理、告知补正或者不予受理，过期视为受理")
        case NextStep.WILL_BE_DEEMED:
            return say("告知期限已过：按视为受理准备")
        case NextStep.CONFIRM:
            return say("按受理办理，补发受理通知书，{due} 前办结", due=due)
        case NextStep.FINISH:
            return say("{due} 前办结", due=due)
        case NextStep.URGE:
            return say("催办；办不完的，到期前报批延长")
        case NextStep.LATE:
            return say("尽快办结，并向申请人说明原因")
        case NextStep.RESUME:
            return say("程序结束的当天恢复时限")
