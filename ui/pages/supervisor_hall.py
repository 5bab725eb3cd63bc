"""督导 F2: every window and every line of the hall, live, with what a supervisor may do to them."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.kit.texts import say
from ui.pages.widgets.buttons import small
from ui.pages.widgets.look import Look
from ui.pages.widgets.marks import Elided, row
from ui.pages.widgets.two_line_list import TwoLineList, TwoLines
from ui.pages.widgets.window_tiles import WindowTiles
from ui.viewmodels.supervisor import SupervisorModel, SupervisorState
from ui.viewmodels.supervisor_form import Ask

_KEYS: dict[int, str] = {
    Qt.Key.Key_O: Ask.OPEN.value, Qt.Key.Key_P: Ask.PAUSE.value, Qt.Key.Key_C: Ask.CLOSE.value,
    Qt.Key.Key_M: Ask.MESSAGE.value, Qt.Key.Key_K: Ask.SKILLS.value,
}  # fmt: skip
_LINES_WIDTH = 366


class HallView(QWidget):
    """``tickets_wanted``: show those of this window, or of this line, by its name."""

    tickets_wanted = Signal(str)

    def __init__(self, model: SupervisorModel, look: Look) -> None:
        super().__init__()
        self._model = model
        self.tiles = WindowTiles(look, _KEYS)
        self.tiles.empty_text = say("正在读取…")
        self.lines = _Lines(look, say("队"))
        self.lines.empty_text = say("正在读取…")
        self.counts = Elided("", "muted")
        self.acts = [
            small(words, key)
            for words, key in (
                (say("开窗"), "O"), (say("暂停窗口"), "P"), (say("关窗"), "C"),
                (say("发消息"), "M"), (say("业务范围"), "K"),
            )
        ]  # fmt: skip
        for button, ask in zip(self.acts, _KEYS.values(), strict=True):
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(lambda _=False, a=ask: self.tiles.want(a))
        self.move_line = small(say("整队转移"), "T")
        self.move_line.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.move_line.clicked.connect(self._move_line)
        self.hint = Elided(say("空格、Shift 选几个；数字到那个窗口；Enter 看它的号"), "muted")
        windows, lines = QWidget(), QWidget()
        left = QVBoxLayout(windows)
        left.setContentsMargins(0, 0, 0, 0)
        left.setSpacing(6)
        acts = row(*self.acts, self.hint, spacing=6)
        acts.setStretch(len(self.acts), 1)
        left.addLayout(acts)
        left.addWidget(self.tiles, 1)
        right = QVBoxLayout(lines)
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(6)
        right.addLayout(row(self.move_line, 0))
        right.addWidget(self.lines, 1)
        right.addWidget(self.counts)
        lines.setFixedWidth(_LINES_WIDTH)
        whole = row(windows, lines, spacing=16)
        whole.setStretch(0, 1)
        self.setLayout(whole)
        self.tiles.wanted.connect(lambda act, ids: model.ask(Ask(act), ids))
        self.tiles.opened.connect(self._open_window)
        self.lines.chosen.connect(self._open_line)
        self.lines.moved.connect(lambda _: self._show_counts())
        self.lines.move_wanted.connect(self._move_line)

    def show_state(self, state: SupervisorState) -> None:
        if state.rows is None:
            return
        self.tiles.put(state.rows.tiles)
        self.lines.put(
            [
                TwoLines(
                    id=one.id, chip=one.light, tone=one.tone, title=one.title, under=one.under,
                    right=one.right, strong=bool(one.waiting),
                )
                for one in state.rows.lines
            ]
        )  # fmt: skip
        self.lines.empty_text = say("大厅没有业务。")
        self._show_counts()

    def take_focus(self) -> None:
        self.tiles.setFocus()

    def _show_counts(self) -> None:
        rows = self._model.state.rows
        here = self.lines.current()
        found = next((one for one in rows.lines if one.id == here), None) if rows else None
        words = say("{line}：{counts}", line=found.name, counts=found.counts) if found else ""
        self.counts.setText(words)

    def _move_line(self) -> None:
        if here := self.lines.current():
            self._model.ask_line(here)

    def _open_window(self, window_id: str) -> None:
        tile = next((one for one in self.tiles.tiles if one.id == window_id), None)
        if tile is not None:
            self.tickets_wanted.emit(say("{number} 号窗口", number=tile.number))

    def _open_line(self, business: str) -> None:
        rows = self._model.state.rows
        found = next((one for one in rows.lines if one.id == business), None) if rows else None
        if found is not None:
            self.tickets_wanted.emit(found.name)


class _Lines(TwoLineList):
    move_wanted = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_T and not event.modifiers():
            self.move_wanted.emit()
        else:
            super().keyPressEvent(event)
