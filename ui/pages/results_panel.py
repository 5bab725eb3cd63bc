"""Ctrl+U: results that came back from the departments, and who takes them (出件)."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QLineEdit

from ui.kit.texts import say
from ui.kit.theme import Tone
from ui.pages.hand_over_form import HandOverForm, StoryForm
from ui.pages.panel import Panel
from ui.pages.signing_bar import SigningBar
from ui.pages.widgets.buttons import link
from ui.pages.widgets.choices import Choices
from ui.pages.widgets.look import Look
from ui.pages.widgets.marks import Chip, NoteBar, card_rule, label, row
from ui.pages.widgets.two_line_list import TwoLineList, TwoLines
from ui.viewmodels.hand_over import HandOverState
from ui.viewmodels.results import ResultsModel, ResultsState


class ResultsPanel(Panel):
    def __init__(self, model: ResultsModel, look: Look) -> None:
        super().__init__(say("出件"))
        self._model = model
        self.search = QLineEdit()
        self.search.setMaxLength(100)
        self.search.setAccessibleName(say("找"))
        self.search.setPlaceholderText(say("编号、姓名、事项或运单号；也可以扫凭证上的码"))
        self.search.textEdited.connect(model.find)
        self.search.returnPressed.connect(self._to_list)
        self.read = link(say("读领取人的卡"), "F8")
        self.read.clicked.connect(model.read_card)
        self.person = Chip()
        self.everybody = link(say("换下一位"), "F2")
        self.everybody.clicked.connect(self._next_person)
        self.reading = label("", "muted")
        self.shows = Choices(numbered=False)
        self.shows.picked.connect(lambda chosen: model.choose(next(iter(chosen), "")))
        self.shows.closed.connect(self._to_list)
        self.note = NoteBar()
        self.form = HandOverForm(model, look)
        self.story = StoryForm(model)
        self.list = TwoLineList(look, say("出件"))
        self.list.chosen.connect(model.ask)
        line = row(self.search, self.read, self.person, self.everybody)
        line.setStretch(0, 1)
        self.inside.addLayout(line)
        self.inside.addWidget(self.reading)
        self.inside.addWidget(self.shows)
        self.inside.addWidget(self.note)
        self.signing = SigningBar(model.signing)
        self.inside.addWidget(self.signing)
        self.inside.addWidget(self.form)
        self.inside.addWidget(self.story)
        self.inside.addWidget(card_rule())
        self.inside.addWidget(self.list, 1)
        for key, act in (("F8", model.read_card), ("F2", self._next_person)):
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(act)
        model.state_changed.connect(self.show_state)
        model.form.state_changed.connect(self._show_form)
        self.show_state(model.state)
        self._show_form(model.form.state)

    def show_state(self, state: ResultsState) -> None:
        self.note.tell(state.note)
        self.reading.setText(state.reading)
        self.reading.setVisible(bool(state.reading))
        self.person.say(state.person, Tone.ACT)
        self.everybody.setVisible(bool(state.person))
        if self.search.text() != state.text:
            self.search.setText(state.text)
        self.shows.offer(state.shows, frozenset({state.show.value}))
        self.list.empty_text = say("没有等着领取的。") if state.loaded else say("正在读取…")
        if state.person and state.loaded:
            self.list.empty_text = say("这位没有等着领取的结果。")
        self.list.put(
            [
                TwoLines(
                    id=line.id, chip=line.chip, tone=line.tone, title=line.title,
                    under=line.under, right=line.day,
                )
                for line in state.lines
            ]
        )  # fmt: skip
        had = not self.story.isHidden()
        self.story.show_story(state.story)
        self._settle(had=had, has=state.story is not None)

    def _show_form(self, state: HandOverState) -> None:
        had = not self.form.isHidden()
        self.form.show_form(state)
        self._settle(had=had, has=state.open)

    def _settle(self, *, had: bool, has: bool) -> None:
        """Where the keys go when a form closes: to the next result of who stands here."""
        calm = self.form.isHidden() and self.story.isHidden()
        self.back.set_primary(calm)
        self.shows.setVisible(calm)
        if had and not has and self.isVisible():
            if self._model.state.person and self.list.rows:
                self.list.setFocus()
            else:
                self.search.setFocus()
                self.search.selectAll()

    def take_focus(self) -> None:
        self._model.refresh()
        self.search.setFocus()

    def take_scanned(self, lines: tuple[str, ...]) -> None:
        self._model.take_scanned(lines)

    def step_back(self) -> bool:
        """Esc: first out of the form. True where it was used up."""
        model = self._model
        if self.signing.step_back():
            self.search.setFocus()
        elif model.card.state.reading:
            model.card.cancel()
        elif model.form.state.open:
            model.form.close()
        elif model.state.story is not None:
            model.close_story()
        else:
            return False
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down and not self.list.hasFocus():
            self.list.setFocus()
        else:
            super().keyPressEvent(event)

    def _next_person(self) -> None:
        self._model.form.close()
        self._model.everybody()
        self.search.setFocus()

    def _to_list(self) -> None:
        """Enter: the only one found is the one meant."""
        if len(self.list.rows) == 1:
            self._model.ask(self.list.rows[0].id)
        elif self.list.rows:
            self.list.setFocus()
