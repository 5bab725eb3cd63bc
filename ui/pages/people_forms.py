"""The inline forms about people: 手录, phone, organisation, agent and delivery."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.domain.mrz import MrzRead
from app.domain.person import Delivery, DeliveryWay, DocumentKind
from ui.kit.formats import document_name
from ui.kit.texts import say
from ui.pages.widgets.buttons import link
from ui.pages.widgets.choices import Choices
from ui.pages.widgets.chooser import Chooser
from ui.pages.widgets.look import Look
from ui.pages.widgets.marks import NoteBar, label, row
from ui.viewmodels.counter import CounterModel
from ui.viewmodels.counter_state import CounterState, Form
from ui.viewmodels.people_forms import AgentWay


class InlineForm(QWidget):
    """Shown while ``form`` is open; Enter or its own button submits, Esc steps back.

    What was typed about one person is gone when it closes.
    """

    form: Form

    def __init__(self, model: CounterModel, submit: str) -> None:
        super().__init__()
        self._model = model
        self.note = NoteBar()
        self.submit_button = link(submit, "Enter")
        self.cancel = link(say("取消"), "Esc")
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(8)
        self.submit_button.clicked.connect(self.submit)
        self.cancel.clicked.connect(model.step_back)
        self.hide()

    def line(self, name: str, longest: int) -> QLineEdit:
        field = QLineEdit()
        field.setMaxLength(longest)
        field.setAccessibleName(name)
        field.setPlaceholderText(name)
        field.returnPressed.connect(self.submit)
        return field

    def open(self, state: CounterState) -> None:
        opened = state.form is self.form
        if opened and not self.isVisible():
            self.start()
            self.show()
            self.first().setFocus()
        if not opened and self.isVisible():
            self.forget()
        self.setVisible(opened)
        self.submit_button.set_primary(opened)
        self.note.tell(state.note if opened else None)

    def start(self) -> None:
        """Fill in what is known."""

    def forget(self) -> None:
        for field in self.findChildren(QLineEdit):
            field.clear()

    def first(self) -> QWidget:
        return self.findChildren(QLineEdit)[0]

    def submit(self) -> None:
        raise NotImplementedError

    def empty(self, *fields: QLineEdit) -> bool:
        """Enter goes to the first empty field, then records."""
        for field in fields:
            if not field.text().strip():
                field.setFocus()
                return True
        return False


class OrganisationForm(InlineForm):
    """单位: from the licence on the counter."""

    form = Form.ORGANISATION

    def __init__(self, model: CounterModel) -> None:
        super().__init__(model, say("记下单位"))
        self.name = self.line(say("单位名称"), 100)
        self.code = self.line(say("统一社会信用代码"), 18)
        self.representative = self.line(say("法定代表人（负责人）"), 100)
        self.none = link(say("以个人名义"), "Alt+0")
        self.none.setShortcut("Alt+0")
        self._layout.addLayout(row(self.name, self.code, self.representative))
        self._layout.addLayout(row(0, self.none, self.cancel, self.submit_button))
        self._layout.addWidget(self.note)
        self.none.clicked.connect(model.case.parties.withdraw_organisation)

    def start(self) -> None:
        parties = self._model.case.state.parties
        self.none.setVisible(bool(parties and parties.organisation))

    def submit(self) -> None:
        if not self.empty(self.name, self.code, self.representative):
            self._model.people.name_organisation(
                self.name.text(), self.code.text(), self.representative.text()
            )


class AgentForm(InlineForm):
    """代理人: by which paper, and how the agent gets on the case."""

    form = Form.AGENT

    def __init__(self, model: CounterModel) -> None:
        super().__init__(model, say("读代理人的证件"))
        self.authority = self.line(say("凭什么代办"), 100)
        self.authority.setFixedWidth(200)
        self.submit_button.set_key("F8")  # Enter takes the way under the cursor
        self.ways = Choices()
        self._layout.addLayout(
            row(
                label(say("代理人凭"), "section"), self.authority, 0, self.cancel,
                self.submit_button,
            )
        )  # fmt: skip
        self._layout.addWidget(self.ways)
        self._layout.addWidget(self.note)
        self.ways.picked.connect(self._pick)

    def start(self) -> None:
        self.authority.setText("授权委托书")  # what is recorded is in the hall's language
        ways = [
            (AgentWay.SAME.value, say("刚才登记的就是代理人")),
            (AgentWay.TYPE.value, say("手录代理人")),
        ]
        parties = self._model.case.state.parties
        if parties and parties.agent:
            ways.append((AgentWay.NONE.value, say("本人来办，去掉代理人")))
        self.ways.offer(ways)

    def first(self) -> QWidget:
        return self.ways

    def submit(self) -> None:
        self._model.people.pick_agent(AgentWay.READ, self.authority.text())

    def _pick(self, chosen: frozenset[str]) -> None:
        for way in chosen:
            self._model.people.pick_agent(AgentWay(way), self.authority.text())


class DeliveryForm(InlineForm):
    """送达: 自取, or the post with its address; offered from the card, never retyped."""

    form = Form.DELIVERY

    def __init__(self, model: CounterModel) -> None:
        super().__init__(model, say("记下邮寄"))
        self.ways = Choices()
        self.recipient = self.line(say("收件人"), 100)
        self.phone = self.line(say("电话"), 30)
        self.address = self.line(say("邮寄地址，写到门牌"), 200)
        first = row(
            label(say("结果怎么取"), "section"), self.ways, 0, self.cancel, self.submit_button
        )  # fmt: skip
        first.setAlignment(self.ways, Qt.AlignmentFlag.AlignVCenter)
        self._layout.addLayout(first)
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self.recipient, 2)
        line.addWidget(self.phone, 2)
        line.addWidget(self.address, 6)
        self._layout.addLayout(line)
        self._layout.addWidget(self.note)
        self.ways.picked.connect(self._pick)

    def start(self) -> None:
        self.ways.offer(((_PICK_UP, say("自取")), (_POST, say("邮寄"))))
        parties = self._model.case.state.parties
        if parties is not None:
            self.recipient.setText(parties.recipient)
            self.phone.setText(parties.phone)
            self.address.setText(parties.address)
        self._show_post(parties is not None and parties.posted)

    def first(self) -> QWidget:
        return self.ways

    def _pick(self, chosen: frozenset[str]) -> None:
        posted = _POST in chosen
        self._show_post(posted)
        if posted:
            (self.phone if self.recipient.text() else self.recipient).setFocus()
        else:
            self.submit()

    def _show_post(self, posted: bool) -> None:
        for part in (self.recipient, self.phone, self.address):
            part.setVisible(posted)
        self.submit_button.set_words(say("记下邮寄") if posted else say("记下自取"))

    def submit(self) -> None:
        if not self.recipient.isVisible():
            self._model.people.choose_delivery(Delivery(way=DeliveryWay.PICK_UP))
        elif not self.empty(self.recipient, self.phone, self.address):
            self._model.people.choose_delivery(
                Delivery(
                    way=DeliveryWay.POST, recipient=self.recipient.text(),
                    phone=self.phone.text(), address=self.address.text(),
                )
            )  # fmt: skip


_PICK_UP, _POST = DeliveryWay.PICK_UP.value, DeliveryWay.POST.value


class TypingForm(InlineForm):
    """手录: document kind, name, number and why it was not read."""

    form = Form.TYPING

    def __init__(self, model: CounterModel, look: Look) -> None:
        super().__init__(model, say("记为手录"))
        self.who = label("", "section")
        self.document = Chooser(look)
        self.document.setAccessibleName(say("证件"))
        self.document.offer(
            tuple((kind.value, document_name(kind)) for kind in DocumentKind),
            DocumentKind.RESIDENT.value,
        )
        self.name = self.line(say("姓名"), 100)
        self.number = self.line(say("证件号码"), 30)
        self.reason = self.line(say("为什么手录"), 100)
        self.reason.setPlaceholderText(say("其他原因"))
        self.usual = Choices(numbered=False)
        self.usual.offer(_usual_reasons())
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
        self._layout.addWidget(self.who)
        self._layout.addLayout(grid)
        last = QHBoxLayout()
        last.setSpacing(8)
        last.addWidget(label(say("为什么手录"), "section"))
        last.addWidget(self.usual, 5)
        last.addWidget(self.reason, 3)
        last.addWidget(self.cancel)
        last.addWidget(self.submit_button)
        last.setAlignment(self.usual, Qt.AlignmentFlag.AlignVCenter)
        self._layout.addLayout(last)
        self._layout.addWidget(self.note)
        self.usual.picked.connect(lambda ids: self.reason.setText(next(iter(ids), "")))
        self.usual.closed.connect(self.submit)

        model.scanned_person.connect(self._fill)

    def _fill(self, read: MrzRead) -> None:
        """What machine-readable lines without a name did say."""
        self.document.choose(read.document.value)
        self.number.setText(read.person.number)
        self.name.setFocus()

    def start(self) -> None:
        self.usual.offer(_usual_reasons())
        self.who.setText(say("手录代理人") if self._model.people.for_agent else "")
        self.who.setVisible(self._model.people.for_agent)

    def first(self) -> QWidget:
        return self.name

    def submit(self) -> None:
        """Enter goes to the first empty field, then records."""
        if self.empty(self.name, self.number):
            return
        if not self.reason.text().strip():
            self.usual.setFocus()
        self._model.people.check_typed(
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


class PhoneForm(InlineForm):
    form = Form.PHONE

    def __init__(self, model: CounterModel) -> None:
        super().__init__(model, say("记下"))
        self.phone = self.line(say("手机号码"), 30)
        self.phone.setFixedWidth(220)
        self._layout.addLayout(row(self.phone, self.cancel, self.submit_button, 0))
        self._layout.addWidget(self.note)

    def submit(self) -> None:
        self._model.people.enter_phone(self.phone.text())
