"""The counter: three columns by question, and all keys."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QApplication, QHBoxLayout, QVBoxLayout, QWidget

from app.domain.checklist import Outcome
from ui.pages.applicant_card import ApplicantCard
from ui.pages.decision_column import DecisionColumn
from ui.pages.form_card import FormCard
from ui.pages.item_card import ItemCard
from ui.pages.keys import page_keys
from ui.pages.line_column import LineColumn
from ui.pages.materials_card import MaterialsCard
from ui.pages.widgets.look import Look
from ui.viewmodels.counter import CounterModel
from ui.viewmodels.counter_state import Form, Place, Primary
from ui.viewmodels.outcomes import ORDER
from ui.viewmodels.papers import PapersModel


class CounterPage(QWidget):
    """``asked`` carries acts that belong to the window: help, clocks, news, results,
    supervisor, outbox, papers, theme, sign_out."""

    asked = Signal(str)

    def __init__(self, model: CounterModel, papers: PapersModel, look: Look) -> None:
        super().__init__()
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.model = model
        self.line = LineColumn(model, look)
        self.applicant = ApplicantCard(model, look)
        self.item = ItemCard(model, look)
        self.materials = MaterialsCard(model, look)
        self.form = FormCard(model, look)
        self.decision = DecisionColumn(model, papers)
        middle = QVBoxLayout()
        middle.setSpacing(10)
        middle.addWidget(self.applicant)
        middle.addWidget(self.item)
        middle.addWidget(self.materials, 1)
        middle.addWidget(self.form, 1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addWidget(self.line)
        layout.addLayout(middle, 1)
        layout.addWidget(self.decision)
        self._form = Form.NONE
        self._acts = self._handlers()
        for key_line in page_keys():
            for key in key_line.keys:
                shortcut = QShortcut(QKeySequence(key), self)
                shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
                shortcut.setAutoRepeat(False)  # a key held down must not decide twice
                shortcut.activated.connect(self._acts[key_line.act])
        self.materials.pages.scan.clicked.connect(self._acts["scan"])
        model.wanted.connect(self._go)
        for turn in (model.line.called, model.case.opened, model.case.closed, model.case.decided):
            turn.connect(self._settle)
        model.state_changed.connect(self._keep_focus)
        self._keep_focus()

    def _handlers(self) -> dict[str, Callable[[], None]]:
        model = self.model
        acts: dict[str, Callable[[], None]] = {
            "next": model.next_applicant,
            "recall": model.calling.recall,
            "undo": model.calling.undo,
            "hold": model.calling.open_hold,
            "drop": model.calling.open_drop,
            "pause": model.calling.pause_or_resume,
            "move": model.calling.open_move,
            "pass": self._pass_or_leave,
            "take": lambda: model.open_form(Form.TAKE),
            "walk_in": model.walk_in,
            "line": self.line.waiting.setFocus,
            "phone": model.type_phone,
            "read": self._read,
            "type": model.type_by_hand,
            "find": model.find_item,
            "questions": self.item.questions.ask,
            "materials": self.materials.table.setFocus,
            "organisation": model.name_organisation,
            "agent": model.name_agent,
            "delivery": model.choose_delivery,
            "form": self._form_or_print,
            "resume": model.records.resume,
            "handed": model.hand_notice,
            "primary": self.press_primary,
            "back": self._back,
        }
        for outcome in {one for one, _ in ORDER} - {Outcome.EACH}:
            acts[f"outcome:{outcome.value}"] = partial(model.select, outcome)
        for name in (
            "help", "scan", "sheets", "clocks", "news", "results", "supervisor", "outbox", "papers",
            "printers", "theme", "sign_out", "applicant",
        ):  # fmt: skip
            acts[name] = partial(self.asked.emit, name)
        return acts

    def _read(self) -> None:
        """F8 reads the applicant; while the agent's form is open, the agent."""
        if self.model.state.form is Form.AGENT:
            self.applicant.agent.submit()
        else:
            self.model.read_card()

    def _pass_or_leave(self) -> None:
        """F4 opens the form; in it, the case is left for later with what was written."""
        if self.model.state.form is Form.LEAVE:
            self.line.leave_form.leave_for_later()
        else:
            self.model.pass_or_leave()

    def _form_or_print(self) -> None:
        """The same key opens the form and, in it, prints it."""
        if self.model.state.form is Form.FIELDS:
            self.model.case.print_form()
        else:
            self.model.fill_form()

    def _back(self) -> None:
        if not self.model.step_back():
            self.asked.emit("hush")

    def press_primary(self) -> None:
        forms: dict[Form, Callable[[], None]] = {
            **{form.form: form.submit for form in self.applicant.forms},
            Form.FIELDS: self.model.case.print_form,
            Form.HANDED: self.decision.handed.submit,
            Form.SEARCH: self.model.choose_item,
            Form.FAULT: self.materials.fault.submit,
            Form.PAGES: self.materials.pages.submit,
            Form.REJECT: self.decision.reject.submit,
            **{form.form: form.submit for form in self.line.forms},
        }
        if self.model.state.primary is Primary.FORM:
            forms[self.model.state.form]()
        else:
            self.model.press_primary()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if _holds_mask_key(event):
            self.model.case.unmask(True)
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_M, Qt.Key.Key_Control} and not event.isAutoRepeat():
            self.model.case.unmask(False)
        super().keyReleaseEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Nothing stays unmasked behind another window."""
        if event.type() is QEvent.Type.ActivationChange:
            self.model.case.unmask(False)
        super().changeEvent(event)

    def _go(self, place: Place) -> None:
        questions = self.item.questions
        if place is Place.ANSWERED:
            if questions.current is not None:
                questions.ask()
                return
            place = Place.MATERIALS
        if place is Place.QUESTIONS:
            questions.ask()
            return
        if place is Place.MISSING:
            self.materials.table.to_missing()
        self.materials.table.setFocus()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The outer columns grow a little with the screen; the list gets the rest."""
        super().resizeEvent(event)
        self.line.setFixedWidth(min(max(236, self.width() * 15 // 100), 300))
        self.decision.setFixedWidth(min(max(276, self.width() * 20 // 100), 400))

    def _settle(self) -> None:
        """Another stage: the keys of the table and of the page are at hand."""
        if self.model.state.form is Form.NONE:
            self.materials.table.setFocus()

    def _keep_focus(self) -> None:
        """A form that closes gives the keyboard back; the keyboard is never lost."""
        state = self.model.state
        focus = QApplication.focusWidget()
        lost = focus is None or not focus.isVisible() or not focus.isEnabled()
        closed = state.form is Form.NONE and (self._form is not Form.NONE or lost)
        if closed and not self.item.questions.options.hasFocus():
            self.materials.table.setFocus()
        if (state.form is Form.FIELDS) is self.materials.isVisible():
            self._swap_list_and_form(state.form is Form.FIELDS)
        self._form = state.form

    def _swap_list_and_form(self, filling: bool) -> None:
        """One takes the other's place; what is hidden must not keep the keyboard."""
        if filling:
            self.form.begin()
            self.materials.hide()
        else:
            self.materials.show()
            self.materials.table.setFocus()


def _holds_mask_key(event: QKeyEvent) -> bool:
    held = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
    return event.key() == Qt.Key.Key_M and held
