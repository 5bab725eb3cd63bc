"""The inline form of a card that says otherwise: what is recorded and what the card says."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from ui.kit.texts import say
from ui.pages.people_forms import InlineForm
from ui.pages.widgets.buttons import link
from ui.pages.widgets.marks import Elided, label, row
from ui.viewmodels.counter import CounterModel
from ui.viewmodels.counter_state import Form


class DifferenceForm(InlineForm):
    """Enter and Esc keep what is recorded: to put another in somebody's place is deliberate."""

    form = Form.DIFFERENCE

    def __init__(self, model: CounterModel) -> None:
        super().__init__(model, say("保留已登记的"))
        self.title = label("", "title")
        self.take = link(say("换成卡上的"), "Alt+1")
        self.take.setShortcut("Alt+1")
        self.cancel.hide()
        self.grid = QGridLayout()
        self.grid.setContentsMargins(0, 0, 0, 0)
        self.grid.setHorizontalSpacing(24)
        self.grid.setVerticalSpacing(4)
        self.grid.setColumnStretch(1, 1)
        self.grid.setColumnStretch(2, 1)
        self._layout.addWidget(self.title)
        self._layout.addLayout(self.grid)
        self._layout.addLayout(row(0, self.take, self.submit_button))
        self._layout.addWidget(self.note)
        self.take.clicked.connect(model.people.check.replace)

    def start(self) -> None:
        self.forget()
        check = self._model.people.check
        self.title.setText(check.title)
        heads = ("", say("已登记"), say("卡上"))
        for column, head in enumerate(heads):
            self.grid.addWidget(label(head, "section"), 0, column)
        for line, one in enumerate(check.rows, start=1):
            self.grid.addWidget(label(one.label, "muted"), line, 0)
            for column, words in ((1, one.known), (2, one.card)):
                part = Elided(words)
                part.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
                self.grid.addWidget(part, line, column)

    def first(self) -> QWidget:
        return self.submit_button

    def forget(self) -> None:
        """Nothing of the card stays on the screen."""
        self.title.clear()
        while (item := self.grid.takeAt(0)) is not None:
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self.submit()
        else:
            super().keyPressEvent(event)

    def submit(self) -> None:
        self._model.people.check.keep()
