"""A scanner that types: whose document it read, which case, and never a letter into the screen."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QWindow
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget

from app.domain.person import DocumentKind, ValueSource
from tests.ui.hall import Hall
from tests.unit.test_mrz import TD3, exit_permit
from ui.pages.people_forms import TypingForm
from ui.pages.scan_keys import ScanKeys
from ui.viewmodels.counter_state import Form

VALID = ("P<UTOCESHI<<YANGLI".ljust(44, "<"), TD3[1])


@pytest.fixture
def keys(hall: Hall, screen: QApplication) -> Iterator[ScanKeys]:
    caught = ScanKeys(hall.window)
    caught.scanned.connect(hall.window.take_scanned)
    screen.installEventFilter(caught)
    yield caught
    screen.removeEventFilter(caught)


def scan(hall: Hall, *lines: str) -> None:
    """Key by key into the window, as a keyboard does."""
    window = hall.window.windowHandle()
    assert isinstance(window, QWindow)
    for line in lines:
        for letter in line:
            _press(window, Qt.Key(ord(letter)), letter)
        _press(window, Qt.Key.Key_Return, "\r")


def _press(window: QWindow, key: Qt.Key, text: str) -> None:
    for kind in (QKeyEvent.Type.KeyPress, QKeyEvent.Type.KeyRelease):
        QApplication.sendEvent(window, QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, text))


def test_a_scanned_passport_names_the_applicant_while_the_materials_have_the_focus(
    hall: Hall, keys: ScanKeys
) -> None:
    hall.sign_in()
    hall.begin()
    scan(hall, *VALID)
    hall.wait(lambda: hall.case().applicant is not None, "the applicant")
    applicant = hall.case().applicant
    assert applicant is not None
    assert (applicant.document, applicant.source) == (DocumentKind.PASSPORT, ValueSource.CARD)
    assert (applicant.person.name, applicant.person.number) == ("CESHI YANGLI", "L898902C3")
    assert hall.form() is Form.NONE


def test_lines_without_a_name_open_the_form_with_all_they_say(hall: Hall, keys: ScanKeys) -> None:
    hall.sign_in()
    hall.begin()
    scan(hall, exit_permit("CS", "C99010001", "290630", "000229"))
    hall.wait(lambda: hall.form() is Form.TYPING, "the form")
    assert hall.window.counter is not None
    typing = next(one for one in hall.window.counter.applicant.forms if isinstance(one, TypingForm))
    assert typing.document.chosen == DocumentKind.EXIT_HK_MO.value
    assert typing.number.text() == "C99010001"


def test_a_misread_line_names_nobody_and_says_so(hall: Hall, keys: ScanKeys) -> None:
    hall.sign_in()
    hall.begin()
    scan(hall, VALID[0], VALID[1].replace("740812", "740813"))
    hall.wait(lambda: hall.model.card.state.note is not None, "a note")
    note = hall.model.card.state.note
    assert note is not None
    assert "校验位" in note.message
    assert hall.case().applicant is None


def test_a_scanned_number_ticks_nothing_and_looks_for_the_case(hall: Hall, keys: ScanKeys) -> None:
    hall.sign_in()
    hall.begin()
    hall.read()
    hall.find("spjy")
    before = hall.case()
    scan(hall, "990100202611230001")
    hall.wait(lambda: hall.model.case.state.note is not None, "that there is no such case")
    assert hall.case() == before


def test_what_a_person_types_arrives(hall: Hall, keys: ScanKeys, screen: QApplication) -> None:
    field: QWidget = QLineEdit(hall.window)
    field.show()
    field.setFocus()
    window = hall.window.windowHandle()
    assert isinstance(window, QWindow)
    for letter in "ABC":
        _press(window, Qt.Key(ord(letter)), letter)
        QTest.qWait(60)
    assert isinstance(field, QLineEdit)
    hall.wait(lambda: field.text() == "ABC", "what was typed")
