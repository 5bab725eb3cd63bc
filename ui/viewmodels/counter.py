"""Run one window: which form is open, which act is the loudest, and what follows each act."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from app.domain.checklist import Outcome
from app.domain.errors import InvalidIdentity
from app.domain.hall import HALL_ZONE
from app.domain.person import CardRead, DocumentKind, check_phone, typed_person
from ui.kit.texts import say
from ui.kit.theme import Tone
from ui.viewmodels.card import CardModel
from ui.viewmodels.case import CaseModel
from ui.viewmodels.line import LineModel, LineStage
from ui.viewmodels.search import SearchModel
from ui.viewmodels.services import CounterServices
from ui.viewmodels.viewmodel import Note, ViewModel, note_for

if TYPE_CHECKING:
    from app.services.sign_in import Session


class Form(StrEnum):
    """The one inline form that is open."""

    NONE = "none"
    TYPING = "typing"
    PHONE = "phone"
    SEARCH = "search"
    FAULT = "fault"
    REJECT = "reject"
    TAKE = "take"
    LEAVE = "leave"


class Primary(StrEnum):
    """The one filled button of the page."""

    CALL_NEXT = "call_next"
    BEGIN = "begin"
    READ_CARD = "read_card"
    STOP_READING = "stop_reading"
    FIND_ITEM = "find_item"
    ANSWER = "answer"
    COUNT = "count"
    DECIDE = "decide"
    NEXT = "next"
    FORM = "form"  # the open form's own button


class Place(StrEnum):
    """Where the keyboard should be next."""

    ANSWERED = "answered"  # stay with a question of several options, else go on
    QUESTIONS = "questions"
    MATERIALS = "materials"


@dataclass(frozen=True, slots=True, kw_only=True)
class CounterState:
    form: Form = Form.NONE
    primary: Primary = Primary.CALL_NEXT
    material: str = ""  # the row a FAULT form is about
    note: Note | None = None  # inside the open form
    may_call: bool = True
    may_pass: bool = False
    may_leave: bool = False
    may_walk_in: bool = True
    may_serve: bool = False  # read, type or find: someone is or can be at the window


class CounterModel(ViewModel[CounterState]):
    """Owns the models of the three columns. Pages forward what the clerk does to it."""

    wanted = Signal(object)  # Place

    def __init__(self, services: CounterServices, parent: QObject | None = None) -> None:
        super().__init__(services, CounterState(), parent)
        self.line = LineModel(services, self)
        self.case = CaseModel(services, self)
        self.card = CardModel(services, self)
        self.search = SearchModel(services, self)
        self.grounds = services.legal_grounds
        for model in (self.line, self.case, self.card):
            model.state_changed.connect(self._weigh)
        self.card.card_read.connect(self._card_read)
        self.case.opened.connect(self.line.refresh)
        self.case.item_chosen.connect(self._item_chosen)
        self.case.answered.connect(self._answered)
        self.case.recorded.connect(self.close_form)
        self.case.closed.connect(self._left)
        self._seconds = QTimer(self, interval=1000)
        self._seconds.timeout.connect(self._second)
        self._count = 0

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

    # -- the line -------------------------------------------------------------------------------

    def next_applicant(self) -> None:
        """F2: only with no case under way."""
        if not self.state.may_call:
            return
        self._clear_counter()
        self.line.call_next()

    def begin(self) -> None:
        """The called person is here."""
        if self.line.state.stage is LineStage.CALLED and not self.case.state.case_id:
            self.case.open(self.line.state.ticket_id)

    def walk_in(self) -> None:
        if self.state.may_walk_in:
            self._clear_counter()
            self.line.finish()
            self.case.open("")

    def recall(self) -> None:
        if self.line.state.may_recall:
            self.line.recall()

    def recall_passed(self, ticket_id: str) -> None:
        """Somebody who was passed over has come; not while anybody else is at the window."""
        if self.state.may_call and self.line.state.stage is LineStage.IDLE:
            self._clear_counter()
            self.line.recall(ticket_id)

    def pass_or_leave(self) -> None:
        """F4: 过号 while called; 未办离开 while served."""
        if self.state.may_pass:
            self.line.pass_over()
        elif self.state.may_leave:
            self._form(Form.LEAVE)

    def leave(self, reason: str) -> None:
        if self.case.state.open:
            self.case.abandon(reason)
        else:
            self._left()

    def take(self, business_id: str, priority: str) -> None:
        self.line.take(business_id, priority)
        self.close_form()

    # -- who and what ---------------------------------------------------------------------------

    def read_card(self) -> None:
        """F8, also straight from the call: reading means that the person is here."""
        if self._ready_to_serve(self.read_card):
            self.close_form()
            self.card.start()

    def type_by_hand(self) -> None:
        if self._ready_to_serve(self.type_by_hand):
            self.card.clear()
            self._form(Form.TYPING)

    def check_typed(self, document: DocumentKind, name: str, number: str, reason: str) -> None:
        """Say what does not hold before anything is recorded."""
        today = self._services.clock.now().astimezone(HALL_ZONE).date()
        try:
            typed_person(document, name, number, today)
        except InvalidIdentity as error:
            self._show(replace(self.state, note=self._mistyped(error)))
            return
        if not reason.strip():
            text = say("写明为什么手录，例如“没有带证件”。")
            self._show(replace(self.state, note=Note(tone=Tone.BAD, message=text)))
            return
        self.case.identify_typed(document, name, number, reason)

    def _mistyped(self, error: InvalidIdentity) -> Note:
        """Which field, in words; the general sentence where there is no better one."""
        words = {
            "name": say("姓名是空的，或者有不能用的字符。"),
            "number": say("号码的位数或字符不对。"),
            "number_check": say("号码最后一位对不上，多半输错了一位。"),
            "birth": say("号码里的出生日期不对。"),
            "date": say("号码里的出生日期不对。"),
            "phone": say("手机号码要 7 到 20 位数字。"),
        }
        note = self._note(error)
        message = words.get(str(error.details.get("field", "")))
        if message is None:
            return note
        return Note(tone=Tone.BAD, message=message, next_step=say("请对照证件核对后重新输入。"))

    def type_phone(self) -> None:
        if self.case.state.open and self.case.state.applicant is not None:
            self._form(Form.PHONE)

    def enter_phone(self, phone: str) -> None:
        try:
            plain = check_phone(phone)
        except InvalidIdentity as error:
            self._show(replace(self.state, note=self._mistyped(error)))
            return
        self.case.enter_phone(plain)

    def find_item(self) -> None:
        if self._ready_to_serve(self.find_item):
            self.search.clear()
            self._form(Form.SEARCH)

    def choose_item(self) -> None:
        chosen = self.search.state.chosen
        if chosen is None:
            text = say("先输入事项名称、拼音、首字母或编码。")
            self._show(replace(self.state, note=Note(tone=Tone.WARN, message=text)))
            return
        self.case.choose_item(chosen.code)

    # -- materials ------------------------------------------------------------------------------

    def find_fault(self, material_id: str) -> None:
        row = next((r for r in self.case.state.rows if r.id == material_id), None)
        if self.case.state.open and row is not None and row.open:
            self._show(replace(self.state, material=material_id))
            self._form(Form.FAULT)

    def record_fault(self, reason: str) -> None:
        if not reason.strip():
            text = say("选一条或写明哪里不符，申请人要照着改。")
            self._show(replace(self.state, note=Note(tone=Tone.WARN, message=text)))
            return
        self.case.fault(self.state.material, reason)

    # -- deciding -------------------------------------------------------------------------------

    def select(self, outcome: Outcome) -> None:
        """A quiet button: it becomes the filled one. The filled one again: it is decided."""
        case = self.case.state
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
            self._show(replace(self.state, note=note_for(self._services, "DOM-09")))
            return
        self.case.decide()

    def press_primary(self) -> None:
        """Ctrl+Enter: whatever is filled now, forms excepted (they know their own content)."""
        match self.state.primary:
            case Primary.CALL_NEXT | Primary.NEXT:
                self.next_applicant()
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
            case Primary.FORM:
                pass

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

    def _form(self, form: Form) -> None:
        if form is not Form.SEARCH:
            self.search.clear()
        material = self.state.material if form is Form.FAULT else ""
        self._show(replace(self.state, form=form, note=None, material=material))
        self._weigh()

    # -- what follows ---------------------------------------------------------------------------

    def _ready_to_serve(self, again: Callable[[], None]) -> bool:
        """True when a case is open; from a call, open it first and come back."""
        if self.case.state.open:
            return True
        if self.line.state.stage is LineStage.CALLED and not self.case.state.case_id:
            self.case.open(self.line.state.ticket_id, again)
        return False

    def _card_read(self, card: CardRead) -> None:
        if self.case.state.open:
            self.case.identify(card)

    def _item_chosen(self) -> None:
        self.close_form()
        self.after_answer()

    def after_answer(self) -> None:
        """The open question is done with: on to the next, or to the materials."""
        self.wanted.emit(Place.QUESTIONS if self.case.state.unanswered else Place.MATERIALS)

    def _answered(self) -> None:
        self.wanted.emit(Place.ANSWERED)

    def _left(self) -> None:
        self._clear_counter()
        if self.line.state.stage is LineStage.SERVING:
            self.line.finish()

    def _clear_counter(self) -> None:
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
        case, line = self.case.state, self.line.state
        idle = line.stage is LineStage.IDLE
        stranded = line.stage is LineStage.SERVING and not case.case_id
        form = self.state.form
        if case.decided is not None and form not in {Form.TAKE, Form.NONE}:
            form = Form.NONE
        self._show(
            replace(
                self.state,
                form=form,
                primary=self._loudest(form),
                may_call=not case.open and line.stage is not LineStage.CALLED,
                may_pass=line.stage is LineStage.CALLED and not case.open,
                may_leave=case.open or stranded,
                may_walk_in=(idle and not case.open) or case.decided is not None,
                may_serve=case.open
                or (line.stage is LineStage.CALLED and case.decided is None),
            )
        )  # fmt: skip

    def _loudest(self, form: Form) -> Primary:
        case, line = self.case.state, self.line.state
        if form is not Form.NONE:
            return Primary.FORM
        if case.decided is not None:
            return Primary.NEXT
        if not case.open:
            return Primary.BEGIN if line.stage is LineStage.CALLED else Primary.CALL_NEXT
        if self.card.state.reading:
            return Primary.STOP_READING
        if case.selected is not None:
            return Primary.DECIDE
        if case.applicant is None:
            return Primary.READ_CARD
        if case.item is None:
            return Primary.FIND_ITEM
        if case.unanswered:
            return Primary.ANSWER
        missing = case.conclusion is not None and bool(case.conclusion.lines)
        if missing and not case.counted:
            return Primary.COUNT
        return Primary.DECIDE
