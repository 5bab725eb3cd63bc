"""F11: what waits to be sent, and what the back office refused, to be answered by keyboard."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QGridLayout, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from ui.kit.texts import say
from ui.pages.panel import Panel
from ui.pages.widgets.buttons import ActButton, link, small
from ui.pages.widgets.flow import FlowLayout
from ui.pages.widgets.look import Look, set_look
from ui.pages.widgets.marks import Elided, NoteBar, card_rule, label, row
from ui.pages.widgets.two_line_list import TwoLineList, TwoLines
from ui.viewmodels.outbox import DropForm, OutboxModel, OutboxState, OutboxTab
from ui.viewmodels.outbox_rows import OutboxRow, RowAct

# Initials of the acts' own words: 补记, 作废, 取回, 接着办.
_KEYS: dict[RowAct, str] = {
    RowAct.AGAIN: "B", RowAct.DROP: "Z", RowAct.LOOK: "Q", RowAct.GO_ON: "J"
}  # fmt: skip
_TABS = dict(zip("123", OutboxTab, strict=True))


class OutboxPanel(Panel):
    def __init__(self, model: OutboxModel, look: Look) -> None:
        super().__init__(say("待处理"))
        self._model = model
        self.figures = [label("0", "figure") for _ in range(3)]
        self.oldest = Elided("", "muted")
        self.scans = Elided("", "muted")
        self.link = NoteBar()
        self.send = small(say("现在送"), "S")
        self.send.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.send.clicked.connect(model.send_now)
        self.tabs = {tab: small("", key) for key, tab in _TABS.items()}
        for tab, button in self.tabs.items():
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(lambda _=False, t=tab: model.choose_tab(t))
        self.note = NoteBar()
        self.form = DropFormBox(model)
        self.list = TwoLineList(look, say("待处理"))
        self.list.chosen.connect(self._first_act)
        self.list.moved.connect(self._explain)
        self.detail = Detail(model)
        self.inside.addLayout(self._head())
        self.inside.addWidget(self.link)
        self.inside.addWidget(card_rule())
        self.inside.addLayout(row(*self.tabs.values(), 0))
        self.inside.addWidget(self.note)
        self.inside.addWidget(self.form)
        below = row(self.list, self.detail, spacing=20)
        below.setStretch(0, 5)
        below.setStretch(1, 4)
        self.inside.addLayout(below, 1)
        model.state_changed.connect(self.show_state)
        self.show_state(model.state)

    def _head(self) -> QGridLayout:
        """Three figures, and beside them what the longest waiting is."""
        grid = QGridLayout()
        grid.setHorizontalSpacing(48)
        grid.setVerticalSpacing(0)
        words = (say("等待送出"), say("后台已收"), say("等人处理"))
        for column, said in enumerate(words):
            grid.addWidget(label(said, "section"), 0, column)
            grid.addWidget(self.figures[column], 1, column)
        told = QVBoxLayout()
        told.setSpacing(2)
        told.addWidget(self.oldest)
        told.addWidget(self.scans)
        grid.addLayout(told, 0, 3, 2, 1)
        grid.addLayout(row(0, self.send), 0, 4, 2, 1)
        grid.setColumnStretch(3, 1)
        return grid

    def show_state(self, state: OutboxState) -> None:
        for part, figure in zip(
            self.figures, (state.waiting, state.sent, state.refused), strict=True
        ):
            part.setText(str(figure))
        self.oldest.setText(state.oldest)
        self.scans.setText(say("扫描件待送：{what}", what=state.scans) if state.scans else "")
        self.link.tell(state.link)
        self._show_tabs(state)
        self.note.tell(state.note)
        self.list.empty_text = _nothing(state.tab) if state.loaded else say("正在读取…")
        self.list.put([_lines(one) for one in state.rows])
        self.detail.setVisible(bool(state.rows))
        had = not self.form.isHidden()
        self.form.show_form(state.form)
        self.back.set_primary(state.form is None)
        if had and state.form is None and self.isVisible():
            self.list.setFocus()
        self._explain(self.list.current())

    def _show_tabs(self, state: OutboxState) -> None:
        names = (say("等人处理"), say("等后台升级"), say("处理过的"))
        for (tab, button), name, count in zip(
            self.tabs.items(), names, state.counts, strict=True
        ):  # fmt: skip
            button.set_words(say("{name} {n}", name=name, n=count))
            set_look(button, "role", "small" if tab is state.tab else "link")

    def take_focus(self) -> None:
        self.list.setFocus()

    def step_back(self) -> bool:
        """Esc: first out of the form, then out of the page. True where it was used up."""
        if self._model.state.form is not None:
            self._model.close_form()
            return True
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.text().upper()
        if self._model.state.form is not None or not key:
            super().keyPressEvent(event)
        elif key in _TABS:
            self._model.choose_tab(_TABS[key])
        elif key == "S":
            self._model.send_now()
        elif (act := next((a for a, k in _KEYS.items() if k == key), None)) is not None:
            self._model.act(act, self.list.current())
        else:
            super().keyPressEvent(event)

    def _current(self) -> OutboxRow | None:
        at = self.list.current()
        return next((one for one in self._model.state.rows if one.id == at), None)

    def _first_act(self, row_id: str) -> None:
        """Enter: what is offered first."""
        one = self._current()
        if one is not None and one.acts:
            self._model.act(one.acts[0][0], row_id)

    def _explain(self, _: str) -> None:
        self.detail.show_row(self._current(), busy=self._model.state.busy)


def _lines(one: OutboxRow) -> TwoLines:
    return TwoLines(
        id=one.id, chip=one.chip, tone=one.tone, title=one.title, under=one.under, right=one.right,
        strong=len(one.keys) > 1,
    )  # fmt: skip


def _nothing(tab: OutboxTab) -> str:
    return {
        OutboxTab.WAITING: say("没有等人处理的记录。"),
        OutboxTab.PARKED: say("没有等后台升级的记录。"),
        OutboxTab.ANSWERED: say("还没有处理过的记录。"),
    }[tab]


class Detail(QScrollArea):
    """All about the row under the cursor, and what may be done about it."""

    def __init__(self, model: OutboxModel) -> None:
        super().__init__()
        self._model = model
        self._row = ""
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.about = label("", "strong", wrap=True)
        self.recorded = label("", wrap=True)
        self.why = label("", "bad", wrap=True)
        self.step = label("", wrap=True)
        self.stands = label("", "muted", wrap=True)
        self.buttons = {act: small("", key) for act, key in _KEYS.items()}
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(4, 4, 4, 4)
        column.setSpacing(8)
        self.heads = [
            label(words, "section") for words in (say("记下了什么"), say("为什么、怎么办"))
        ]
        column.addWidget(self.about)
        column.addWidget(self.heads[0])
        column.addWidget(self.recorded)
        column.addWidget(self.heads[1])
        column.addWidget(self.why)
        column.addWidget(self.step)
        column.addWidget(self.stands)
        acts = FlowLayout(gap=8)
        for act, button in self.buttons.items():
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(lambda _=False, a=act: model.act(a, self._row))
            acts.addWidget(button)
        column.addLayout(acts)
        column.addStretch(1)
        self.setWidget(inside)

    def show_row(self, one: OutboxRow | None, *, busy: bool) -> None:
        self._row = one.id if one else ""
        parts = (
            (self.about, one.head if one else ""),
            (self.recorded, "\n".join(one.recorded) if one else ""),
            (self.why, one.why if one else ""),
            (self.step, one.next_step if one else ""),
            (self.stands, one.stands if one else ""),
        )
        for part, text in parts:
            part.setText(text)
            part.setVisible(bool(text))
        for head in self.heads:
            head.setVisible(one is not None)
        answered = one is not None and one.answered
        self.heads[1].setText(say("为什么、怎样处理的") if answered else say("为什么、怎么办"))
        words = dict(one.acts) if one else {}
        for act, button in self.buttons.items():
            button.setVisible(act in words)
            button.setEnabled(not busy)
            if act in words:
                button.set_words(words[act])


class DropFormBox(QFrame):
    """Why the record does not count. Its button is the filled one."""

    def __init__(self, model: OutboxModel) -> None:
        super().__init__()
        self._model = model
        self._about = ""
        self.title = Elided("", "strong")
        self.reason = QLineEdit()
        self.reason.setMaxLength(200)
        self.reason.setAccessibleName(say("为什么作废"))
        self.reason.setPlaceholderText(say("为什么作废，例如“已在二号窗口补交”"))
        self.submit_button: ActButton = small(say("作废"), "Enter")
        cancel = link(say("取消"), "Esc")
        self.note = NoteBar()
        inside = QVBoxLayout(self)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(8)
        inside.addWidget(self.title)
        line = row(self.reason, cancel, self.submit_button)
        line.setStretch(0, 1)
        inside.addLayout(line)
        inside.addWidget(self.note)
        self.reason.returnPressed.connect(self.submit)
        self.submit_button.clicked.connect(self.submit)
        cancel.clicked.connect(model.close_form)
        for key in ("Ctrl+Return", "Ctrl+Enter"):
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(self.submit)
        self.hide()

    def show_form(self, form: DropForm | None) -> None:
        self.submit_button.set_primary(form is not None)
        if form is None:
            self._about = ""
            self.hide()
            return
        count = len(form.row.keys)
        self.title.setText(say("把 {about} 的 {n} 条记录作废", about=form.row.head, n=count))
        self.note.tell(form.note)
        if self._about != form.row.id:
            self._about = form.row.id
            self.reason.clear()
            self.show()
            self.reason.setFocus()

    def submit(self) -> None:
        self._model.drop(self.reason.text())
