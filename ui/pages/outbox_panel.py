"""F11: what waits to be sent, what arrived, and what the back office refused, with its reason."""

from __future__ import annotations

from PySide6.QtWidgets import QGridLayout, QScrollArea, QVBoxLayout, QWidget

from ui.kit.texts import say
from ui.pages.panel import Panel
from ui.pages.widgets.buttons import small
from ui.pages.widgets.marks import NoteBar, boxed, card_rule, label, row
from ui.viewmodels.outbox import OutboxModel, OutboxState


class OutboxPanel(Panel):
    def __init__(self, model: OutboxModel) -> None:
        super().__init__(say("送后台的记录"))
        self._model = model
        self.figures = [label("0", "figure") for _ in range(3)]
        figures = QGridLayout()
        figures.setHorizontalSpacing(56)
        figures.setVerticalSpacing(0)
        for column, words in enumerate((say("等待送出"), say("后台已收"), say("后台退回"))):
            figures.addWidget(label(words, "section"), 0, column)
            figures.addWidget(self.figures[column], 1, column)
        figures.setColumnStretch(3, 1)
        self.note = NoteBar()
        self.send = small(say("现在送"))
        self.send.clicked.connect(model.send_now)
        self.table = QWidget()
        self.grid = QVBoxLayout(self.table)
        self.grid.setContentsMargins(0, 0, 0, 0)
        self.grid.setSpacing(10)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(self.table)
        self.inside.addLayout(figures)
        self.inside.addWidget(self.note)
        self.inside.addLayout(row(self.send, 0))
        self.inside.addWidget(card_rule())
        self.inside.addWidget(label(say("后台退回的，要有人处理"), "section"))
        self.inside.addWidget(scroll, 1)
        model.state_changed.connect(self.show_state)
        self.show_state(model.state)

    def show_state(self, state: OutboxState) -> None:
        for part, figure in zip(
            self.figures, (state.waiting, state.sent, state.refused), strict=True
        ):
            part.setText(str(figure))
        self.note.tell(state.link)
        while (item := self.grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for entry in state.rows:
            at = label(entry.at, "muted")
            at.setFixedWidth(56)
            about = label(entry.about)
            about.setFixedWidth(220)
            what = label(entry.what)
            what.setFixedWidth(130)
            why = label(entry.why, "bad", wrap=True)
            step = label(entry.next_step, "muted", wrap=True)
            line = row(at, about, what, spacing=12)
            line.addWidget(why, 1)
            line.addWidget(step, 1)
            self.grid.addWidget(boxed(line))
        if not state.rows:
            self.grid.addWidget(label(say("没有退回的记录。"), "muted"))
        self.grid.addStretch(1)
