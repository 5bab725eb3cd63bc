"""社保卡 at APDU level: both versions, status words, padding, hostile chips."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.devices.cards.apdu import exchange
from app.devices.cards.chip_errors import ChipStatus
from app.devices.cards.errors import BadPeople, CardError
from app.devices.cards.social_security import (
    APPLICATION,
    SELECT,
    parse_records,
    parse_tlv,
    read_social_security,
)
from app.devices.simulators.chip_card import ChipCard, build_records
from app.devices.simulators.people import SimulatedCard, SocialSecurityData
from tests.devices.card_people import RESIDENT, TODAY

SOCIAL = RESIDENT.social_security
assert SOCIAL is not None


def with_version(version: str, *, name: str = RESIDENT.name) -> SimulatedCard:
    data = replace(SOCIAL or SocialSecurityData(card_number="", issuer=""), version=version)
    return replace(RESIDENT, name=name, social_security=data)


def raw_of(card: SimulatedCard) -> bytes:
    return b"".join(build_records(card).values())


def test_select_is_byte_exact() -> None:
    assert bytes.fromhex("00A404000F7378312E73682EC9E7BBE1B1A3D5CF") == SELECT
    assert len(APPLICATION) == 15


@pytest.mark.parametrize("version", ["1.00", "2.00"])
def test_both_versions_by_tag(version: str) -> None:
    card = with_version(version)
    records = build_records(card)
    sex_record = 3 if version == "1.00" else 4
    assert records[0x34, sex_record] == b"\x0a\x011"
    text = read_social_security(ChipCard(card).answer, TODAY)
    assert text.version == version
    assert text.person.name == card.name
    assert text.person.number == card.number
    assert (text.person.sex, text.person.nation) == (card.sex, "01")
    assert text.person.birth == card.birth
    assert text.issuer == "110100"
    assert text.card_number == "A12345678"
    assert (text.issued, text.expires) == (date(2020, 1, 2), date(2030, 1, 2))
    assert text.raw == raw_of(card)


@pytest.mark.parametrize(
    "name",
    [
        "迪丽·测试",
        "示例𠮷",
        "样" * 15,
        "样" * 16,
        "a" + "样" * 16,  # the thirtieth byte falls in the middle of a character
        "阿卜杜热合曼·测试示例样例买买提江·示例样例测试",
    ],
)
def test_names_reach_into_the_extension(name: str) -> None:
    card = with_version("2.00", name=name)
    assert read_social_security(ChipCard(card).answer, TODAY).person.name == name


def test_name_too_long_for_the_chip_is_refused() -> None:
    with pytest.raises(BadPeople):
        build_records(with_version("1.00", name="样" * 16))
    with pytest.raises(BadPeople):
        build_records(with_version("2.00", name="样" * 26))


def test_padding_and_missing_dates() -> None:
    data = replace(SOCIAL or SocialSecurityData(card_number="", issuer=""), expires=None)
    raw = raw_of(replace(RESIDENT, social_security=data))
    text = parse_records(raw, TODAY)
    assert text.expires is None
    assert text.person.name == RESIDENT.name
    assert parse_records(b"\xff\x00" + raw + b"\xff" * 9, TODAY).person == text.person


def chip(*answers: str) -> tuple[Callable[[bytes], bytes], list[str]]:
    """A chip that gives these answers in turn, and what it was asked."""
    asked: list[str] = []
    left = [bytes.fromhex(answer) for answer in answers]

    def transmit(apdu: bytes) -> bytes:
        asked.append(apdu.hex())
        return left.pop(0)

    return transmit, asked


def test_more_data_and_right_length_are_followed() -> None:
    transmit, asked = chip("6C03", "0102036102", "04059000")
    assert exchange(transmit, bytes.fromhex("00B2012C00")) == (b"\1\2\3\4\5", 0x9000)
    assert asked == ["00b2012c00", "00b2012c03", "00c0000002"]


@pytest.mark.parametrize("answer", ["6100", "6C00", "AA6110"])
def test_chip_that_never_ends_is_left(answer: str) -> None:
    with pytest.raises(ChipStatus):
        exchange(lambda _: bytes.fromhex(answer), bytes.fromhex("00B2012C00"))


@pytest.mark.parametrize("answer", ["", "90"])
def test_answer_without_status(answer: str) -> None:
    with pytest.raises(ChipStatus):
        exchange(lambda _: bytes.fromhex(answer), SELECT)


@pytest.mark.parametrize(
    ("status", "instruction", "code"),
    [
        (0x6A82, 0xA4, "CARD-UNKNOWN"),
        (0x6D00, 0xA4, "CARD-UNKNOWN"),
        (0x6283, 0xA4, "CARD-CHIP-STATUS"),
        (0x6982, 0xB2, "CARD-LOCKED"),
        (0x6985, 0xB2, "CARD-LOCKED"),
        (0x6A83, 0xB2, "CARD-UNKNOWN"),
        (0x6F00, 0xB2, "CARD-CHIP-STATUS"),
        (0x6985, 0xC0, "CARD-LOCKED"),
    ],
)
def test_refusals_have_codes(status: int, instruction: int, code: str) -> None:
    card = ChipCard(RESIDENT)
    card.refuse(status, instruction)
    with pytest.raises(CardError) as caught:
        read_social_security(card.answer, TODAY)
    assert caught.value.code == code


RAW = raw_of(RESIDENT)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (b"\x0a\x011", b"\x0a\x012", "CARD-CONTRADICTION"),
        (b"\x0a\x011", b"\x0a\x017", "CARD-TEXT"),
        (b"\x0a\x011", b"", "CARD-TEXT"),
        (bytes.fromhex("0d0419900307"), bytes.fromhex("0d0419900308"), "CARD-CONTRADICTION"),
        (bytes.fromhex("0d0419900307"), bytes.fromhex("0d04199003ff"), "CARD-TEXT"),
        (bytes.fromhex("0d0419900307"), b"", "CARD-TEXT"),
        (bytes.fromhex("060420300102"), bytes.fromhex("060420100102"), "CARD-CONTRADICTION"),
        (RESIDENT.number.encode(), b"110101199003071230", "CARD-TEXT"),
        ("张示例".encode("gb18030"), b"\xff\xff\xff\xff\xff\xff", "CARD-TEXT"),
        ("张示例".encode("gb18030"), b"\x1b\x1b\x1b\x1b\x1b\x1b", "CARD-TEXT"),
        (b"\x0b\x01\x01", b"\x0b\x01\xa1", "CARD-TEXT"),
        (b"\x0b\x01\x01", b"\x0b\x01\x01\x0b\x01\x02", "CARD-TEXT"),
        (b"\x0b\x01\x01", b"\x0b\xfe\x01", "CARD-TEXT"),
    ],
)
def test_impossible_records_have_codes(old: bytes, new: bytes, code: str) -> None:
    assert old in RAW
    with pytest.raises(CardError) as caught:
        parse_records(RAW.replace(old, new), TODAY)
    assert caught.value.code == code


@given(st.integers(0, len(RAW) - 2))
def test_truncated_records_are_card_errors(length: int) -> None:
    with pytest.raises(CardError):
        parse_records(RAW[:length], TODAY)


@given(st.binary(max_size=400))
def test_hostile_tlv_is_fields_or_a_card_error(data: bytes) -> None:
    try:
        fields = parse_tlv(data)
    except CardError:
        return
    assert sum(2 + len(value) for value in fields.values()) <= len(data)


@given(st.integers(0, len(RAW) - 1), st.binary(min_size=1, max_size=12))
def test_overwritten_records_are_whole_or_a_card_error(place: int, data: bytes) -> None:
    try:
        text = parse_records(RAW[:place] + data + RAW[place + len(data) :], TODAY)
    except CardError:
        return
    assert text.person.name
    assert len(text.person.number) == 18


@given(st.lists(st.binary(max_size=270), max_size=40))
def test_hostile_chips_are_card_errors(answers: list[bytes]) -> None:
    left = list(answers)
    with pytest.raises(CardError):
        read_social_security(lambda _: left.pop(0) if left else b"\x6f\x00", TODAY)
