"""Run one window: which form is open, which act is the loudest, and what follows each act."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from app.domain.checklist import Outcome
from app.domain.parties import Party
from app.domain.person import CardRead
from ui.kit.texts import say
from ui.kit.theme import Tone
from ui.viewmodels.card import CardModel
from ui.viewmodels.case import CaseModel
from ui.viewmodels.counter_state import CounterState, Form, Place, Primary, weigh
from ui.viewmodels.lacking import LackingModel
from ui.viewmodels.line import LineModel
from ui.viewmodels.line_acts import LineActs
from ui.viewmodels.line_state import LineAct, LineStage
from ui.viewmodels.pages import PagesModel
from ui.viewmodels.people_forms import PeopleForms
from ui.viewmodels.records import RecordsModel
from ui.viewmodels.scan_desk import ScanDesk
from ui.viewmodels.search import SearchModel
from ui.viewmodels.services import CounterServices
from ui.viewmodels.viewmodel import Note, ViewModel, note_for

if TYPE_CHECKING:
    from app.services.sign_in import Session
    from ui.viewmodels.status import StatusState


_CASE_NUMBER = 10  # characters at least: no item is found by so long a text without spaces


class CounterModel(ViewModel[CounterState]):
    """Owns the models of the three columns. Pages forward what the clerk does to it."""

    wanted = Signal(object)  # Place
    scanned_person = Signal(object)  # MrzRead, for the form of 手录

    def __init__(self, services: CounterServices, parent: QObject | None = None) -> None:
        super().__init__(services, CounterState(), parent)
        self.line = LineModel(services, self)
        self.case = CaseModel(services, self)
        self.card = CardModel(services, self)
        self.search = SearchModel(services, self)
        self.people = PeopleForms(services, self, self.case)
        self.scans = ScanDesk(services, self)
        self.records = RecordsModel(services, self.case, self)
        self.pages = PagesModel(services, self.case, self)
        self.lacking = LackingModel(services, self.case, self)
        self.calling = LineActs(services, self)
        self.grounds = services.legal_grounds
        for model in (self.line, self.case, self.card):
            model.state_changed.connect(self._weigh)
        self.card.card_read.connect(self._card_read)
        self.case.opened.connect(self.line.refresh)
        self.case.item_chosen.connect(self._item_chosen)
        self.case.answered.connect(self._answered)
        self.case.recorded.connect(self._recorded)
        self.case.closed.connect(self._left)
        self.case.resumed.connect(self._resumed)
        self._seconds = QTimer(self, interval=1000)
        self._seconds.timeout.connect(self._second)
        self._count = 0
        self._refused = 0

    def begin_session(self, session: Session) -> None:
        self.line.open(session)
        self.case.take_session(session)
        self._seconds.start()

    def end_session(self) -> None:
        self._seconds.stop()
        self.card.cancel()
        self.case.take_session(None)
        self.line.close()
        self.search.clear()
        self._form(Form.NONE)

    def follow_status(self, status: StatusState) -> None:
        """Something was refused or answered: of the open case, too?"""
        if status.refused != self._refused:
            self._refused = status.refused
            self.case.look_again(self.case.state.case_id)

    # -- the line -------------------------------------------------------------------------------

    def next_applicant(self) -> None:
        """F2: only with no case under way."""
        if reason := self.state.refused.get(LineAct.NEXT):
            self.line.refuse(reason)
            return
        self.clear()
        self.line.call_next()

    def begin(self) -> None:
        """The called person is here, or is served again after a step back."""
        if self.line.state.stage is not LineStage.IDLE and not self.case.state.case_id:
            self.case.open(self.line.state.ticket_id)

    def walk_in(self) -> None:
        if self.state.may_walk_in:
            self.clear()
            self.line.finish()
            self.case.open("")

    def go_on(self, case_id: str, *, resume: bool) -> bool:
        """With a case chosen on another page, as without a ticket; False while anybody else is
        here."""
        here = self.case.matter if self.case.state.open else None
        if here is not None and case_id in {case.id for case in here.cases}:
            return True
        if not self.state.may_walk_in:
            return False
        self.clear()
        self.line.finish()
        if resume:
            self.case.resume(case_id)
        else:
            self.case.reopen(case_id)
        return True

    def pass_or_leave(self) -> None:
        """F4: 过号 while called; 未办离开 while served, 放回 for a case that came back."""
        if self.state.may_pass:
            self.line.pass_over()
        elif self.case.state.open and self.case.state.numbered:
            self.case.put_back()
        elif self.state.may_leave:
            self._form(Form.LEAVE)

    def leave_for_later(self, reason: str) -> None:
        """留待续办: only with somebody identified, for else nobody finds it again."""
        if self.case.state.open and self.case.state.applicant is not None:
            self.case.leave_for_later(reason)

    def leave(self, reason: str) -> None:
        if self.case.state.open:
            self.case.abandon(reason)
        else:
            self._left()

    # -- who and what ---------------------------------------------------------------------------

    def read_card(self) -> None:
        """F8, also straight from the call: reading means that the person is here."""
        if self.ready_to_serve(self.read_card):
            self.people.for_agent = False
            self.close_form()
            self.card.start()

    def type_by_hand(self) -> None:
        if self.ready_to_serve(self.type_by_hand):
            self.card.clear()
            self.people.for_agent = False
            self._form(Form.TYPING)

    def type_phone(self) -> None:
        if self.case.state.open and self.case.state.applicant is not None:
            self._form(Form.PHONE)

    def name_organisation(self) -> None:
        self._form_about_people(Form.ORGANISATION)

    def name_agent(self) -> None:
        self._form_about_people(Form.AGENT)

    def read_agent(self) -> None:
        """The next card is the agent's."""
        if self.case.state.open:
            self.people.for_agent = True
            self._form(Form.NONE)
            self.card.start()

    def type_agent(self) -> None:
        if self.case.state.open:
            self.people.for_agent = True
            self._form(Form.TYPING)

    def choose_delivery(self) -> None:
        if self.case.state.item is not None:
            self._form_about_people(Form.DELIVERY)

    def fill_form(self) -> None:
        if self.case.state.form is not None:
            self._form_about_people(Form.FIELDS)

    def _form_about_people(self, form: Form) -> None:
        if self.case.state.open and self.case.state.applicant is not None:
            self._form(form)

    def find_item(self) -> None:
        if self.ready_to_serve(self.find_item):
            self.search.clear()
            self._form(Form.SEARCH)

    def choose_item(self) -> None:
        chosen, text = self.search.state.chosen, self.search.state.text
        if chosen is None and len(text) >= _CASE_NUMBER and text.isascii() and text.isalnum():
            self.records.find(text.upper())  # the number on a notice, typed or scanned
            self.close_form()
            return
        if chosen is None:
            text = say("先输入事项名称、拼音、首字母或编码。")
            self.tell(Note(tone=Tone.WARN, message=text))
            return
        self.case.choose_item(chosen.code)

    # -- materials ------------------------------------------------------------------------------

    def find_fault(self, material_id: str) -> None:
        row = next((r for r in self.case.state.rows if r.id == material_id), None)
        if self.case.state.open and row is not None and row.open:
            self._show(replace(self.state, material=material_id))
            self._form(Form.FAULT)

    def show_pages(self, material_id: str) -> None:
        """S: the scanned pages of this row."""
        row = next((r for r in self.case.state.rows if r.id == material_id), None)
        if self.case.state.open and row is not None and row.open:
            self._show(replace(self.state, material=material_id))
            self._form(Form.PAGES)
            self.pages.open(material_id)

    def record_fault(self, reason: str) -> None:
        if not reason.strip():
            text = say("选一条或写明哪里不符，申请人要照着改。")
            self.tell(Note(tone=Tone.WARN, message=text))
            return
        self.case.materials.fault(self.state.material, reason)

    # -- deciding -------------------------------------------------------------------------------

    def select(self, outcome: Outcome) -> None:
        """A quiet button: it becomes the filled one. The filled one again: it is decided."""
        case = self.case.state
        if outcome is Outcome.ACCEPT and case.item is not None and case.item.bundled:
            outcome = Outcome.EACH  # the same key: each item by its own list
        if case.conclusion is None or outcome not in case.conclusion.open or not case.open:
            return
        if outcome is Outcome.REJECT:
            self.case.select(outcome)
            self._form(Form.REJECT)
        elif self.state.primary is Primary.DECIDE and case.outcome is outcome:
            self.case.decide()
        else:
            self.close_form()
            self.case.select(outcome)

    def write_reason(self, reason: str, basis: str) -> None:
        self.case.write_reason(reason, basis)

    def reject(self) -> None:
        state = self.case.state
        if not state.reason.strip() or not state.basis.strip():
            self.tell(note_for(self._services, "DOM-09"))
            return
        self.case.decide()

    def hand_notice(self) -> None:
        """The notice just printed is given to the person here."""
        decided = self.case.state.decided
        if decided is not None and decided.notices and not decided.handed:
            self._form(Form.HANDED)

    def handed(self, way: str, *, signed: bool) -> None:
        self.case.hand_notice(way, signed=signed)
        self.close_form()

    def press_primary(self) -> None:
        """Ctrl+Enter: whatever is filled now, forms excepted (they know their own content)."""
        match self.state.primary:
            case Primary.CALL_NEXT | Primary.NEXT:
                self.next_applicant()
            case Primary.GO_ON:
                self.calling.pause_or_resume()
            case Primary.BEGIN:
                self.begin()
            case Primary.READ_CARD:
                self.read_card()
            case Primary.STOP_READING:
                self.card.cancel()
            case Primary.FIND_ITEM:
                self.find_item()
            case Primary.ANSWER:
                self.wanted.emit(Place.QUESTIONS)
            case Primary.COUNT:
                self.wanted.emit(Place.MATERIALS)
            case Primary.DECIDE:
                self.case.decide()
            case Primary.PARTY:
                self._name_lacking()
            case Primary.PUT_BACK:
                self.case.put_back()
            case Primary.SUPPLEMENT:
                self.case.hand_to_department()
            case Primary.FORM | Primary.WAIT:
                pass

    def _name_lacking(self) -> None:
        """Whose identity stands in the way: the form, or the reader, for it."""
        conclusion = self.case.state.conclusion
        match conclusion.lacking if conclusion else None:
            case Party.ORGANISATION:
                self.name_organisation()
            case Party.AGENT:
                self.name_agent()
            case Party.APPLICANT:
                self.read_card()

    # -- forms ----------------------------------------------------------------------------------

    def open_form(self, form: Form) -> None:
        self._form(form)

    def close_form(self) -> None:
        self._form(Form.NONE)

    def step_back(self) -> bool:
        """Esc: the innermost thing first. False where there was nothing to step back from."""
        if self.state.form is not Form.NONE:
            rejecting = self.state.form is Form.REJECT
            self._form(Form.NONE)
            if rejecting:
                self.case.select(None)
            if self.case.state.rows:
                self.wanted.emit(Place.MATERIALS)
        elif self.card.state.reading or self.card.state.note:
            self.card.cancel()
        elif self.case.state.selected is not None:
            self.case.select(None)
        else:
            return False
        return True

    def about_ticket(self, ticket_id: str) -> None:
        """The form to drop this one."""
        self._show(replace(self.state, ticket=ticket_id))
        self._form(Form.DROP)

    def tell(self, note: Note) -> None:
        """Inside the open form."""
        self._show(replace(self.state, note=note))

    def _form(self, form: Form) -> None:
        if form is not Form.SEARCH:
            self.search.clear()
        if form is not Form.PAGES:
            self.pages.close()
        if form is not Form.DIFFERENCE:
            self.people.check.forget()
        material = self.state.material if form in {Form.FAULT, Form.PAGES} else ""
        ticket = self.state.ticket if form is Form.DROP else ""
        self._show(replace(self.state, form=form, note=None, material=material, ticket=ticket))
        self._weigh()

    # -- what follows ---------------------------------------------------------------------------

    def ready_to_serve(self, again: Callable[[], None]) -> bool:
        """True when a case is open; from a call, open it first and come back."""
        if self.case.state.open:
            return True
        if self.line.state.stage is not LineStage.IDLE and not self.case.state.case_id:
            self.case.open(self.line.state.ticket_id, again)
        return False

    def _card_read(self, card: CardRead) -> None:
        if self.case.state.open:
            self.people.card_read(card)

    def _recorded(self) -> None:
        """A form's act was taken: on where the hands were before it."""
        self.close_form()
        if self.case.state.item is not None:
            self.after_answer()

    def _item_chosen(self) -> None:
        self.close_form()
        self.after_answer()

    def after_answer(self) -> None:
        """The open question is done with: on to the next, or to the materials."""
        self.wanted.emit(Place.QUESTIONS if self.case.state.unanswered else Place.MATERIALS)

    def _answered(self) -> None:
        self.wanted.emit(Place.ANSWERED)

    def _resumed(self) -> None:
        """At what was missing."""
        self.close_form()
        self.wanted.emit(Place.MISSING)

    def _left(self) -> None:
        self.clear()
        if self.line.state.stage is LineStage.SERVING:
            self.line.finish()

    def clear(self) -> None:
        """Nothing of the last applicant remains."""
        self.card.clear()
        self.case.forget()
        self.line.hush()
        self._form(Form.NONE)

    def _second(self) -> None:
        self.line.tick()
        self._count += 1
        if self._count % 2 == 0:
            self.line.refresh()

    def _weigh(self) -> None:
        """Decide the one loudest act, and what is possible."""
        reading = self.card.state.reading
        self._show(weigh(self.state, self.case.state, self.line.state, reading=reading))
