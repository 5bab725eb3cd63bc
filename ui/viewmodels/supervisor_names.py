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
    return {
        Light.OFF: ("", ""),
        Light.GOOD: ("●", say("正常")),
        Light.NEAR: ("▲", say("将超时")),
        Light.OVER: ("■", say("超时")),
    }[light]


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
        WindowState.PAUSED: say("暂停"),
        WindowState.LOST: say("断线"),
    }[state]


def ticket_word(state: TicketState, hold: Hold | None = None) -> str:
    held = {
        Hold.WITHOUT_PAPERS: say("挂起·不持件"),
        Hold.WITH_PAPERS: say("挂起·持件"),
        Hold.WAITING: say("挂起·等待"),
    }
    return {
        TicketState.WAITING: say("等候"),
        TicketState.CALLED: say("呼叫"),
        TicketState.SERVING: say("办理"),
        TicketState.HELD: held[hold] if hold else say("挂起"),
        TicketState.PASSED: say("过号"),
        TicketState.FINISHED: say("办完"),
        TicketState.DROPPED: say("弃号"),
    }[state]


def source_word(source: TicketSource) -> str:
    return {
        TicketSource.WINDOW: say("窗口取"),
        TicketSource.KIOSK: say("取号机"),
        TicketSource.GREETER: say("导办"),
        TicketSource.BOOKING: say("预约"),
    }[source]
