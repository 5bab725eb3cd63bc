"""Say how far each of a supervisor's acts came: what waits, for whom, and what was refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from app.domain.hall import Hall
from app.domain.queue_view import HallView, TicketView, WindowState, WindowView
from app.domain.ticket import TicketState
from app.domain.ticket_events import (
    NO_PRIORITY,
    QueuePolicyChanged,
    TicketAssigned,
    TicketReplaced,
    WindowOrder,
    WindowOrdered,
)
from app.services.supervision_acts import ActKind, ActPart, SupervisorAct
from ui.kit.clock import clock_text
from ui.kit.texts import say
from ui.kit.theme import Tone
from ui.viewmodels.supervisor_names import lost_since, window_name

_NAMED = 6  # tickets or windows that are named before the rest is only counted
_SERVES = frozenset({WindowState.FREE, WindowState.CALLING, WindowState.SERVING})
_WANTED: dict[WindowOrder, frozenset[WindowState]] = {
    WindowOrder.OPEN: _SERVES,
    WindowOrder.PAUSE: frozenset({WindowState.PAUSED, WindowState.CLOSED}),
    WindowOrder.CLOSE: frozenset({WindowState.CLOSED}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ActLine:
    """``detail`` says of each part that is not done why not; whole sentences."""

    id: str
    chip: str
    tone: Tone
    title: str
    under: str
    right: str
    detail: tuple[str, ...] = ()
    undoable: bool = False
    unread: bool = False  # refused, and she has not said that she knows


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """``tickets`` and ``windows``: what is asked of each and not done yet, by id."""

    acts: tuple[ActLine, ...] = ()
    tickets: Mapping[str, str] = field(default_factory=dict)
    windows: Mapping[str, str] = field(default_factory=dict)
    open: int = 0  # acts that are not done
    refused: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hall:
    view: HallView
    tickets: Mapping[str, TicketView]
    windows: Mapping[str, WindowView]
    lines: Mapping[str, str]
    explain: Callable[[str, str], str]

    def window(self, window_id: str) -> str:
        return window_name(self.windows.get(window_id), window_id)


def pending_of(
    acts: Sequence[SupervisorAct], view: HallView, hall: Hall, explain: Callable[[str, str], str]
) -> Pending:
    """``explain`` gives the sentence of a refusal's code, for what was refused."""
    seen = _Hall(
        view=view, tickets={one.id: one for one in view.tickets},
        windows={one.id: one for one in view.windows},
        lines={one.id: one.name for one in hall.businesses}, explain=explain,
    )  # fmt: skip
    staff = {one.id: one.name for one in hall.staff}
    lines: list[ActLine] = []
    tickets: dict[str, str] = {}
    windows: dict[str, str] = {}
    waits = refused = 0
    for act in acts:
        why = [(part, _why_open(part, act, seen)) for part in act.parts]
        for part, reason in why:
            if not reason or act.undone_by:
                continue
            if isinstance(part.event, TicketAssigned):
                tickets.setdefault(part.about, _asked(part.event, reason, seen))
            elif isinstance(part.event, WindowOrdered):
                words = say("待执行：{order}", order=_order_word(part.event.order))
                windows.setdefault(part.about, words)
        line = _line(act, why, seen, staff)
        lines.append(line)
        waits += line.tone is Tone.WARN
        refused += line.tone is Tone.BAD
    return Pending(
        acts=tuple(lines), tickets=tickets, windows=windows, open=waits, refused=refused
    )  # fmt: skip


def act_title(act: SupervisorAct, lines: Mapping[str, str], window: Callable[[str], str]) -> str:
    first = act.parts[0].event
    n = len(act.parts)
    match first:
        case TicketAssigned():
            aims = []
            if first.business and first.business != first.was_business:
                aims.append(lines.get(first.business, first.business))
            aims.append(window(first.window) if first.window else say("任意窗口"))
            if first.priority == NO_PRIORITY:
                aims.append(say("不优先"))
            elif first.priority:
                aims.append(say("优先"))
            return say("转移 {n} 个号 → {aim}", n=n, aim=say("、").join(aims))
        case TicketReplaced():
            return say("换号 → {number}", number=first.number)
        case WindowOrdered(order=WindowOrder.MESSAGE):
            return say("消息 → {windows}", windows=_windows(act, window))
        case WindowOrdered():
            return say(
                "{order} {windows}", order=_order_word(first.order), windows=_windows(act, window)
            )
        case QueuePolicyChanged():
            if first.until is not None:
                return say("改规则，到 {day} 为止", day=first.until.isoformat())
            return say("改规则，到再改为止")
    return say("全厅紧急停止") if act.kind is ActKind.HALT else say("全厅恢复")


def _windows(act: SupervisorAct, window: Callable[[str], str]) -> str:
    names = [window(part.about) for part in act.parts]
    if len(names) > _NAMED:
        return say("{n} 个窗口", n=len(names))
    return say("、").join(names)


def _order_word(order: WindowOrder) -> str:
    return {
        WindowOrder.OPEN: say("开窗"),
        WindowOrder.PAUSE: say("暂停窗口"),
        WindowOrder.CLOSE: say("关窗"),
        WindowOrder.MESSAGE: say("发消息"),
    }[order]


def _asked(event: TicketAssigned, reason: str, seen: _Hall) -> str:
    aim = seen.window(event.window) if event.window else seen.lines.get(event.business, "")
    return say("转 {aim}：{why}", aim=aim, why=reason) if aim else reason


# -- how far ------------------------------------------------------------------------------------


def _why_open(part: ActPart, act: SupervisorAct, seen: _Hall) -> str:
    """Why this part is not done; "" where it is, or was refused."""
    if part.refused:
        return ""
    if not part.sent:
        return say("还没送到后台")
    match part.event:
        case TicketAssigned() as event:
            return _why_held(part.about, event, seen)
        case WindowOrdered(order=order) if order is not WindowOrder.MESSAGE:
            return _why_unheard(part.about, order, act.at, seen)
    return ""


def _why_held(ticket_id: str, event: TicketAssigned, seen: _Hall) -> str:
    ticket = seen.tickets.get(ticket_id)
    if ticket is None or ticket.state is not TicketState.WAITING:
        return ""
    if not ticket.wanted and ticket.holder in {"", event.window}:
        return ""
    if not ticket.wanted and ticket.window == event.window and not ticket.holder:
        return ""
    holder = seen.windows.get(ticket.holder)
    name = window_name(holder, ticket.holder)
    if holder is not None and holder.state is WindowState.LOST:
        return say("等 {window}交还（{lost}；可换号）", window=name, lost=lost_since(holder))
    return say("等 {window}交还", window=name) if ticket.wanted else ""


def _why_unheard(window_id: str, order: WindowOrder, at: datetime, seen: _Hall) -> str:
    window = seen.windows.get(window_id)
    if window is None or window.state in _WANTED[order]:
        return ""
    if window.state is WindowState.LOST:
        return lost_since(window)
    if window.since is not None and window.since > at and order is not WindowOrder.CLOSE:
        return ""  # it was done, and the window went on since
    return say("还没照办")


def _line(
    act: SupervisorAct, why: Sequence[tuple[ActPart, str]], seen: _Hall,
    staff: Mapping[str, str],
) -> ActLine:  # fmt: skip
    refused = [part for part, _ in why if part.refused]
    waits: dict[str, list[ActPart]] = {}
    for part, reason in why:
        if reason:
            waits.setdefault(reason, []).append(part)
    detail = [
        say("{what}：{why}", what=_named(parts, seen), why=reason)
        for reason, parts in waits.items()
    ]
    codes: dict[str, list[ActPart]] = {}
    for part in refused:
        codes.setdefault(part.refused, []).append(part)
    for code, parts in codes.items():
        what = _named(parts, seen)
        detail.append(say("没有办成 {what}：{why}", what=what, why=seen.explain(code, what)))
    open_ = sum(len(parts) for parts in waits.values())
    if act.undone_by:
        chip, tone, detail = say("已撤销"), Tone.NEUTRAL, []
    elif refused:
        chip = say("拒 {n}/{all}", n=len(refused), all=len(why))
        tone = Tone.BAD if act.unread else Tone.NEUTRAL
    elif open_:
        chip, tone = say("待办 {n}/{all}", n=open_, all=len(why)), Tone.WARN
    else:
        chip, tone = say("已执行"), Tone.GOOD
    title = act_title(act, seen.lines, seen.window)
    if act.undoes:
        title = say("撤销：{act}", act=title)
    return ActLine(
        id=act.id, chip=chip, tone=tone, title=title,
        under=" · ".join([act.reason, *detail[:1]]), detail=tuple(detail),
        right=f"{clock_text(act.at)} {staff.get(act.actor, act.actor)}", undoable=act.undoable,
        unread=bool(act.unread),
    )  # fmt: skip


def _named(parts: Sequence[ActPart], seen: _Hall) -> str:
    names = []
    for part in parts[:_NAMED]:
        ticket = seen.tickets.get(part.about)
        if part.subject.startswith("window:"):
            names.append(seen.window(part.about))
        elif part.subject == "hall":
            names.append(say("全厅"))
        else:
            names.append(ticket.number if ticket else say("一个号"))
    if len(parts) > _NAMED:
        names.append(say("等 {n} 个", n=len(parts)))
    return say("、").join(names)
