"""Ctrl+F12: the printers of this window, and which paper goes to which; all by keys."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QVBoxLayout

from ui.kit.texts import say
from ui.kit.theme import Tone
from ui.pages.panel import Panel
from ui.pages.widgets.buttons import ActButton, small
from ui.pages.widgets.flow import FlowLayout
from ui.pages.widgets.look import Look
from ui.pages.widgets.marks import NoteBar, boxed, label, row
from ui.pages.widgets.two_line_list import TwoLineList, TwoLines
from ui.viewmodels.printers import PrinterLine, PrintersModel, PrintersState, RouteLine


class PrintersPanel(Panel):
    def __init__(self, model: PrintersModel, look: Look) -> None:
        super().__init__(say("打印机"))
        self._model = model
        self.note = NoteBar()
        self.printers = TwoLineList(look, say("打印机"))
        self.printers.chosen.connect(lambda _: self._add_or_test())
        self.printers.moved.connect(lambda _: self._name_acts())
        self.papers = TwoLineList(look, say("各文书的打印机"))
        self.address = QLineEdit()
        self.address.setPlaceholderText(say("地址，例如 ipp://192.0.2.10/ipp/print"))
        self.address.setAccessibleName(say("打印机地址"))
        self.address.setMaxLength(300)
        self.address.returnPressed.connect(self._add_typed)
        self.first = small("", "Enter")
        self.first.clicked.connect(self._add_or_test)
        self.documents = small(say("默认文书"), "D")
        self.documents.clicked.connect(lambda: self._with_printer(model.use_for_documents))
        self.slips = small(say("默认小票"), "S")
        self.slips.clicked.connect(lambda: self._with_printer(model.use_for_slips))
        self.drop = small(say("拿掉"), "Delete")
        self.drop.clicked.connect(lambda: self._with_printer(model.remove))
        self.look_around = small(say("找打印机"), "F")
        self.look_around.clicked.connect(model.look_around)
        self.type_button = small(say("写地址"), "N")
        self.type_button.clicked.connect(self.address.setFocus)
        left = (
            self.first, self.documents, self.slips, self.drop, self.look_around, self.type_button
        )  # fmt: skip
        right = (
            self._act(say("换打印机"), "1…9", lambda _: None), self._act(
                say("按默认"), "0", lambda one: model.send(one.paper, 0)),
            self._act(say("多一份"), "+", lambda one: model.more(one.paper, 1)),
            self._act(say("少一份"), "−", lambda one: model.more(one.paper, -1)),
            self._act(say("各联分开"), "L", lambda one: model.toggle_apart(one.paper)),
            self._act("A5", "H", lambda one: model.toggle_half(one.paper)),
            self._act(say("纸盒"), "K", lambda one: model.next_tray(one.paper)),
        )  # fmt: skip
        right[0].setEnabled(False)  # it is said, and done by the digits
        for button in (*left, *right):
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        sides = row(spacing=24)
        sides.addLayout(_side(self.printers, left, say("打印机"), self.address), 1)
        sides.addLayout(_side(self.papers, right, say("各文书的打印机（Tab 到这里）")), 1)
        self.inside.addWidget(self.note)
        self.inside.addLayout(sides, 1)
        model.state_changed.connect(self.show_state)
        self.show_state(model.state)

    def take_focus(self) -> None:
        self._model.refresh()
        self.printers.setFocus()

    def step_back(self) -> bool:
        """Esc: first out of the address, then out of the page. True where it was used up."""
        if self.address.hasFocus():
            self.address.clear()
            self.printers.setFocus()
            return True
        return False

    def show_state(self, state: PrintersState) -> None:
        self.note.tell(state.note)
        self.look_around.set_words(say("正在找…") if state.looking else say("找打印机"))
        self.look_around.setEnabled(not state.looking)
        self.printers.put([_printer_lines(one) for one in state.printers])
        self.papers.put([_paper_lines(one) for one in state.papers])
        self._name_acts()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, text = event.key(), event.text().upper()
        paper = self._paper() if self.papers.hasFocus() else None
        if text == "F":
            self._model.look_around()
        elif text == "N":
            self.address.setFocus()
        elif paper is not None and text.isdigit():
            self._model.send(paper.paper, int(text))
        elif paper is not None and text in {"+", "=", "-", "−"}:
            self._model.more(paper.paper, 1 if text in {"+", "="} else -1)
        elif paper is not None and text == "L":
            self._model.toggle_apart(paper.paper)
        elif paper is not None and text == "H":
            self._model.toggle_half(paper.paper)
        elif paper is not None and text == "K":
            self._model.next_tray(paper.paper)
        elif paper is None and text == "D":
            self._with_printer(self._model.use_for_documents)
        elif paper is None and text == "S":
            self._with_printer(self._model.use_for_slips)
        elif paper is None and key == Qt.Key.Key_Delete:
            self._with_printer(self._model.remove)
        else:
            super().keyPressEvent(event)

    def _act(self, words: str, key: str, act: Callable[[RouteLine], object]) -> ActButton:
        button = small(words, key)

        def clicked() -> None:
            paper = self._paper()
            if paper is not None:
                act(paper)

        button.clicked.connect(clicked)
        return button

    def _printer(self) -> PrinterLine | None:
        current = self.printers.current()
        lines = self._model.state.printers
        return next((one for one in lines if one.specification == current), None)

    def _paper(self) -> RouteLine | None:
        current = self.papers.current()
        return next((o for o in self._model.state.papers if o.paper.value == current), None)

    def _with_printer(self, act: Callable[[str], object]) -> None:
        printer = self._printer()
        if printer is not None and printer.number:
            act(printer.specification)

    def _add_or_test(self) -> None:
        printer = self._printer()
        if printer is None:
            return
        if printer.number:
            self._model.test(printer.specification)
        else:
            self._model.add(printer.specification)

    def _add_typed(self) -> None:
        if self.address.text().strip():
            self._model.add(self.address.text())
            self.address.clear()
            self.printers.setFocus()

    def _name_acts(self) -> None:
        printer = self._printer()
        known = printer is not None and bool(printer.number)
        self.first.set_words(say("测试页") if known else say("添加"))
        self.first.setEnabled(printer is not None)
        for button in (self.documents, self.slips, self.drop):
            button.setEnabled(known)


def _side(
    rows: TwoLineList, acts: tuple[ActButton, ...], title: str, more: QLineEdit | None = None
) -> QVBoxLayout:
    side = QVBoxLayout()
    side.setSpacing(8)
    side.addWidget(label(title, "section"))
    side.addWidget(rows, 1)
    flow = FlowLayout()
    for act in acts:
        flow.addWidget(act)
    side.addWidget(boxed(flow))
    if more is not None:
        side.addWidget(more)
    return side


def _printer_lines(one: PrinterLine) -> TwoLines:
    name = f"{one.number}　{one.name}" if one.number else one.name
    return TwoLines(
        id=one.specification, chip=one.chip, tone=one.tone, title=name, under=one.under,
        right=one.uses, strong=bool(one.uses),
    )  # fmt: skip


def _paper_lines(one: RouteLine) -> TwoLines:
    chip, tone = (say("单独定"), Tone.ACT) if one.own else (say("默认"), Tone.NEUTRAL)
    return TwoLines(id=one.paper.value, chip=chip, tone=tone, title=one.title, under=one.under)
