"""Which papers: the table, its keys as small buttons, and the form for 不符."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from ui.kit.texts import say
from ui.kit.theme import Tone
from ui.pages.pages_form import PagesForm
from ui.pages.widgets.buttons import ActButton, link
from ui.pages.widgets.choices import Choices
from ui.pages.widgets.look import Look
from ui.pages.widgets.marks import Elided, NoteBar, boxed, card_rule, row
from ui.pages.widgets.materials_table import MaterialsTable
from ui.viewmodels.counter import CounterModel
from ui.viewmodels.counter_state import CounterState, Form
from ui.viewmodels.viewmodel import Note


class MaterialsCard(QFrame):
    def __init__(self, model: CounterModel, look: Look) -> None:
        super().__init__()
        self.setObjectName("card")
        self._model = model
        self._why = ""  # the material whose reason is shown
        self.table = MaterialsTable(look)
        self.why = NoteBar()
        self.fault = FaultForm(model)
        self.pages = PagesForm(model, look)
        self.counts = Elided("", "muted")
        self.counts.setAlignment(_RIGHT)
        self.acts: dict[str, ActButton] = {
            "receive": link(say("收到"), say("空格")),
            "more": link(say("加减"), "+ −"),
            "fault": link(say("不符"), "X"),
            "promise": link(say("承诺"), "P"),
            "electronic": link(say("电子件"), "E"),
            "pages": link(say("扫描件"), "S"),
            "return": link(say("退还"), "Del"),
            "why": link(say("为什么"), "?"),
        }
        self.footer = boxed(row(*self.acts.values(), spacing=0))
        line = self.footer.layout()
        assert isinstance(line, QHBoxLayout)  # noqa: S101  # row() made it
        line.addWidget(self.counts, 1)
        line.addSpacing(12)
        self.rule = card_rule()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 4, 4, 4)
        layout.setSpacing(4)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.why)
        layout.addWidget(self.fault)
        layout.addWidget(self.pages)
        layout.addWidget(self.rule)
        layout.addWidget(self.footer)

        case = model.case
        self.table.received.connect(case.materials.receive_all)
        self.table.electronic.connect(case.materials.receive_electronic)
        self.table.adjusted.connect(
            lambda i, originals, copies: case.materials.adjust(
                i, originals=originals, copies=copies
            )
        )
        self.table.faulted.connect(model.find_fault)
        self.table.promised.connect(case.materials.promise)
        self.table.returned.connect(case.materials.give_back)
        self.table.asked_why.connect(self._ask_why)
        self.table.asked_pages.connect(model.show_pages)
        self.table.selectionModel().currentRowChanged.connect(lambda *_: self._moved())
        for what, button in self.acts.items():
            button.clicked.connect(lambda _=False, w=what: self._press(w))
        model.state_changed.connect(self._render)
        case.state_changed.connect(self._render)
        model.lacking.state_changed.connect(self._render)
        self._render()

    def _press(self, what: str) -> None:
        self.table.press(what)
        if what not in {"fault", "pages"}:
            self.table.setFocus()

    def _render(self) -> None:
        counter, case = self._model.state, self._model.case.state
        self.table.empty_text = self._empty_text()
        self.table.show_rows(self._model.lacking.mark(case.rows))
        self.counts.setText(case.counts)
        self.footer.setVisible(bool(case.rows))
        self.rule.setVisible(bool(case.rows))
        self.fault.open(counter, self._model)
        self.pages.open(counter)
        if not case.rows:
            self._why = ""
        self._moved()

    def _empty_text(self) -> str:
        case, counter = self._model.case.state, self._model.state
        if case.open:
            return say("选定事项以后，这里是它的材料清单：清单以外的，一份也不要。")
        if counter.may_serve:
            return say("申请人到了就按 Ctrl+↵ 开始，或直接按 F8 读卡。")
        return say("按 F2 叫下一位。")

    def _moved(self) -> None:
        current = self.table.current()
        open_ = self._model.case.state.open
        ready = current is not None and current.open and open_
        for what, button in self.acts.items():
            button.setEnabled(ready if what != "why" else current is not None)
        rows = self._model.case.state.rows
        self.acts["promise"].setVisible(any(row.promisable for row in rows))
        self.acts["electronic"].setVisible(any(row.electronic for row in rows))
        self.acts["promise"].setEnabled(ready and current is not None and current.promisable)
        self.acts["electronic"].setEnabled(ready and current is not None and current.electronic)
        if current is None or current.id != self._why:
            self._why = ""
            self.why.tell(None)

    def _ask_why(self, material_id: str) -> None:
        current = self.table.current()
        if current is None or self._why == material_id:
            self._why = ""
            self.why.tell(None)
            return
        self._why = material_id
        text = say("{name}：{because}", name=current.name, because=current.because)
        self.why.tell(Note(tone=Tone.ACT, message=text, next_step=current.standard))


_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class FaultForm(QWidget):
    """不符: one of the list's usual faults, or in the clerk's words. The applicant mends by it."""

    def __init__(self, model: CounterModel) -> None:
        super().__init__()
        self._model = model
        self._material = ""
        self.title = Elided("", "strong")
        self.usual = Choices()
        self.reason = QLineEdit()
        self.reason.setMaxLength(500)
        self.reason.setAccessibleName(say("哪里不符"))
        self.reason.setPlaceholderText(say("哪里不符，要怎样改"))
        self.note = NoteBar()
        self.submit_button = link(say("记为不符"), "Enter")
        cancel = link(say("取消"), "Esc")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.setSpacing(8)
        layout.addWidget(self.title)
        layout.addWidget(self.usual)
        layout.addLayout(row(self.reason, cancel, self.submit_button))
        layout.addWidget(self.note)
        self.usual.picked.connect(self._take)
        self.usual.closed.connect(self.submit)
        self.reason.returnPressed.connect(self.submit)
        self.submit_button.clicked.connect(self.submit)
        cancel.clicked.connect(model.step_back)
        self.hide()

    def open(self, state: CounterState, model: CounterModel) -> None:
        opened = state.form is Form.FAULT
        if opened and not self.isVisible():
            found = next((r for r in model.case.state.rows if r.id == state.material), None)
            faults = found.faults if found else ()
            self.title.setText(say("{name} 不符，因为：", name=found.name if found else ""))
            self.usual.offer(tuple((f, f) for f in faults))
            self.usual.setVisible(bool(faults))
            self.reason.clear()
            self.show()
            (self.usual if faults else self.reason).setFocus()
        self.setVisible(opened)
        self.submit_button.set_primary(opened)
        self.note.tell(state.note if opened else None)

    def submit(self) -> None:
        self._model.record_fault(self.reason.text())

    def _take(self, chosen: frozenset[str]) -> None:
        self.reason.setText(next(iter(chosen), ""))
