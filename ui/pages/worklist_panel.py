"""Ctrl+J: 办件时限, every running clock with its light; pause, resume and extend in place."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QVBoxLayout

from ui.kit.texts import say
from ui.pages.panel import Panel
from ui.pages.widgets.buttons import ActButton, link, small
from ui.pages.widgets.choices import Choices
from ui.pages.widgets.look import Look
from ui.pages.widgets.marks import Elided, NoteBar, card_rule, label, row
from ui.pages.widgets.worklist_table import WorklistTable
from ui.viewmodels.worklist import ClockAct, ClockForm, WorklistModel, WorklistState

_MOST_REMARKS = 4


class WorklistPanel(Panel):
    def __init__(self, model: WorklistModel, look: Look) -> None:
        super().__init__(say("办件时限"))
        self._model = model
        self.head = label("", "strong")
        self.remarks = [NoteBar() for _ in range(_MOST_REMARKS)]
        self.note = NoteBar()
        self.form = ClockFormBox(model)
        self.table = WorklistTable(look)
        self.pause = small(say("暂停时限"), "P")
        self.resume = small(say("恢复时限"), "R")
        self.extend = small(say("延长审批"), "X")
        self.acts = {
            ClockAct.PAUSE: self.pause, ClockAct.RESUME: self.resume, ClockAct.EXTEND: self.extend
        }  # fmt: skip
        for act, button in self.acts.items():
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(lambda _=False, a=act: self.table.want(a.value))
        self.inside.addLayout(row(self.head, 0, self.pause, self.resume, self.extend))
        for remark in self.remarks:
            self.inside.addWidget(remark)
        self.inside.addWidget(self.note)
        self.inside.addWidget(self.form)
        self.inside.addWidget(card_rule())
        self.inside.addWidget(self.table, 1)
        self.table.wanted.connect(lambda act, case_id: model.ask(ClockAct(act), case_id))
        self.table.moved.connect(self._follow)
        model.state_changed.connect(self.show_state)
        self.show_state(model.state)

    def show_state(self, state: WorklistState) -> None:
        self.head.setText(state.head)
        for at, bar in enumerate(self.remarks):
            room = state.form is None and at < len(state.remarks)
            bar.tell(state.remarks[at] if room else None)
        self.note.tell(state.note)
        self.table.empty_text = say("没有在走的时限。") if state.loaded else say("正在读取…")
        self.table.put(state.lines)
        had = not self.form.isHidden()
        self.form.show_form(state.form)
        self.back.set_primary(state.form is None)
        if had and state.form is None and self.isVisible():
            self.table.setFocus()
        self._follow()

    def take_focus(self) -> None:
        self.table.setFocus()

    def step_back(self) -> bool:
        """Esc: first out of the form, then out of the page. True where it was used up."""
        if self._model.state.form is not None:
            self._model.close_form()
            return True
        return False

    def _follow(self) -> None:
        """What is impossible for the row under the cursor is grey."""
        line = self.table.current()
        open_ = {
            ClockAct.PAUSE: line is not None and not line.why_no_pause,
            ClockAct.RESUME: line is not None and not line.why_no_resume,
            ClockAct.EXTEND: line is not None and not line.why_no_extension,
        }
        for act, button in self.acts.items():
            button.setEnabled(open_[act])


class ClockFormBox(QFrame):
    """Which procedure, why, who approved, from when. Its button is the filled one."""

    def __init__(self, model: WorklistModel) -> None:
        super().__init__()
        self._model = model
        self._shown: tuple[ClockAct, str] | None = None
        self.about = Elided("", "strong")
        self.procedures = Choices()
        self.reason = QLineEdit()
        self.reason.setMaxLength(500)
        self.approver = QLineEdit()
        self.approver.setMaxLength(60)
        self.approver.setFixedWidth(140)
        self.day = QLineEdit()
        self.day.setMaxLength(10)
        self.day.setFixedWidth(130)
        self.reason_words = label(say("理由"), "muted")
        self.approver_words = label(say("批准人"), "muted")
        self.day_words = label("", "muted")
        for words, field in self._named():
            words.setBuddy(field)
        self.submit_button: ActButton = small("", "Ctrl+Return")
        cancel = link(say("取消"), "Esc")
        self.note = NoteBar()
        line = QHBoxLayout()
        line.setSpacing(8)
        for words, field in self._named():
            line.addWidget(words)
            line.addWidget(field, 1 if field is self.reason else 0)
        line.addStretch(0)
        line.addWidget(cancel)
        line.addWidget(self.submit_button)
        inside = QVBoxLayout(self)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(10)
        inside.addWidget(self.about)
        inside.addWidget(self.procedures)
        inside.addLayout(line)
        inside.addWidget(self.note)
        self.procedures.picked.connect(lambda chosen: model.choose(next(iter(chosen), "")))
        self.procedures.closed.connect(self._next_field)
        for _, field in self._named():
            field.returnPressed.connect(self._next_field)
        self.submit_button.clicked.connect(self.submit)
        cancel.clicked.connect(model.close_form)
        for key in ("Ctrl+Return", "Ctrl+Enter"):
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(self.submit)
        self.hide()

    def _named(self) -> tuple[tuple[QLabel, QLineEdit], ...]:
        return (
            (self.reason_words, self.reason),
            (self.approver_words, self.approver),
            (self.day_words, self.day),
        )

    def show_form(self, form: ClockForm | None) -> None:
        if form is None:
            self._shown = None
            self.submit_button.set_primary(False)
            self.hide()
            return
        fresh = self._shown != (form.act, form.case_id)
        self._shown = (form.act, form.case_id)
        self.procedures.setVisible(form.act is not ClockAct.EXTEND)
        self.procedures.offer(form.procedures, frozenset({form.chosen} - {""}))
        self.note.tell(form.note)
        if fresh:
            self._begin(form)

    def _begin(self, form: ClockForm) -> None:
        title, words, day = {
            ClockAct.PAUSE: (say("暂停时限"), say("哪天开始"), form.today),
            ClockAct.RESUME: (say("恢复时限"), say("哪天恢复"), form.today),
            ClockAct.EXTEND: (say("延长时限"), say("几个工作日（最多 10）"), ""),
        }[form.act]
        self.about.setText(f"{title}：{form.number} {form.item}")
        self.submit_button.set_words(title)
        self.day_words.setText(words)
        self.day.setText(day)
        for words_, field in self._named()[:2]:
            field.clear()
            words_.setVisible(form.act is not ClockAct.RESUME)
            field.setVisible(form.act is not ClockAct.RESUME)
        for words_, field in self._named():
            field.setAccessibleName(words_.text())
        self.submit_button.set_primary(True)
        self.show()
        if form.act is ClockAct.EXTEND:
            self.reason.setFocus()
        elif form.chosen:
            (self.day if form.act is ClockAct.RESUME else self.reason).setFocus()
        else:
            self.procedures.setFocus()

    def submit(self) -> None:
        self._model.submit(
            reason=self.reason.text(), approver=self.approver.text(), day=self.day.text()
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Down, Qt.Key.Key_Up}:
            self.focusNextPrevChild(event.key() == Qt.Key.Key_Down)
        else:
            super().keyPressEvent(event)

    def _next_field(self) -> None:
        """Enter: to the next field, from the last one it submits."""
        fields = [field for _, field in self._named() if not field.isHidden()]
        at = next((n for n, field in enumerate(fields) if field.hasFocus()), -1)
        if at + 1 < len(fields):
            fields[at + 1].setFocus()
            fields[at + 1].selectAll()
        else:
            self.submit()
