"""Show whoever has a slip how its ticket stands: the page behind the slip's QR.

To nobody who does not know the slip's check code, and without anything about a person.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime
from html import escape

from app.domain.hall import HALL_ZONE, Hall
from app.domain.queueing import Wait
from app.domain.ticket import Ticket, TicketState
from sync.backoffice.database import Transaction
from sync.backoffice.pages import draw_page
from sync.backoffice.queue.rows import find_number, hall_day
from sync.backoffice.queue.view import read_standing, wait_of

REFRESH = 20  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """``window``: number of the one that called it last."""

    ticket: Ticket
    line: str
    ahead: int
    wait: Wait | None
    window: str
    only: str
    halted: bool
    at: datetime


def find_followed(
    reader: Transaction, hall: Hall, number: str, check: str, now: datetime
) -> Followed | None:
    """None for an unknown number as for a wrong check: neither can be told apart."""
    row = find_number(reader, number, hall_day(now))
    code = row.check if row else ""
    right = hmac.compare_digest(check.upper().encode(), code.encode())
    if row is None or not code or not right:
        return None
    standing, ticket = read_standing(reader, hall, now), row.ticket
    ahead = standing.ahead.get(ticket.id, 0)
    waits = ticket.state is TicketState.WAITING
    numbers = {one.id: one.number for one in hall.windows}
    names = {one.id: one.name for one in hall.businesses}
    return Followed(
        ticket=ticket, line=names.get(ticket.business, ticket.business), ahead=ahead,
        wait=wait_of(reader, standing, ticket.business, ahead) if waits else None,
        window=numbers.get(row.at_window, row.at_window),
        only=numbers.get(ticket.window, ticket.window), halted=bool(standing.rules.halted), at=now,
    )  # fmt: skip


def draw_followed(hall: Hall, found: Followed) -> str:
    words, english, tone = _state(found)
    told = "".join(f"<p>{one}</p>" for one in _told(found))
    halted = '<p class="state bad">大厅暂停叫号，您的次序保留</p>' if found.halted else ""
    at = found.at.astimezone(HALL_ZONE)
    inner = (
        f'<p class="note">{escape(found.line)}</p>'
        f'<p class="state">{escape(found.ticket.number)}</p>'
        f'{halted}<p class="state {tone}">{words}</p><p class="note" lang="en">{english}</p>{told}'
        f'<p class="note">{at:%H:%M:%S} · 每 {REFRESH} 秒自动刷新</p>'
    )
    return _slip(hall, inner, refresh=REFRESH)


def draw_unknown(hall: Hall) -> str:
    return _slip(
        hall, '<p class="state mute">没有找到</p><p>排队号当天有效，请核对小票上的二维码。</p>'
    )


def draw_too_many(hall: Hall) -> str:
    return _slip(hall, '<p class="state mute">查询过于频繁</p><p>请一分钟后再试。</p>')


def _state(found: Followed) -> tuple[str, str, str]:
    """Words, the same in English, tone."""
    window = escape(found.window)
    match found.ticket.state:
        case TicketState.WAITING:
            if not found.ahead:
                return "下一位就是您", "You are next", "good"
            return f"前面还有 {found.ahead} 人", f"{found.ahead} ahead of you", "plain"
        case TicketState.CALLED:
            return f"请到 {window} 号窗口", f"Please go to window {window}", "good"
        case TicketState.SERVING:
            return f"正在 {window} 号窗口办理", f"Being served at window {window}", "good"
        case TicketState.HELD:
            return "已挂起，等您回来", "On hold until you are back", "plain"
        case TicketState.PASSED:
            return "已过号", "Your number was called and passed", "bad"
        case TicketState.FINISHED:
            return "已办理完毕", "Finished", "mute"
        case TicketState.DROPPED:
            return "此号已作废", "This number is no longer valid", "mute"


def _told(found: Followed) -> list[str]:
    state = found.ticket.state
    told = []
    if found.wait is not None:
        told.append(f"预计还要等 {found.wait.least}–{found.wait.most} 分钟")
    if state is TicketState.WAITING and found.only:
        told.append(f"由 {escape(found.only)} 号窗口叫号")
    if state is TicketState.WAITING:
        told.append("请在休息区等候，注意呼叫及大屏显示信息。")
    if state in {TicketState.PASSED, TicketState.HELD}:
        told.append("请到取号机或导办台报到，会重新排进队里。")
    if state is TicketState.DROPPED and found.ticket.replaced_by:
        told.append(f"请看新号 {escape(found.ticket.replaced_by)}")
    return told


def _slip(hall: Hall, inner: str, refresh: int = 0) -> str:
    name = escape(hall.head.name)
    return draw_page(
        hall.head.name,
        f'<main><section class="slip"><h1>{name}</h1>{inner}</section></main>', refresh=refresh,
    )  # fmt: skip
