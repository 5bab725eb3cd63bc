"""Ctrl+F12: printers found, added, tried; which paper goes where."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt

from app.domain.events import PaperKind
from app.print_ports import Printer
from printers.backends.finding import FoundPrinter
from tests.ui.hall import FolderPrinter, Hall
from tests.ui.test_layout import check
from tests.ui.test_panels import paper_rows, take_a_number
from tests.ui.test_sheets import shoot
from ui.pages.printers_panel import PrintersPanel
from ui.viewmodels.printers import PrintersState

Key = Qt.Key
CONTROL = Qt.KeyboardModifier.ControlModifier
OFFICE, SLIPS = "folder:/office", "folder:/slips"


def panel(hall: Hall) -> PrintersPanel:
    shown = hall.window.stack.currentWidget()
    assert isinstance(shown, PrintersPanel)
    return shown


def state(hall: Hall) -> PrintersState:
    return panel(hall)._model.state  # what the page shows


def two_found(hall: Hall) -> dict[str, FolderPrinter]:
    found = {spec: FolderPrinter(hall.client.home / spec[-5:]) for spec in (OFFICE, SLIPS)}
    hall.printers.update(dict[str, Printer](found))
    hall.found = [
        FoundPrinter(name="办公室激光机", specification=OFFICE, place="二楼"),
        FoundPrinter(name="号票机", specification=SLIPS, slips=True),
    ]
    return found


def go(hall: Hall, specification: str) -> None:
    ids = [one.specification for one in state(hall).printers]
    view = panel(hall).printers
    view.setCurrentIndex(view.model().index(ids.index(specification), 0))


def added(hall: Hall, specification: str) -> bool:
    return any(one.specification == specification and one.number for one in state(hall).printers)


def test_printers_are_found_added_tried_and_given_their_papers(hall: Hall) -> None:
    printers = two_found(hall)
    hall.sign_in()
    hall.key(Key.Key_F12, CONTROL)
    hall.wait(lambda: bool(state(hall).printers), "the default printer")
    assert len(state(hall).printers) == 1
    hall.key(Key.Key_F)
    hall.wait(lambda: len(state(hall).printers) == 3, "what was found")
    check(hall, "found")
    shoot(hall, "printers_found")
    for spec in (OFFICE, SLIPS):
        go(hall, spec)
        hall.key(Key.Key_Return)
        hall.wait(partial(added, hall, spec), "added")
    go(hall, SLIPS)
    hall.key(Key.Key_S)
    hall.wait(lambda: hall.client.routes.setup().slips == SLIPS, "slips go there")
    go(hall, OFFICE)
    hall.key(Key.Key_D)
    hall.wait(lambda: hall.client.routes.setup().documents == OFFICE, "documents go there")
    hall.key(Key.Key_Return)  # a test page
    hall.wait(lambda: any(OFFICE in row.hint or row.state == "printed"
                          for row in paper_rows(hall)), "a test page")  # fmt: skip
    assert len(list(printers[OFFICE].folder.glob("*.pdf"))) == 1
    panel(hall).papers.setFocus()
    papers = [one.paper for one in state(hall).papers]
    index = papers.index(PaperKind.TRANSFER)
    panel(hall).papers.setCurrentIndex(panel(hall).papers.model().index(index, 0))
    number = next(one.number for one in state(hall).printers if one.specification == SLIPS)
    hall.key(Key(Key.Key_0 + number))
    hall.key(Key.Key_Plus)
    hall.key(Key.Key_L)
    route = hall.client.routes.setup().papers[PaperKind.TRANSFER]
    assert (route.printer, route.copies, route.apart) == (SLIPS, 2, True)
    check(hall, "chosen")
    shoot(hall, "printers_chosen")
    hall.key(Key.Key_0)
    assert PaperKind.TRANSFER not in hall.client.routes.setup().papers
    hall.key(Key.Key_Escape)
    take_a_number(hall)
    hall.wait(lambda: bool(list(printers[SLIPS].folder.glob("*.pdf"))), "the slip at its printer")


def test_a_printer_that_is_needed_is_not_taken_away(hall: Hall) -> None:
    hall.sign_in()
    hall.key(Key.Key_F12, CONTROL)
    hall.wait(lambda: bool(state(hall).printers), "the default printer")
    hall.key(Key.Key_Delete)
    hall.wait(lambda: state(hall).note is not None, "why not")
    assert len(hall.client.routes.setup().specifications()) == 1
    hall.printer.fault = "PRN-NOT-SENT"
    hall.key(Key.Key_Escape)
    hall.key(Key.Key_F12, CONTROL)
    hall.wait(lambda: state(hall).printers[0].chip == "有问题", "its fault in words")


def test_of_several_printers_the_status_line_names_the_faulty_one(hall: Hall) -> None:
    found = two_found(hall)
    hall.printer_desk.add("号票机", SLIPS)
    hall.printer_desk.add("二楼", OFFICE)
    found[SLIPS].fault = "PRN-SLIP-PAPER-OUT"
    hall.sign_in()
    hall.wait(
        lambda: hall.window.status.printers.text().startswith("号票机："), "its name and fault", 20
    )
