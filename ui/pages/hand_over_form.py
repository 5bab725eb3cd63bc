"""The two forms of the page of results: how one is handed over, and what was done with one."""

from __future__ import annotations

from functools import partial
from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QGridLayout, QLineEdit, QVBoxLayout, QWidget

from app.domain.delivery import DeliveryMode
from app.domain.person import DocumentKind
from ui.kit.formats import document_name
from ui.kit.texts import say
from ui.pages.widgets.buttons import link, small
from ui.pages.widgets.choices import Choices
from ui.pages.widgets.chooser import Chooser
from ui.pages.widgets.look import Look
from ui.pages.widgets.marks import Elided, NoteBar, label, row
from ui.viewmodels.hand_over import Field, HandOverState, Sign, claim_name, field_name
from ui.viewmodels.result_words import Story
from ui.viewmodels.results import ResultsModel

_COLUMNS = 5
_LONGEST = 200


class HandOverForm(QFrame):
    """By keys alone: the way by its number, then Enter from field to field, Ctrl+Enter at last."""

    def __init__(self, model: ResultsModel, look: Look) -> None:
        super().__init__()
        self._model = model
        self._turn = -1
        self.title = Elided("", "strong")
        self.modes = Choices()
        self.modes.setAccessibleName(say("怎样送达"))
        self.card = Elided("", "strong")
        self.hint = label("", "muted")
        self.claims = Choices()
        self.claims.setAccessibleName(say("领取人的身份"))
        self.signing = Choices()
        self.signing.setAccessibleName(say("签收"))
        self.document = Chooser(look)
        self.document.setAccessibleName(say("证件"))
        kinds = tuple((kind.value, document_name(kind)) for kind in DocumentKind)
        self.document.offer(kinds, DocumentKind.RESIDENT.value)
        self.fields = {one: self._line(one) for one in Field}
        self.names = {one: label("", "section") for one in Field}
        self.document_name = label(say("证件"), "section")
        self.note = NoteBar()
        self.submit_button = small(say("出件"), "Ctrl+Return")
        cancel = link(say("取消"), "Esc")
        inside = QVBoxLayout(self)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(8)
        top = row(self.title, cancel, self.submit_button)
        top.setStretch(0, 1)
        inside.addLayout(top)
        inside.addWidget(self.modes)
        inside.addWidget(self.card)
        inside.addWidget(self.hint)
        inside.addWidget(self.claims)
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(4)
        inside.addWidget(self.signing)
        inside.addLayout(self._grid)
        inside.addWidget(self.note)
        cancel.clicked.connect(model.form.close)
        self._wire()
        self.hide()

    def _wire(self) -> None:
        model = self._model
        self.modes.picked.connect(lambda chosen: model.form.choose_mode(next(iter(chosen), "")))
        self.modes.closed.connect(self._onward)
        self.claims.picked.connect(lambda chosen: model.form.claim(next(iter(chosen), "")))
        self.claims.closed.connect(self._onward)
        self.signing.picked.connect(lambda chosen: model.form.choose_sign(next(iter(chosen), "")))
        self.signing.closed.connect(self._onward)
        self.submit_button.clicked.connect(self.submit)
        for key in ("Ctrl+Return", "Ctrl+Enter"):
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(self.submit)

    def show_form(self, state: HandOverState) -> None:
        anew = state.open and state.turn != self._turn
        self.setVisible(state.open)
        self.submit_button.set_primary(state.open)
        if not state.open:
            self._turn = -1
            for one in self.fields.values():
                one.clear()
            return
        self.title.setText(say("{about} → {addressee}", about=state.about,
                               addressee=state.addressee))  # fmt: skip
        self.modes.offer(_modes(), frozenset({state.mode.value}))
        direct = state.mode is DeliveryMode.DIRECT
        self.card.setText(state.card)
        self.card.setVisible(bool(state.card))
        self.hint.setText(say("按 F8 读领取人的证件；读不了的，把证件上的写在下面。"))
        self.hint.setVisible(direct and state.typed)
        claims = tuple((one.value, claim_name(one)) for one in state.claims)
        self.claims.offer(claims, frozenset({state.claim.value}) if state.claim else frozenset())
        self.claims.setVisible(bool(claims))
        self.signing.offer(_signs(), frozenset({state.sign.value}))
        self.signing.setVisible(direct)
        self._lay_out(state)
        self.note.tell(state.note)
        if anew:
            first = self._turn < 0
            self._turn = state.turn
            for asked, field in self.fields.items():
                field.setText(state.filled.get(asked, ""))
                field.setCursorPosition(0)  # of a long address its beginning is seen
            self._start(state, first=first)
        if state.wrong is not None:
            self.fields[state.wrong].setFocus()
            self.fields[state.wrong].selectAll()
        elif state.claims and not state.claim and state.note is not None:
            self.claims.setFocus()

    def submit(self) -> None:
        written = {one: field.text() for one, field in self.fields.items()}
        self._model.submit(self.document.chosen, written)

    def _start(self, state: HandOverState, *, first: bool) -> None:
        """The cursor goes to what is still to be said."""
        if state.claims:
            self.claims.setFocus()
        elif state.card:
            self.signing.setFocus()
        elif first and state.mode is DeliveryMode.DIRECT:
            self.modes.setFocus()
        else:
            self._onward()

    def _onward(self) -> None:
        """Enter: to the first empty field, or it is done."""
        shown = self._model.form.state.fields
        empty = next((one for one in shown if not self.fields[one].text().strip()), None)
        if empty is not None:
            self.fields[empty].setFocus()
        elif self._model.form.state.claims and not self._model.form.state.claim:
            self.claims.setFocus()
        else:
            self.submit()

    def _line(self, one: Field) -> QLineEdit:
        field = QLineEdit()
        field.setMaxLength(_LONGEST)
        field.returnPressed.connect(partial(self._from, one))
        return field

    def _from(self, one: Field) -> None:
        """Enter in a field: to the next; from the last, done."""
        shown = self._model.form.state.fields
        if self.fields[one].text().strip() and one in shown and one is not shown[-1]:
            self.fields[shown[shown.index(one) + 1]].setFocus()
        else:
            self._onward()

    def _lay_out(self, state: HandOverState) -> None:
        parts: list[tuple[QWidget, QWidget]] = []
        if state.mode is DeliveryMode.DIRECT and state.typed:
            parts.append((self.document_name, self.document))
        for one in state.fields:
            words = field_name(one, state)
            self.names[one].setText(words)
            self.fields[one].setAccessibleName(words)
            parts.append((self.names[one], self.fields[one]))
        line = column = 0
        for name, part in parts:
            wide = 2 if part is self.fields[Field.ADDRESS] else 1
            if column + wide > _COLUMNS:
                line, column = line + 2, 0
            self._grid.addWidget(name, line, column, 1, wide)
            self._grid.addWidget(part, line + 1, column, 1, wide)
            column += wide
        shown = {part for pair in parts for part in pair}
        for part in (self.document_name, self.document, *self.names.values(),
                     *self.fields.values()):  # fmt: skip
            part.setVisible(part in shown)  # only now: without a parent it would open as a window
        for before, (_, part) in pairwise(parts):
            QWidget.setTabOrder(before[1], part)
        for column in range(_COLUMNS):
            self._grid.setColumnStretch(column, 1)


def _modes() -> tuple[tuple[str, str], ...]:
    return (
        (DeliveryMode.DIRECT.value, say("当面领取")),
        (DeliveryMode.POST.value, say("邮寄")),
        (DeliveryMode.LEFT.value, say("留置")),
        (DeliveryMode.ELECTRONIC.value, say("电子送达")),
    )


def _signs() -> tuple[tuple[str, str], ...]:
    return (
        (Sign.PAPER.value, say("在凭证上签收")),
        (Sign.SCREEN.value, say("在屏上签收")),
        (Sign.REFUSED.value, say("拒绝签收")),
    )


class StoryForm(QFrame):
    """Who took it, when and how; and what may still be done: print again, came back, put right."""

    def __init__(self, model: ResultsModel) -> None:
        super().__init__()
        self._model = model
        self._case = ""
        self.title = Elided("", "strong")
        self.lines = label("", wrap=True)
        self.acts = Choices()
        self.reason = QLineEdit()
        self.reason.setMaxLength(_LONGEST)
        self.reason.setAccessibleName(say("理由"))
        self.reason.setPlaceholderText(say("理由"))
        self.note = NoteBar()
        cancel = link(say("取消"), "Esc")
        self.submit_button = small(say("确定"), "Enter")
        inside = QVBoxLayout(self)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(8)
        inside.addWidget(self.title)
        inside.addWidget(self.lines)
        line = row(self.acts, self.reason, cancel, self.submit_button)
        line.setStretch(1, 1)
        line.setAlignment(self.acts, Qt.AlignmentFlag.AlignVCenter)
        inside.addLayout(line)
        inside.addWidget(self.note)
        self.acts.picked.connect(lambda chosen: model.choose_act(next(iter(chosen), "")))
        self.acts.closed.connect(self.reason.setFocus)
        self.reason.returnPressed.connect(self.submit)
        self.submit_button.clicked.connect(self.submit)
        cancel.clicked.connect(model.close_story)
        self.hide()

    def show_story(self, story: Story | None) -> None:
        self.setVisible(story is not None)
        self.submit_button.set_primary(story is not None)
        if story is None:
            self._case = ""
            self.reason.clear()
            return
        self.title.setText(story.about)
        self.lines.setText("\n".join(story.lines))
        self.acts.offer(story.acts, frozenset({story.chosen}))
        self.note.tell(story.note)
        if story.case_id != self._case:
            self._case = story.case_id
            self.acts.setFocus()

    def submit(self) -> None:
        self._model.act(self.reason.text())
