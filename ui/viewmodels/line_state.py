"""What the line's column shows: the ticket, who waits, who is on hold, and which acts are possible.

Pure: words and refusals follow from the snapshot, the case and the link.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from app.domain.hall import HALL_ZONE
from app.domain.queue_policy import QueuePolicy
from app.domain.ticket import Ticket, TicketState
from app.domain.ticket_events import Hold
from ui.kit.amounts import minutes_text, stopwatch_text
from ui.kit.texts import say
from ui.kit.theme import Tone
from ui.viewmodels.viewmodel import Note


class LineStage(StrEnum):
    IDLE = "idle"
    CALLED = "called"
    SERVING = "serving"


class LineAct(StrEnum):
    """What has a button, and can be impossible for a reason."""

    NEXT = "next"
    RECALL = "recall"
    HOLD = "hold"
    MOVE = "move"
    DROP = "drop"
    PAUSE = "pause"
    UNDO = "undo"


class RowKind(StrEnum):
    """What Enter does to a row: call, call back, put back into the line, ask the hall for it."""

    WAITING = "waiting"
    HELD = "held"
    PASSED = "passed"
    AWAY = "away"


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRow:
    id: str
    number: str
    tag: str
    tone: Tone
    kind: RowKind = RowKind.WAITING

    @property
    def passed(self) -> bool:
        return self.kind is RowKind.PASSED


@dataclass(frozen=True, slots=True, kw_only=True)
class LineState:
    """``times`` is the grey sentence under the ticket; ``businesses``, ``windows`` and
    ``priorities`` are (id, name). ``pause`` and ``halted`` are the reasons, "" for none. ``word``
    is a supervisor's. ``undo`` is the number whose last act can be taken back."""

    window: str = ""
    clerk: str = ""
    stage: LineStage = LineStage.IDLE
    ticket_id: str = ""
    ticket: str = ""
    business: str = ""
    times: str = ""
    calls: int = 0
    repeats: int = 5
    waiting: int = 0
    rows: tuple[LineRow, ...] = ()
    businesses: tuple[tuple[str, str], ...] = ()
    windows: tuple[tuple[str, str], ...] = ()
    priorities: tuple[tuple[str, str], ...] = ()
    pause_reasons: tuple[str, ...] = ()
    paused: bool = False
    closed: bool = False  # paused, and nobody waits for it
    pause: str = ""
    halted: str = ""
    lease: str = ""
    undo: str = ""
    word: Note | None = None
    note: Note | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AtTheWindow:
    """What of the case decides about the line: whether one is open, whether it is decided."""

    open: bool = False
    decided: bool = False
    known: bool = field(default=False)  # somebody is identified: it can be left for later


def refusals(line: LineState, case: AtTheWindow) -> dict[LineAct, str]:
    """Why an act is impossible now; what is not named is possible."""
    found: dict[LineAct, str] = {}
    idle = line.stage is LineStage.IDLE
    if line.halted:
        halted = say("全厅暂停叫号：{reason}", reason=line.halted)
        found[LineAct.NEXT] = found[LineAct.RECALL] = halted
    elif line.stage is LineStage.CALLED:
        found[LineAct.NEXT] = say("{number} 还在呼叫：先开始办理，或者过号。", number=line.ticket)
    elif case.open:
        found[LineAct.NEXT] = say("先办完手上的办件，或者让申请人离开。")
    if line.stage is not LineStage.CALLED:
        found.setdefault(LineAct.RECALL, say("没有正在呼叫的号。"))
        found[LineAct.DROP] = say("没有正在呼叫的号；列表里的号按 Delete 弃号。")
    elif line.calls > line.repeats:
        found.setdefault(LineAct.RECALL, say("已重呼 {n} 次，不能再呼。", n=line.repeats))
    if idle:
        found[LineAct.HOLD] = found[LineAct.MOVE] = say("窗口前没有号。")
    elif case.open:
        found[LineAct.MOVE] = say("先把手上的办件留待续办（F4），再转移。")
        if not case.known:
            found[LineAct.HOLD] = say("还没有登记申请人，办件留不下来：先读卡，或者离开。")
    if not line.undo:
        found[LineAct.UNDO] = say("没有可以撤销的操作。")
    elif case.open:
        found[LineAct.UNDO] = say("办件已经打开，不能撤销叫号。")
    return found


# -- words --------------------------------------------------------------------------------------


def hold_name(hold: Hold | None) -> str:
    match hold:
        case Hold.WITH_PAPERS:
            return say("持件")
        case Hold.WITHOUT_PAPERS:
            return say("不持件")
    return say("等待")


def row_of(
    ticket: Ticket, policy: QueuePolicy, names: Mapping[str, str], now: datetime, *, english: bool
) -> LineRow:
    """``names`` of the businesses."""
    kind, tone = RowKind.WAITING, Tone.ACT
    tag = names.get(ticket.business, ticket.business)
    reason = policy.priority(ticket.priority)
    if ticket.state is TicketState.HELD:
        since = now - (ticket.held_at or now)
        kind = RowKind.AWAY if ticket.away else RowKind.HELD
        late = since > timedelta(minutes=policy.hold_minutes)
        tone = Tone.WARN if late else Tone.NEUTRAL
        tag = f"{hold_name(ticket.hold)} {minutes_text(since)}"
    elif ticket.state is TicketState.PASSED:
        kind, tone = RowKind.PASSED, Tone.NEUTRAL
        until = (ticket.called_at or now) + timedelta(minutes=policy.returns.minutes)
        may = ticket.returns < policy.returns.times and now <= until
        local = f"{until.astimezone(HALL_ZONE):%H:%M}"
        tag = say("过号 至 {time}", time=local) if may else say("过号 须重取")
    elif ticket.priority:
        tone = Tone.WARN
        short = (reason.name_en if english else reason.short) if reason else say("优先")
        tag = f"{short} · {tag}"
    return LineRow(id=ticket.id, number=ticket.number, tag=tag, tone=tone, kind=kind)


def times_of(ticket: Ticket | None, now: datetime) -> str:
    if ticket is None:
        return ""
    called = ticket.called_at or now
    waited = say("等了 {span}", span=minutes_text(called - ticket.taken_at))
    if ticket.state is TicketState.SERVING and ticket.served_at:
        span = stopwatch_text(now - ticket.served_at - ticket.held_for)
        return say("{waited} · 已办 {span}", waited=waited, span=span)
    return say("{waited} · 已呼叫 {n} 次", waited=waited, n=ticket.calls)


def lease_words(*, connected: bool, here: int, hall: int | None) -> str:
    """How far this window can go on calling. ``hall``: who wait for it in all, where known."""
    if not connected:
        return say("离线：还可叫 {n} 个号", n=here)
    if hall is None:
        return say("本窗口可叫 {n} 个号", n=here)
    return say("大厅 {n} 人等候，本窗口 {m} 个号", n=max(hall, here), m=here)


def state_name(state: TicketState) -> str:
    match state:
        case TicketState.WAITING:
            return say("等候")
        case TicketState.CALLED:
            return say("呼叫中")
        case TicketState.SERVING:
            return say("办理中")
        case TicketState.HELD:
            return say("挂起")
        case TicketState.PASSED:
            return say("过号")
    return say("办结")
