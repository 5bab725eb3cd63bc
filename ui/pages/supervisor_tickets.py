"""督导 F3: all tickets of the day, to be found, moved and given another number."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from app.domain.ticket import TicketState
from ui.kit.texts import say
from ui.pages.widgets.buttons import small
from ui.pages.widgets.choices import Choices
from ui.pages.widgets.look import Look
from ui.pages.widgets.marks import label, row
from ui.pages.widgets.ticket_table import TicketTable
from ui.viewmodels.supervisor import SupervisorModel, SupervisorState
from ui.viewmodels.supervisor_form import Ask
from ui.viewmodels.supervisor_names import ticket_word

_KEYS: dict[int, str] = {Qt.Key.Key_T: Ask.ASSIGN.value, Qt.Key.Key_H: Ask.REPLACE.value}


class TicketsView(QWidget):
    def __init__(self, model: SupervisorModel, look: Look) -> None:
        super().__init__()
        self._model = model
        self.table = TicketTable(look, _KEYS)
        self.table.empty_text = say("正在读取…")
        self.text = QLineEdit()
        self.text.setMaxLength(60)
        self.text.setPlaceholderText(say("号码、业务、窗口、优先…"))
        self.text.setAccessibleName(say("找号"))
        self.text.setFixedWidth(230)
        self.states = Choices(multiple=True)
        self.states.setAccessibleName(say("状态"))
        self.states.offer(tuple((one.value, ticket_word(one)) for one in TicketState))
        self.count = label("", "muted")
        self.assign = small(say("转移"), "T")
        self.replace_ = small(say("换号"), "H")
        for button, ask in ((self.assign, Ask.ASSIGN), (self.replace_, Ask.REPLACE)):
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(lambda _=False, a=ask.value: self.table.want(a))
        find = QShortcut(QKeySequence("/"), self.table)
        find.setContext(Qt.ShortcutContext.WidgetShortcut)
        find.activated.connect(self.text.setFocus)
        inside = QVBoxLayout(self)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(6)
        head = row(
            self.assign, self.replace_, 8, label(say("找 /"), "muted"), self.text, self.states,
            self.count, spacing=8,
        )  # fmt: skip
        head.setStretch(5, 1)
        head.setAlignment(self.states, Qt.AlignmentFlag.AlignVCenter)
        inside.addLayout(head)
        inside.addWidget(self.table, 1)
        self.text.textChanged.connect(lambda _: self._filter())
        self.text.returnPressed.connect(self.table.setFocus)
        self.states.picked.connect(lambda _: self._filter())
        self.states.closed.connect(self.table.setFocus)
        self.table.wanted.connect(lambda act, ids: model.ask(Ask(act), ids))
        self.table.moved.connect(self._show_count)

    def show_state(self, state: SupervisorState) -> None:
        if state.rows is not None:
            self.table.empty_text = (
                say("没有这样的号。") if state.rows.tickets else say("今天还没有号。")
            )
            self.table.put(state.shown)
        self._show_count()

    def show_those_of(self, text: str) -> None:
        """Show those that wait or are served there."""
        self.states.offer(
            tuple((one.value, ticket_word(one)) for one in TicketState),
            frozenset({TicketState.WAITING.value}),
        )
        self.text.setText(text)
        self._filter()

    def take_focus(self) -> None:
        self.table.setFocus()

    def _filter(self) -> None:
        states = frozenset(TicketState(one) for one in self.states.chosen)
        self._model.filter(self.text.text(), states)

    def _show_count(self) -> None:
        rows = self._model.state.rows
        n, all_ = len(self._model.state.shown), len(rows.tickets) if rows else 0
        chosen = self.table.how_many()
        words = say("{n} / {all} 个", n=n, all=all_)
        if chosen > 1:
            words = say("选了 {chosen} 个，共 {n} / {all}", chosen=chosen, n=n, all=all_)
        self.count.setText(words)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down and self.text.hasFocus():
            self.table.setFocus()
        else:
            super().keyPressEvent(event)
