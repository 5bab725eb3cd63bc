"""The application form, filled from the card (一卡填表); only what no card knows is typed."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from ui.kit.texts import say
from ui.kit.theme import Tone
from ui.pages.widgets.buttons import link
from ui.pages.widgets.chooser import Chooser
from ui.pages.widgets.look import Look
from ui.pages.widgets.marks import Chip, Elided, NoteBar, label, row
from ui.viewmodels.counter import CounterModel
from ui.viewmodels.counter_state import Form
from ui.viewmodels.party_view import FieldView

_COLUMNS = 2


class FormCard(QFrame):
    """Takes the place of the list while it is open."""

    def __init__(self, model: CounterModel, look: Look) -> None:
        super().__init__()
        self.setObjectName("card")
        self._model = model
        self._look = look
        self._shown: tuple[FieldView, ...] = ()
        self._editors: dict[str, QLineEdit | Chooser] = {}
        self.title = label("", "title")
        self.hint = Elided(say("读卡和证照给的不用再写；写完一格按 Enter。"), "muted")
        self.print = link(say("打印申请表"), "Ctrl+F")
        self.done = link(say("填好了"), "Esc")
        self.note = NoteBar()
        self.ground = QWidget()
        self.grid = QGridLayout(self.ground)
        self.grid.setContentsMargins(0, 0, 8, 0)
        self.grid.setHorizontalSpacing(10)
        self.grid.setVerticalSpacing(6)
        scroll = self.sheet = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(self.ground)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 10, 12, 12)
        layout.setSpacing(8)
        layout.addLayout(row(self.title, self.hint, 0, self.print, self.done))
        layout.addWidget(self.note)
        layout.addWidget(scroll, 1)
        self.print.clicked.connect(model.case.print_form)
        self.done.clicked.connect(model.step_back)
        model.state_changed.connect(self._render)
        model.case.state_changed.connect(self._render)
        self._render()

    def _render(self) -> None:
        counter, form = self._model.state, self._model.case.state.form
        opened = counter.form is Form.FIELDS and form is not None
        if form is not None and opened:
            self.title.setText(say("申请表 {n}/{m}", n=form.known, m=len(form.fields)))
            self._draw(form.fields)
        if not opened and self._shown:
            self._draw(())
        self.note.tell(self._model.case.state.note if opened else None)
        self.setVisible(opened)
        self.print.set_primary(opened)

    def begin(self) -> None:
        """Give the keyboard to the first field that wants typing."""
        self._next("")

    def _draw(self, fields: tuple[FieldView, ...]) -> None:
        """Build the editors anew only where the fields are others: the hands may be in one."""
        if [(f.id, f.open) for f in fields] != [(f.id, f.open) for f in self._shown]:
            self._build(fields)
        for one in fields:
            editor = self._editors.get(one.id)
            if isinstance(editor, QLineEdit) and not editor.hasFocus():
                editor.setText(one.value)
            elif isinstance(editor, Chooser):
                editor.offer((("", ""), *((c, c) for c in one.choices)), one.value)
        self._shown = fields

    def _build(self, fields: tuple[FieldView, ...]) -> None:
        while (item := self.grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        self._editors = {}
        for at, one in enumerate(fields):
            line, column = at // _COLUMNS, at % _COLUMNS * 3
            words = one.label if one.required else say("{label}（选填）", label=one.label)
            name = label(words, "muted", wrap=True)
            name.setFixedWidth(120)
            self.grid.addWidget(name, line, column)
            self.grid.addWidget(self._editor(one), line, column + 1)
            source = Chip()
            self.grid.addWidget(source, line, column + 2)  # first: alone it would open as a window
            source.say(one.source, one.tone if one.source else Tone.NEUTRAL)
        for column in range(_COLUMNS):
            self.grid.setColumnStretch(column * 3 + 1, 1)
        self.grid.setRowStretch(len(fields) // _COLUMNS + 1, 1)

    def _editor(self, one: FieldView) -> QWidget:
        if not one.open:
            return Elided(one.value, "strong")
        if one.choices:
            chooser = Chooser(self._look)
            chooser.setAccessibleName(one.label)
            chooser.activated.connect(partial(self._choose, one.id, chooser))
            self._editors[one.id] = chooser
            return chooser
        editor = QLineEdit(one.value)
        editor.setMaxLength(200)
        editor.setAccessibleName(one.label)
        editor.setPlaceholderText(one.hint)
        editor.editingFinished.connect(partial(self._keep, one.id, editor))
        editor.returnPressed.connect(partial(self._next, one.id))
        self._editors[one.id] = editor
        return editor

    def _keep(self, field: str, editor: QLineEdit) -> None:
        known = next((f.value for f in self._shown if f.id == field), None)
        if known is not None and editor.text().strip() != known:
            self._model.case.parties.fill_field(field, editor.text())

    def _choose(self, field: str, chooser: Chooser, _at: int) -> None:
        self._model.case.parties.fill_field(field, chooser.chosen)

    def _next(self, after: str) -> None:
        """On to the next field that may be typed, the empty ones first at opening."""
        ids = list(self._editors)
        empty = [i for i in ids if not next(f.value for f in self._shown if f.id == i)]
        target = next(iter(empty or ids), "")
        if after in ids:
            target = next(iter(ids[ids.index(after) + 1 :]), "")
        editor = self._editors.get(target)
        if editor is None:
            self.print.setFocus()
        else:
            editor.setFocus()
            self.sheet.ensureWidgetVisible(editor)
