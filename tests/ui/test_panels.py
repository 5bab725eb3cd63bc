"""The pages behind the status line: what was refused, and the papers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu

from app.domain.events import PaperDoubted, PaperSent
from tests.ui.hall import FolderPrinter, Hall
from ui.pages.papers_panel import PapersPanel
from ui.pages.status_line import StatusLine
from ui.viewmodels.papers import PaperRow
from ui.viewmodels.services import ReaderFault

Key = Qt.Key


def paper_rows(hall: Hall) -> tuple[PaperRow, ...]:
    assert hall.window.papers_model is not None
    hall.window.papers_model.refresh()
    hall.settle()
    return hall.window.papers_model.state.rows


def panel(hall: Hall) -> PapersPanel:
    shown = hall.window.stack.currentWidget()
    assert isinstance(shown, PapersPanel)
    return shown


def take_a_number(hall: Hall) -> None:
    hall.key(Key.Key_F5)
    hall.key(Key.Key_Return)


def test_failed_paper_is_tried_again(hall: Hall) -> None:
    hall.printer.fault = "PRN-NOT-SENT"
    hall.sign_in()
    take_a_number(hall)
    hall.wait(lambda: bool(rows := paper_rows(hall)) and rows[0].state == "failed", "a failure")
    hall.key(Key.Key_F12)
    hall.printer.fault = ""
    hall.click(panel(hall).lines[0].buttons[0])
    hall.wait(lambda: paper_rows(hall)[0].state == "printed", "a printed ticket")


def test_failed_paper_goes_to_another_printer_or_is_not_wanted_any_more(hall: Hall) -> None:
    other = FolderPrinter(hall.client.home / "other")
    hall.printers["folder:other"] = other
    hall.printer.fault = "PRN-NOT-SENT"
    hall.sign_in()
    for _ in range(2):
        take_a_number(hall)
    hall.wait(lambda: [r.state for r in paper_rows(hall)] == ["failed"] * 2, "two failures")
    hall.key(Key.Key_F12)
    assert [b.words() for b in panel(hall).lines[0].buttons] == ["重试", "换打印机…", "取消"]
    hall.click(panel(hall).lines[0].buttons[1])
    model = hall.window.papers_model
    assert model is not None
    hall.wait(lambda: bool(panel(hall).choices.count()), "the other printers")
    hall.key(Key.Key_Escape)  # rather not
    assert not model.state.moving
    hall.click(panel(hall).lines[0].buttons[1])
    hall.wait(lambda: bool(model.state.choices), "the other printers")
    hall.key(Key.Key_1)
    hall.wait(lambda: paper_rows(hall)[0].state == "printed", "the other printer")
    assert len(list(other.folder.glob("*.pdf"))) == 1
    hall.click(panel(hall).lines[1].buttons[2])
    hall.wait(lambda: paper_rows(hall)[1].state == "cancelled", "nothing more")
    assert panel(hall).lines[1].buttons == []


def test_printed_paper_is_printed_again_only_with_a_reason(hall: Hall) -> None:
    hall.sign_in()
    take_a_number(hall)
    hall.wait(lambda: bool(rows := paper_rows(hall)) and rows[0].state == "printed", "a ticket")
    hall.key(Key.Key_F12)
    hall.click(panel(hall).lines[0].buttons[0])
    hall.key(Key.Key_Return)
    assert hall.window.papers_model is not None
    assert hall.window.papers_model.state.note is not None
    assert len(paper_rows(hall)) == 1
    panel(hall).reason.setText("卡纸")
    panel(hall).reason.setFocus()
    hall.key(Key.Key_Return)
    hall.wait(lambda: len(paper_rows(hall)) == 2, "a reprint")
    assert "补打 1" in paper_rows(hall)[0].title
    hall.wait(lambda: paper_rows(hall)[0].state == "printed", "the second sheet")
    hall.click(panel(hall).lines[0].history_button)
    model = hall.window.papers_model
    hall.wait(lambda: bool(model.state.history), "what was done with it")
    told = "\n".join(model.state.history)
    assert "李样例　打印　" in told
    assert "李样例　补打 1　卡纸" in told
    assert told.count("本机　打出") == 2
    hall.key(Key.Key_Escape)
    assert model.state.history == ()
    hall.key(Key.Key_Escape)
    assert hall.window.stack.currentWidget() is hall.page


def test_doubted_paper_is_asked_about(hall: Hall) -> None:
    hall.printer.fault = "PRN-NOT-SENT"
    hall.sign_in()
    take_a_number(hall)
    hall.wait(lambda: bool(rows := paper_rows(hall)) and rows[0].state == "failed", "a failure")
    store, job = hall.client.store, paper_rows(hall)[0].id
    for event in (PaperSent(), PaperDoubted()):
        with store.begin() as unit:
            unit.append(event, subject=f"job:{job}", actor="system")
    hall.wait(lambda: "不知是否打出" in hall.window.status.printers.text()
              or hall.printer.fault != "", "a question")  # fmt: skip
    hall.key(Key.Key_F12)
    hall.wait(lambda: paper_rows(hall)[0].state == "doubted", "doubt")
    words = [button.words() for button in panel(hall).lines[0].buttons]
    assert words == ["出来了", "没出来"]
    hall.click(panel(hall).lines[0].buttons[0])
    hall.wait(lambda: paper_rows(hall)[0].state == "printed", "an answer")


@dataclass
class Hand:
    """A trainer that remembers what it was told."""

    placed: list[str] = field(default_factory=list)

    def people(self) -> tuple[tuple[str, str], ...]:
        return (("zhang-shili", "张示例：居民身份证"), ("none", "没有带证件"))

    def place(self, person_id: str) -> None:
        self.placed.append(person_id)

    def lift(self) -> None:
        self.placed.append("lifted")

    def cause(self, fault: ReaderFault) -> None:
        self.placed.append(fault.value)


def test_trainer_menu_places_and_lifts(open_hall: Callable[..., Hall]) -> None:
    hall = open_hall()
    hand = Hand()
    line = StatusLine(hall.window.status_model, hand)
    assert line.trainer is not None
    assert hall.window.status.trainer is None
    menu = line.trainer.menu_of_people()
    acts = [action for action in menu.actions() if action.text()]
    assert [action.text() for action in acts] == [
        "张示例：居民身份证", "没有带证件", "拿走卡", "让读卡器出故障",
    ]  # fmt: skip
    faults = acts[-1].menu()
    assert isinstance(faults, QMenu)
    for action in (*acts[:-1], *faults.actions()):
        action.trigger()
    assert hand.placed[:3] == ["zhang-shili", "none", "lifted"]
    assert sorted(hand.placed[3:]) == sorted(fault.value for fault in ReaderFault)
    menu.deleteLater()
    line.deleteLater()
