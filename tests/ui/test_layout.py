"""What every state of the page keeps: one filled button, nothing clipped, in both themes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton

from app.bootstrap import resources_folder
from app.ports import LinkState, SyncStatus
from tests.ui.hall import Hall
from ui.kit.texts import install_language
from ui.kit.theme import ThemeMode
from ui.pages.keys import page_keys
from ui.pages.widgets.marks import Elided

Key = Qt.Key


def check(hall: Hall, where: str) -> None:
    """One filled button, and every word of the page can be read whole."""
    for _ in range(4):  # a word that has just changed is laid out from the inside outwards
        QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)
    filled = [button.words() for button in hall.filled()]
    assert len(filled) == 1, f"{where}: filled are {filled}"
    assert hall.filled()[0].isEnabled(), where
    for part in hall.window.findChildren(QLabel):
        if not part.isVisible() or not part.text() or isinstance(part, Elided):
            continue
        if part.window() is not hall.window:
            continue
        if part.wordWrap():
            needed = part.heightForWidth(part.width())
            assert part.height() >= needed, f"{where}: {part.text()!r} {part.height()} < {needed}"
        else:
            assert part.width() >= part.sizeHint().width(), f"{where}: {part.text()!r}"
            assert part.height() >= part.minimumSizeHint().height() - 1, f"{where}: {part.text()!r}"
    for button in hall.window.findChildren(QPushButton):
        if button.isVisible() and button.text():
            assert button.width() >= button.sizeHint().width(), f"{where}: {button.text()!r}"
    assert hall.window.status.geometry().right() <= hall.window.rect().right(), where


def walk(hall: Hall) -> None:
    check(hall, "signed out")
    hall.sign_in()
    check(hall, "idle")
    hall.key(Key.Key_F5)
    check(hall, "taking a number")
    hall.key(Key.Key_Escape)
    hall.key(Key.Key_F2)
    check(hall, "called")
    hall.ctrl(Key.Key_Return)
    check(hall, "begun")
    hall.key(Key.Key_F8)
    check(hall, "reading")
    hall.key(Key.Key_Escape)
    hall.key(Key.Key_F9)
    check(hall, "typing")
    hall.ctrl(Key.Key_Return)
    hall.key(Key.Key_Escape)
    hall.sam.wrong_checksum()
    hall.place()
    hall.key(Key.Key_F8)
    hall.wait(lambda: hall.model.card.state.note is not None, "a failure", 15)
    check(hall, "card failure")
    hall.sam.mend()
    hall.read()
    check(hall, "read")
    hall.key(Key.Key_F7)
    check(hall, "phone")
    hall.write("13800000000")
    hall.key(Key.Key_Return)
    hall.key(Key.Key_F10)
    hall.write("sp")
    hall.settle()
    check(hall, "searching")
    hall.key(Key.Key_Escape)
    hall.find("spjy")
    check(hall, "questions")
    hall.answer_first()
    check(hall, "list")
    hall.key(Key.Key_Space)
    check(hall, "counting")
    hall.key(Key.Key_Question)
    check(hall, "why")
    hall.key(Key.Key_X)
    check(hall, "fault")
    hall.key(Key.Key_1)
    hall.key(Key.Key_Return)
    hall.ctrl(Key.Key_D)
    check(hall, "rejecting")
    hall.page.decision.reject.grounds.setFocus()
    hall.key(Key.Key_2)
    check(hall, "rejecting with a ground")
    hall.key(Key.Key_Escape)
    hall.key(Key.Key_F4)
    check(hall, "leaving")
    hall.key(Key.Key_Escape)
    hall.ctrl(Key.Key_G)
    check(hall, "agent")
    hall.key(Key.Key_Escape)
    hall.ctrl(Key.Key_P)
    check(hall, "delivery")
    hall.key(Key.Key_2)
    check(hall, "post")
    hall.key(Key.Key_Escape)
    hall.ctrl(Key.Key_F)
    check(hall, "form")
    hall.key(Key.Key_Escape)
    hall.receive_all()
    check(hall, "no organisation")
    hall.ctrl(Key.Key_Return)
    check(hall, "organisation")
    hall.key(Key.Key_Escape)
    hall.name_organisation()
    check(hall, "complete")
    hall.key(Key.Key_F1)
    check(hall, "help")
    hall.key(Key.Key_Escape)
    hall.key(Key.Key_F11)
    hall.settle()
    check(hall, "outbox")
    hall.key(Key.Key_Escape)
    hall.ctrl(Key.Key_Return)
    hall.wait(lambda: hall.model.case.state.decided is not None, "a decision")
    check(hall, "decided")
    hall.key(Key.Key_F12)
    hall.settle()
    check(hall, "papers")
    hall.key(Key.Key_Escape)
    hall.ctrl(Key.Key_Return)
    hall.ctrl(Key.Key_Return)
    hall.read("ayiguli-ceshi")
    hall.find("kaicanyindian")
    hall.answer_first()
    check(hall, "bundle")
    hall.key(Key.Key_Space)
    hall.name_organisation()
    check(hall, "bundle, one paper")
    hall.ctrl(Key.Key_Return)
    hall.wait(lambda: hall.model.case.state.decided is not None, "the bundle")
    check(hall, "bundle decided")
    hall.ctrl(Key.Key_Y)
    check(hall, "handing the notice over")
    hall.key(Key.Key_1)
    check(hall, "handed")
    hall.ctrl(Key.Key_Return)
    hall.ctrl(Key.Key_Return)
    hall.read("ayiguli-ceshi")
    hall.wait(lambda: bool(hall.model.records.state.waiting), "what waits")
    check(hall, "what waits")
    hall.ctrl(Key.Key_H)
    hall.wait(lambda: hall.model.case.state.numbered, "resumed")
    check(hall, "resumed")
    hall.key(Key.Key_Space)
    check(hall, "first notice stands")


@pytest.mark.parametrize("theme", [ThemeMode.LIGHT, ThemeMode.DARK])
def test_small_screen(open_hall: Callable[..., Hall], theme: ThemeMode) -> None:
    hall = open_hall(theme=theme)
    assert (hall.window.width(), hall.window.height()) == (1366, 768)
    walk(hall)
    assert (hall.window.width(), hall.window.height()) == (1366, 768)


def test_small_screen_under_a_task_bar(open_hall: Callable[..., Hall]) -> None:
    hall = open_hall()
    hall.window.resize(1366, 690)
    walk(hall)


def test_english(open_hall: Callable[..., Hall], screen: QApplication) -> None:
    translator = install_language(screen, "en", resources_folder() / "texts")
    assert translator is not None
    try:
        walk(open_hall())
    finally:
        QCoreApplication.removeTranslator(translator)


def test_large_screen(open_hall: Callable[..., Hall]) -> None:
    hall = open_hall()
    hall.window.resize(1920, 1080)
    walk(hall)


def test_theme_is_switched_and_remembered(hall: Hall) -> None:
    assert hall.window.look.theme.name == "light"
    hall.key(Key.Key_T, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert hall.window.look.theme.name == "dark"
    assert hall.preferences.get("theme") == "dark"
    hall.click(hall.window.status.theme)
    assert hall.window.look.mode is ThemeMode.SYSTEM


def test_every_key_of_the_help_has_a_hand(hall: Hall) -> None:
    hall.sign_in()
    assert {line.act for line in page_keys()} == set(hall.page._acts)


def test_status_line_speaks(hall: Hall) -> None:
    hall.sign_in()
    hall.wait(lambda: hall.window.status.printers.text() == "打印机 就绪", "printers")
    assert hall.window.status.link.text() == "后台已连接"
    hall.office.now = SyncStatus(link=LinkState.OFFLINE, waiting=7, acknowledged=3, refused=0)
    hall.printer.fault = "PRN-NOT-SENT"
    hall.wait(lambda: hall.window.status.link.text() == "后台断开，照常办理", "offline")
    assert hall.window.status.sending.text() == "待发 7"
    hall.wait(lambda: hall.window.status.printers.text().startswith("打印机："), "a fault")
    hall.click(hall.window.status.link)
    assert hall.window.outbox_model is not None
    hall.wait(lambda: hall.window.outbox_model.state.waiting == 7, "the outbox")  # type: ignore[union-attr]  # asserted above
    hall.key(Key.Key_Escape)
    assert hall.window.stack.currentWidget() is hall.page


def test_bug_banner_has_the_support_id_and_goes(hall: Hall) -> None:
    hall.sign_in()
    hall.window.tell_bug("A1B2C3D4")
    hall.settle()
    assert hall.window.bug.isVisible()
    assert any("A1B2C3D4" in w.text() for w in hall.window.bug.findChildren(QLabel))
    hall.key(Key.Key_Escape)
    assert not hall.window.bug.isVisible()
