"""督导 F7: what she ordered, how far it came, why something was refused; Z takes it back, X says
that she knows."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.kit.texts import say
from ui.pages.widgets.buttons import small
from ui.pages.widgets.look import Look
from ui.pages.widgets.marks import label, row
from ui.pages.widgets.two_line_list import TwoLineList, TwoLines
from ui.viewmodels.supervisor import SupervisorModel, SupervisorState
from ui.viewmodels.supervisor_form import Ask
from ui.viewmodels.supervisor_pending import ActLine


class ActsView(QWidget):
    def __init__(self, model: SupervisorModel, look: Look) -> None:
        super().__init__()
        self._model = model
        self._acts: dict[str, ActLine] = {}
        self.list = _Acts(look, say("我的指令"))
        self.list.empty_text = say("正在读取…")
        self.detail = label("", wrap=True)
        self.undo = small(say("撤销"), "Z")
        self.undo.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.undo.clicked.connect(self._undo)
        self.known = small(say("知道了"), "X")
        self.known.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.known.clicked.connect(self._known)
        inside = QVBoxLayout(self)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(6)
        said = label(
            say("每条指令先记在本机，再送后台；窗口手上的号要等它交还。被拒的写明原因。"), "muted"
        )
        inside.addLayout(row(self.undo, self.known, said, 0))
        inside.addWidget(self.list, 1)
        inside.addWidget(self.detail)
        self.list.moved.connect(self._explain)
        self.list.undo_wanted.connect(self._undo)
        self.list.known.connect(self._known)

    def show_state(self, state: SupervisorState) -> None:
        if state.rows is None:
            return
        self._acts = {one.id: one for one in state.pending.acts}
        self.list.empty_text = say("今天还没有下过指令。")
        self.list.put(
            [
                TwoLines(
                    id=one.id, chip=one.chip, tone=one.tone, title=one.title, under=one.under,
                    right=one.right,
                )
                for one in state.pending.acts
            ]
        )  # fmt: skip
        self._explain(self.list.current())

    def take_focus(self) -> None:
        self.list.setFocus()

    def _explain(self, act_id: str) -> None:
        act = self._acts.get(act_id)
        self.detail.setText("\n".join(act.detail) if act else "")
        self.detail.setVisible(bool(act and act.detail))
        self.undo.setEnabled(bool(act and act.undoable))
        self.known.setEnabled(bool(act and act.unread))

    def _known(self) -> None:
        if here := self.list.current():
            self._model.mark_read(here)

    def _undo(self) -> None:
        if here := self.list.current():
            self._model.ask(Ask.UNDO, (here,))


class _Acts(TwoLineList):
    undo_wanted = Signal()
    known = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Z and not event.modifiers():
            self.undo_wanted.emit()
        elif event.key() == Qt.Key.Key_X and not event.modifiers():
            self.known.emit()
        else:
            super().keyPressEvent(event)
