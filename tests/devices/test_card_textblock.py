"""The 256-byte text block: four layouts there and back, special names, impossible cards."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.devices.cards.errors import BadPeople, CardError
from app.devices.cards.textblock import LAYOUTS, TYPE_SPAN, parse_text_block
from app.devices.simulators.people import SimulatedCard
from app.devices.simulators.text_block import build_text_block
from app.domain.person import DocumentKind, Sex
from tests.devices.card_people import (
    ALL,
    FOREIGNER_2017,
    FOREIGNER_2023,
    HK_MO_TW,
    NAMES,
    RESIDENT,
    TODAY,
    number,
)


def put(block: bytes, offset: int, text: str) -> bytes:
    data = text.encode("utf-16-le", "surrogatepass")
    return block[:offset] + data + block[offset + len(data) :]


@pytest.mark.parametrize("kind", ALL)
def test_each_layout_there_and_back(kind: str) -> None:
    card = ALL[kind]
    block = build_text_block(card)
    assert len(block) == 256
    text = parse_text_block(block, TODAY)
    assert text.document.value == kind
    assert text.issuer == card.issuer
    assert (text.valid_from, text.valid_to) == (card.valid_from, card.valid_to)
    for field in ("name", "name_latin", "sex", "nation", "nationality", "birth", "number"):
        assert getattr(text.person, field) == getattr(card, field), field
    assert text.person.address == card.address


def test_offsets_are_those_of_the_standard() -> None:
    """Written by hand from the table, so that builder and parser cannot share one mistake."""
    resident = bytes(build_text_block(RESIDENT)).decode("utf-16-le")
    assert resident[0:15].rstrip() == "张示例"
    assert resident[15] == "1"
    assert resident[16:18] == "01"
    assert resident[18:26] == "19900307"
    assert resident[26:61].rstrip() == RESIDENT.address
    assert resident[61:79] == RESIDENT.number
    assert resident[79:94].rstrip() == RESIDENT.issuer
    assert resident[94:102] == "20180501"
    assert resident[102:110] == "20380501"
    assert resident[124] == " "
    assert build_text_block(HK_MO_TW).decode("utf-16-le")[124] == "J"
    old = build_text_block(FOREIGNER_2017).decode("utf-16-le")
    assert old[0:60].rstrip() == "SAMPLE, ANNA EXAMPLE"
    assert (old[60], old[61:76], old[76:79]) == ("2", "CAN110090030701", "CAN")
    assert old[79:94].rstrip() == "测试安娜"
    assert (old[110:118], old[120:124], old[124]) == ("19900307", "1500", "I")
    new = build_text_block(FOREIGNER_2023).decode("utf-16-le")
    assert new[26:61] + new[110:121].rstrip() == FOREIGNER_2023.name_latin
    assert (new[61:79], new[121:124], new[124]) == (FOREIGNER_2023.number, "USA", "Y")


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=lambda layout: layout.document.value)
def test_spans_lie_in_the_block_and_never_overlap(layout: object) -> None:
    taken: list[tuple[int, int]] = [TYPE_SPAN]
    for name in type(layout).__slots__:  # type: ignore[attr-defined]  # a dataclass with slots
        value = getattr(layout, name)
        if name == "latin":
            taken += value
        elif isinstance(value, tuple):
            taken.append(value)
    places = sorted(taken)
    for (start, length), (following, _) in pairwise(places):
        assert start + length <= following
    assert sum(places[-1]) <= 256


@pytest.mark.parametrize("name", NAMES)
def test_special_names_survive(name: str) -> None:
    card = replace(RESIDENT, name=name)
    assert parse_text_block(build_text_block(card), TODAY).person.name == name


def test_long_term_has_no_end() -> None:
    card = replace(RESIDENT, valid_to=None)
    assert parse_text_block(build_text_block(card), TODAY).valid_to is None


def test_foreigner_without_chinese_name_goes_by_the_latin_one() -> None:
    card = replace(FOREIGNER_2017, name=FOREIGNER_2017.name_latin)
    person = parse_text_block(build_text_block(card), TODAY).person
    assert person.name == person.name_latin == FOREIGNER_2017.name_latin


@pytest.mark.parametrize("digit", "09")
def test_sex_not_stated_contradicts_nothing(digit: str) -> None:
    block = put(build_text_block(RESIDENT), 30, digit)
    assert parse_text_block(block, TODAY).person.sex is Sex.UNKNOWN


def test_elder_of_a_county_that_is_gone() -> None:
    birth = date(1938, 2, 1)
    card = replace(RESIDENT, number=number("440103", birth, 1), birth=birth)
    assert parse_text_block(build_text_block(card), TODAY).person.birth == birth


RESIDENT_BLOCK = build_text_block(RESIDENT)
IMPOSSIBLE = [
    ("short", RESIDENT_BLOCK[:-1], "CARD-TEXT"),
    ("empty", b"", "CARD-TEXT"),
    ("zeros", bytes(256), "CARD-TEXT"),
    ("ones", b"\xff" * 256, "CARD-TEXT"),
    ("no name", put(RESIDENT_BLOCK, 0, " " * 15), "CARD-TEXT"),
    ("control character", put(RESIDENT_BLOCK, 2, "\n"), "CARD-TEXT"),
    ("direction mark", put(RESIDENT_BLOCK, 2, "\u202e"), "CARD-TEXT"),
    ("half a character", put(RESIDENT_BLOCK, 2, "\ud842"), "CARD-TEXT"),
    ("sex 3", put(RESIDENT_BLOCK, 30, "3"), "CARD-TEXT"),
    ("nation of one digit", put(RESIDENT_BLOCK, 32, "1 "), "CARD-TEXT"),
    ("30 February", put(RESIDENT_BLOCK, 36, "19900230"), "CARD-TEXT"),
    ("fullwidth digits", put(RESIDENT_BLOCK, 36, "１９９００３０７"), "CARD-TEXT"),
    ("check character", put(RESIDENT_BLOCK, 122, RESIDENT.number[:17] + "5"), "CARD-TEXT"),
    ("valid to nonsense", put(RESIDENT_BLOCK, 204, "永远    "), "CARD-TEXT"),
    ("other birth", put(RESIDENT_BLOCK, 36, "19900308"), "CARD-CONTRADICTION"),
    ("other sex", put(RESIDENT_BLOCK, 30, "2"), "CARD-CONTRADICTION"),
    ("ends before it begins", put(RESIDENT_BLOCK, 204, "20170501"), "CARD-CONTRADICTION"),
    ("valid before birth", put(RESIDENT_BLOCK, 188, "19800501"), "CARD-CONTRADICTION"),
    ("mainland number on J", put(RESIDENT_BLOCK, 248, "J"), "CARD-TEXT"),
    ("mainland number on Y", put(RESIDENT_BLOCK, 248, "Y"), "CARD-TEXT"),
    ("nationality", put(build_text_block(FOREIGNER_2023), 242, "US "), "CARD-TEXT"),
    ("2017 number", put(build_text_block(FOREIGNER_2017), 122, "12"), "CARD-TEXT"),
]


@pytest.mark.parametrize(
    ("block", "code"), [case[1:] for case in IMPOSSIBLE], ids=[case[0] for case in IMPOSSIBLE]
)
def test_impossible_blocks_have_a_code(block: bytes, code: str) -> None:
    with pytest.raises(CardError) as caught:
        parse_text_block(block, TODAY)
    assert caught.value.code == code
    shown = str(caught.value)
    assert RESIDENT.name not in shown
    assert RESIDENT.number not in shown


@given(st.binary(max_size=300))
def test_random_blocks_never_give_more_than_a_card_error(block: bytes) -> None:
    with pytest.raises(CardError):
        parse_text_block(block, TODAY)


@given(
    st.sampled_from(sorted(ALL)),
    st.integers(0, 127),
    st.text(st.characters(codec="utf-16-le"), max_size=20),
)
def test_overwritten_blocks_give_a_whole_person_or_a_card_error(
    kind: str, unit: int, text: str
) -> None:
    block = put(build_text_block(ALL[kind]), 2 * unit, text)[:256]
    try:
        card = parse_text_block(block, TODAY)
    except CardError:
        return
    assert card.person.name
    assert card.person.birth is not None
    assert len(card.person.number) in {15, 18}


@pytest.mark.parametrize(
    "card",
    [
        replace(RESIDENT, name="样" * 16),
        replace(RESIDENT, name="样" * 14 + "𠮷"),  # would be cut in half
        replace(FOREIGNER_2023, name_latin="A" * 47),
        replace(RESIDENT, document=DocumentKind.SOCIAL_SECURITY),
    ],
    ids=["long name", "half character", "long latin name", "no text block"],
)
def test_builder_refuses_what_does_not_fit(card: SimulatedCard) -> None:
    with pytest.raises(BadPeople):
        build_text_block(card)
