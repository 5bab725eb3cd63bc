"""F12: every paper of this window: print again, retry, move, cancel, and answer 出来了吗."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from ui.kit.texts import say
from ui.pages.panel import Panel
from ui.pages.widgets.buttons import ActButton, link, small
from ui.pages.widgets.marks import Chip, Elided, NoteBar, boxed, label, row
from ui.viewmodels.papers import PaperRow, PapersModel, PapersState

_LONGEST_NAME = 24
_MOST_ACTS = 12


class PapersPanel(Panel):
    def __init__(self, model: PapersModel) -> None:
        super().__init__(say("打印的纸"))
        self._model = model
        self._rows: tuple[PaperRow, ...] | None = None
        self._offered: tuple[tuple[str, str], ...] = ()
        self.lines: list[PaperLine] = []
        self.note = NoteBar()
        self.reason = QLineEdit()
        self.reason.setMaxLength(200)
        self.reason.setPlaceholderText(say("为什么补打"))
        self.reason.setAccessibleName(say("为什么补打"))
        self.submit_button = link(say("补打"), "Enter")
        cancel = link(say("取消"), "Esc")
        self.asking = boxed(row(self.reason, cancel, self.submit_button))
        self.choices = QHBoxLayout()
        self.moving = boxed(row(label(say("改用哪台打印机？"), "section"), 12))
        inside = self.moving.layout()
        assert isinstance(inside, QHBoxLayout)  # noqa: S101  # made in the line above
        inside.addLayout(self.choices)
        inside.addStretch(1)
        stay = link(say("不换"), "Esc")
        stay.clicked.connect(lambda: model.ask_move(""))
        inside.addWidget(stay)
        self.history = label("", wrap=True)
        put_away = link(say("收起"), "Esc")
        put_away.clicked.connect(lambda: model.ask_history(""))
        self.told = boxed(row(self.history, 0, put_away))
        self.list = QWidget()
        self.column = QVBoxLayout(self.list)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(0)
        self.column.addStretch(1)
        self.sheet_area = QScrollArea()
        self.sheet_area.setWidgetResizable(True)
        self.sheet_area.setWidget(self.list)
        self.empty = label(say("今天还没有打印。"), "muted")
        self.inside.addWidget(self.note)
        self.inside.addWidget(self.asking)
        self.inside.addWidget(self.moving)
        self.inside.addWidget(self.told)
        self.inside.addWidget(self.empty)
        self.inside.addWidget(self.sheet_area, 1)
        self.reason.returnPressed.connect(lambda: model.reprint(self.reason.text()))
        self.submit_button.clicked.connect(lambda: model.reprint(self.reason.text()))
        cancel.clicked.connect(lambda: model.ask_reprint(""))
        model.state_changed.connect(self.show_state)
        self.show_state(model.state)

    def show_state(self, state: PapersState) -> None:
        self.note.tell(state.note)
        asking = bool(state.reprinting)
        if asking and self.asking.isHidden():
            self.reason.clear()
            self.asking.show()
            self.reason.setFocus()
        self.asking.setVisible(asking)
        self.moving.setVisible(bool(state.moving))
        self.history.setText("\n".join(state.history[-_MOST_ACTS:]))
        self.told.setVisible(bool(state.history))
        self._offer_printers(state.choices)
        self.submit_button.set_primary(asking)
        self.back.set_primary(not asking)
        self.empty.setVisible(not state.rows)
        if state.rows != self._rows:
            self._rows = state.rows
            self._rebuild(state.rows)

    def step_back(self) -> bool:
        """Esc: first out of the reason, then out of the page. True where it was used up."""
        if self._model.state.reprinting:
            self._model.ask_reprint("")
            return True
        if self._model.state.moving:
            self._model.ask_move("")
            return True
        if self._model.state.history:
            self._model.ask_history("")
            return True
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        choices = self._model.state.choices if self._model.state.moving else ()
        number = int(event.text()) if event.text() in set("123456789") else 0
        if 0 < number <= len(choices):
            self._model.move(choices[number - 1][0])
        elif event.key() in {Qt.Key.Key_Down, Qt.Key.Key_Up}:
            self.focusNextPrevChild(event.key() == Qt.Key.Key_Down)
        else:
            super().keyPressEvent(event)

    def _offer_printers(self, choices: tuple[tuple[str, str], ...]) -> None:
        if choices == self._offered:
            return
        self._offered = choices
        while (item := self.choices.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for number, (spec, name) in enumerate(choices, start=1):
            button = small(_short(name), str(number))
            button.setToolTip(spec)
            button.clicked.connect(partial(self._model.move, spec))
            self.choices.addWidget(button)
            if number == 1:
                button.setFocus()

    def _rebuild(self, rows: tuple[PaperRow, ...]) -> None:
        focused = next((n for n, line in enumerate(self.lines) if line.has_focus()), None)
        for line in self.lines:
            self.column.removeWidget(line)
            line.hide()
            line.deleteLater()
        self.lines = [PaperLine(row_, self._model) for row_ in rows]
        for at, line in enumerate(self.lines):
            self.column.insertWidget(at, line)
        if focused is not None and focused < len(self.lines):
            self.lines[focused].take_focus()


class PaperLine(QFrame):
    def __init__(self, paper: PaperRow, model: PapersModel) -> None:
        super().__init__()
        self.paper = paper
        self.buttons: list[ActButton] = []
        at = label(paper.at, "muted")
        at.setFixedWidth(52)
        title = Elided(paper.title)
        title.setFixedWidth(240)
        number = label(paper.number)
        number.setFixedWidth(200)
        state = Chip(paper.chip, paper.tone)
        holder = boxed(row(state, 0))
        holder.setFixedWidth(96)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 4, 0, 4)
        line.setSpacing(12)
        for part in (at, title, number, holder):
            line.addWidget(part)
        line.addWidget(Elided(paper.hint, "muted"), 1)
        if paper.state == "failed":
            self._offer(say("重试"), lambda: model.retry(paper.id))
            self._offer_elsewhere(model)
        elif paper.state == "queued" or paper.inside:
            self._offer_elsewhere(model)
        elif paper.state == "doubted":
            self._offer(say("出来了"), lambda: model.answer(paper.id, True))
            self._offer(say("没出来"), lambda: model.answer(paper.id, False))
        elif paper.state == "printed":
            self._offer(say("补打…"), lambda: model.ask_reprint(paper.id))
        self.history_button = link(say("经过"))
        self.history_button.clicked.connect(lambda: model.ask_history(paper.id))
        for button in (*self.buttons, self.history_button):
            line.addWidget(button)

    def _offer_elsewhere(self, model: PapersModel) -> None:
        self._offer(say("换打印机…"), lambda: model.ask_move(self.paper.id))
        self._offer(say("取消"), lambda: model.cancel(self.paper.id))

    def _offer(self, words: str, act: object) -> None:
        button = small(words)
        button.clicked.connect(act)
        self.buttons.append(button)

    def has_focus(self) -> bool:
        return any(button.hasFocus() for button in self.buttons)

    def take_focus(self) -> None:
        if self.buttons:
            self.buttons[0].setFocus()


def _short(name: str) -> str:
    """The end of a specification says more than its beginning."""
    return name if len(name) <= _LONGEST_NAME else "…" + name[-_LONGEST_NAME:]
