"""督导 F4: the rules of the line. Ctrl+Enter shows what would change, once more lays it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFocusEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.domain.queue_policy import Order
from ui.kit.texts import say
from ui.pages.widgets.buttons import link, small
from ui.pages.widgets.choices import Choices
from ui.pages.widgets.look import Look, set_look
from ui.pages.widgets.marks import Elided, NoteBar, card_rule, label, row
from ui.viewmodels.policy_text import NUMBERS, LineText, PolicyText, number_name, order_name
from ui.viewmodels.supervisor import SupervisorState
from ui.viewmodels.supervisor_policy import PolicyModel, PolicyState


class PolicyView(QWidget):
    def __init__(self, model: PolicyModel, look: Look) -> None:
        super().__init__()
        self._model = model
        self._look = look
        self._base: PolicyText | None = None
        self.order = Choices()
        self.order.setAccessibleName(say("叫号顺序"))
        self.numbers = {name: _field(64, number_name(name)) for name in NUMBERS}
        self.lines: list[_LineRow] = []
        self.skills = Elided("", "muted")
        self.note = NoteBar()
        self.reason = QLineEdit()
        self.reason.setMaxLength(200)
        self.reason.setAccessibleName(say("理由"))
        self.period = Choices(numbered=False)
        self.period.offer((("", say("到再改为止")), ("today", say("只今天"))), frozenset({""}))
        self.lay = small(say("检查"), "Ctrl+Return")
        self.undo = link(say("照原样"), "Ctrl+Z")
        self.lay.clicked.connect(self._submit)
        self.undo.clicked.connect(model.reset)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(10)
        self._grid.setVerticalSpacing(6)
        inside = QVBoxLayout(self)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(8)
        inside.addLayout(row(label(say("叫号顺序"), "muted"), self.order, 0))
        inside.addLayout(self._numbers())
        inside.addWidget(card_rule())
        inside.addWidget(self._lines(), 1)
        limited = row(label(say("业务范围（大厅页选窗口按 K 改）："), "muted"), self.skills)
        limited.setStretch(1, 1)
        inside.addLayout(limited)
        inside.addWidget(self.note)
        last = row(
            label(say("理由"), "muted"), self.reason, self.period, self.undo, self.lay
        )  # fmt: skip
        last.setStretch(1, 1)
        last.setAlignment(self.period, Qt.AlignmentFlag.AlignVCenter)
        inside.addLayout(last)
        for keys, act in (
            (("Ctrl+Return", "Ctrl+Enter"), self._submit), (("Ctrl+Z",), model.reset)
        ):  # fmt: skip
            for key in keys:
                shortcut = QShortcut(QKeySequence(key), self)
                shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
                shortcut.activated.connect(act)
        model.state_changed.connect(self._show)
        self._show(model.state)

    def _numbers(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(6)
        for at, (name, field) in enumerate(self.numbers.items()):
            words = label(number_name(name))
            words.setBuddy(field)
            grid.addWidget(words, at // 3, at % 3 * 2)
            grid.addWidget(field, at // 3, at % 3 * 2 + 1)
            words.setMinimumWidth(words.sizeHint().width() + 16)
        grid.setColumnStretch(6, 1)
        return grid

    def _lines(self) -> QScrollArea:
        for column, words in enumerate(
            (
                say("业务"), say("取号"), say("绿色通道"), say("时段（空：随大厅）"),
                say("限号"), say("目标分钟"), say("提醒人数"),
            )
        ):  # fmt: skip
            self._grid.addWidget(label(words, "muted"), 0, column)
        self._grid.setColumnStretch(3, 3)
        self._grid.setColumnStretch(4, 3)
        body = QWidget()
        column_ = QVBoxLayout(body)
        column_.setContentsMargins(0, 0, 8, 0)
        column_.addLayout(self._grid)
        column_.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(body)
        return area

    def show_state(self, state: SupervisorState) -> None:  # noqa: ARG002  # its own model tells it
        self._model.start()

    def take_focus(self) -> None:
        self.order.setFocus()

    def _show(self, state: PolicyState) -> None:
        if state.text is not None and state.text is not self._base:
            self._base = state.text
            self._fill(state.text)
        self.skills.setText(state.skills)
        self.note.tell(state.note)
        self.lay.set_words(say("改规则") if state.checked is not None else say("检查"))
        self.lay.set_primary(state.checked is not None)
        wrong = {one.partition(": ")[2] or one for one in state.wrong}
        for name, field in self.numbers.items():
            set_look(field, "state", "bad" if name in wrong else "")
        for line in self.lines:
            line.mark(state.wrong)

    def _fill(self, text: PolicyText) -> None:
        self.order.offer(
            tuple((one.value, order_name(one)) for one in Order), frozenset({text.order.value})
        )
        for name, field in self.numbers.items():
            field.setText(text.numbers[name])
        if [one.business for one in self.lines] != [one.business for one in text.lines]:
            self.lines = [
                _LineRow(one, self._grid, at) for at, one in enumerate(text.lines, 1)
            ]  # fmt: skip
        for row_, line in zip(self.lines, text.lines, strict=True):
            row_.fill(line)

    def text(self) -> PolicyText:
        """What stands in the fields now."""
        return PolicyText(
            order=Order(next(iter(self.order.chosen), Order.LONGEST_WAITING.value)),
            numbers={name: field.text() for name, field in self.numbers.items()},
            lines=tuple(one.text() for one in self.lines),
        )

    def _submit(self) -> None:
        if self._base is not None:
            self._model.submit(self.text(), self.reason.text(), today="today" in self.period.chosen)


class _LineRow:
    """The fields of one business, in the grid's row ``at``."""

    def __init__(self, line: LineText, grid: QGridLayout, at: int) -> None:
        self.business, self.name = line.business, line.name
        self.open, self.green = _YesNo(), _YesNo()
        self.hours = _field(0, f"{line.name} {say('时段')}")
        self.hours.setPlaceholderText("08:30-11:30 13:30-17:00")
        self.quotas = _field(0, f"{line.name} {say('限号')}")
        self.quotas.setPlaceholderText("08:30-10:00=40")
        self.target = _field(64, f"{line.name} {say('目标分钟')}")
        self.alarm = _field(64, f"{line.name} {say('提醒人数')}")
        self.open.setAccessibleName(f"{line.name} {say('取号')}")
        self.green.setAccessibleName(f"{line.name} {say('绿色通道')}")
        parts = (self.open, self.green, self.hours, self.quotas, self.target, self.alarm)
        grid.addWidget(label(line.name), at, 0)
        for column, part in enumerate(parts, 1):
            grid.addWidget(part, at, column)

    def fill(self, line: LineText) -> None:
        self.open.setChecked(line.open)
        self.green.setChecked(line.green)
        for field, text in (
            (self.hours, line.hours), (self.quotas, line.quotas), (self.target, line.target),
            (self.alarm, line.alarm),
        ):  # fmt: skip
            field.setText(text)

    def mark(self, wrong: tuple[str, ...]) -> None:
        hours = "bad" if f"hours: {self.business}" in wrong else ""
        numbers = "bad" if f"numbers: {self.business}" in wrong else ""
        for field, look in (
            (self.hours, hours), (self.quotas, hours), (self.target, numbers),
            (self.alarm, numbers),
        ):  # fmt: skip
            set_look(field, "state", look)

    def text(self) -> LineText:
        return LineText(
            business=self.business, name=self.name, open=self.open.isChecked(),
            green=self.green.isChecked(), hours=self.hours.text(), quotas=self.quotas.text(),
            target=self.target.text(), alarm=self.alarm.text(),
        )  # fmt: skip


class _YesNo(QPushButton):
    """A word that is switched by Space."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("chip")
        self.setCheckable(True)
        self.toggled.connect(self._say)
        self._say(yes=False)

    def _say(self, yes: bool) -> None:  # Qt's signal
        self.setText(say("是") if yes else say("否"))
        set_look(self, "tone", "act" if yes else "")

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        set_look(self, "at", "here")

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        set_look(self, "at", "")


def _field(width: int, name: str) -> QLineEdit:
    field = QLineEdit()
    field.setMaxLength(200)
    field.setAccessibleName(name)
    if width:
        field.setFixedWidth(width)
    return field
