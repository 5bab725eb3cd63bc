"""Ctrl+U: results that came back from the departments, and who takes them (出件)."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QLineEdit, QVBoxLayout

from ui.kit.texts import say
from ui.pages.panel import Panel
from ui.pages.widgets.buttons import ActButton, link, small
from ui.pages.widgets.choices import Choices
from ui.pages.widgets.look import Look
from ui.pages.widgets.marks import Elided, NoteBar, card_rule, label, row
from ui.pages.widgets.two_line_list import TwoLineList, TwoLines
from ui.viewmodels.results import HandOut, ResultsModel, ResultsState, Way


class ResultsPanel(Panel):
    def __init__(self, model: ResultsModel, look: Look) -> None:
        super().__init__(say("出件"))
        self._model = model
        self.search = QLineEdit()
        self.search.setMaxLength(100)
        self.search.setAccessibleName(say("找"))
        self.search.setPlaceholderText(say("编号、姓名或事项；也可以扫凭证上的条码"))
        self.search.textChanged.connect(model.find)
        self.search.returnPressed.connect(self._to_list)
        self.note = NoteBar()
        self.form = HandOutForm(model)
        self.list = TwoLineList(look, say("出件"))
        self.list.chosen.connect(model.ask)
        self.inside.addWidget(self.search)
        self.inside.addWidget(self.note)
        self.inside.addWidget(self.form)
        self.inside.addWidget(card_rule())
        self.inside.addWidget(self.list, 1)
        model.state_changed.connect(self.show_state)
        self.show_state(model.state)

    def show_state(self, state: ResultsState) -> None:
        self.note.tell(state.note)
        self.list.empty_text = say("没有等着领取的。") if state.loaded else say("正在读取…")
        self.list.put(
            [
                TwoLines(
                    id=line.id, chip=line.chip, tone=line.tone, title=line.title,
                    under=line.under, right=line.day,
                )
                for line in state.lines
            ]
        )  # fmt: skip
        had = not self.form.isHidden()
        self.form.show_form(state.form)
        self.back.set_primary(state.form is None)
        if had and state.form is None and self.isVisible():
            self.search.setFocus()
            self.search.selectAll()

    def take_focus(self) -> None:
        self._model.refresh()
        self.search.setFocus()

    def step_back(self) -> bool:
        """Esc: first out of the form. True where it was used up."""
        if self._model.state.form is not None:
            self._model.close_form()
            return True
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down and self.search.hasFocus():
            self.list.setFocus()
        else:
            super().keyPressEvent(event)

    def _to_list(self) -> None:
        """Enter: the only one found is the one meant."""
        if len(self.list.rows) == 1:
            self._model.ask(self.list.rows[0].id)
        elif self.list.rows:
            self.list.setFocus()


class HandOutForm(QFrame):
    """Who takes the result, and how. Handed over means signed for."""

    def __init__(self, model: ResultsModel) -> None:
        super().__init__()
        self._model = model
        self._about = ""
        self.title = Elided("", "strong")
        self.ways = Choices()
        self.to = QLineEdit()
        self.to.setMaxLength(100)
        self.words = label("", "muted")
        self.words.setBuddy(self.to)
        self.note = NoteBar()
        self.submit_button: ActButton = small(say("出件"), "Ctrl+Return")
        cancel = link(say("取消"), "Esc")
        inside = QVBoxLayout(self)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(10)
        inside.addWidget(self.title)
        inside.addWidget(self.ways)
        line = row(self.words, self.to, cancel, self.submit_button)
        line.setStretch(1, 1)
        inside.addLayout(line)
        inside.addWidget(self.note)
        self.ways.picked.connect(lambda chosen: model.choose(next(iter(chosen), "")))
        self.ways.closed.connect(self.to.setFocus)
        self.to.returnPressed.connect(self.submit)
        self.submit_button.clicked.connect(self.submit)
        cancel.clicked.connect(model.close_form)
        for key in ("Ctrl+Return", "Ctrl+Enter"):
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(self.submit)
        self.hide()

    def show_form(self, form: HandOut | None) -> None:
        self.submit_button.set_primary(form is not None)
        if form is None:
            self._about = ""
            self.hide()
            return
        ways = (
            (Way.HAND.value, say("当面领取，已签收")),
            (Way.POST.value, say("邮寄")),
            (Way.ELECTRONIC.value, say("电子送达")),
        )
        self.ways.offer(ways, frozenset({form.way.value}))
        self.title.setText(form.about)
        self.words.setText({Way.HAND: say("领取人"), Way.POST: say("收件人和运单号")}.get(
            form.way, say("收件人")
        ))  # fmt: skip
        self.to.setAccessibleName(self.words.text())
        self.note.tell(form.note)
        if self._about != form.case_id:
            self._about = form.case_id
            self.to.clear()
            self.show()
            self.to.setFocus()

    def submit(self) -> None:
        self._model.submit(self.to.text())
