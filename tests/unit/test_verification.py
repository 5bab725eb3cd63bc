"""The card against who is recorded: number, name, age; the same person is the same person."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.person import Applicant, CardRead, DocumentKind, Person, Sex, ValueSource
from app.domain.verification import Part, age_on, differences, same_name, taken
from app.services.party_desk import of_card
from ui.viewmodels.card_check import numbers_beside

PERSON = Person(name="张示例", number="110101199003071233", sex=Sex.MALE, birth=date(1990, 3, 7))
CARD = CardRead(
    document=DocumentKind.RESIDENT, person=PERSON, issuer="样例市公安局",
    valid_to=date(2038, 5, 1), reader="usb", read_at=datetime(2026, 11, 23, tzinfo=UTC),
)  # fmt: skip


def typed(name: str = PERSON.name, number: str = PERSON.number) -> Applicant:
    return Applicant(
        document=DocumentKind.RESIDENT, person=Person(name=name, number=number),
        source=ValueSource.TYPED, typed_reason="读不出", phone="13800000000",
    )  # fmt: skip


def parts(known: Applicant | None, card: CardRead = CARD) -> list[Part]:
    return [one.part for one in differences(known, card)]


def test_what_was_typed_is_held_against_the_card() -> None:
    assert parts(None) == []
    assert parts(typed()) == []
    assert parts(typed(name="张示列")) == [Part.NAME]
    assert parts(typed(number="110101199003071313")) == [Part.NUMBER]
    assert parts(typed("李样例", "110101199003071313")) == [Part.NUMBER, Part.NAME]


def test_the_same_card_twice_is_the_same_person() -> None:
    known = replace(of_card(CARD), phone="13800000000")
    assert parts(known) == []
    assert taken(known, of_card(CARD)) == known


def test_a_social_security_card_does_not_stand_in_for_the_identity_card() -> None:
    known = replace(of_card(CARD), phone="13800000000")
    social = replace(CARD, document=DocumentKind.SOCIAL_SECURITY, issuer="110100", valid_to=None)
    assert taken(known, of_card(social)) == known
    # The other way round the identity card says more.
    first = replace(of_card(social), phone="13800000000")
    assert taken(first, of_card(CARD)) == known
    # And whoever was typed is read now.
    after = taken(typed(), of_card(social))
    assert (after.source, after.phone) == (ValueSource.CARD, "13800000000")


def test_another_person_takes_nothing_over() -> None:
    assert taken(typed(number="110101199003071313"), of_card(CARD)).phone == ""


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("迪丽·测试", "迪丽•测试", True), ("迪丽·测试", "迪丽 · 测试", True),
        ("SAMPLE, ANNA", "Sample,Anna", True), ("张示例", "张示列", False), ("", "", False),
    ],
)  # fmt: skip
def test_names_are_the_same_but_for_look_alikes(one: str, other: str, same: bool) -> None:
    assert same_name(Person(name=one, number="1"), Person(name=other, number="2")) is same


def test_a_latin_name_is_a_name_too() -> None:
    card = Person(name="测试安娜", name_latin="SAMPLE, ANNA", number="1")
    assert same_name(Person(name="sample, anna", number="1"), card)


@pytest.mark.parametrize(
    ("birth", "on", "age"),
    [
        (date(2008, 11, 23), date(2026, 11, 23), 18), (date(2008, 11, 24), date(2026, 11, 23), 17),
        (date(2008, 2, 29), date(2026, 2, 28), 17), (date(2008, 2, 29), date(2026, 3, 1), 18),
        (date(2026, 11, 23), date(2026, 11, 23), 0), (date(2026, 11, 24), date(2026, 11, 23), None),
        (None, date(2026, 11, 23), None),
    ],
)  # fmt: skip
def test_age_in_whole_years(birth: date | None, on: date, age: int | None) -> None:
    assert age_on(birth, on) == age


def test_numbers_beside_each_other_show_a_slip_and_hide_a_person() -> None:
    slip = numbers_beside("110101199003071233", "110101199008071233")
    assert slip == ("1101*******3**1233", "1101*******8**1233")
    other = numbers_beside("110101199003071233", "379901198803040115")
    assert other == ("1101**********1233", "3799**********0115")
    assert numbers_beside("AB123456", "110101199003071233")[0] == "AB****56"


@given(st.text(alphabet="0123456789X", max_size=20), st.text(alphabet="0123456789X", max_size=20))
def test_no_more_than_a_slip_is_shown_of_any_number(one: str, other: str) -> None:
    for number, shown in zip((one, other), numbers_beside(one, other), strict=True):
        assert len(shown) == len(number)
        if len(number) >= 12:
            assert shown.count("*") >= len(number) - 8 - 3
