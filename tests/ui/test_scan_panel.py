"""The scan page by keyboard: pages come, are worked on, split, filed, and nothing is lost."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.domain.scan_page import Flaw, ScanMode
from app.scan_ports import PaperSource
from tests.scanning.sheets import jpeg, sheet
from tests.ui.hall import Hall
from tests.ui.test_pages import at_the_list
from ui.kit.theme import Tone
from ui.pages.scan_panel import ScanPanel
from ui.viewmodels.tray import TrayModel

Key = Qt.Key
Ctrl = Qt.KeyboardModifier.ControlModifier


def open_scan(hall: Hall) -> tuple[ScanPanel, TrayModel]:
    hall.key(Key.Key_F8, Qt.KeyboardModifier.ShiftModifier)
    panel = hall.window.stack.currentWidget()
    assert isinstance(panel, ScanPanel)
    hall.wait(lambda: panel._model.state.loaded, "the tray")
    return panel, panel._model


def scan(hall: Hall, model: TrayModel, pages: int = 3) -> None:
    hall.key(Key.Key_S)
    assert model.state.scanning
    hall.wait(lambda: not model.state.scanning, "the scan", 30)
    hall.wait(lambda: looked(model, pages), f"{pages} pages that were looked at", 20)


def looked(model: TrayModel, pages: int) -> bool:
    seen = [page.seen.looked for page in model.state.pages]
    return len(seen) == pages and all(seen)


def test_a_stack_is_scanned_put_in_order_and_filed_by_keyboard(hall: Hall) -> None:
    material = at_the_list(hall)
    hall.key(Key.Key_S)
    panel, model = open_scan(hall)
    assert model.state.target == material
    assert panel.scan_button.is_primary()
    scan(hall, model)
    assert QApplication.focusWidget() is panel.strip
    assert [page.seen.flaws for page in model.state.pages] == [(), (), (Flaw.BLANK,)]
    hall.wait(lambda: all(line.thumb for line in model.state.lines), "small pictures")
    hall.wait(lambda: bool(model.state.proof), "the page")
    hall.key(Key.Key_Up)
    assert model.state.current == 1
    crooked = model.state.pages[1]
    assert crooked.seen.tilt == pytest.approx(-2.4, abs=0.4)
    hall.key(Key.Key_T)
    hall.wait(lambda: bool(model.state.pages[1].edits.tilt), "straightened")
    hall.key(Key.Key_R)
    hall.wait(lambda: model.state.pages[1].edits.turn == 90, "turned")
    hall.key(Key.Key_L)
    hall.wait(lambda: model.state.pages[1].edits.turn == 0, "turned back")
    hall.key(Key.Key_K)
    hall.wait(lambda: model.state.pages[1].edits.mode is ScanMode.COLOUR, "in colour")
    hall.key(Key.Key_Up, Ctrl)
    hall.wait(lambda: model.state.pages[0].id == crooked.id, "moved")
    assert model.state.current == 0
    hall.key(Key.Key_Return, Ctrl)  # one is blank: asked
    assert model.state.asked
    assert model.state.note is not None
    assert "空白" in model.state.note.message
    hall.key(Key.Key_Down)
    hall.key(Key.Key_Down)
    hall.key(Key.Key_Delete)
    hall.wait(lambda: len(model.state.pages) == 2, "the blank one gone")
    hall.key(Key.Key_Return, Ctrl)
    hall.wait(lambda: not model.state.pages, "filed")
    assert model.state.note is not None
    assert model.state.note.tone is Tone.GOOD
    assert len(hall.case().evidence[material].scans) == 1
    hall.key(Key.Key_Escape)
    assert hall.window.stack.currentWidget() is hall.page


def test_a_stack_is_split_by_hand_and_by_separator_sheets(hall: Hall, tmp_path: Path) -> None:
    at_the_list(hall)
    _, model = open_scan(hall)
    names = []
    for number, code in enumerate(("", "", "OW-SEP-3", "")):
        path = tmp_path / f"{number}.jpg"
        path.write_bytes(jpeg(sheet(80, lines=4 + number, code=code), 80))
        names.append(path)
    model.add(names)
    hall.wait(lambda: looked(model, 4), "four pages", 20)
    model.choose(1)
    hall.key(Key.Key_2)
    hall.wait(lambda: model.state.lines[1].label == "→ 2", "assigned")
    assert [line.label for line in model.state.lines] == ["→ 1", "→ 2", "", "→ 2"]
    hall.key(Key.Key_D)
    hall.wait(lambda: len(model.state.pages) == 3, "split")
    hall.wait(lambda: model.state.lines[2].label == "→ 3", "the third")
    hall.key(Key.Key_Return, Ctrl)
    hall.wait(lambda: not model.state.pages, "filed")
    filed = {m for m, brought in hall.case().evidence.items() if brought.scans}
    assert len(filed) == 2  # the split by sheets begins anew with the open material


def test_a_scan_is_stopped_and_what_came_stays(hall: Hall) -> None:
    at_the_list(hall)
    _, model = open_scan(hall)
    hall.key(Key.Key_S)
    hall.wait(lambda: len(model.state.pages) == 1, "a page", 20)
    hall.key(Key.Key_Escape)
    hall.wait(lambda: not model.state.scanning, "stopped")
    assert model.state.note is not None
    assert "停" in model.state.note.message
    assert 1 <= len(model.state.pages) <= 2
    hall.key(Key.Key_Escape)
    assert hall.window.stack.currentWidget() is hall.page
    _, model = open_scan(hall)
    assert model.state.pages


def test_a_page_is_taken_anew_in_its_place(hall: Hall) -> None:
    at_the_list(hall)
    _, model = open_scan(hall)
    scan(hall, model)
    hall.key(Key.Key_Home)
    former = [page.id for page in model.state.pages]
    hall.key(Key.Key_N)
    hall.wait(lambda: not model.state.scanning, "the page", 20)
    hall.wait(lambda: model.state.pages[0].id != former[0], "the new one")
    assert [page.id for page in model.state.pages][1:] == former[1:]


def test_files_are_dropped_pictures_pasted_and_a_lie_told(hall: Hall, tmp_path: Path) -> None:
    at_the_list(hall)
    panel, model = open_scan(hall)
    good, lie = tmp_path / "好.jpg", tmp_path / "假.png"
    good.write_bytes(jpeg(sheet(60), 60))
    lie.write_bytes(b"MZ" + bytes(4000))
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(good)), QUrl.fromLocalFile(str(lie))])
    panel.dropEvent(
        QDropEvent(
            QPointF(9, 9), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
    )  # fmt: skip
    hall.wait(lambda: not model.state.busy and bool(model.state.note), "both")
    assert model.state.note is not None
    assert "假.png" in model.state.note.message
    hall.wait(lambda: looked(model, 1), "a page")
    QGuiApplication.clipboard().setImage(QImage.fromData(jpeg(sheet(60, lines=5), 60)))
    hall.key(Key.Key_V, Ctrl)
    hall.wait(lambda: looked(model, 2), "the pasted page")
    hall.key(Key.Key_F)
    assert model.state.paper is PaperSource.GLASS


def test_the_watched_folder_is_emptied_into_the_tray(hall: Hall) -> None:
    folder = hall.client.home / "scans"
    pages = [sheet(60, lines=n) for n in (3, 9)]
    pages[0].save(folder / "b.pdf", save_all=True, append_images=pages[1:], resolution=60)
    (folder / "a.jpg").write_bytes(jpeg(pages[0], 60))
    (folder / "x.doc").write_bytes(b"no page")
    (folder / "half.jpg").write_bytes(b"\xff\xd8\xff being written")
    old = time.time() - 60
    for name in ("a.jpg", "b.pdf", "x.doc"):
        os.utime(folder / name, (old, old))
    at_the_list(hall)
    _, model = open_scan(hall)
    hall.wait(lambda: looked(model, 3), "three pages", 20)
    hall.wait(lambda: bool(model.state.note), "the refused one is told")
    assert "x.doc" in (model.state.note.message if model.state.note else "")
    names = {path.name for path in folder.rglob("*") if path.is_file()}
    assert {"x.doc"} <= names
    assert not {"a.jpg", "b.pdf"} & names


def test_pages_of_nobody_wait_until_a_case_is_there(hall: Hall, tmp_path: Path) -> None:
    hall.sign_in()
    _, model = open_scan(hall)
    path = tmp_path / "a.jpg"
    path.write_bytes(jpeg(sheet(60), 60))
    model.add([path])
    hall.wait(lambda: looked(model, 1), "a page")
    hall.key(Key.Key_Return, Ctrl)
    assert model.state.note is not None
    assert len(model.state.pages) == 1
    hall.key(Key.Key_Escape)
    hall.begin()
    hall.read()
    hall.find("养犬登记")
    hall.answer_first()
    _, model = open_scan(hall)
    hall.wait(lambda: len(model.state.pages) == 1, "the page of nobody")
    hall.key(Key.Key_Return, Ctrl)
    hall.wait(lambda: not model.state.pages, "filed")
    assert sum(len(one.scans) for one in hall.case().evidence.values()) == 1


@pytest.mark.qt_log_ignore("Couldn't (load|resolve)", "QRhi", extend=True)
def test_pages_are_taken_from_a_document_camera(hall: Hall) -> None:
    from PySide6.QtMultimedia import QVideoFrame, QVideoFrameInput

    from ui.pages.widgets.camera import Camera

    at_the_list(hall)
    panel, model = open_scan(hall)
    hall.key(Key.Key_V)  # there is no camera here
    assert model.state.note is not None
    assert "高拍仪" in model.state.note.message
    fed = QVideoFrameInput()
    panel.open_camera = lambda: Camera(fed)
    hall.key(Key.Key_V)
    paper = QImage.fromData(jpeg(sheet(120, code="OW-SEP-4"), 120))
    frame = QVideoFrame(paper.convertToFormat(QImage.Format.Format_RGBX8888))
    hall.wait(lambda: fed.sendVideoFrame(frame), "the camera")
    hall.wait(lambda: not panel.picture.image.isNull(), "the live picture")
    hall.key(Key.Key_Space)
    hall.wait(lambda: looked(model, 1), "the page")
    page = model.state.pages[0]
    assert (page.width, page.height, page.source) == (992, 1403, "camera")
    assert page.seen.codes == ("OW-SEP-4",)
    hall.key(Key.Key_Escape)
    assert panel._camera is None
    assert hall.window.stack.currentWidget() is panel


def test_a_part_is_framed_with_the_mouse_and_a_part_of_that(hall: Hall) -> None:
    at_the_list(hall)
    panel, model = open_scan(hall)
    scan(hall, model)
    hall.wait(lambda: looked(model, 3), "looked at")
    view = panel.picture
    hall.wait(lambda: not view.image.isNull(), "a picture")

    def drag(left: float, top: float, right: float, bottom: float) -> None:
        lies = view.pixmap().deviceIndependentSize()
        middle = view.rect().center()
        corner = QPoint(int(middle.x() - lies.width() / 2), int(middle.y() - lies.height() / 2))

        def at(x: float, y: float) -> QPoint:
            return corner + QPoint(int(x * lies.width()), int(y * lies.height()))

        QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=at(left, top))
        QTest.mouseMove(view, at(right, bottom))
        QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=at(right, bottom))

    def cut() -> tuple[float, ...]:
        page = model.state.page
        box = page.edits.crop if page else None
        return (box.left, box.top, box.right, box.bottom) if box else ()

    drag(0.2, 0.2, 0.21, 0.21)
    hall.settle()
    assert cut() == (), "a click cuts nothing"
    before = view.image.size()
    drag(0.1, 0.2, 0.6, 0.7)
    hall.wait(lambda: cut() != (), "cut")
    assert cut() == pytest.approx((0.1, 0.2, 0.6, 0.7), abs=0.02)
    hall.wait(lambda: not view.image.isNull() and view.image.size() != before, "drawn")
    first = cut()
    drag(0.5, 0.02, 0.98, 0.5)
    hall.wait(lambda: cut() != first, "cut again")
    assert cut() == pytest.approx((0.35, 0.21, 0.59, 0.45), abs=0.02)
    model.crop()
    hall.wait(lambda: cut() == (), "whole again")
