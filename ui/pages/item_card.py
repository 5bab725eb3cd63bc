"""What: the item, found while typing, and its questions."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QPushButton, QVBoxLayout, QWidget

from ui.kit.texts import say
from ui.kit.theme import Tone
from ui.pages.widgets.buttons import link
from ui.pages.widgets.choices import Choices
from ui.pages.widgets.flow import FlowLayout
from ui.pages.widgets.lists import HitList
from ui.pages.widgets.look import Look
from ui.pages.widgets.marks import Chip, Elided, NoteBar, boxed, label, row
from ui.viewmodels.case_view import QuestionView
from ui.viewmodels.counter import CounterModel
from ui.viewmodels.counter_state import CounterState, Form, Primary
from ui.viewmodels.search import SearchState

SHOWN = 5  # answered questions kept in sight


class ItemCard(QFrame):
    def __init__(self, model: CounterModel, look: Look) -> None:
        super().__init__()
        self.setObjectName("card")
        self._model = model
        self.find_button = link(say("找事项"), "F10")
        self.form_button = link(say("填表"), "Ctrl+F")
        self.back = Chip()
        self.aside = Chip()
        self.hint = label("", "muted")
        self.name = Elided("", "title")
        self.kind = Chip()
        self.version = Chip()
        self.department = Elided("", "muted")
        self.spared = label("", "muted")
        self.title = boxed(row(self.name, self.kind, self.version, 0))
        self.facts = boxed(row(self.department, 0, self.spared))
        self.questions = Questions(model)
        self.search = SearchForm(model, look)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 8, 12, 12)
        layout.setSpacing(4)
        head = row(
            label(say("事项"), "section"),
            self.back,
            self.aside,
            0,
            self.form_button,
            self.find_button,
        )
        layout.addLayout(head)
        for part in (self.hint, self.title, self.facts, self.questions, self.search):
            layout.addWidget(part)
        self.find_button.clicked.connect(model.find_item)
        self.form_button.clicked.connect(model.fill_form)
        model.state_changed.connect(self._render)
        model.case.state_changed.connect(self._render)
        self._render()

    def _render(self) -> None:
        counter, case = self._model.state, self._model.case.state
        searching = counter.form is Form.SEARCH
        item = case.item
        self.find_button.setEnabled(counter.may_serve and not case.numbered)
        self.form_button.setVisible(case.form is not None and case.open)
        if case.form is not None:
            self.form_button.set_words(case.form.summary)
        self.back.say(say("补正回来") if case.open and case.numbered else "", Tone.WARN)
        refused = say("后台退回 {n} 条：F11", n=case.aside) if case.aside else ""
        self.aside.say(refused, Tone.WARN)
        self.find_button.set_words(say("找事项") if item is None else say("换事项"))
        self.find_button.set_primary(counter.primary is Primary.FIND_ITEM)
        self.hint.setVisible(item is None and not searching)
        waiting = say("按 F10，用名称、拼音、首字母或编码找。")
        self.hint.setText(waiting if counter.may_serve else say("还没有选事项"))
        shown = item is not None and not searching
        self.title.setVisible(shown)
        self.facts.setVisible(shown)
        if item is not None:
            self.name.setText(item.name)
            self.kind.say(item.kind, Tone.ACT)
            self.version.say(item.version, Tone.NEUTRAL)
            self.department.setText(f"{item.department} · {item.code}")
            self.spared.setText(item.spared)
        self.questions.show_questions(case.questions if shown else (), may=case.open)
        self.search.open(counter)


class Questions(QWidget):
    """Answered ones are chips that open again; the first open one is asked."""

    def __init__(self, model: CounterModel) -> None:
        super().__init__()
        self._model = model
        self._questions: tuple[QuestionView, ...] = ()
        self._may = False
        self._again = ""  # a question reopened by the clerk
        self._flow = FlowLayout(gap=8)
        self.asked = Elided("", "strong")
        self.left = label("", "muted")
        self.options = Choices()
        self.done = link(say("选好了"), "Enter")
        self._ask = boxed(row(self.asked, 0, self.left, self.done))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 0, 0)
        layout.setSpacing(6)
        layout.addLayout(self._flow)
        layout.addWidget(self._ask)
        layout.addWidget(self.options)
        self._draw()
        self.options.picked.connect(self._picked)
        self.options.closed.connect(self._closed)
        self.done.clicked.connect(self._closed)

    @property
    def current(self) -> QuestionView | None:
        if not self._may:
            return None
        for question in self._questions:
            if question.id == self._again or (not self._again and not question.answered):
                return question
        return None

    def ask(self) -> None:
        """Give the keyboard to the open question; with all answered, open the first one again, and
        at each further asking the next."""
        if self._may and self._questions and all(q.answered for q in self._questions):
            ids = [q.id for q in self._questions]
            at = ids.index(self._again) + 1 if self._again in ids else 0
            self._again = ids[at % len(ids)]
            self._draw()
        if self.current is not None:
            self.options.setFocus()

    def show_questions(self, questions: tuple[QuestionView, ...], *, may: bool) -> None:
        if questions == self._questions and may == self._may:
            return
        if [q.id for q in questions] != [q.id for q in self._questions]:
            known = {q.id for q in questions}
            self._again = self._again if self._again in known else ""
        self._questions, self._may = questions, may
        self._draw()

    def _draw(self) -> None:
        current = self.current
        self._flow.clear()
        answered = [q for q in self._questions if q.answered and q is not current]
        # While asking, the latest; afterwards the first few, and how many more there are.
        shown = answered[-SHOWN:] if current is not None else answered[:SHOWN]
        for number, question in enumerate(self._questions, 1):
            if question in shown:
                chip = QPushButton(f"{number} {question.text}  {question.answer}")
                chip.setObjectName("chip")
                chip.setProperty("tone", Tone.ACT.value)
                chip.setFocusPolicy(Qt.FocusPolicy.NoFocus)
                chip.setToolTip(chip.text())
                chip.clicked.connect(lambda _=False, i=question.id: self._reopen(i))
                chip.setEnabled(self._may)
                self._flow.addWidget(chip)
        left = len(answered) - len(shown)
        if left and current is None:
            self._flow.addWidget(label(say("另答了 {n} 题，Ctrl+E 改", n=left), "muted"))
        self.setVisible(bool(self._questions))
        self._ask.setVisible(current is not None)
        self.options.setVisible(current is not None)
        if current is not None:
            number = self._questions.index(current) + 1
            several = say("（可选几项）") if current.multiple else ""
            self.asked.setText(f"{number}. {current.text}{several}")
            more = sum(not q.answered for q in self._questions) - (not current.answered)
            self.left.setText(say("还有 {n} 个问题", n=more) if more else "")
            self.done.setVisible(current.multiple)
            chosen = frozenset(i for i, _, on in current.options if on)
            pairs = tuple((i, text) for i, text, _ in current.options)
            self.options.offer(pairs, chosen, multiple=current.multiple)
        self.updateGeometry()

    def _reopen(self, question_id: str) -> None:
        self._again = question_id
        self._draw()
        self.options.setFocus()

    def _picked(self, chosen: frozenset[str]) -> None:
        current = self.current
        if current is None:
            return
        # A choice of several stays open until Enter; one of one is an answer.
        self._again = current.id if current.multiple else ""
        self._model.case.answer(current.id, chosen)

    def _closed(self) -> None:
        current = self.current
        if current is not None and current.multiple and not self.options.chosen:
            return
        self._again = ""
        self._draw()
        self._model.after_answer()


class SearchForm(QWidget):
    def __init__(self, model: CounterModel, look: Look) -> None:
        super().__init__()
        self._model = model
        self.text = QLineEdit()
        self.text.setMaxLength(60)
        self.text.setAccessibleName(say("找事项"))
        self.text.setPlaceholderText(say("名称、拼音、首字母或编码，例如 spjy"))
        self.text.installEventFilter(self)
        self.hits = HitList(look)
        self.none = label("", "muted")
        self.note = NoteBar()
        self.submit_button = link(say("选定"), "Enter")
        cancel = link(say("取消"), "Esc")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(row(self.text, cancel, self.submit_button))
        layout.addWidget(self.hits)
        layout.addWidget(self.none)
        layout.addWidget(self.note)
        self.text.textChanged.connect(model.search.type)
        self.text.returnPressed.connect(model.choose_item)
        self.submit_button.clicked.connect(model.choose_item)
        cancel.clicked.connect(model.step_back)
        self.hits.pointed.connect(model.search.point)
        self.hits.chosen.connect(self._choose)
        model.search.state_changed.connect(self.show_search)
        self.hide()

    def open(self, state: CounterState) -> None:
        opened = state.form is Form.SEARCH
        if opened and not self.isVisible():
            self.text.clear()
            self.show_search(self._model.search.state)
            self.show()
            self.text.setFocus()
        if not opened and self.isVisible():
            self.text.clear()
        self.setVisible(opened)
        self.submit_button.set_primary(opened)
        self.note.tell(state.note if opened else None)

    def show_search(self, state: SearchState) -> None:
        self.hits.put(state.hits, state.at)
        self.hits.setVisible(bool(state.hits))
        missed = state.answered and not state.hits
        self.none.setText(say("没有找到。换一个字、拼音或编码试试。") if missed else "")
        self.none.setVisible(missed)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrows move the choice while the hands stay in the text."""
        if event.type() is QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            steps = {
                Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1,
                Qt.Key.Key_PageDown: 6, Qt.Key.Key_PageUp: -6,
            }  # fmt: skip
            step = steps.get(Qt.Key(event.key()))
            if step is not None:
                self._model.search.move(step)
                return True
        return super().eventFilter(watched, event)

    def _choose(self, at: int) -> None:
        self._model.search.point(at)
        self._model.choose_item()
