"""The clerk's side of a signature on the applicant's screen: how far it is, why it was refused."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QLineEdit, QVBoxLayout

from ui.kit.texts import say
from ui.pages.widgets.buttons import link, small
from ui.pages.widgets.marks import Elided, NoteBar, boxed, row
from ui.viewmodels.signing import SigningModel, SigningStage, SigningState


class SigningBar(QFrame):
    """Hidden while nothing is signed and nothing is to be said of it."""

    def __init__(self, model: SigningModel) -> None:
        super().__init__()
        self._model = model
        self.words = Elided("", "strong")
        self.cancel = link(say("取消"), "Esc")
        self.cancel.clicked.connect(model.cancel)
        self.reason = self._line(say("不签的理由"))
        self.witness = self._line(say("见证人"))
        self.record = small(say("记为拒签"), "Enter")
        self.record.clicked.connect(self._refuse)
        self.again = small(say("再请签名"))
        self.again.clicked.connect(model.back)
        self.refusal = boxed(row(self.reason, self.witness, self.again, self.record))
        self.why = QLineEdit()
        self.why.setMaxLength(100)
        self.why.setPlaceholderText(say("为什么再签一次"))
        self.why.setAccessibleName(say("为什么再签一次"))
        self.why.returnPressed.connect(lambda: model.ask_again(self.why.text()))
        self.note = NoteBar()
        inside = QVBoxLayout(self)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(8)
        top = row(self.words, self.cancel)
        top.setStretch(0, 1)
        self.top = boxed(top)
        inside.addWidget(self.top)
        inside.addWidget(self.note)
        inside.addWidget(self.refusal)
        inside.addWidget(self.why)
        model.state_changed.connect(self.show_state)
        self.show_state(model.state)

    def show_state(self, state: SigningState) -> None:
        declined = state.stage is SigningStage.DECLINED
        opened = self.refusal.isHidden() and declined
        asked = self.why.isHidden() and state.again
        self.setVisible(state.open or state.note is not None)
        self.top.setVisible(state.open)
        self.words.setText(say("{title}：请 {who} 在屏上签名", title=state.title, who=state.signer))
        self.refusal.setVisible(declined)
        self.record.set_primary(declined)
        self.why.setVisible(state.again)
        self.note.tell(state.note)
        if asked:
            self.why.clear()
            self.why.setFocus()
        if opened:
            self.reason.setFocus()
        elif not declined:
            self.reason.clear()
            self.witness.clear()

    def step_back(self) -> bool:
        """Esc. True where it was used up."""
        if not (self._model.state.open or self._model.state.again):
            return False
        self._model.cancel()
        return True

    def _line(self, name: str) -> QLineEdit:
        line = QLineEdit()
        line.setMaxLength(100)
        line.setPlaceholderText(name)
        line.setAccessibleName(name)
        line.returnPressed.connect(self._refuse)
        return line

    def _refuse(self) -> None:
        for line in (self.reason, self.witness):
            if not line.text().strip():
                line.setFocus()
                return
        self._model.refuse(self.reason.text(), self.witness.text())
