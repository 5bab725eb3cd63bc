"""Who: the applicant as read from a card or typed by hand, and who else is on the case."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QVBoxLayout

from ui.kit.texts import say
from ui.kit.theme import Tone
from ui.pages.difference_form import DifferenceForm
from ui.pages.people_forms import (
    AgentForm,
    DeliveryForm,
    InlineForm,
    OrganisationForm,
    PhoneForm,
    TypingForm,
)
from ui.pages.waiting_bar import WaitingBar
from ui.pages.widgets.buttons import link
from ui.pages.widgets.look import Look
from ui.pages.widgets.marks import Chip, Elided, NoteBar, boxed, label, row
from ui.pages.widgets.photo import Photo
from ui.viewmodels.card import step_sentence
from ui.viewmodels.case import CaseScreen
from ui.viewmodels.counter import CounterModel
from ui.viewmodels.counter_state import Form, Primary


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
        self.photo = Photo()
        self.no_photo = label("", "muted")
        self.person = boxed(
            row(
                self.photo, self.name, self.facts, self.number, self.valid, self.no_photo, 0,
                spacing=12,
            ),
        )  # fmt: skip
        self.note = NoteBar()
        self.waiting = WaitingBar(model)
        self.parties = Elided("", "muted")
        self.organisation_link = link(say("单位"), "Ctrl+O")
        self.agent_link = link(say("代理人"), "Ctrl+G")
        self.delivery_link = link(say("送达"), "Ctrl+P")
        self.others = boxed(
            row(self.parties, 0, self.organisation_link, self.agent_link, self.delivery_link,
                spacing=6)
        )  # fmt: skip
        self.typing = TypingForm(model, look)
        self.phone_form = PhoneForm(model)
        self.organisation = OrganisationForm(model)
        self.agent = AgentForm(model)
        self.forms: tuple[InlineForm, ...] = (
            self.typing, self.phone_form, self.organisation, self.agent,
            DifferenceForm(model), DeliveryForm(model),
        )  # fmt: skip

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
            self.hint, self.step, self.person, self.others, *self.forms,
            self.waiting, self.note,
        ):  # fmt: skip
            layout.addWidget(part)

        self.read.clicked.connect(model.read_card)
        self.stop.clicked.connect(model.card.cancel)
        self.type.clicked.connect(model.type_by_hand)
        self.phone_link.clicked.connect(model.type_phone)
        self.organisation_link.clicked.connect(model.name_organisation)
        self.agent_link.clicked.connect(model.name_agent)
        self.delivery_link.clicked.connect(model.choose_delivery)
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
        if person is not None:
            self.name.setText(person.name)
            self.facts.setText(person.facts)
            self.number.setText(person.number)
            self.valid.say(*(person.valid or ("", _NONE)))
        self.photo.show_picture(card.photo)
        self.no_photo.setText(card.photo_words)
        self.no_photo.setVisible(bool(card.photo_words))
        asked = person is None and not card.reading and counter.form is not Form.TYPING
        self.hint.setVisible(asked and card.note is None)
        waiting = say("把证件放到读卡器上，按 F8；没有证件按 F9 手录。")
        self.hint.setText(waiting if counter.may_serve else say("没有在办的人"))
        self.note.tell(card.note)
        for form in self.forms:
            form.open(counter)
        self._render_parties(shown, case)

    def _render_parties(self, shown: bool, case: CaseScreen) -> None:
        parties = case.parties
        asking = self._model.state.form in {f.form for f in self.forms}
        self.others.setVisible(shown and not asking)
        if parties is None:
            return
        person = case.applicant
        words = [
            person.document if person else "",
            say("手机 {phone}", phone=person.phone) if person and person.phone else "",
            say("单位 {who}", who=parties.organisation) if parties.organisation else "",
            say("代理人 {who}", who=parties.agent) if parties.agent else "",
            say("送达 {way}", way=parties.delivery) if parties.delivery else "",
            say("信用限制：{why}", why=parties.barred) if parties.barred else "",
        ]
        self.parties.setText("　".join(word for word in words if word))
        self.organisation_link.setEnabled(case.open and not case.numbered)
        self.agent_link.setEnabled(case.open)
        self.delivery_link.setEnabled(case.open and case.item is not None)


_NONE = Tone.NEUTRAL
