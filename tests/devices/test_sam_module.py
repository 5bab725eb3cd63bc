"""The SAM module beyond a plain read: speeds, later addresses, its number, a flood."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.devices.cards.errors import CardError, ContentInvalid, TextInvalid
from app.devices.cards.frames import Command, encode_reply
from app.devices.cards.sam import SamConversation, sam_number, split_content
from app.devices.cards.serial_sam import BAUD_RATES, SerialLine, SerialSamDriver
from app.devices.cards.textblock import newest_address
from app.devices.simulators.people import SimulatedCard
from app.devices.simulators.sam import SAM_ID, SimulatedSamReader
from app.devices.simulators.text_block import build_text_block
from app.domain.person import CardRead
from tests.devices.card_people import CLOCK, FOREIGNER_2023, HK_MO_TW, NAMES, RESIDENT


def read(driver: SerialSamDriver, *, timeout: float = 5) -> CardRead:
    return driver.read(timeout, lambda _step: None, threading.Event())


@pytest.mark.parametrize("baud", BAUD_RATES)
def test_every_speed_is_found_by_itself(baud: int) -> None:
    sam = SimulatedSamReader(baud=baud)
    try:
        driver = SerialSamDriver(sam.start(), CLOCK)
        sam.place(RESIDENT)
        card = read(driver)
        assert card.person.number == RESIDENT.number
        assert card.reader.endswith(f"@{baud}")
        sam.lift()
        sam.place(RESIDENT)
        began = time.monotonic()
        read(driver)
        assert time.monotonic() - began < 0.6  # the known speed first: shorter than one wrong try
    finally:
        sam.stop()


@pytest.mark.parametrize("baud", BAUD_RATES)
def test_every_speed_as_slow_as_a_wire(baud: int) -> None:
    """A read takes 0.11 s at 115200 and 1.35 s at 9600: slow is not silent."""
    sam = SimulatedSamReader(baud=baud, paced=True)
    try:
        driver = SerialSamDriver(sam.start(), CLOCK, baud=baud)
        sam.place(RESIDENT)
        began = time.monotonic()
        assert read(driver).person.name == RESIDENT.name
        assert time.monotonic() - began > 1280 * 10 / baud
    finally:
        sam.stop()


def test_a_speed_that_was_told_is_not_guessed_at() -> None:
    sam = SimulatedSamReader(baud=9600)
    try:
        driver = SerialSamDriver(sam.start(), CLOCK, baud=115200)
        with pytest.raises(CardError) as failed:
            read(driver)
        assert failed.value.code in {"CARD-GARBAGE", "CARD-NO-ANSWER"}
    finally:
        sam.stop()


def test_the_number_of_the_module(sam_path: str) -> None:
    assert SerialSamDriver(sam_path, CLOCK).check() == sam_number(SAM_ID)
    assert sam_number(SAM_ID) == "05.01-20003626-0005123949-0123346063"


@given(st.binary(max_size=40))
def test_any_bytes_are_a_number_or_invalid(data: bytes) -> None:
    if len(data) == 16:
        assert len(sam_number(data)) >= 36
    else:
        with pytest.raises(ContentInvalid):
            sam_number(data)


def test_the_newest_address_is_read_with_the_card(sam: SimulatedSamReader, sam_path: str) -> None:
    driver = SerialSamDriver(sam_path, CLOCK)
    sam.place(RESIDENT)
    assert read(driver).newest_address == ""
    sam.lift()
    sam.place(RESIDENT)
    sam.move_holder("示例省样例市旧路2号", "示例省样例市新路3号𠮷")
    card = read(driver)
    assert card.newest_address == "示例省样例市新路3号𠮷"
    assert card.person.address == RESIDENT.address


@pytest.mark.parametrize(
    "spoil",
    [
        lambda sam: sam.answer_status(0x24, Command.READ_NEWEST_ADDRESS),
        lambda sam: sam.move_holder("坏\x07地址"),
        lambda sam: sam.move_holder(*["一"] * 9),
    ],
)
def test_a_card_is_good_without_its_newest_address(
    sam: SimulatedSamReader, sam_path: str, spoil: Callable[[SimulatedSamReader], None]
) -> None:
    sam.place(RESIDENT)
    spoil(sam)
    card = read(SerialSamDriver(sam_path, CLOCK))
    assert (card.newest_address, card.person.address) == ("", RESIDENT.address)


@given(st.binary(max_size=300))
def test_any_bytes_are_an_address_or_invalid(data: bytes) -> None:
    try:
        address = newest_address(data)
    except TextInvalid:
        return
    assert len(data) % 70 == 0
    assert all(ord(character) >= 32 for character in address)


def test_a_fingerprint_is_measured_and_dropped(sam: SimulatedSamReader, sam_path: str) -> None:
    sam.place(RESIDENT)
    with closing(SerialLine(sam_path, 115200)) as line:
        talk = SamConversation(line, threading.Event())
        talk.wait_for_card(5, 0.02, lambda _step: None)
        content = talk.read_content(with_fingerprint=True)
    assert (len(content.text), len(content.photo), content.fingerprint_bytes) == (256, 1024, 1024)
    assert set(content.__slots__) == {"text", "photo", "fingerprint_bytes"}


@given(st.binary(max_size=1024))
def test_a_fingerprint_of_any_length_is_dropped(fingerprint: bytes) -> None:
    sizes = b"".join(n.to_bytes(2, "big") for n in (256, 1024, len(fingerprint)))
    content = split_content(sizes + bytes(256) + bytes([7]) * 1024 + fingerprint)
    assert content.fingerprint_bytes == len(fingerprint)
    assert content.photo == bytes([7]) * 1024


def test_ten_megabytes_after_a_reply_are_an_error_and_the_next_read_works(
    sam: SimulatedSamReader, sam_path: str
) -> None:
    driver = SerialSamDriver(sam_path, CLOCK)
    sam.place(RESIDENT)
    sam.flood(10 * 2**20)
    code = ""  # where the reply itself came whole before the rest
    try:
        read(driver)
    except CardError as error:
        code = error.code
    assert code in {"", "CARD-CHECKSUM", "CARD-GARBAGE", "CARD-INCOMPLETE", "CARD-LENGTH"}
    sam.mend()
    sam.stop()
    driver = SerialSamDriver(sam.start(), CLOCK)
    sam.place(RESIDENT)
    assert read(driver).person.number == RESIDENT.number


@pytest.mark.parametrize("late", [encode_reply(0x90, bytes(1284)), encode_reply(0x9F, bytes(4)),
                                   encode_reply(0x80), encode_reply(0x90, bytes(8))])  # fmt: skip
def test_late_replies_to_what_was_called_off_are_passed_over(
    sam: SimulatedSamReader, sam_path: str, late: bytes
) -> None:
    sam.late(late)
    sam.place(RESIDENT)
    assert read(SerialSamDriver(sam_path, CLOCK)).person.number == RESIDENT.number


@pytest.mark.parametrize("name", NAMES)
def test_names_of_every_plane(sam: SimulatedSamReader, sam_path: str, name: str) -> None:
    sam.place(replace(RESIDENT, name=name))
    assert read(SerialSamDriver(sam_path, CLOCK)).person.name == name


@pytest.mark.parametrize(("card", "offset"), [(HK_MO_TW, 238), (FOREIGNER_2023, 32)])
@pytest.mark.parametrize(
    ("times", "code"), [("01", ""), ("2 ", ""), ("  ", ""), ("x1", "CARD-TEXT")]
)
def test_how_often_a_card_was_issued(
    sam: SimulatedSamReader, sam_path: str, card: SimulatedCard, offset: int, times: str, code: str
) -> None:
    block = bytearray(build_text_block(card))
    block[offset : offset + 4] = times.encode("utf-16-le")
    sam.place_block(bytes(block), bytes(1024))
    driver = SerialSamDriver(sam_path, CLOCK)
    if code:
        with pytest.raises(CardError) as failed:
            read(driver)
        assert failed.value.code == code
    else:
        assert read(driver).times == times.strip()


@pytest.mark.parametrize(
    ("permit", "code"), [("H12345678", ""), ("", ""), ("H1234*678", "CARD-TEXT")]
)
def test_the_permit_number_of_a_resident_of_hong_kong(
    sam: SimulatedSamReader, sam_path: str, permit: str, code: str
) -> None:
    block = bytearray(build_text_block(HK_MO_TW))
    block[220 : 220 + 2 * len(permit)] = permit.encode("utf-16-le")
    sam.place_block(bytes(block), bytes(1024))
    driver = SerialSamDriver(sam_path, CLOCK)
    if code:
        with pytest.raises(CardError) as failed:
            read(driver)
        assert failed.value.code == code
    else:
        assert read(driver).permit_number == permit
