"""What the hall's board shows: the line as it stands, or as it last stood and since when.

A name is shown only where the hall's rules say so; it comes masked, and is never spoken.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from app.domain.errors import AppError
from app.domain.queue_view import CallView, HallView, WindowState, WindowView
from app.ports import Clock, QueueOffice
from ui.kit.lane import Lane
from ui.kit.texts import say

_WAIT = 15.0  # seconds that the back office may put its answer off while nothing changes
_AGAIN_MS = 2000  # after a failure
_FLASH_SECONDS = 10.0  # that a new call moves
_TURN_SECONDS = 8  # that one notice stands, or one page of what has no room at once

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardState:
    """``lost``: since when the back office is out of reach. ``fresh``: ids of calls that came
    while the board was looking, in their first seconds."""

    now: datetime
    view: HallView | None = None
    lost: datetime | None = None
    fresh: frozenset[str] = frozenset()

    @property
    def calls(self) -> tuple[CallView, ...]:
        """Each number once, the newest call first."""
        seen: dict[str, CallView] = {}
        for call in self.view.calls if self.view else ():
            seen.setdefault(call.number, call)
        return tuple(seen.values())

    @property
    def notice(self) -> str:
        notices = self.view.notices if self.view else ()
        if not notices:
            return say("请在休息区等候，留意屏幕和广播。过号请到取号机回到队中。")
        return notices[self._turn % len(notices)]

    @property
    def _turn(self) -> int:
        return int(self.now.timestamp()) // _TURN_SECONDS

    def page_of(self, shown: Sequence[T], room: int) -> Sequence[T]:
        """What has room now; the rest comes in turn."""
        pages = max(1, -(-len(shown) // room))
        start = self._turn % pages * room
        return shown[start : start + room]


class BoardModel(QObject):
    """Asks on its own lane, for as long as it lives; goes on by itself after every failure."""

    changed = Signal(object)  # BoardState
    heard = Signal(object)  # HallView, each as it came

    def __init__(
        self, office: Callable[[], QueueOffice], lane: Lane, clock: Clock,
        parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._office, self._lane, self._clock = office, lane, clock
        self.state = BoardState(now=clock.now())
        self._since: dict[str, datetime] = {}  # when a call came
        self._tick = QTimer(self)
        self._tick.timeout.connect(self._ticked)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._ask)
        lane.bug.connect(self._stumbled)  # nobody stands here to start it anew

    def start(self) -> None:
        self._tick.start(1000)
        self._ask()

    def stop(self) -> None:
        self._tick.stop()
        self._later.stop()

    def _ask(self) -> None:
        lost = self.state.view is None or self.state.lost is not None
        after = -1 if lost or self.state.view is None else self.state.view.version
        wait = 0.0 if lost else _WAIT
        self._lane.submit(lambda: self._office().view(after, wait), self._told, self._untold, self)

    def _told(self, view: HallView) -> None:
        now = self._clock.now()
        before = self.state.view
        if before is not None:
            known = {one.id for one in before.calls}
            self._since |= {one.id: now for one in view.calls if one.id not in known}
        self._show(replace(self.state, now=now, view=view, lost=None))
        self.heard.emit(view)
        self._go_on(0 if before is not None else 1)

    def _untold(self, _: AppError) -> None:
        self._lose()

    def _stumbled(self, _support_id: str) -> None:
        self._lose()

    def _lose(self) -> None:
        now = self._clock.now()
        self._show(replace(self.state, now=now, lost=self.state.lost or now))
        self._go_on(_AGAIN_MS)

    def _go_on(self, after_ms: int) -> None:
        if self._tick.isActive():  # an answer may come after the end
            self._later.start(after_ms)

    def _ticked(self) -> None:
        self._show(replace(self.state, now=self._clock.now()))

    def _show(self, state: BoardState) -> None:
        self._since = {
            call: at
            for call, at in self._since.items()
            if (state.now - at).total_seconds() < _FLASH_SECONDS
        }
        state = replace(state, fresh=frozenset(self._since))
        if state != self.state:
            self.state = state
            self.changed.emit(state)


def call_sentence(call: CallView) -> str:
    if call.name:
        return say(
            "请 {number} 号 {name} 到 {window} 号窗口办理",
            number=call.number, name=call.name, window=call.window,
        )  # fmt: skip
    return say("请 {number} 号到 {window} 号窗口办理", number=call.number, window=call.window)


def window_words(window: WindowView) -> str:
    """To the public: a window that is not heard of goes on with whom it has."""
    words = {
        WindowState.CLOSED: say("未开放"),
        WindowState.FREE: say("空闲"),
        WindowState.CALLING: say("正在呼叫"),
        WindowState.SERVING: say("办理中"),
        WindowState.PAUSED: say("暂停服务"),
        WindowState.LOST: say("办理中") if window.ticket else say("请等候叫号"),
    }
    return words[window.state]
