"""The kiosk as who stands before it meets it: a real back office, reader, printer folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from app.bootstrap import Client
from app.config import Settings
from app.demo.back_office import EmbeddedBackOffice
from app.devices.simulators.sam import SimulatedSamReader
from app.domain.events import SlipPrepared
from app.domain.ticket_events import TicketTaken
from app.kiosk import KioskProgram
from ui.viewmodels.kiosk_state import KioskState, Purpose, Slip, Step

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")
SHOTS = os.environ.get("ONEWINDOW_SHOTS", "")


class Stand:
    """One kiosk, its back office and its reader."""

    def __init__(self, home: Path, qtbot: QtBot, *, greeter: bool = False) -> None:
        self.office = EmbeddedBackOffice(home / "office", demo_line=3)
        self.office.start()
        self.sam = SimulatedSamReader(link=home / "reader")
        settings = Settings(
            window="K1", reader=f"serial:{self.sam.start()}", backoffice_url=self.office.url
        )
        self.client = Client(home / "kiosk", settings)
        self.client.enrolment.enrol(self.office.url, self.office.new_code("K1"))
        self.program = KioskProgram(self.client, greeter=greeter)
        self.qtbot = qtbot
        self.model, self.window = self.program.model, self.program.window
        self.program.start(windowed=True)
        self.resize(1080, 1920)
        self.wait(lambda s: s.view is not None and not s.lost, "the line")

    @property
    def state(self) -> KioskState:
        return self.model.state

    def resize(self, width: int, height: int) -> None:
        self.window.resize(width, height)
        QApplication.processEvents()

    def wait(self, true: object, what: str) -> None:
        assert callable(true)
        self.qtbot.waitUntil(lambda: bool(true(self.state)), timeout=25_000)

    def press(self, words: str) -> None:
        """The visible button that says so."""
        QApplication.processEvents()
        found = [
            one
            for one in self.window.findChildren(QPushButton)
            if one.isVisible() and words in (one.text() or one.accessibleName())
        ]
        assert found, f"no button {words!r} at {self.state.step}"
        assert found[0].isEnabled(), words
        QTest.mouseClick(found[0], Qt.MouseButton.LeftButton)

    def shoot(self, name: str) -> None:
        if SHOTS:
            QApplication.processEvents()
            self.window.grab().save(f"{SHOTS}/kiosk-{name}.png")

    def show_page(self, step: Step) -> None:
        """Whatever led there."""
        self.model.changed.emit(replace(self.state, step=step))
        self.qtbot.wait(20)

    def facts(self) -> list[str]:
        return [entry.kind for entry in self.client.store.entries()]

    def close(self) -> None:
        self.program.stop()
        self.sam.stop()
        self.office.stop()


@pytest.fixture
def stand(
    screen: QApplication, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Stand]:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    made = Stand(tmp_path, qtbot)
    yield made
    made.close()


def test_a_card_gives_a_number_once_and_its_slip_says_what_the_office_said(stand: Stand) -> None:
    stand.shoot("idle")
    stand.press("开始")
    stand.shoot("home")
    stand.press("取号办事")
    stand.shoot("lines")
    stand.press("综合业务")
    stand.press("老年人")
    stand.wait(lambda s: s.reading is not None and s.reading.value == "waiting_for_card", "reader")
    stand.shoot("card")
    stand.sam.place(stand.client.people["zhang-shili"])
    stand.wait(lambda s: s.step is Step.DONE and s.slip is not Slip.COMING, "a number")
    assert stand.state.slip is Slip.OUT
    given = stand.state.given
    assert given is not None
    assert given.number.startswith("A")
    assert given.ahead >= 0
    stand.shoot("done")
    (slip,) = [e for e in stand.client.store.entries() if e.kind == SlipPrepared.__name__]
    assert given.number in slip.body
    assert "follow" in slip.body
    printed = list((stand.client.home / "papers").iterdir())
    assert printed, "a slip came out"
    stand.sam.lift()
    stand.press("好了")
    assert stand.state.step is Step.IDLE

    stand.press("开始")
    stand.press("取号办事")
    stand.press("综合业务")
    stand.wait(lambda s: s.reading is not None and s.reading.value == "waiting_for_card", "reader")
    stand.sam.place(stand.client.people["zhang-shili"])
    stand.wait(lambda s: s.step is Step.DONE, "the same number")
    again = stand.state.given
    assert again is not None
    assert (again.number, again.already) == (given.number, True)
    stand.shoot("already")
    stand.press("补打小票")
    stand.wait(
        lambda s: s.given is not None and s.given.reprint == 1 and s.slip is Slip.OUT, "slip"
    )


def test_without_a_card_and_without_the_office(stand: Stand) -> None:
    stand.office.stop()
    stand.wait(lambda s: s.lost, "lost")
    stand.press("开始")
    stand.press("取号办事")
    stand.press("不动产登记")
    stand.press("不用身份证")
    stand.wait(lambda s: s.step is Step.DONE and s.slip is not Slip.COMING, "a number")
    given = stand.state.given
    assert given is not None
    assert (given.number, given.alone) == ("N001", True)
    stand.shoot("alone")
    assert TicketTaken.__name__ in stand.facts()
    stand.office.start()
    stand.wait(lambda s: not s.lost, "back")
    stand.wait(
        lambda s: any(o.business == "property" and o.waiting for o in s.view.lines), "it is in line"
    )


def test_an_item_shows_what_it_needs_and_prints_it(stand: Stand) -> None:
    stand.press("开始")
    stand.press("按事项取号")
    for letter in "SPJY":
        stand.press(letter)
    stand.wait(lambda s: s.found, "items")
    stand.shoot("search")
    stand.press(stand.state.found[0].name)
    stand.wait(lambda s: s.step is Step.ITEM, "the item")
    stand.shoot("item")
    stand.press("打印材料清单")
    stand.wait(lambda s: s.note is not None and "清单" in s.note.message, "said")
    stand.press("取号办这件事")
    stand.press("不用身份证")
    stand.wait(lambda s: s.step is Step.DONE, "a number")
    stand.qtbot.waitUntil(
        lambda: any(one.suffix == ".pdf" for one in stand.client.home.glob("papers/*")),
        timeout=20_000,
    )


def test_nothing_of_the_last_person_stays(stand: Stand) -> None:
    stand.press("开始")
    stand.press("English")
    assert stand.state.english
    stand.model.switch_size()
    stand.shoot("english-large")
    stand.model.choose_code(Purpose.BOOKING)
    stand.model.set_text("YY990100")
    stand.shoot("code")
    stand.model.leave()
    state = stand.state
    assert (state.step, state.text, state.english, state.large) == (Step.IDLE, "", False, False)
    stand.press("开始")


def test_what_the_rules_refuse_is_said(stand: Stand) -> None:
    stand.model.choose_code(Purpose.BOOKING)
    stand.model.set_text("NOSUCH")
    stand.press("确定")
    stand.wait(lambda s: s.note is not None, "a reason")
    stand.shoot("refused")
    stand.model.choose_code(Purpose.BACK)
    stand.model.set_text("A999")
    stand.press("确定")
    stand.wait(lambda s: s.note is not None and not s.working, "a reason")


def test_nobody_before_it_can_leave_it(stand: Stand) -> None:
    assert not stand.window.close()
    assert stand.window.isVisible()
    QTest.keyClick(stand.window, Qt.Key.Key_Q, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(stand.window, Qt.Key.Key_F4, Qt.KeyboardModifier.AltModifier)
    assert stand.window.isVisible()


def test_sideways(stand: Stand) -> None:
    stand.resize(1920, 1080)
    stand.shoot("wide-idle")
    stand.press("开始")
    stand.shoot("wide-home")
    stand.press("按事项取号")
    for letter in "JZZ":
        stand.press(letter)
    stand.wait(lambda s: s.found, "items")
    stand.shoot("wide-search")
    stand.press("返回")
    stand.press("取号办事")
    stand.press("社保医保")
    stand.shoot("wide-card")
    stand.model.switch_size()
    stand.shoot("wide-card-large")


@pytest.mark.parametrize("size", [(1080, 1920), (1920, 1080), (768, 1366), (1366, 768)])
def test_every_page_fits_its_screen(stand: Stand, size: tuple[int, int]) -> None:
    """In both languages and both sizes: nothing is pushed off a screen that cannot scroll."""
    model, width, height = stand.model, *size
    stand.window.setFixedSize(width, height)
    for _ in range(2):
        for _ in range(2):
            for step in Step:
                stand.show_page(step)
                body = stand.window.body
                assert body is not None
                least = body.minimumSizeHint()
                words = (step, stand.state.english, stand.state.large, least)
                assert 0 < least.width() <= width, words
                assert 0 < least.height() <= height, words
            model.switch_size()
        model.switch_language()


def test_a_greeter_works_by_keyboard(
    screen: QApplication, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    stand = Stand(tmp_path, qtbot, greeter=True)
    try:
        stand.resize(1280, 900)
        stand.shoot("greeter")
        QTest.keyClick(stand.window, Qt.Key.Key_1)
        QTest.keyClick(stand.window, Qt.Key.Key_1)
        assert stand.state.priority
        QTest.keyClick(stand.window, Qt.Key.Key_Return)
        stand.wait(lambda s: s.step is Step.DONE, "a number")
        assert stand.state.given is not None
        QTest.keyClick(stand.window, Qt.Key.Key_Return)
        assert stand.state.step is Step.LINES
    finally:
        stand.close()
