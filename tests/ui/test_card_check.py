"""A card that says otherwise than what is recorded, by keyboard: kept unless the clerk says so."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from app.domain.person import PhotoState, ValueSource, check_character
from tests.devices.test_card_photo import PICTURE
from tests.ui.hall import Hall
from tests.unit.test_verification import CARD
from ui.kit.theme import Tone
from ui.pages.difference_form import DifferenceForm
from ui.viewmodels.counter_state import Form

Key = Qt.Key
ZHANG = "379901198803040115"


@pytest.fixture
def open_case(hall: Hall) -> Hall:
    hall.sign_in()
    hall.begin()
    return hall


def type_in(hall: Hall, name: str, number: str) -> None:
    hall.model.people.check_typed(hall.client.people["zhang-shili"].document, name, number, "没带")
    hall.wait(lambda: hall.model.case.state.applicant is not None, "an applicant")
    hall.settle()


def shown(hall: Hall) -> list[str]:
    form = next(f for f in hall.page.applicant.forms if isinstance(f, DifferenceForm))
    assert form.isVisible()
    return [label.text() for label in form.findChildren(QLabel) if label.text()]


def read_another(hall: Hall, person: str) -> None:
    hall.place(person)
    hall.key(Key.Key_F8)
    hall.wait(lambda: hall.form() is Form.DIFFERENCE, "the difference")
    hall.settle()


def test_a_reading_does_not_overwrite_what_was_typed(open_case: Hall) -> None:
    hall = open_case
    type_in(hall, "张示列", ZHANG)
    read_another(hall, "zhang-shili")
    words = shown(hall)
    assert "卡上的姓名与已登记的不同" in words
    assert {"张示列", "张示例"} <= set(words)
    hall.key(Key.Key_Return)  # keeps what is recorded
    assert hall.form() is Form.NONE
    applicant = hall.case().applicant
    assert applicant is not None
    assert (applicant.person.name, applicant.source) == ("张示列", ValueSource.TYPED)
    assert hall.model.people.check.rows == ()
    read_another(hall, "zhang-shili")
    hall.key(Key.Key_1, Qt.KeyboardModifier.AltModifier)
    hall.wait(
        lambda: hall.case().applicant.person.name == "张示例",  # type: ignore[union-attr]
        "the card's name",
    )
    assert hall.form() is Form.NONE


def test_a_typed_number_with_a_slip_is_shown_where_it_differs(open_case: Hall) -> None:
    hall = open_case
    first17 = "37990119880304012"
    type_in(hall, "张示例", first17 + check_character(first17))
    read_another(hall, "zhang-shili")
    words = shown(hall)
    assert "卡上的号码与已登记的不同" in words
    assert not any(ZHANG in word for word in words)
    hall.key(Key.Key_Escape)
    assert hall.form() is Form.NONE
    applicant = hall.case().applicant
    assert applicant is not None
    assert applicant.source is ValueSource.TYPED


def test_the_card_of_who_was_typed_makes_it_read(open_case: Hall) -> None:
    hall = open_case
    type_in(hall, "张示例", ZHANG)
    hall.place()
    hall.key(Key.Key_F8)
    hall.wait(
        lambda: hall.case().applicant.source is ValueSource.CARD,  # type: ignore[union-attr]
        "read",
    )
    assert hall.form() is Form.NONE
    note = hall.model.card.state.note
    assert note is not None
    assert (note.tone, note.message) == (Tone.GOOD, "卡上的就是已登记的这个人。")


def test_another_persons_card_does_not_take_the_place(open_case: Hall) -> None:
    hall = open_case
    hall.read()
    read_another(hall, "ayiguli-ceshi")
    assert "卡上是另一个人" in shown(hall)
    hall.key(Key.Key_Escape)
    applicant = hall.case().applicant
    assert applicant is not None
    assert applicant.person.name == "张示例"


def test_a_minor_is_told(open_case: Hall) -> None:
    hall = open_case
    birth = date(2014, 5, 6)
    first17 = f"379901{birth:%Y%m%d}011"
    person = replace(
        hall.client.people["zhang-shili"], birth=birth, number=first17 + check_character(first17),
        valid_from=date(2024, 1, 1), valid_to=date(2029, 1, 1),
    )  # fmt: skip
    hall.sam.place(person)
    hall.key(Key.Key_F8)
    hall.wait(lambda: hall.model.case.state.applicant is not None, "an applicant")
    applicant = hall.model.case.state.applicant
    assert applicant is not None
    assert "岁，未成年" in applicant.facts


def test_the_photo_is_of_whoever_stands_here_and_goes_with_them(open_case: Hall) -> None:
    hall = open_case
    hall.read()
    applicant, card = hall.page.applicant, hall.model.card
    card.show_photo(replace(CARD, photo_state=PhotoState.NO_DECODER))
    assert applicant.no_photo.text() == "照片：缺解码程序"
    assert not applicant.photo.isVisible()
    picture = replace(CARD, photo=PICTURE, photo_state=PhotoState.SHOWN)
    card.show_photo(picture)
    assert applicant.photo.isVisible()
    assert applicant.no_photo.text() == ""
    hall.model.clear()
    hall.settle()
    assert card.state.photo == b""
    assert not applicant.photo.isVisible()
    assert applicant.photo.pixmap().isNull()
