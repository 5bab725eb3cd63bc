"""Who: the applicant as read from a card or typed by hand, and the forms for both."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.domain.person import DocumentKind
from ui.kit.formats import document_name
from ui.kit.texts import say
from ui.kit.theme import Tone
from ui.pages.widgets.buttons import link
from ui.pages.widgets.choices import Choices
from ui.pages.widgets.chooser import Chooser
from ui.pages.widgets.look import Look
from ui.pages.widgets.marks import Chip, Elided, NoteBar, boxed, label, row
from ui.viewmodels.card import step_sentence
from ui.viewmodels.counter import CounterModel, CounterState, Form, Primary


class ApplicantCard(QFrame):
    def __init__(self, model: CounterModel, look: Look) -> None:
        super().__init__()
        self.setObjectName("card")
        self._model = model
        self.source = Chip()
        self.read = link(say("读卡"), "F8")
        self.stop = link(say("停止读卡"), "Esc")
        self.type = link(say("手录"), "F9")
        self.phone_link = link(say("手机"), "F7")
        self.unmask = link(say("按住看全号"), "Ctrl+M")
        self.hint = label("", "muted")
        self.step = label("", "title")
        self.name = Elided("", "title")
        self.facts = label()
        self.number = label()
        self.valid = Chip()
        self.document = Elided("", "muted")
        self.phone = label("", "muted")
        self.person = boxed(
            row(self.name, self.facts, self.number, self.valid, 0, spacing=12),
        )
        self.papers = boxed(row(self.document, 0, self.phone))
        self.note = NoteBar()
        self.typing = TypingForm(model, look)
        self.phone_form = PhoneForm(model)

        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 8, 12, 12)
        layout.setSpacing(4)
        layout.addLayout(
            row(
                label(say("申请人"), "section"), self.source, 0,
                self.unmask, self.phone_link, self.type, self.read, self.stop, spacing=6,
            )
        )  # fmt: skip
        for part in (
            self.hint, self.step, self.person, self.papers, self.phone_form, self.typing, self.note,
        ):  # fmt: skip
            layout.addWidget(part)

        self.read.clicked.connect(model.read_card)
        self.stop.clicked.connect(model.card.cancel)
        self.type.clicked.connect(model.type_by_hand)
        self.phone_link.clicked.connect(model.type_phone)
        self.unmask.pressed.connect(lambda: model.case.unmask(True))
        self.unmask.released.connect(lambda: model.case.unmask(False))
        for changed in (
            model.state_changed, model.case.state_changed, model.card.state_changed,
        ):  # fmt: skip
            changed.connect(self._render)
        self._render()

    def _render(self) -> None:
        counter, case, card = self._model.state, self._model.case.state, self._model.card.state
        person = case.applicant
        self.read.setVisible(not card.reading)
        self.read.setEnabled(counter.may_serve)
        self.read.set_words(say("读卡") if person is None else say("重读"))
        self.read.set_primary(counter.primary is Primary.READ_CARD)
        self.stop.setVisible(card.reading)
        self.stop.set_primary(counter.primary is Primary.STOP_READING)
        self.type.setEnabled(counter.may_serve)
        self.phone_link.setEnabled(case.open and person is not None)
        self.unmask.setEnabled(person is not None)
        self.source.say(person.source if person else "", person.source_tone if person else _NONE)
        self.step.setText(step_sentence(card.step) if card.step else "")
        self.step.setVisible(card.reading)
        shown = person is not None and not card.reading
        self.person.setVisible(shown)
        self.papers.setVisible(shown and counter.form is not Form.PHONE)
        if person is not None:
            self.name.setText(person.name)
            self.facts.setText(person.facts)
            self.number.setText(person.number)
            self.valid.say(*(person.valid or ("", _NONE)))
            self.document.setText(person.document)
            phone = say("手机 {phone} 手录", phone=person.phone) if person.phone else ""
            self.phone.setText(phone)
        asked = person is None and not card.reading and counter.form is not Form.TYPING
        self.hint.setVisible(asked and card.note is None)
        waiting = say("把证件放到读卡器上，按 F8；没有证件按 F9 手录。")
        self.hint.setText(waiting if counter.may_serve else say("没有在办的人"))
        self.note.tell(card.note)
        self.typing.open(counter)
        self.phone_form.open(counter)


_NONE = Tone.NEUTRAL


class TypingForm(QWidget):
    """手录: document kind, name, number and why it was not read."""

    def __init__(self, model: CounterModel, look: Look) -> None:
        super().__init__()
        self._model = model
        self.document = Chooser(look)
        self.document.setAccessibleName(say("证件"))
        self.document.offer(
            tuple((kind.value, document_name(kind)) for kind in DocumentKind),
            DocumentKind.RESIDENT.value,
        )
        self.name = QLineEdit()
        self.name.setAccessibleName(say("姓名"))
        self.name.setMaxLength(100)
        self.number = QLineEdit()
        self.number.setAccessibleName(say("证件号码"))
        self.number.setMaxLength(30)
        self.reason = QLineEdit()
        self.reason.setMaxLength(100)
        self.reason.setAccessibleName(say("为什么手录"))
        self.reason.setPlaceholderText(say("其他原因"))
        self.usual = Choices(numbered=False)
        self.usual.offer(_usual_reasons())
        self.note = NoteBar()
        self.submit_button = link(say("记为手录"), "Enter")
        cancel = link(say("取消"), "Esc")
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(4)
        for column, (words, part) in enumerate(
            ((say("证件"), self.document), (say("姓名"), self.name), (say("号码"), self.number))
        ):
            grid.addWidget(label(words, "section"), 0, column)
            grid.addWidget(part, 1, column)
            grid.setColumnStretch(column, (4, 3, 4)[column])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(grid)
        last = QHBoxLayout()
        last.setSpacing(8)
        last.addWidget(label(say("为什么手录"), "section"))
        last.addWidget(self.usual, 5)
        last.addWidget(self.reason, 3)
        last.addWidget(cancel)
        last.addWidget(self.submit_button)
        last.setAlignment(self.usual, Qt.AlignmentFlag.AlignVCenter)
        layout.addLayout(last)
        layout.addWidget(self.note)
        self.usual.picked.connect(lambda ids: self.reason.setText(next(iter(ids), "")))
        self.usual.closed.connect(self.submit)
        for field in (self.name, self.number, self.reason):
            field.returnPressed.connect(self.submit)
        self.submit_button.clicked.connect(self.submit)
        cancel.clicked.connect(model.step_back)
        self.hide()

    def open(self, state: CounterState) -> None:
        opened = state.form is Form.TYPING
        if opened and not self.isVisible():
            for field in (self.name, self.number, self.reason):
                field.clear()
            self.usual.offer(_usual_reasons())
            self.show()
            self.name.setFocus()
        if not opened:
            for field in (self.name, self.number, self.reason):
                field.clear()
        self.setVisible(opened)
        self.submit_button.set_primary(opened)
        self.note.tell(state.note if opened else None)

    def submit(self) -> None:
        """Enter goes to the first empty field, then records."""
        for field in (self.name, self.number):
            if not field.text().strip():
                field.setFocus()
                return
        if not self.reason.text().strip():
            self.usual.setFocus()
        self._model.check_typed(
            DocumentKind(self.document.chosen), self.name.text(), self.number.text(),
            self.reason.text(),
        )  # fmt: skip


def _usual_reasons() -> tuple[tuple[str, str], ...]:
    """(what is recorded, what is shown): records are in the hall's language."""
    return (
        ("没有带证件", say("没有带证件")),
        ("证件读不出", say("证件读不出")),
        ("读卡器坏", say("读卡器坏")),
    )


class PhoneForm(QWidget):
    def __init__(self, model: CounterModel) -> None:
        super().__init__()
        self._model = model
        self.phone = QLineEdit()
        self.phone.setMaxLength(30)
        self.phone.setFixedWidth(220)
        self.phone.setAccessibleName(say("手机号码"))
        self.phone.setPlaceholderText(say("手机号码"))
        self.submit_button = link(say("记下"), "Enter")
        cancel = link(say("取消"), "Esc")
        self.note = NoteBar()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(row(self.phone, cancel, self.submit_button, 0))
        layout.addWidget(self.note)
        self.phone.returnPressed.connect(self.submit)
        self.submit_button.clicked.connect(self.submit)
        cancel.clicked.connect(model.step_back)
        self.hide()

    def open(self, state: CounterState) -> None:
        opened = state.form is Form.PHONE
        if opened != self.isVisible() or not opened:
            self.phone.clear()
        if opened and not self.isVisible():
            self.show()
            self.phone.setFocus()
        self.setVisible(opened)
        self.submit_button.set_primary(opened)
        self.note.tell(state.note if opened else None)

    def submit(self) -> None:
        self._model.enter_phone(self.phone.text())
