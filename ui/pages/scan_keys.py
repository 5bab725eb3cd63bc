"""Catch what a scanner types before any widget sees it, and give on what a person types.

Installed on the application, once: a scanned number must not tick materials because their table has
the focus.
"""

from __future__ import annotations

from time import monotonic

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QWindow

from app.domain.wedge import Fate, Wedge

_ENTER = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab})
_PLAIN = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier


class ScanKeys(QObject):
    scanned = Signal(object)  # the lines, tuple[str, ...]

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._wedge = Wedge()
        self._held: list[tuple[QObject, QKeyEvent]] = []
        self._giving = False
        self._heard = 0  # milliseconds
        self._timer = QTimer(self, singleShot=True, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._rest)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # Each key comes to the window first and then to a widget: here it is taken once.
        if self._giving or event.type() != QEvent.Type.KeyPress or not isinstance(watched, QWindow):
            return False
        assert isinstance(event, QKeyEvent)  # noqa: S101 - said by its type
        if event.key() == Qt.Key.Key_Shift:  # comes between a scanner's keys, and says nothing
            return False
        # When the key was pressed: on a busy machine many come at once that a person typed.
        now = event.timestamp() or int(monotonic() * 1000)
        if self._timer.isActive() and now - self._heard > self._wedge.waits:
            self._timer.stop()  # it was late
            self._rest()
        self._heard = now
        fate = self._fate(event, now)
        if fate is Fate.HELD:
            self._held.append((watched, event.clone()))
        elif fate is Fate.EATEN:
            self._held.clear()
        else:
            self._wedge.give_up()
            self._give()
        if self._wedge.waits:
            self._timer.start(self._wedge.waits)
        return fate is not Fate.GIVEN

    def _fate(self, event: QKeyEvent, now: int) -> Fate:
        if event.isAutoRepeat() or event.modifiers() & ~_PLAIN:
            return Fate.GIVEN
        if event.key() in _ENTER:
            return self._wedge.enter(now)
        return self._wedge.character(event.text(), now)

    def _rest(self) -> None:
        text, lines = self._wedge.rest()
        if text:
            self._give()
        else:
            self._held.clear()
        if lines:
            self.scanned.emit(lines)

    def _give(self) -> None:
        held, self._held = self._held, []
        self._giving = True
        try:
            for watched, event in held:
                QCoreApplication.sendEvent(watched, event)
        finally:
            self._giving = False
