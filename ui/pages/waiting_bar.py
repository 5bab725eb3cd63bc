"""What waits for this applicant from earlier visits: one key goes on where it stopped."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.kit.texts import say
from ui.pages.widgets.buttons import link
from ui.pages.widgets.marks import Elided, boxed, label, row
from ui.viewmodels.counter import CounterModel
from ui.viewmodels.counter_state import Form

SHOWN = 2  # the newest; the others are found by their number


class WaitingBar(QWidget):
    def __init__(self, model: CounterModel) -> None:
        super().__init__()
        self._model = model
        self.names = [Elided("", "strong") for _ in range(SHOWN)]
        self.links = [link(say("接着办"), "Ctrl+H" if at == 0 else "") for at in range(SHOWN)]
        self.lines = [
            boxed(row(label(say("上次没办完"), "warn"), name, 0, button))
            for name, button in zip(self.names, self.links, strict=True)
        ]
        self.more = label("", "muted")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        for line in self.lines:
            layout.addWidget(line)
        layout.addWidget(self.more)
        for at, button in enumerate(self.links):
            button.clicked.connect(lambda _=False, n=at: self._resume(n))
        for changed in (
            model.state_changed, model.case.state_changed, model.records.state_changed,
        ):  # fmt: skip
            changed.connect(self._render)
        self._render()

    def _resume(self, at: int) -> None:
        waiting = self._model.records.state.waiting
        if at < len(waiting):
            self._model.records.resume(waiting[at].id)

    def _render(self) -> None:
        case = self._model.case.state
        asked = case.open and not case.numbered and self._model.state.form is Form.NONE
        waiting = self._model.records.state.waiting if asked else ()
        for at, (line, name) in enumerate(zip(self.lines, self.names, strict=True)):
            line.setVisible(at < len(waiting))
            one = waiting[at] if at < len(waiting) else None
            name.setText(f"{one.words} · {one.short_number}" if one else "")
        left = len(waiting) - SHOWN
        self.more.setText(say("另有 {n} 件：按 F10 输入告知书上的编号", n=left) if left > 0 else "")
        self.more.setVisible(left > 0)
        self.setVisible(bool(waiting))
