"""Name what stands in the hall's line: lights, windows, states, sources."""

from __future__ import annotations

from app.domain.hall_lights import Light
from app.domain.queue_view import WindowState, WindowView
from app.domain.ticket import TicketState
from app.domain.ticket_events import Hold, TicketSource
from ui.kit.clock import clock_text
from ui.kit.texts import say


def light_words(light: Light) -> tuple[str, str]:
    """(shape, word)."""
    match light:
        case Light.OFF:
            return "", ""
        case Light.GOOD:
            return "●", say("正常")
        case Light.NEAR:
            return "▲", say("将超时")
        case Light.OVER:
            return "■", say("超时")


def window_name(window: WindowView | None, fallback: str = "") -> str:
    return say("{number} 号窗口", number=window.number) if window else fallback


def lost_since(window: WindowView) -> str:
    """``10:12 起断线``."""
    since = window.seen_at or window.since
    return say("{time} 起断线", time=clock_text(since)) if since else say("断线")


def state_word(state: WindowState) -> str:
    return {
        WindowState.CLOSED: say("未开"),
        WindowState.FREE: say("空闲"),
        WindowState.CALLING: say("呼叫"),
        WindowState.SERVING: say("办理"),
        WindowState.PAUSED: say("暂停中"),
        WindowState.LOST: say("断线"),
    }[state]


def ticket_word(state: TicketState, hold: Hold | None = None) -> str:
    match state:
        case TicketState.WAITING:
            return say("等候")
        case TicketState.CALLED:
            return say("呼叫")
        case TicketState.SERVING:
            return say("办理")
        case TicketState.PASSED:
            return say("过号")
        case TicketState.FINISHED:
            return say("办完")
        case TicketState.DROPPED:
            return say("弃号")
        case TicketState.HELD:
            return _hold_word(hold)


def _hold_word(hold: Hold | None) -> str:
    match hold:
        case Hold.WITHOUT_PAPERS:
            return say("挂起·不持件")
        case Hold.WITH_PAPERS:
            return say("挂起·持件")
        case Hold.WAITING:
            return say("挂起·等待")
        case None:
            return say("挂起")


def source_word(source: TicketSource) -> str:
    match source:
        case TicketSource.WINDOW:
            return say("窗口取")
        case TicketSource.KIOSK:
            return say("取号机")
        case TicketSource.GREETER:
            return say("导办")
        case TicketSource.BOOKING:
            return say("预约")
