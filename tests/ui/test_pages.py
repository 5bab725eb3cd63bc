"""Scanned pages of a material: added, looked at and taken away by keyboard, kept encrypted."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog

from app.ports import LinkState, SyncStatus, UploadProgress
from tests.ui.hall import Hall
from ui.kit.theme import Tone
from ui.viewmodels.counter_state import Form
from ui.viewmodels.status import _sending, link_words

Key = Qt.Key


def scan(folder: Path, name: str, shade: int = 200) -> Path:
    """An empty sheet with a bar, as a scanner would send it."""
    page = Image.new("RGB", (620, 877), (shade, shade, shade))
    page.paste((40, 40, 40), (80, 80, 540, 120))
    path = folder / name
    page.save(path)
    return path


def at_the_list(hall: Hall) -> str:
    """A case with its list open; the id of the first material."""
    hall.sign_in()
    hall.begin()
    hall.read()
    hall.find("养犬登记")
    hall.answer_first()
    hall.page.materials.table.setFocus()
    row = hall.page.materials.table.current()
    assert row is not None
    return row.id


# The offscreen plug-in says so of every second window.
@pytest.mark.qt_log_ignore("propagateSizeHints", extend=True)
def test_pages_are_added_shown_and_taken_away(hall: Hall, tmp_path: Path) -> None:
    material = at_the_list(hall)
    hall.key(Key.Key_S)
    assert hall.form() is Form.PAGES
    form = hall.page.materials.pages
    assert form.isVisible()
    assert form.empty.isVisible()
    hall.key(Key.Key_A)
    dialog = form.findChild(QFileDialog)
    assert dialog is not None
    dialog.filesSelected.emit([str(scan(tmp_path, "一.jpg")), str(scan(tmp_path, "二.png", 90))])
    dialog.close()
    hall.window.activateWindow()
    hall.wait(lambda: QApplication.activeWindow() is hall.window, "the window again")
    pages = hall.model.pages
    hall.wait(lambda: len(pages.state.lines) == 2, "two pages")
    hall.wait(lambda: bool(pages.state.preview), "a picture")
    assert [line.what.split()[0] for line in pages.state.lines] == ["JPEG", "PNG"]
    assert len(hall.case().evidence[material].scans) == 2
    hall.wait(lambda: not form.picture.pixmap().isNull(), "the picture on the screen")
    form.list.setFocus()
    hall.key(Key.Key_Delete)
    hall.wait(lambda: len(pages.state.lines) == 1, "one page")
    assert len(hall.case().evidence[material].scans) == 1
    hall.key(Key.Key_Escape)
    assert hall.form() is Form.NONE
    assert QApplication.focusWidget() is hall.page.materials.table
    hall.wait(
        lambda: any("扫描" in row.chip + row.hint for row in hall.model.case.state.rows), "the row"
    )
    kept = list((hall.client.home / "attachments").rglob("*.enc"))
    assert kept
    assert all(b"PNG" not in file.read_bytes()[:64] for file in kept)


def test_a_file_that_lies_is_told_and_the_others_go_on(hall: Hall, tmp_path: Path) -> None:
    material = at_the_list(hall)
    hall.key(Key.Key_S)
    lie = tmp_path / "假.pdf"
    lie.write_bytes(b"MZ" + bytes(5000))
    good = scan(tmp_path, "好.jpg")
    form = hall.page.materials.pages
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(lie)), QUrl.fromLocalFile(str(good))])
    form.dropEvent(
        QDropEvent(
            QPointF(10, 10), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
    )  # fmt: skip
    pages = hall.model.pages
    hall.wait(lambda: len(pages.state.lines) == 1 and not pages.state.adding, "one page")
    assert pages.state.note is not None
    assert "假.pdf" in pages.state.note.message
    assert form.note.isVisible()
    assert len(hall.case().evidence[material].scans) == 1


def test_another_material_shows_its_own_pages(hall: Hall, tmp_path: Path) -> None:
    at_the_list(hall)
    hall.key(Key.Key_S)
    hall.model.pages.add([scan(tmp_path, "一.jpg")])
    hall.wait(lambda: len(hall.model.pages.state.lines) == 1, "a page")
    hall.key(Key.Key_Escape)
    assert hall.model.pages.state.lines == ()
    hall.key(Key.Key_Down)
    hall.key(Key.Key_S)
    hall.settle()
    assert hall.model.pages.state.material
    assert hall.model.pages.state.lines == ()


def test_the_status_line_says_what_is_most_pressing() -> None:
    def words(link: LinkState, **more: Any) -> tuple[str, Tone]:
        return link_words(SyncStatus(link=link, **more))

    away = LinkState.OFFLINE
    assert words(away, number_days=10) == ("后台断开，照常办理", Tone.WARN)
    assert words(away, number_days=9) == ("后台断开，编号还够 9 天：请恢复网络", Tone.WARN)
    assert words(away, number_days=0, skew_seconds=400)[1] is Tone.BAD
    # They are renewed by themselves while the line is there.
    assert words(LinkState.CONNECTED, number_days=0) == ("后台已连接", Tone.GOOD)
    assert words(LinkState.CONNECTED, skew_seconds=420)[0] == "本机时间快了 7 分钟：请校准"
    assert words(away, skew_seconds=-3 * 3600)[0] == "本机时间慢了 3 小时：请校准"
    assert words(away, skew_seconds=366 * 86400)[0] == "本机时间快了 366 天：请校准"
    assert words(LinkState.BLOCKED, skew_seconds=420)[1] is Tone.BAD


def test_the_status_line_says_how_long_the_scans_still_take() -> None:
    def words(**progress: object) -> str:
        return _sending(SyncStatus(waiting=2), UploadProgress(**progress))[0]  # type: ignore[arg-type]

    assert words() == "待发 2"
    assert words(files_left=3, bytes_total=9_400_000) == "待发 2 · 扫描件 3 个 9.4 MB"
    moving = {"files_left": 3, "bytes_total": 9_400_000, "bytes_sent": 1_400_000}
    assert words(**moving, seconds_left=12.3) == "待发 2 · 扫描件 3 个 8.0 MB，约 12 秒"
    assert words(**moving, seconds_left=300.0).endswith("约 5 分钟")
    assert "F11" in words(files_left=1, refused=1)
    assert _sending(SyncStatus(), None)[0] == "已全部送达"
