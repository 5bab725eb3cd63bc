"""Put the hall's line into the words of the supervisor's pages: windows, lines, tickets, lights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.hall import Hall
from app.domain.hall_lights import Light, line_light, ticket_light, usual_services, window_light
from app.domain.queue_view import HallView, LineView, TicketView, WindowState, WindowView
from app.domain.ticket import TicketState
from ui.kit.clock import clock_text
from ui.kit.texts import say
from ui.kit.theme import Tone
from ui.viewmodels.supervisor_names import (
    light_words,
    lost_since,
    source_word,
    state_word,
    ticket_word,
    window_name,
)
from ui.viewmodels.supervisor_pending import Pending

_TONES = {
    Light.OFF: Tone.NEUTRAL, Light.GOOD: Tone.GOOD, Light.NEAR: Tone.WARN, Light.OVER: Tone.BAD
}  # fmt: skip
_ORDER = {state: place for place, state in enumerate(TicketState)}


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowTile:
    """``mark`` is the light's shape, so that its colour never stands alone."""

    id: str
    number: str
    name: str
    state: WindowState
    word: str
    tone: Tone
    mark: str
    clerk: str
    ticket: str
    lasted: str
    under: str
    pending: str
    spoken: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRow:
    id: str
    name: str
    light: str
    tone: Tone
    title: str
    under: str
    counts: str
    right: str
    waiting: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketRow:
    id: str
    number: str
    business: str  # id
    line: str
    state: TicketState
    word: str
    tone: Tone
    light: str
    light_tone: Tone
    window_id: str
    remark: str

    cells: tuple[str, ...]  # as they stand in the table, in its order


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HallRows:
    """Everything of one view that is drawn. ``at``: the moment it describes."""

    view: HallView
    at: datetime
    tiles: tuple[WindowTile, ...]
    lines: tuple[LineRow, ...]
    tickets: tuple[TicketRow, ...]
    head: tuple[tuple[str, Tone], ...]


def rows_of(
    view: HallView, hall: Hall, pending: Pending, now: datetime, former: HallRows | None = None
) -> HallRows:
    """``now`` may be later than the view; the minutes go on. ``former``: what was drawn before, so
    that the rows of those who are done, most of an afternoon's, need not be made again."""
    kept = _done(former) if former is not None else {}
    usual = usual_services(view.tickets)
    windows = {one.id: one for one in view.windows}
    lines = {one.business: one.name for one in view.lines}
    return HallRows(
        view=view, at=now,
        tiles=tuple(_tile(one, view, usual, lines, pending, now) for one in view.windows),
        lines=tuple(_line(one, view) for one in view.lines),
        tickets=tuple(
            found[1]
            if (found := kept.get(one.id)) is not None and found[0] == one
            else _ticket(one, view, windows, lines, pending, now)
            for one in sorted(view.tickets, key=_rank)
        ),
        head=_head(view, hall),
    )  # fmt: skip


_DONE = frozenset({TicketState.FINISHED, TicketState.DROPPED})
_TICKET_TONES = {
    TicketState.CALLED: Tone.ACT, TicketState.SERVING: Tone.ACT, TicketState.HELD: Tone.WARN,
    TicketState.PASSED: Tone.WARN, TicketState.FINISHED: Tone.GOOD,
}  # fmt: skip


# -- one thing each -----------------------------------------------------------------------------


def _tile(
    window: WindowView, view: HallView, usual: Mapping[str, timedelta], lines: Mapping[str, str],
    pending: Pending, now: datetime,
) -> WindowTile:  # fmt: skip
    light = window_light(window, usual, now)
    mark = light_words(light)[0]
    word = state_word(window.state)
    gone = window.state is WindowState.LOST
    since = None if window.state is WindowState.CLOSED else window.since
    lasted = _minutes(window.seen_at if gone and window.seen_at else since, now)
    served = say("已办 {n}", n=window.served)
    if window.state is WindowState.LOST:
        under = lost_since(window)
    elif window.state is WindowState.PAUSED:
        under = window.reason or served
    elif window.business and window.ticket:
        under = lines.get(window.business, window.business)
    else:
        under = served
    limited = next((one for one in view.policy.skills if one.window == window.id), None)
    if limited is not None and window.state is not WindowState.CLOSED:
        names = say("、").join(lines.get(one, one) for one in limited.businesses)
        under = say("{state} · 只办 {lines}", state=under, lines=names)
    asked = pending.windows.get(window.id, "")
    clerk = window.clerk_name or window.clerk
    spoken = [window_name(window), word, clerk, window.ticket, lasted, under, asked]
    return WindowTile(
        id=window.id, number=window.number, name=window.name, state=window.state, word=word,
        tone=_TONES[light], mark=mark, clerk=clerk, ticket=window.ticket, lasted=lasted,
        under=under, pending=asked, spoken="，".join(part for part in spoken if part),
    )  # fmt: skip


def _line(line: LineView, view: HallView) -> LineRow:
    light = line_light(line, view.policy)
    mark, word = light_words(light)
    target = view.policy.line(line.business).target_minutes
    told = []
    if line.waiting:
        told.append(say("最久 {longest}/{target} 分", longest=line.longest, target=target))
    else:
        told.append(say("目标 {target} 分", target=target))
    if not line.open:
        told.append(say("{time} 开", time=line.opens) if line.opens else say("现在不取号"))
    if line.left >= 0:
        told.append(say("还剩 {n} 号", n=line.left))
    if line.wait is not None:
        told.append(say("估计 {least}–{most} 分", least=line.wait.least, most=line.wait.most))
    counts = say(
        "办完 {served} · 过号 {passed} · 弃号 {dropped}", served=line.served, passed=line.passed,
        dropped=line.dropped,
    )  # fmt: skip
    return LineRow(
        id=line.business, name=line.name, waiting=line.waiting,
        light=f"{mark} {word}" if mark else say("无人等"), tone=_TONES[light],
        title=f"{line.prefix}  {line.name}", under=" · ".join(told), counts=counts,
        right=say("{n} 人", n=line.waiting),
    )  # fmt: skip


def _ticket(
    one: TicketView, view: HallView, windows: Mapping[str, WindowView],
    lines: Mapping[str, str], pending: Pending, now: datetime,
) -> TicketRow:  # fmt: skip
    light = ticket_light(one, view.policy, now)
    mark, light_word = light_words(light)
    holder = windows.get(one.holder)
    remark = pending.tickets.get(one.id, "")
    waits = one.state is TicketState.WAITING
    if not remark and waits and one.wanted:
        remark = say("已向 {window}要回", window=window_name(holder, one.holder))
    if not remark and waits and one.window:
        remark = say("只到 {window}", window=window_name(windows.get(one.window), one.window))
    if waits and holder is not None and holder.state is WindowState.LOST:
        remark = say("{window} {lost}", window=window_name(holder), lost=lost_since(holder))
    reason = view.policy.priority(one.priority) if one.priority else None
    word = ticket_word(one.state, one.hold)
    line = lines.get(one.business, one.business)
    cells = (
        one.number, line, word, _lasted(one, now),
        str(one.ahead) if waits and one.ahead >= 0 else "",
        window_name(holder, one.holder) if one.holder else "",
        reason.name if reason else one.priority, source_word(one.source),
        clock_text(one.taken_at), remark,
    )  # fmt: skip
    return TicketRow(
        id=one.id, number=one.number, business=one.business, line=line, state=one.state,
        word=word, cells=cells,
        tone=_TICKET_TONES.get(one.state, Tone.NEUTRAL), remark=remark,
        light=f"{mark} {light_word}" if light in {Light.NEAR, Light.OVER} else "",
        light_tone=_TONES[light], window_id=one.holder or one.window,
    )  # fmt: skip


def _done(former: HallRows) -> dict[str, tuple[TicketView, TicketRow]]:
    rows = {row.id: row for row in former.tickets}
    return {
        one.id: (one, rows[one.id]) for one in former.view.tickets if one.state in _DONE
    }  # fmt: skip


def _lasted(one: TicketView, now: datetime) -> str:
    """How long it waited, and then how long it was served."""
    if one.state is TicketState.WAITING:
        return say("等 {n} 分", n=_whole(one.taken_at, now))
    waited = _whole(one.taken_at, one.called_at) if one.called_at else None
    if one.served_at is not None:
        served = _whole(one.served_at, one.ended_at or now)
        return say("等 {n} · 办 {m} 分", n=waited or 0, m=served)
    return say("等了 {n} 分", n=waited) if waited is not None else ""


def _head(view: HallView, hall: Hall) -> tuple[tuple[str, Tone], ...]:
    """The figures at the top of every page; ``hall`` counts windows that never spoke."""
    states = [one.state for one in view.windows]
    working = sum(
        one in {WindowState.FREE, WindowState.CALLING, WindowState.SERVING} for one in states
    )
    paused, lost = states.count(WindowState.PAUSED), states.count(WindowState.LOST)
    over = sum(line_light(one, view.policy) is Light.OVER for one in view.lines)
    head = [
        (say("开 {n}/{all} 窗", n=working, all=max(len(hall.windows), len(states))), Tone.NEUTRAL),
        (say("等候 {n} 人", n=sum(one.waiting for one in view.lines)), Tone.NEUTRAL),
        (say("办完 {n}", n=sum(one.served for one in view.lines)), Tone.NEUTRAL),
    ]
    if paused:
        head.append((say("▲ 暂停 {n} 窗", n=paused), Tone.WARN))
    if lost:
        head.append((say("■ 断线 {n} 窗", n=lost), Tone.BAD))
    if over:
        head.append((say("■ {n} 条队超时", n=over), Tone.BAD))
    return tuple(head)


def _rank(one: TicketView) -> tuple[int, int, float, str]:
    """Those that wait first, in the order of the line; then by state; the newest end first."""
    if one.state is TicketState.WAITING:
        return 0, one.ahead if one.ahead >= 0 else 9999, one.place.timestamp(), one.number
    at = one.ended_at or one.served_at or one.called_at or one.taken_at
    return _ORDER[one.state], 0, -at.timestamp(), one.number


def _whole(start: datetime, end: datetime) -> int:
    return max(0, int((end - start).total_seconds())) // 60


def _minutes(start: datetime | None, now: datetime) -> str:
    return say("{n} 分", n=_whole(start, now)) if start else ""
