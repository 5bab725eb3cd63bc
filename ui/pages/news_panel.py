"""Ctrl+I: what other windows, departments and supervisors did that concerns this window."""

from __future__ import annotations

from PySide6.QtGui import QKeyEvent

from ui.kit.texts import say
from ui.pages.panel import Panel
from ui.pages.widgets.buttons import small
from ui.pages.widgets.look import Look
from ui.pages.widgets.marks import NoteBar, card_rule, label, row
from ui.pages.widgets.two_line_list import TwoLineList, TwoLines
from ui.viewmodels.news import NewsModel, NewsState

_MOST_ORDERS = 3


class NewsPanel(Panel):
    def __init__(self, model: NewsModel, look: Look) -> None:
        super().__init__(say("消息"))
        self._model = model
        self.orders = [NoteBar() for _ in range(_MOST_ORDERS)]
        self.note = NoteBar()
        self.meaning = label("", "muted", wrap=True)
        self.read_all = small(say("全部已读"), "A")
        self.read_all.clicked.connect(model.read_all)
        self.list = TwoLineList(look, say("消息"))
        self.list.empty_text = say("没有消息。")
        self.list.chosen.connect(model.read)
        self.list.moved.connect(self._explain)
        self.inside.addLayout(row(self.meaning, self.read_all, spacing=12))
        for bar in self.orders:
            self.inside.addWidget(bar)
        self.inside.addWidget(self.note)
        self.inside.addWidget(card_rule())
        self.inside.addWidget(self.list, 1)
        model.state_changed.connect(self.show_state)
        self.show_state(model.state)

    def show_state(self, state: NewsState) -> None:
        # The first stands above the page already.
        for at, bar in enumerate(self.orders, 1):
            bar.tell(state.orders[at] if at < len(state.orders) else None)
        self.note.tell(state.note)
        self.list.put(
            [
                TwoLines(
                    id=line.id, chip=line.kind, tone=line.tone, title=line.title,
                    under=line.meaning, right=line.at, strong=line.unread,
                )
                for line in state.lines
            ]
        )  # fmt: skip
        self.read_all.setEnabled(any(line.unread for line in state.lines))
        self._explain(self.list.current())

    def take_focus(self) -> None:
        self.list.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.text().upper() == "A":
            self._model.read_all()
        else:
            super().keyPressEvent(event)

    def _explain(self, news_id: str) -> None:
        """The whole sentence of the row under the cursor: a row shows only its beginning."""
        line = next((one for one in self._model.state.lines if one.id == news_id), None)
        self.meaning.setText(line.meaning if line else "")
