"""督导 F5, F6: what a day was like in charts, saved to a file; and what other windows would have
changed."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.kit.texts import say
from ui.pages.widgets.buttons import small
from ui.pages.widgets.chart import ChartView
from ui.pages.widgets.choices import Choices
from ui.pages.widgets.chooser import Chooser
from ui.pages.widgets.look import Look
from ui.pages.widgets.marks import NoteBar, label, row
from ui.viewmodels.supervisor import SupervisorState
from ui.viewmodels.supervisor_charts import Figure, figure_name
from ui.viewmodels.supervisor_figures import FiguresModel, FiguresState

_OTHER = (1, 2, 3, -1, -2, -3)


class _DayView(QWidget):
    """What both pages have: which day, which line."""

    def __init__(self, model: FiguresModel, look: Look) -> None:
        super().__init__()
        self._model = model
        self.day, self.line = Chooser(look), Chooser(look)
        for part, name, width in ((self.day, say("哪天"), 210), (self.line, say("业务"), 150)):
            part.setAccessibleName(name)
            part.setMinimumWidth(width)
        self.note = NoteBar()
        self.says = label("", wrap=True)
        self.chart = ChartView(look)
        self.inside = QVBoxLayout(self)
        self.inside.setContentsMargins(0, 0, 0, 0)
        self.inside.setSpacing(8)
        self.day.activated.connect(lambda _: model.choose_day(self.day.chosen))
        self.line.activated.connect(lambda _: self._choose_line())
        model.state_changed.connect(self._show)

    def show_state(self, state: SupervisorState) -> None:
        """Its own model tells it."""

    def _choose_line(self) -> None:
        self._model.choose(business=self.line.chosen)

    def _show(self, state: FiguresState) -> None:
        self.day.offer(state.days, state.day)
        self.line.offer(self._model.lines, state.business)
        self.note.tell(state.note)


class FiguresView(_DayView):
    def __init__(self, model: FiguresModel, look: Look) -> None:
        super().__init__(model, look)
        self.figures = Choices()
        self.figures.setAccessibleName(say("看什么"))
        self.figures.offer(tuple((one.value, figure_name(one)) for one in Figure))
        self.figures.picked.connect(
            lambda chosen: model.choose(figure=Figure(next(iter(chosen), Figure.WAITS.value)))
        )
        self.csv, self.xlsx = small(say("存 CSV"), "Ctrl+Shift+C"), small(say("存 Excel"), "Ctrl+E")
        for button, ending in ((self.csv, "csv"), (self.xlsx, "xlsx")):
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(lambda _=False, e=ending: model.export(e))
            shortcut = QShortcut(QKeySequence(button.key()), self)
            shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
            shortcut.activated.connect(lambda e=ending: model.export(e))
        head = row(self.figures, self.day, self.line, self.csv, self.xlsx)
        head.setStretch(0, 1)
        head.setAlignment(self.figures, Qt.AlignmentFlag.AlignVCenter)
        self.inside.addLayout(head)
        self.inside.addWidget(self.note)
        self.inside.addWidget(self.says)
        self.inside.addWidget(self.chart, 1)

    def take_focus(self) -> None:
        self._model.start()
        self.figures.setFocus()

    def _show(self, state: FiguresState) -> None:
        super()._show(state)
        self.figures.offer(
            tuple((one.value, figure_name(one)) for one in Figure), frozenset({state.figure.value})
        )
        self.says.setText(say("正在读取…") if state.busy else state.described.says)
        self.chart.put(state.described.chart)


class WhatIfView(_DayView):
    def __init__(self, model: FiguresModel, look: Look) -> None:
        super().__init__(model, look)
        self.other = Choices()
        self.other.setAccessibleName(say("窗口"))
        self._others = tuple(
            (str(n), say("多开 {n} 个", n=n) if n > 0 else say("少开 {n} 个", n=-n)) for n in _OTHER
        )
        self.other.offer(self._others)
        self.other.picked.connect(lambda chosen: model.suppose(int(next(iter(chosen), "1"))))
        self.doubt = label("", "muted", wrap=True)
        head = row(self.other, self.day, self.line)
        head.setStretch(0, 1)
        head.setAlignment(self.other, Qt.AlignmentFlag.AlignVCenter)
        self.inside.addLayout(head)
        self.inside.addWidget(self.note)
        self.inside.addWidget(self.says)
        self.inside.addWidget(self.doubt)
        self.inside.addWidget(self.chart, 1)

    def take_focus(self) -> None:
        self._model.start()
        self.other.setFocus()

    def _choose_line(self) -> None:
        super()._choose_line()
        if self._model.state.other:
            self._model.suppose(self._model.state.other)

    def _show(self, state: FiguresState) -> None:
        super()._show(state)
        self.other.offer(self._others, frozenset({str(state.other)} if state.other else ()))
        says = state.guess.says or say("同一天的人，换几个窗口再排一遍：选多开或少开几个。")
        self.says.setText(say("正在算，几秒钟…") if state.busy else says)
        self.doubt.setText("" if state.busy else state.doubt)
        self.chart.put(state.guess.chart)
