"""The forms of the right column: why an application is refused, how a notice was handed over."""

from __future__ import annotations

from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from ui.kit.texts import say
from ui.pages.widgets.buttons import ActButton
from ui.pages.widgets.choices import Choices
from ui.pages.widgets.marks import NoteBar, label
from ui.viewmodels.case import CaseScreen
from ui.viewmodels.counter import CounterModel
from ui.viewmodels.counter_state import CounterState, Form


class RejectForm(QWidget):
    """不予受理: why, and by which rule. Both stand on the paper."""

    def __init__(self, model: CounterModel) -> None:
        super().__init__()
        self._model = model
        self.reason = QLineEdit()
        self.reason.setMaxLength(500)
        self.reason.setAccessibleName(say("理由"))
        self.reason.setPlaceholderText(say("理由，写给申请人看"))
        self.grounds = Choices(wide=True)
        self._offer_grounds()
        self.basis = QLineEdit()
        self.basis.setMaxLength(500)
        self.basis.setAccessibleName(say("法律依据"))
        self.basis.setPlaceholderText(say("法律依据：法名和条款"))
        self.note = NoteBar()
        self.submit_button = ActButton(say("不予受理 并打印"), "Ctrl+Return")
        cancel = ActButton(say("不做这个决定"), "Esc")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        for part in (
            label(say("不予受理的理由"), "section"), self.reason,
            label(say("依据"), "section"), self.grounds, self.basis, self.note,
            self.submit_button, cancel,
        ):  # fmt: skip
            layout.addWidget(part)
        self.grounds.picked.connect(lambda ids: self.basis.setText(next(iter(ids), "")))
        self.grounds.closed.connect(self.submit_button.setFocus)
        for field in (self.reason, self.basis):
            field.textChanged.connect(self._write)
        self.reason.returnPressed.connect(self.grounds.setFocus)
        self.basis.returnPressed.connect(self.submit_button.setFocus)
        self.submit_button.clicked.connect(self.submit)
        cancel.clicked.connect(model.step_back)
        self.hide()

    def open(self, counter: CounterState, case: CaseScreen) -> None:
        opened = counter.form is Form.REJECT and case.open
        if opened and not self.isVisible():
            self.reason.clear()
            self.basis.clear()
            self._offer_grounds()
            self.show()
            self.reason.setFocus()
        if not opened and self.isVisible():
            self.reason.clear()
            self.basis.clear()
        self.setVisible(opened)
        self.submit_button.set_primary(opened)
        self.note.tell(counter.note if opened else None)

    def _offer_grounds(self) -> None:
        # On the button without 中华人民共和国, which every law bears; on the paper whole.
        short = [(g, g.replace("《中华人民共和国", "《")) for g in self._model.grounds]
        self.grounds.offer(short)

    def submit(self) -> None:
        self._model.reject()

    def _write(self) -> None:
        if self.isVisible():
            self._model.write_reason(self.reason.text(), self.basis.text())


class HandedForm(QWidget):
    """Who got the notice, and how: one key. Both names stand on the record."""

    def __init__(self, model: CounterModel) -> None:
        super().__init__()
        self._model = model
        self.ways = Choices(wide=True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(label(say("告知书怎样送达"), "section"))
        layout.addWidget(self.ways)
        self.ways.picked.connect(self._pick)
        self.hide()

    def open(self, counter: CounterState) -> None:
        opened = counter.form is Form.HANDED
        if opened and not self.isVisible():
            self.ways.offer([(way, words) for way, words in _ways()])
            self.show()
            self.ways.setFocus()
        self.setVisible(opened)

    def submit(self) -> None:
        self.ways.setFocus()

    def _pick(self, chosen: frozenset[str]) -> None:
        for way in chosen:
            self._model.handed(way, signed=way == "直接")


def _ways() -> tuple[tuple[str, str], ...]:
    """(what is recorded, what is shown): records are in the hall's language."""
    return (
        ("直接", say("当面交付，已签收")),
        ("留置", say("当面交付，不肯签收")),
        ("邮寄", say("邮寄")),
        ("电子", say("电子送达")),
    )
