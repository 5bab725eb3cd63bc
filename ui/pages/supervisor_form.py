"""Ask a supervisor what an act needs, in place: to where, for whom, why. Its button is the filled
one; what stops or starts the whole hall it asks twice."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QLineEdit, QVBoxLayout, QWidget

from ui.kit.texts import say
from ui.pages.widgets.buttons import ActButton, link, small
from ui.pages.widgets.choices import Choices
from ui.pages.widgets.chooser import Chooser
from ui.pages.widgets.look import Look
from ui.pages.widgets.marks import Elided, NoteBar, boxed, label, row
from ui.viewmodels.supervisor import SupervisorModel
from ui.viewmodels.supervisor_form import ActForm, Ask, Filled

_LONGEST = 200


class ActFormBox(QFrame):
    def __init__(self, model: SupervisorModel, look: Look) -> None:
        super().__init__()
        self._model = model
        self._shown: ActForm | None = None
        self.about = Elided("", "strong")
        self.warn = label("", "muted", wrap=True)
        self.line, self.window_, self.priority = (Chooser(look) for _ in range(3))
        self.skills = Choices(multiple=True)
        self.period = Choices(numbered=False)
        self.reason = QLineEdit()
        self.reason.setMaxLength(_LONGEST)
        self.reasons = Choices()
        self.submit_button: ActButton = small("", "Ctrl+Return")
        cancel = link(say("不做"), "Esc")
        self.note = NoteBar()
        self.aims = boxed(
            row(
                label(say("业务"), "muted"), self.line, label(say("窗口"), "muted"), self.window_,
                label(say("优先"), "muted"), self.priority, 0,
            )
        )  # fmt: skip
        for part, name in (
            (self.line, say("业务")), (self.window_, say("窗口")), (self.priority, say("优先"))
        ):  # fmt: skip
            part.setAccessibleName(name)
            part.setMinimumWidth(150)
        self.skills.setAccessibleName(say("业务"))
        lasting = row(label(say("多久"), "muted"), self.period)
        lasting.setStretch(1, 1)
        self.lasting = boxed(lasting)
        self.reason_words = label(say("理由"), "muted")
        self.reason_words.setBuddy(self.reason)
        inside = QVBoxLayout(self)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(8)
        inside.addWidget(self.about)
        inside.addWidget(self.warn)
        inside.addWidget(self.aims)
        inside.addWidget(self.skills)
        inside.addWidget(self.lasting)
        inside.addWidget(self.reasons)
        last = row(self.reason_words, self.reason, cancel, self.submit_button)
        last.setStretch(1, 1)
        inside.addLayout(last)
        inside.addWidget(self.note)
        self.reasons.picked.connect(self._take_reason)
        self.reasons.closed.connect(self.reason.setFocus)
        self.skills.closed.connect(self._next_field)
        self.period.closed.connect(self._next_field)
        self.reason.returnPressed.connect(self.submit)
        self.submit_button.clicked.connect(self.submit)
        cancel.clicked.connect(model.close_form)
        for key in ("Ctrl+Return", "Ctrl+Enter"):
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(self.submit)
        self.hide()

    def show_form(self, form: ActForm | None) -> None:
        if form is None:
            self._shown = None
            self.submit_button.set_primary(False)
            self.hide()
            return
        fresh = self._shown is None or (self._shown.ask, self._shown.targets) != (
            form.ask, form.targets
        )  # fmt: skip
        self._shown = form
        self.note.tell(form.note)
        if fresh:
            self._begin(form)

    def _begin(self, form: ActForm) -> None:
        self.about.setText(form.about)
        self.warn.setText(form.warn)
        self.warn.setVisible(bool(form.warn))
        self.aims.setVisible(bool(form.windows))
        for part, options in (
            (self.line, form.lines), (self.window_, form.windows), (self.priority, form.priorities)
        ):  # fmt: skip
            part.offer(options, "")
        self.skills.setVisible(bool(form.skills))
        self.skills.offer(form.skills, form.serves)
        self.lasting.setVisible(bool(form.skills))
        self.period.offer((("", say("到再改为止")), ("today", say("只今天"))), frozenset({""}))
        self.reasons.setVisible(bool(form.reasons))
        self.reasons.offer(tuple((one, one) for one in form.reasons))
        words = form.reason_words or say("理由")
        self.reason_words.setText(words)
        self.reason.setAccessibleName(words)
        self.reason.clear()
        self.submit_button.set_words(form.button)
        self.submit_button.set_primary(True)
        self.show()
        first: QWidget = self.reasons if form.reasons else self.reason
        if form.skills:
            first = self.skills
        elif form.windows:
            first = self.window_
        first.setFocus()

    def submit(self) -> None:
        form = self._shown
        if form is None:
            return
        assigns = form.ask is Ask.ASSIGN
        self._model.submit(
            Filled(
                reason=self.reason.text(),
                business=self.line.chosen if assigns else "",
                window=self.window_.chosen if assigns else "",
                priority=self.priority.chosen if assigns else "",
                serves=self.skills.chosen if form.skills else frozenset(),
                today="today" in self.period.chosen,
            )
        )

    def _take_reason(self, chosen: frozenset[str]) -> None:
        self.reason.setText(next(iter(chosen), ""))

    def _next_field(self) -> None:
        self.focusNextPrevChild(True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Down, Qt.Key.Key_Up}:
            self.focusNextPrevChild(event.key() == Qt.Key.Key_Down)
        else:
            super().keyPressEvent(event)
