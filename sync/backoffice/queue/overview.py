"""Draw the hall's line for the back office's own page: each line, each window that has a word."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from html import escape

from app.domain.hall import Hall
from app.domain.queue_view import HallView, LineView, WindowState
from sync.backoffice.database import Transaction
from sync.backoffice.pages import draw_section, draw_table, draw_time
from sync.backoffice.queue.view import read_view

_STATES = {
    WindowState.CLOSED: ("未开", "mute"), WindowState.FREE: ("空闲", "good"),
    WindowState.CALLING: ("呼叫", "plain"), WindowState.SERVING: ("办理", "good"),
    WindowState.PAUSED: ("暂停", "mute"), WindowState.LOST: ("失联", "bad"),
}  # fmt: skip


def draw_line(reader: Transaction, hall: Hall, now: datetime) -> str:
    view = read_view(reader, hall, now, tickets=False)
    halted = f'<p class="state bad">紧急暂停：{escape(view.halted)}</p>' if view.halted else ""
    kept = view.estimates
    told = (
        f'<p class="note">等候时间与取号时所说相符 {kept.within} 人，更短 {kept.sooner} 人，'
        f"更长 {kept.later} 人</p>"
    )
    return draw_section("排队", halted + _lines(view) + told, "") + draw_section(
        "窗口", _windows(view), "今天还没有窗口开始服务。"
    )


def _lines(view: HallView) -> str:
    heads = ("业务", "等候", "最久", "现在取号约等", "办结", "过号", "弃号", "取号")
    return draw_table(heads, [tuple(_line(one)) for one in view.lines])


def _line(one: LineView) -> Iterator[str]:
    yield escape(f"{one.prefix} {one.name}")
    yield str(one.waiting)
    yield f"{one.longest} 分钟" if one.waiting else ""
    yield f"{one.wait.least}–{one.wait.most} 分钟" if one.wait else "—"
    yield from (str(one.served), str(one.passed), str(one.dropped))
    if one.open:
        yield f"余 {one.left}" if one.left >= 0 else "开放"
    else:
        yield f"{one.opens} 开始" if one.opens else "停止"


def _windows(view: HallView) -> str:
    rows = []
    for one in view.windows:
        if one.state is WindowState.CLOSED and not one.served and not one.holds:
            continue
        words, tone = _STATES[one.state]
        rows.append(
            (
                escape(f"{one.number} {one.name}"), f'<span class="tag {tone}">{words}</span>',
                escape(one.reason), escape(one.ticket), str(one.holds), str(one.served),
                draw_time(one.since.isoformat()) if one.since else "",
            )
        )  # fmt: skip
    return draw_table(("窗口", "状态", "原因", "号", "待叫", "办结", "起于"), rows)
