"""Say in a reviewer's words what happened to a case and how its clocks stand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.domain.case import ACCEPTED_STATES, Case, CaseState
from app.domain.case_events import (
    AgentIdentified,
    ApplicantIdentified,
    CaseAbandoned,
    CaseAccepted,
    CaseAcceptedDeferred,
    CaseDeemedAccepted,
    CaseDispatched,
    CaseFinished,
    CaseLeft,
    CaseOpened,
    CasePutBack,
    CaseReceived,
    CaseRejected,
    CaseResumed,
    CaseReviewed,
    CaseSupplemented,
    ClockPaused,
    ClockResumed,
    ConflictRecorded,
    DemandRefused,
    DocumentSigned,
    ItemChosen,
    LimitExtended,
    MaterialFaulted,
    MaterialPromised,
    MaterialReceived,
    MaterialReturned,
    MaterialSpared,
    NoticeHanded,
    NoticeIssued,
    NoticeLine,
    ResultHanded,
    ResultReturned,
    SignatureRefused,
    SupplementAsked,
)
from app.domain.catalogue import LimitUnit
from app.domain.checklist import RowState
from app.domain.clocks import ClockName, ClockReading, Light
from app.domain.event import Event
from app.domain.person import DocumentKind

DOCUMENTS = {
    DocumentKind.RESIDENT: "居民身份证",
    DocumentKind.HK_MO_TW: "港澳台居民居住证",
    DocumentKind.FOREIGNER_2017: "外国人永久居留身份证",
    DocumentKind.FOREIGNER_2023: "外国人永久居留身份证",
    DocumentKind.SOCIAL_SECURITY: "社会保障卡",
    DocumentKind.PASSPORT: "护照",
    DocumentKind.RETURN_PERMIT: "港澳居民来往内地通行证",
    DocumentKind.TAIWAN_PERMIT: "台湾居民来往大陆通行证",
    DocumentKind.EXIT_HK_MO: "往来港澳通行证",
    DocumentKind.EXIT_TAIWAN: "往来台湾通行证",
    DocumentKind.OTHER: "其他有效证件",
}
ROWS: dict[RowState, tuple[str, str]] = {
    RowState.RECEIVED: ("收到", "good"),
    RowState.SPARED: ("免交", "good"),
    RowState.MISSING: ("缺", "bad"),
    RowState.NOT_ACCEPTABLE: ("不符", "bad"),
    RowState.DEFERRABLE: ("容缺后补", "warn"),
    RowState.PROMISED: ("告知承诺", "good"),
    RowState.OPTIONAL: ("未交（非必要）", "mute"),
    RowState.NOT_REQUIRED: ("不需要", "mute"),
    RowState.UNDECIDED: ("情形未答", "mute"),
}
_UNITS = {LimitUnit.WORKING_DAY: "个工作日", LimitUnit.DAY: "天", LimitUnit.MONTH: "天"}
_CLOCKS = {
    ClockName.PROMISE: "承诺", ClockName.STATUTORY: "法定", ClockName.NOTICE: "告知"
}  # fmt: skip
TONES = {Light.GREEN: "good", Light.YELLOW: "warn", Light.RED: "bad"}


def day_words(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def clock_words(reading: ClockReading) -> str:
    """Like 承诺 12月1日，还剩 3 个工作日."""
    unit = _UNITS[reading.unit]
    if reading.overdue:
        stands = f"已超 {-reading.left} {unit}"
    elif reading.paused:
        stands = f"暂停计时，还剩 {reading.left} {unit}"
    else:
        stands = f"还剩 {reading.left} {unit}"
    doubt = "（放假安排未发布，暂定）" if reading.provisional else ""
    due = f"{reading.due.month}月{reading.due.day}日"
    return f"{_CLOCKS[reading.name]} {due}，{stands}{doubt}"


def tone_of(reading: ClockReading) -> str:
    if reading.paused and not reading.overdue:
        return "plain"
    return TONES[reading.light]


def state_of(case: Case) -> tuple[str, str]:
    """(words, tone) of a case that is with its department."""
    if any(pause.end is None for pause in case.pauses):
        return "特别程序中", "plain"
    if case.state in ACCEPTED_STATES:
        return ("已审批，待办结", "warn") if case.review else ("待审批", "warn")
    match case.state:
        case CaseState.SUPPLEMENT:
            return "待申请人补齐", "plain"
        case CaseState.OPEN:
            return "窗口收补件中", "plain"
        case CaseState.FINISHED:
            return "已办结，待领取", "good"
        case CaseState.HANDED_OUT:
            return "已出件", "good"
    return "不在审批", "mute"


def history_words(event: Event, name_of: Callable[[str], str], names: Mapping[str, str]) -> str:
    """``name_of`` gives a reviewer's name, ``names`` a material's. "" where it is not worth a
    line of its own."""
    say = _SAID.get(type(event))
    return say(event, _Names(reviewer=name_of, materials=names)) if say else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Names:
    reviewer: Callable[[str], str]
    materials: Mapping[str, str]

    def material(self, id: str) -> str:
        return f"“{self.materials.get(id, id)}”"


def _received(event: MaterialReceived, names: _Names) -> str:
    pages = f"，扫描 {len(event.scans)} 页" if event.scans else ""
    return (
        f"收到 {names.material(event.material)}：原件 {event.originals}、"
        f"复印件 {event.copies}{pages}"
    )


def _deferred(event: CaseAcceptedDeferred, _: _Names) -> str:
    late = "、".join(f"{one.name}（{_day(one.until)}前）" for one in event.deferrals)
    return f"容缺受理，{_day(event.promise_due)}前办结；后补：{late}"


def _paused(event: ClockPaused, _: _Names) -> str:
    return (
        f"自{_day(event.on)}起{event.name}，不计入办理时限"
        f"（{event.reason}；批准人 {event.approver}）"
    )


# What the counter does many times over in a case is left out: answers, fields, parties.
_SAID: dict[type[Event], Callable[[Any, _Names], str]] = {
    CaseOpened: lambda _, __: "窗口开始办理",
    ApplicantIdentified: lambda _, __: "登记申请人身份",
    AgentIdentified: lambda _, __: "登记代理人身份",
    ItemChosen: lambda e, _: f"选定事项：{e.name}（第 {e.version} 版清单）",
    MaterialReceived: _received,
    MaterialSpared: lambda e, n: f"免交 {n.material(e.material)}（{e.stored.keeper} 已有）",
    MaterialFaulted: lambda e, n: f"{n.material(e.material)} 不符：{e.reason}",
    MaterialPromised: lambda e, n: f"{n.material(e.material)} 以告知承诺代替",
    MaterialReturned: lambda e, n: f"退回 {n.material(e.material)}",
    NoticeIssued: lambda e, _: f"一次性告知补正：{_lines(e.lines)}",
    NoticeHanded: lambda e, _: f"告知书已送达（{e.way}）",
    CaseReceived: lambda e, _: f"收件，{_day(e.notice_due)}前答复",
    CaseRejected: lambda e, _: f"不予受理：{e.reason}",
    CaseAccepted: lambda e, _: (
        f"{'告知承诺受理' if e.promised else '受理'}，{_day(e.promise_due)}前办结"
    ),
    CaseAcceptedDeferred: _deferred,
    CaseDeemedAccepted: lambda e, _: f"逾期未告知，自{_day(e.since)}起视为受理",
    CaseAbandoned: lambda _, __: "申请人离开，未办",
    CaseResumed: lambda e, _: f"申请人回到窗口 {e.window} 续办",
    CasePutBack: lambda _, __: "申请人离开，等待照旧",
    CaseLeft: lambda e, _: f"留待续办：{e.reason}" if e.reason else "留待续办",
    CaseSupplemented: lambda _, __: "补齐，审批继续",
    DemandRefused: lambda _, __: "窗口的清单外要求被系统拦下",
    ConflictRecorded: lambda e, _: f"窗口 {e.window} 的登记晚到，未采用",
    CaseDispatched: lambda e, n: f"转 {e.department}，由 {n.reviewer(e.reviewer)} 审批",
    SupplementAsked: lambda e, _: f"要求补齐：{_lines(e.lines)}",
    CaseReviewed: lambda e, _: f"审批：{'准予' if e.granted else '不予'}。{e.opinion}",
    CaseFinished: lambda e, _: f"办结：{e.name} {e.number}",
    ClockPaused: _paused,
    ClockResumed: lambda e, _: f"{_day(e.on)}起恢复计时",
    LimitExtended: lambda e, _: f"延长 {e.days} 个工作日（{e.reason}；批准人 {e.approver}）",
    ResultHanded: lambda e, _: f"出件给 {e.to}（{e.way}{'，已签收' if e.signed else ''}）",
    DocumentSigned: lambda e, _: f"文书在屏上签名（{e.signer}）",
    SignatureRefused: lambda e, _: f"文书拒签：{e.reason}（见证人 {e.witness}）",
    ResultReturned: lambda e, _: f"结果退回大厅，重新等候领取：{e.reason}",
}


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"


def _lines(lines: tuple[NoticeLine, ...]) -> str:
    return "；".join(f"{one.name}（{one.problem}）" for one in lines)
