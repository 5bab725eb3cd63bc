"""Shift+F12: every paper that can be printed, seen as it will come out before it does."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from openpyxl import load_workbook
from PySide6.QtCore import Qt

from app.domain.events import PaperKind, PaperQueued
from app.services.set_aside import event_of
from tests.ui.hall import Hall
from tests.ui.test_layout import check
from tests.ui.test_main_job import receive_all_by_keys
from ui.pages.sheets_panel import SheetsPanel
from ui.viewmodels.sheets import SheetsModel

Key = Qt.Key
SHOTS = os.environ.get("ONEWINDOW_SHOTS", "")


def shoot(hall: Hall, name: str) -> None:
    if SHOTS:
        Path(SHOTS).mkdir(parents=True, exist_ok=True)
        hall.window.grab().save(f"{SHOTS}/{name}.png")


def panel(hall: Hall) -> SheetsPanel:
    shown = hall.window.stack.currentWidget()
    assert isinstance(shown, SheetsPanel)
    return shown


def model(hall: Hall) -> SheetsModel:
    return panel(hall)._model  # what the page shows


def open_sheets(hall: Hall) -> None:
    hall.key(Key.Key_F12, Qt.KeyboardModifier.ShiftModifier)
    hall.wait(lambda: model(hall).state.picture is not None, "a sheet", 20)


def offered(hall: Hall) -> list[PaperKind]:
    return [one.paper for one in model(hall).state.offers]


def go_to(hall: Hall, paper: PaperKind) -> None:
    place = offered(hall).index(paper)
    while model(hall).state.chosen != place:
        down = model(hall).state.chosen < place
        hall.key(Key.Key_Down if down else Key.Key_Up)


def queued(hall: Hall) -> list[PaperQueued]:
    events = map(event_of, hall.client.store.entries())
    return [event for event in events if isinstance(event, PaperQueued)]


@pytest.fixture
def served(hall: Hall) -> Hall:
    hall.sign_in()
    hall.begin()
    hall.read()
    hall.find("食品经营")
    hall.answer_first()
    return hall


def test_with_nobody_at_the_window_the_days_reports_are_there(hall: Hall) -> None:
    hall.sign_in()
    open_sheets(hall)
    assert offered(hall) == [
        PaperKind.SHIFT_REPORT, PaperKind.DAY_PAPERS, PaperKind.SPARED_REPORT,
        PaperKind.BALANCE_REPORT, PaperKind.BALANCE_REPORT,
    ]  # fmt: skip
    check(hall, "reports")
    shoot(hall, "sheets_day")
    hall.key(Key.Key_Escape)
    assert hall.window.stack.currentWidget() is hall.page


def test_guide_and_form_are_seen_at_true_size_and_printed_by_one_key(served: Hall) -> None:
    hall = served
    open_sheets(hall)
    assert offered(hall)[:2] == [PaperKind.GUIDE, PaperKind.APPLICATION_FORM]
    picture = model(hall).state.picture
    assert picture is not None
    dpi = panel(hall)._dpi()  # the screen's own
    assert abs(picture.width - 210 / 25.4 * dpi) <= 2  # A4 as wide as A4
    assert abs(picture.height - 297 / 25.4 * dpi) <= 2
    assert len(picture.rows) == picture.width * picture.height * 3
    assert len(set(picture.rows)) > 2
    shoot(hall, "sheets_guide")
    hall.key(Key.Key_Z)
    whole = model(hall).state.picture
    assert whole is not None
    assert panel(hall).view.sheet_size().height() <= panel(hall).area.viewport().height()
    shoot(hall, "sheets_whole")
    before = len(queued(hall))
    hall.key(Key.Key_Return)
    hall.wait(lambda: len(queued(hall)) == before + 1, "a job")
    assert queued(hall)[-1].paper is PaperKind.GUIDE
    assert len(hall.filled()) == 1


def test_pages_are_turned_and_copies_named(served: Hall) -> None:
    hall = served
    open_sheets(hall)
    pages = model(hall).state.pages
    for _ in range(20):
        hall.key(Key.Key_PageDown)
    assert model(hall).state.page == pages - 1
    for _ in range(20):
        hall.key(Key.Key_PageUp)
    assert model(hall).state.page == 0


def test_a_decided_paper_is_printed_again_only_with_a_reason(served: Hall) -> None:
    hall = served
    hall.ctrl(Key.Key_T)
    receive_all_by_keys(hall)
    hall.ctrl(Key.Key_Return)
    hall.key(Key.Key_Escape)
    hall.name_organisation()
    hall.ctrl(Key.Key_Return)
    hall.wait(lambda: hall.model.case.state.decided is not None, "a decision")
    open_sheets(hall)
    paper = offered(hall)[0]
    go_to(hall, paper)
    hall.key(Key.Key_L)
    hall.wait(lambda: model(hall).state.apart, "named copies")
    before = len(queued(hall))
    hall.key(Key.Key_Return)
    assert model(hall).state.asking
    check(hall, "a reason is asked")
    shoot(hall, "sheets_again")
    hall.key(Key.Key_Return)
    assert model(hall).state.note is not None  # no reason, no paper
    assert len(queued(hall)) == before
    hall.write("卡纸")
    hall.key(Key.Key_Return)
    hall.wait(lambda: len(queued(hall)) == before + 1, "a job")
    job = queued(hall)[-1]
    assert (job.paper, job.reprint, job.reason, job.apart) == (paper, 1, "卡纸", True)
    shoot(hall, "sheets_printed")


def test_a_days_report_is_saved_as_a_table(hall: Hall) -> None:
    hall.sign_in()
    open_sheets(hall)
    panel = hall.window._panels["sheets"]
    assert isinstance(panel, SheetsPanel)
    for _ in range(3):
        hall.key(Key.Key_Down)
    hall.wait(lambda: panel._model.state.pages > 0, "the balance")
    assert panel.save_button.isVisible()
    shoot(hall, "sheets_balance")
    hall.key(Key.Key_E)
    hall.wait(lambda: "balance_report-" in str(panel._model.state.note), "the file")
    assert hall.services.exports is not None
    (file,) = hall.services.exports.glob("*.xlsx")
    book = load_workbook(file)
    assert "差异" in book.sheetnames
